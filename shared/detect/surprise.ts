/**
 * Closes steps one after the other: how surprising each of them is, and what it teaches. For every window that ends at
 * the step the chance of a count as high as its own is worked out; the smallest of these is the score, as a power of
 * ten. Real series vary more than their model, so the score is then compared with the series' own past (`tail.ts`).
 */

import { learnBin, predict, startBaseline } from './baseline.js';
import { learnHour, RUN_MAX } from './course.js';
import { learnVariance, varianceOf } from './dispersion.js';
import { isHabit, learnEpisode } from './habits.js';
import { CLUSTER_FROM, learnPeak } from './peaks.js';
import { ALLOWANCE, spreadOf } from './spread.js';
import { at, CACHED, type DetectorParameters, emptyState, RING, type Shape, type State, shapeOf } from './state.js';
import {
  calibrate,
  calibrateSpread,
  INCIDENT_FACTOR,
  isNoClump,
  LARGE_FROM,
  learnPassed,
  learnTail,
  memoryOf,
  NEWS_FACTOR,
  ownScore,
  REST_MIN,
  restOf,
  startTail,
  WARM_UP_BINS,
} from './tail.js';
import { mod, type WindowSurprise, windowsAt } from './windows.js';

/** From this score on a bin is suspicious, and less is learned from it. */
const SUSPECT = 6;
/** What is over within so many minutes may have been a clump of retries, and there may be more of its kind. */
const CLUMP_MINUTES = 4 * 60;
/** After this many longest seasons, further empty steps teach nothing; the rest of a longer gap is skipped. */
const GAP_SEASONS = 8;

export function start(settings: DetectorParameters, firstStep: number): State {
  const state = emptyState(settings, firstStep - 1);
  startTail(state);
  startBaseline(state, settings);
  return startAt(state, firstStep);
}

/** Moves a state that has learned nothing to another first step. */
export function startAt(state: State, firstStep: number): State {
  state.step = firstStep - 1;
  state.scalars[at.firstStep] = firstStep;
  state.scalars[at.incidentStep] = firstStep - RING;
  return state;
}

/** What was asked for last. */
const expected = { mean: 0, doubt: 0 };

/** What is expected of one step; the result is valid until the next call. */
export function expectedAt(
  state: State,
  settings: DetectorParameters,
  shape: Shape,
  step: number,
): { mean: number; doubt: number } {
  const bin = Math.floor(step / shape.binSteps);
  const { bins, means, doubts } = state.cache;
  const place = mod(bin, CACHED);
  if (bins[place] !== bin) {
    const { most, doubt } = predict(state, settings, shape, bin);
    bins[place] = bin;
    means[place] = most / shape.binSteps;
    doubts[place] = doubt;
  }
  expected.mean = means[place] ?? 0;
  expected.doubt = doubts[place] ?? 0;
  return expected;
}

const NO_WINDOWS: readonly WindowSurprise[] = [];

/** What a closed step had to say. */
export interface StepScore {
  /** The most surprising window that ended here. */
  readonly most: WindowSurprise;
  /** -log10 of how often a step of this series is as surprising. */
  readonly score: number;
  /** False where a higher recent score overshadows this one. */
  readonly news: boolean;
}

/**
 * Closes one step. A count of null means that the step was not recorded: it teaches nothing.
 * @returns null where there is nothing to score: no record, no failure, too early, or no window above its expectation
 */
export function closeStep(
  state: State,
  settings: DetectorParameters,
  shape: Shape,
  count: number | null,
): StepScore | null {
  const step = state.step + 1;
  const { mean, doubt } = expectedAt(state, settings, shape, step);
  state.counts[mod(step, RING)] = count ?? -1;
  state.expected[mod(step, RING)] = mean;
  state.step = step;
  learnHour(state, step, count, mean);
  const s = state.scalars;
  const scored = count !== null && count > 0 && ((s[at.bins] ?? 0) >= WARM_UP_BINS || settings.emptyBefore);
  const windows = scored
    ? windowsAt(state, settings, step, { from: step + 1, counts: [], expected: [], doubt })
    : NO_WINDOWS;
  const most = mostSurprising(windows);
  // Groups are judged by `detect`, at the moment at which their failures are seen.
  const result = settings.emptyBefore
    ? null
    : most && {
        most,
        score: trustOf(state, settings, shape) * calibrate(state, settings, most.raw),
        news: most.raw > NEWS_FACTOR * (s[at.peak] ?? 0),
      };
  if (count !== null) {
    s[at.open] = (s[at.open] ?? 0) + count;
    s[at.openSteps] = (s[at.openSteps] ?? 0) + 1;
    s[at.openScore] = Math.max(s[at.openScore] ?? 0, most?.raw ?? 0);
    if (settings.emptyBefore) learnCluster(state, settings, windows);
    if (most && most.count >= settings.incidentFrom && most.count >= INCIDENT_FACTOR * most.expected)
      s[at.incidentStep] = step;
  }
  if (mod(step + 1, shape.binSteps) === 0) closeBin(state, settings, shape, doubt);
  return result;
}

/** A rhythm is known when it was seen twice. Until then only what is far out of line is believed. */
function trustOf(state: State, settings: DetectorParameters, shape: Shape): number {
  const seasons = ((state.scalars[at.bins] ?? 0) * shape.binSteps) / (settings.seasons.at(-1) ?? shape.binSteps);
  return Math.min(1, 0.5 + 0.25 * seasons);
}

/**
 * A step without a failure is never the peak of a window that reaches back, so only steps with failures are examined.
 */
function mostSurprising(windows: readonly WindowSurprise[]): WindowSurprise | null {
  let most: WindowSurprise | null = null;
  for (const w of windows) if (w.raw > (most?.raw ?? 0)) most = w;
  return most;
}

/** Of a cluster counts what could have been a page: windows that reach the floor and are no habit. */
function learnCluster(state: State, settings: DetectorParameters, windows: readonly WindowSurprise[]): void {
  const s = state.scalars;
  for (const w of windows) {
    if (w.raw <= CLUSTER_FROM || 2 * w.count < settings.incidentFrom) continue;
    if (w.raw > (s[at.clusterScore] ?? 0) && isHabit(state, state.step, w.peak)) continue;
    touchCluster(s, state.step);
    s[at.clusterScore] = Math.max(s[at.clusterScore] ?? 0, w.raw);
    s[at.clusterCount] = Math.max(s[at.clusterCount] ?? 0, w.count - w.expected);
    s[at.clusterRest] = Math.max(s[at.clusterRest] ?? 0, restOf(w));
    s[at.clusterOwn] = Math.max(s[at.clusterOwn] ?? 0, ownScore(state, settings, w));
  }
}

function touchCluster(s: Float64Array, step: number): void {
  if ((s[at.clusterScore] ?? 0) === 0 && (s[at.clusterSpread] ?? 0) === 0) s[at.clusterFirst] = step;
  s[at.clusterStep] = step;
}

function closeBin(state: State, settings: DetectorParameters, shape: Shape, doubt: number): void {
  const s = state.scalars;
  const recorded = s[at.openSteps] ?? 0;
  if (recorded > 0) {
    const bin = Math.floor(state.step / shape.binSteps);
    const count = ((s[at.open] ?? 0) * shape.binSteps) / recorded;
    const memory = memoryOf(settings, shape.binSteps);
    // The windows of the next hour still hold an incident, and are no news.
    const incident = state.step - (s[at.incidentStep] ?? 0) < RING;
    learnEpisode(state, state.step, shape.binSteps, count, s[at.openScore] ?? 0);
    if ((s[at.bins] ?? 0) >= WARM_UP_BINS) {
      const news = !incident && (s[at.openScore] ?? 0) > NEWS_FACTOR * (s[at.peak] ?? 0);
      if (!incident) learnTail(state, settings, shape, s[at.openScore] ?? 0);
      if (settings.emptyBefore) closeCluster(state, settings, shape, doubt);
      const expected = (state.expected[mod(state.step, RING)] ?? 0) * shape.binSteps;
      learnVariance(state, 0, count, expected, doubt, memory, news);
      learnVariances(state, settings, doubt, memory, news);
    }
    learnBin(state, settings, shape, bin, count, varianceOf(state, 0), (s[at.openScore] ?? 0) > SUSPECT);
    state.cache.bins.fill(Number.NaN);
    s[at.bins] = (s[at.bins] ?? 0) + 1;
  }
  s[at.open] = 0;
  s[at.openSteps] = 0;
  s[at.openScore] = 0;
}

/** A cluster counts once, with its highest score, when it is over. An outage teaches nothing. */
function closeCluster(state: State, settings: DetectorParameters, shape: Shape, doubt: number): void {
  const s = state.scalars;
  const mayBe = (s[at.openScore] ?? 0) > LARGE_FROM - ALLOWANCE;
  const spread = mayBe
    ? spreadOf(state, settings, state.step, { from: state.step + 1, counts: [], expected: [], doubt })
    : 0;
  if (spread > LARGE_FROM) {
    touchCluster(s, state.step);
    s[at.clusterSpread] = Math.max(s[at.clusterSpread] ?? 0, spread);
    s[at.clusterOwn] = Math.max(s[at.clusterOwn] ?? 0, calibrateSpread(state, settings, spread));
  }
  if (state.step - (s[at.clusterStep] ?? 0) < RING) return;
  const count = s[at.clusterCount] ?? 0;
  const score = s[at.clusterScore] ?? 0;
  const first = s[at.clusterFirst] ?? 0;
  // A rate that wanders takes hours as well, but does not come to five times the usual.
  const isLasting = (s[at.clusterStep] ?? 0) - first > CLUMP_MINUTES || (s[at.run] ?? 0) > RUN_MAX;
  const isLong = isLasting && (s[at.incidentStep] ?? 0) >= first;
  const isOutage = isLong || isNoClump(settings, count, score);
  learnPassed(state, shape.binSteps, isOutage ? 0 : (s[at.clusterOwn] ?? 0));
  if (!isOutage) {
    learnPeak(state.peaks, state.step, shape, score);
    learnPeak(state.sizes, state.step, shape, count);
    if (score > 0) learnPeak(state.rests, state.step, shape, Math.max(REST_MIN, s[at.clusterRest] ?? 0));
    learnPeak(state.spreads, state.step, shape, s[at.clusterSpread] ?? 0);
  }
  s[at.clusterOwn] = 0;
  s[at.clusterScore] = 0;
  s[at.clusterSpread] = 0;
  s[at.clusterCount] = 0;
  s[at.clusterRest] = 0;
}

function learnVariances(
  state: State,
  settings: DetectorParameters,
  doubt: number,
  memory: number,
  news: boolean,
): void {
  let count = 0;
  let mean = 0;
  let length = 0;
  const { counts, expected } = state;
  const { windows } = settings;
  let i = mod(state.step, RING);
  for (let k = 0; k < windows.length; k++) {
    const window = windows[k] as number;
    for (; length < window; length++) {
      const c = counts[i] as number;
      if (c >= 0) {
        count += c;
        mean += expected[i] as number;
      }
      i = i === 0 ? RING - 1 : i - 1;
    }
    learnVariance(state, k + 1, count, mean, doubt, memory, news);
  }
}

/**
 * Closes the steps up to `step`. Those before it were empty, or not recorded where `isUnknown` says so; a step with failures was
 * recorded in any case.
 */
export function closeThrough(
  state: State,
  settings: DetectorParameters,
  step: number,
  count: number,
  isUnknown?: (step: number) => boolean,
): void {
  const shape = shapeOf(settings);
  const longest = GAP_SEASONS * (settings.seasons.at(-1) ?? 10_000);
  if (step - state.step > longest) {
    // Whole seasons are skipped, so that every phase stays where it is.
    const season = settings.seasons.at(-1) ?? 1;
    state.step += Math.floor((step - state.step - longest) / season) * season;
  }
  closeEmpty(state, settings, shape, count > 0 ? step - 1 : step, isUnknown);
  if (state.step < step) closeStep(state, settings, shape, count);
}

/** What `closeStep` does for steps without a failure, a bin at a time: nearly all steps are such, and a group may have months of them. */
function closeEmpty(
  state: State,
  settings: DetectorParameters,
  shape: Shape,
  last: number,
  isUnknown: ((step: number) => boolean) | undefined,
): void {
  const { scalars: s, counts } = state;
  while (state.step < last) {
    const first = state.step + 1;
    const { mean, doubt } = expectedAt(state, settings, shape, first);
    const end = Math.min(last, first + shape.binSteps - 1 - mod(first, shape.binSteps));
    let recorded = 0;
    for (let step = first; step <= end; step++) {
      const isKnown = isUnknown === undefined || !isUnknown(step);
      const place = mod(step, RING);
      counts[place] = isKnown ? 0 : -1;
      state.expected[place] = mean;
      state.step = step;
      learnHour(state, step, isKnown ? 0 : null, mean);
      if (isKnown) recorded++;
    }
    s[at.openSteps] = (s[at.openSteps] ?? 0) + recorded;
    if (mod(end + 1, shape.binSteps) === 0) closeBin(state, settings, shape, doubt);
  }
}
