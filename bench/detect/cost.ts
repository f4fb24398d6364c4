/** Measures the cost of the detector: time for each update and each verdict, and the size of its history. */

import { performance } from 'node:perf_hooks';
import { detectionSchema } from '../../shared/config/settings.js';
import { detect, detectionOf, learn, settingsOf } from '../../shared/detect/detect.js';
import { closeThrough, start } from '../../shared/detect/surprise.js';
import { historyOf } from '../../test/support/histories.js';

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
