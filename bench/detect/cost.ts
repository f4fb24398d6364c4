/** Measures the cost of the detector: time for each update and each verdict, and the size of its history. */

import { performance } from 'node:perf_hooks';
import { detectionSchema } from '../../shared/config/settings.js';
import { detect, detectionOf, learn, settingsOf } from '../../shared/detect/detect.js';
import { closeThrough, start } from '../../shared/detect/surprise.js';
import { historyOf } from '../../test/support/histories.js';
import { type Build, present } from './situations.js';

export interface Cost {
  readonly updateUs: number;
  readonly evaluateUs: number;
  /** One `learn` and one `detect` on a stored history. */
  readonly wholeUs: number;
  /** Learning a year without a failure in one call. */
  readonly gapMs: number;
  readonly bytes: number;
}

export function costOf(): Cost {
  const policy = detectionSchema.parse({});
  const settings = settingsOf(policy);
  const { counts } = historyOf('daily and weekly rhythm', 1);
  const state = start(settings, 0);
  const updateUs = timed(counts.length, (i) => closeThrough(state, settings, i, counts[i] ?? 0));
  const window = { step: counts.length + 9, counts: counts.slice(0, 10) };
  const evaluateUs = timed(20_000, () => detectionOf(state, settings, window, policy));
  let history = learn(null, 0, 1, policy);
  const wholeUs = timed(5_000, (i) => {
    history = learn(history, i + 1, counts[i] ?? 0, policy);
    detect(history, { step: i + 11, counts: counts.slice(i + 1, i + 11) }, policy);
  });
  const before = history;
  const gapMs = timed(5, () => learn(before, before.lastStep + 365 * 1440, 1, policy)) / 1000;
  return {
    updateUs,
    evaluateUs,
    wholeUs,
    gapMs,
    bytes: Buffer.byteLength(JSON.stringify({ ...history, firstStep: 29_000_000, lastStep: 29_000_000 })),
  };
}

/** Microseconds of one call. */
function timed(times: number, call: (i: number) => void): number {
  const from = performance.now();
  for (let i = 0; i < times; i++) call(i);
  return ((performance.now() - from) * 1000) / times;
}

/** Microseconds of processor time of one call: other programs that run meanwhile do not count. */
function usedUs(times: number, call: (i: number) => void): number {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) call(i);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

/** What is done with a group at each of its evaluations, and how long it takes beside the build before. */
export interface Ratio {
  readonly what: string;
  readonly presentUs: number;
  readonly beforeUs: number;
}

const TURNS = 15;

/** Both builds in turns, so that what slows one slows both; the median of the turns. */
export function ratiosTo(before: Build): Ratio[] {
  const works = [
    ['close and judge a minute of a busy group', playing('daily and weekly rhythm')],
    ['close and judge a minute of a quiet group', playing('sparse noise')],
    ['evaluate a known group: unpack, close a minute, judge', evaluating],
    ['evaluate a new group: start, judge its first minutes', beginning],
  ] as const;
  return works.map(([what, work]) => {
    const [mine, other] = [work(present), work(before)];
    const turns = Array.from({ length: TURNS }, () => [mine(), other()] as const);
    return { what, presentUs: median(turns.map(([us]) => us)), beforeUs: median(turns.map(([, us]) => us)) };
  });
}

/** Each gives a function that runs some thousand times and returns the microseconds of one. */
type Work = (build: Build) => () => number;

const playing =
  (className: 'daily and weekly rhythm' | 'sparse noise'): Work =>
  (build) => {
    const policy = detectionSchema.parse({});
    const settings = build.settingsOf(policy);
    const { counts } = historyOf(className, 1);
    const state = build.start(settings, 0);
    let step = 0;
    return () =>
      usedUs(4_000, () => {
        build.closeThrough(state, settings, step, counts[step] ?? 0);
        const window = { step: step + 10, counts: counts.slice(step + 1, step + 11) };
        if (counts[step + 10] !== 0) build.detectionOf(state, settings, window, policy);
        step++;
      });
  };

const evaluating: Work = (build) => {
  const policy = detectionSchema.parse({});
  const { counts } = historyOf('daily and weekly rhythm', 1);
  let history = build.learn(null, 0, 1, policy);
  let step = 0;
  return () =>
    usedUs(500, () => {
      step++;
      history = build.learn(history, step, counts[step] ?? 0, policy);
      build.detect(history, { step: step + 10, counts: counts.slice(step + 1, step + 11) }, policy);
    });
};

const beginning: Work = (build) => {
  const policy = detectionSchema.parse({});
  return () => usedUs(500, (i) => build.detect(null, { step: 29_000_000 + i, counts: [1, 0, 2, 0, 1] }, policy));
};

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
