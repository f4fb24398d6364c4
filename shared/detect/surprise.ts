/**
 * How surprising the last steps are, and how surprising steps of this series usually get. For every window that ends at
 * the current step the chance of a count as high as its own is worked out; the smallest of these is the score, as a
 * power of ten. Real series vary more than their model, so the score is then compared with the series' own past: how
 * often a new high exceeded a low threshold, and by how much (peaks over threshold, Davison and Smith 1990).
 */

import { learnBin, predict, startBaseline } from './baseline.js';
import { learnHour } from './course.js';
import { learnVariance, varianceOf } from './dispersion.js';
import { learnEpisode } from './habits.js';
import { log10UpperTail } from './negative-binomial.js';
import { at, type DetectorParameters, emptyState, RING, type Shape, type State, shapeOf } from './state.js';

/** Scores from here on belong to the tail: about one in twenty. */
const TAIL_FROM = 1.3;
/** The tail that is assumed until the series has shown its own: rate per bin, mean excess, and the weights of both. */
const TAIL_RATE = 0.05;
const TAIL_RATE_BINS = 100;
const TAIL_EXCESS = 1 / Math.LN10;
const TAIL_EXCESS_WEIGHT = 60;
/** A group of failures is silent except for its clumps, so a few of them show how large they get. */
const OWN_EXCESS_WEIGHT = 6;
const TAIL_SEEN_MAX = 200;
/**
 * The median moves by one part in this many, and in smaller steps the more was seen, so a few incidents cannot move it
 * far.
 */
const TAIL_MEDIAN_WEIGHT = 10;
/** An excess counts as at most this many median excesses, so that an incident is one surprise among others. */
const EXCESS_MAX = 15;
/** A bin is expected to hold at least this share of what the neighbouring bins hold. */
const NEIGHBOUR_SHARE = 0.5;
/** A score is news when it is this many times higher than the highest recent one, which fades. */
const NEWS_FACTOR = 1.1;
/** From this score on a bin is suspicious, and less is learned from it. */
const SUSPECT = 6;
/** See `DetectorParameters.incidentFrom`. */
const INCIDENT_FACTOR = 5;
/** The share of a series' highs that is taken for noise; the rest were events. */
const NOISE_SHARE = 0.8;
/** After this many longest seasons, further empty steps teach nothing; the rest of a longer gap is skipped. */
const GAP_SEASONS = 8;
/** The first bins of a series get no score, because they only set the level. */
const WARM_UP_BINS = 24;

/** One window that ends at the step in question. */
export interface WindowSurprise {
  readonly window: number;
  readonly count: number;
  readonly expected: number;
  /** -log10 of the chance of a count as high as this, by the model; 0 up to the expectation. */
  readonly raw: number;
  /** The highest count of one step in it. */
  readonly peak: number;
  /** Steps from the first failure in the window to the last. */
  readonly span: number;
}

/** Steps that are not closed yet: the first of them, their counts, and what is expected of each. */
export interface Later {
  readonly from: number;
  readonly counts: readonly number[];
  readonly expected: readonly number[];
  /** Variance of the logarithm of the expectation. */
  readonly doubt: number;
  /** The most that is expected of one step; small where the group is new. */
  readonly expectedMax?: number;
}

export function start(settings: DetectorParameters, firstStep: number): State {
  const state = emptyState(settings, firstStep - 1);
  state.scalars[at.firstStep] = firstStep;
  state.scalars[at.tailRate] = TAIL_RATE;
  state.scalars[at.tailExcess] = TAIL_EXCESS;
  state.scalars[at.tailMedian] = TAIL_EXCESS * Math.LN2;
  startBaseline(state, settings);
  return state;
}

/** What is expected of one step. */
export function expectedAt(
  state: State,
  settings: DetectorParameters,
  shape: Shape,
  step: number,
): { mean: number; doubt: number } {
  const bin = Math.floor(step / shape.binSteps);
  const { cache } = state;
  if (cache.bin !== bin) {
    // What a neighbouring bin usually holds may come half a bin early or late, because clocks are not exact.
    const before = predict(state, settings, shape, bin - 1).mean;
    const after = predict(state, settings, shape, bin + 1).mean;
    const { mean, doubt } = predict(state, settings, shape, bin);
    cache.bin = bin;
    cache.mean = Math.max(mean, NEIGHBOUR_SHARE * Math.max(before, after)) / shape.binSteps;
    cache.doubt = doubt;
  }
  return cache;
}

/** Evaluates the windows that end at `step`, shortest first. */
export function windowsAt(state: State, settings: DetectorParameters, step: number, later: Later): WindowSurprise[] {
  const { expectedMax = Number.POSITIVE_INFINITY } = later;
  let first = step;
  let last = Number.NEGATIVE_INFINITY;
  let count = 0;
  let expected = 0;
  let length = 0;
  let peak = 0;
  return settings.windows.map((window, k) => {
    for (; length < window; length++) {
      const s = step - length;
      const i = s - later.from;
      const c = i >= 0 ? (later.counts[i] ?? -1) : (state.counts[mod(s, RING)] ?? -1);
      if (c < 0) continue;
      count += c;
      peak = Math.max(peak, c);
      expected += Math.min(expectedMax, i >= 0 ? (later.expected[i] ?? 0) : (state.expected[mod(s, RING)] ?? 0));
      if (c === 0) continue;
      first = s;
      last = Math.max(last, s);
    }
    const span = count > 0 ? last - first + 1 : window;
    return { window, count, expected, peak, span, raw: rawOf(state, k + 1, count, expected, later.doubt) };
  });
}

/** -log10 of the chance that the window with index `slot` holds this many failures. */
export function rawOf(state: State, slot: number, count: number, expected: number, doubt: number): number {
  if (count <= expected) return 0;
  const { phi, psi } = varianceOf(state, slot);
  return -log10UpperTail(count, expected, phi * expected + (psi + doubt) * expected * expected);
}

/**
 * A raw score measured by the series' own past, per step. The tail beyond `TAIL_FROM` is a generalised Pareto
 * distribution, fitted by its first two moments. Its shape is never negative (the tail of the model itself is
 * exponential, shape 0).
 */
export function calibrate(state: State, settings: DetectorParameters, raw: number): number {
  const { binSteps } = shapeOf(settings);
  const s = state.scalars;
  const bins = Math.min(s[at.bins] ?? 0, memoryOf(settings, binSteps));
  const rate = ((s[at.tailRate] ?? 0) * bins + TAIL_RATE * TAIL_RATE_BINS) / (bins + TAIL_RATE_BINS);
  const from = -Math.log10((NOISE_SHARE * rate) / binSteps);
  if (raw <= TAIL_FROM) return (raw / TAIL_FROM) * from;
  const seen = s[at.tailSeen] ?? 0;
  const weight = settings.emptyBefore ? OWN_EXCESS_WEIGHT : TAIL_EXCESS_WEIGHT;
  const pool = (own: number, prior: number): number => (own * seen + prior * weight) / (seen + weight);
  const mean = pool(s[at.tailExcess] ?? 0, TAIL_EXCESS);
  const variance = pool(s[at.tailSquare] ?? 0, 2 * TAIL_EXCESS ** 2) - mean * mean;
  const shape = Math.max(0, Math.min(0.5, 0.5 * (1 - (mean * mean) / Math.max(variance, 1e-9))));
  const x = raw - TAIL_FROM;
  if (shape < 1e-3) return from + x / mean / Math.LN10;
  return from + Math.log10(1 + (shape * x) / (mean * (1 - shape))) / shape;
}

function memoryOf(settings: DetectorParameters, binSteps: number): number {
  return (8 * (settings.seasons.at(-1) ?? 500)) / binSteps;
}

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
  learnHour(state, step, count ?? 0, mean);
  const s = state.scalars;
  const scored = count !== null && count > 0 && ((s[at.bins] ?? 0) >= WARM_UP_BINS || settings.emptyBefore);
  const most = scored ? mostSurprising(state, settings, doubt) : null;
  const trust = settings.emptyBefore ? 1 : trustOf(state, settings, shape);
  const result = most && {
    most,
    score: trust * calibrate(state, settings, most.raw),
    news: most.raw > NEWS_FACTOR * (s[at.peak] ?? 0),
  };
  if (count !== null) {
    s[at.open] = (s[at.open] ?? 0) + count;
    s[at.openSteps] = (s[at.openSteps] ?? 0) + 1;
    s[at.openScore] = Math.max(s[at.openScore] ?? 0, most?.raw ?? 0);
    if (most && most.count >= settings.incidentFrom && most.count >= INCIDENT_FACTOR * most.expected)
      s[at.openIncident] = 1;
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
function mostSurprising(state: State, settings: DetectorParameters, doubt: number): WindowSurprise | null {
  const later = { from: state.step + 1, counts: [], expected: [], doubt };
  let most: WindowSurprise | null = null;
  for (const w of windowsAt(state, settings, state.step, later)) {
    if (w.raw > (most?.raw ?? 0)) most = w;
  }
  return most;
}

function closeBin(state: State, settings: DetectorParameters, shape: Shape, doubt: number): void {
  const s = state.scalars;
  const recorded = s[at.openSteps] ?? 0;
  if (recorded > 0) {
    const bin = Math.floor(state.step / shape.binSteps);
    const count = ((s[at.open] ?? 0) * shape.binSteps) / recorded;
    const memory = memoryOf(settings, shape.binSteps);
    const incident = (s[at.openIncident] ?? 0) > 0;
    learnEpisode(state, state.step, shape.binSteps, count, s[at.openScore] ?? 0);
    if ((s[at.bins] ?? 0) >= WARM_UP_BINS) {
      const news = !incident && (s[at.openScore] ?? 0) > NEWS_FACTOR * (s[at.peak] ?? 0);
      if (!incident) learnTail(state, settings, shape, s[at.openScore] ?? 0, memory);
      const expected = (state.expected[mod(state.step, RING)] ?? 0) * shape.binSteps;
      learnVariance(state, 0, count, expected, doubt, memory, news);
      learnVariances(state, settings, doubt, memory, news);
    }
    learnBin(state, settings, shape, bin, count, varianceOf(state, 0), (s[at.openScore] ?? 0) > SUSPECT);
    state.cache.bin = Number.NaN;
    s[at.bins] = (s[at.bins] ?? 0) + 1;
  }
  s[at.open] = 0;
  s[at.openSteps] = 0;
  s[at.openScore] = 0;
  s[at.openIncident] = 0;
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
  for (const [k, window] of settings.windows.entries()) {
    for (; length < window; length++) {
      const i = mod(state.step - length, RING);
      const c = state.counts[i] ?? -1;
      if (c < 0) continue;
      count += c;
      mean += state.expected[i] ?? 0;
    }
    learnVariance(state, k + 1, count, mean, doubt, memory, news);
  }
}

function learnTail(state: State, settings: DetectorParameters, shape: Shape, raw: number, memory: number): void {
  const s = state.scalars;
  const peak = s[at.peak] ?? 0;
  const news = raw > TAIL_FROM && raw > NEWS_FACTOR * peak;
  const bins = Math.min(s[at.bins] ?? 0, memory) - WARM_UP_BINS + 1;
  s[at.tailRate] = (s[at.tailRate] ?? 0) + ((news ? 1 : 0) - (s[at.tailRate] ?? 0)) / Math.max(1, bins);
  if (news) {
    const seen = Math.min((s[at.tailSeen] ?? 0) + 1, TAIL_SEEN_MAX);
    const old = s[at.tailExcess] ?? 0;
    const median = s[at.tailMedian] ?? 0;
    const excess = Math.min(raw - TAIL_FROM, EXCESS_MAX * median);
    s[at.tailMedian] = median * Math.exp((excess > median ? 1 : -1) / (TAIL_MEDIAN_WEIGHT + seen));
    s[at.tailExcess] = old + (excess - old) / seen;
    s[at.tailSquare] = (s[at.tailSquare] ?? 0) + (excess * excess - (s[at.tailSquare] ?? 0)) / seen;
    s[at.tailSeen] = seen;
  }
  s[at.peak] = Math.max(raw, peak * (1 - 1 / peakBins(settings, shape)));
}

/** For how many bins a high score overshadows lower ones: a quarter of the shorter season. */
function peakBins(settings: DetectorParameters, shape: Shape): number {
  return Math.max(2, (settings.seasons[0] ?? 48) / shape.binSteps / 4);
}

/** Closes the steps up to `step`; those before it were empty. */
export function closeThrough(state: State, settings: DetectorParameters, step: number, count: number): void {
  const shape = shapeOf(settings);
  const longest = GAP_SEASONS * (settings.seasons.at(-1) ?? 10_000);
  if (step - state.step > longest) {
    // Whole seasons are skipped, so that every phase stays where it is.
    const season = settings.seasons.at(-1) ?? 1;
    state.step += Math.floor((step - state.step - longest) / season) * season;
  }
  while (state.step < step - 1) closeStep(state, settings, shape, 0);
  if (state.step < step) closeStep(state, settings, shape, count);
}

function mod(a: number, n: number): number {
  return a - Math.floor(a / n) * n;
}
