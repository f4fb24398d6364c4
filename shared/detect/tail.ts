/**
 * How surprising scores of a series usually get, measured by its own past: how often a new high exceeded a low
 * threshold, and by how much (peaks over threshold, Davison and Smith 1990).
 */

import { CLUSTER_FROM, firstScore, MEMORY_MINUTES, minutesOf, peakScore } from './peaks.js';
import { at, type DetectorParameters, type Shape, SPREADS, type State, shapeOf } from './state.js';
import type { WindowSurprise } from './windows.js';

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
/** The share of a series' highs that is taken for noise; the rest were events. */
const NOISE_SHARE = 0.8;
/**
 * Highs of a group of failures are taken to come so many times as often as they did: their number and their sizes are known from
 * few weeks, and a page too many costs more than one that comes a minute later.
 */
const CAUTION = 1.7;
/** A spread hour is large from this score on: by the model, one in ten thousand. */
export const LARGE_FROM = 4;
/** For this long a group is new: what it had since it was first seen is not taken for its usual. */
export const NEW_MINUTES = 24 * 60;
/**
 * More than this many times `incidentFrom` failures beyond what was expected are no clump of retries, if they have such a score: where
 * many are usual they may be chance.
 */
const CLUMP_MAX = 2;
const OUTAGE_SCORE = 9;
/** From so many clusters on their own measure is enough; before, that of all highs counts as well. */
const PEAKS_TRUSTED = 4;
/**
 * For so long a group must be known in which clusters are rare, where it had none, and where it had one. However often they come, the
 * first in so many minutes comes no more than once in e times as many, and the first or second once in 1.2 times.
 */
const RARE_MINUTES = [22 * 24 * 60, 48 * 24 * 60] as const;
/** What came once at most in the time that is remembered is taken to come once in so many such times. */
const RARE_TIMES = 8;
/** In steps: a burst shows within them that it goes on, and clumps that follow each other by chance are further apart. */
const BRIEF = 5;
/** A cluster of a single step has next to nothing besides it. */
export const REST_MIN = 0.5;
const REST_DIFFERENCE = 2;
/** What a few clusters show is at most that it comes once in so many times the time in which they came. */
const FEW_TIMES = 40;
/** A single spread hour does not show how large they get. */
const SPREADS_SEEN_MIN = 2;
/** Whatever passes this score should come five times in 30 days. */
const PASSED_FROM = -Math.log10(5 / (30 * 24 * 60));
/** How many clusters passed is known as well as if so many more had been expected and seen. */
const PASSED_PRIOR = 2;
const PASSED_MAX = 4;
/** In minutes: what passed four weeks ago counts for a third. */
const PASSED_MEMORY = 4 * 7 * 24 * 60;
/** A page too many costs more than one that comes a minute later. */
const RESERVE = 1.7;
/** Beyond `PASSED_FROM` a score counts for this share only: a few weeks do not show how much larger the rarest clusters are. */
const TRUST = 0.8;
/** The first bins of a series get no score, because they only set the level. */
export const WARM_UP_BINS = 24;
/** A score is news when it is this many times higher than the highest recent one, which fades. */
export const NEWS_FACTOR = 1.1;

/**
 * A raw score measured by the series' own past, per step. For a group of failures its clusters say how surprising it is (`peaks.ts`),
 * and as long as they are few the less surprising of that and the tail of all highs counts. That tail, beyond `TAIL_FROM`, is a
 * generalised Pareto distribution, fitted by its first two moments. Its shape is never negative (the tail of the model itself is
 * exponential, shape 0).
 */
export function calibrate(state: State, settings: DetectorParameters, raw: number): number {
  const { binSteps } = shapeOf(settings);
  const s = state.scalars;
  const own = paretoScore(s, settings, binSteps, raw);
  const isNew = state.step - (s[at.firstStep] ?? 0) < NEW_MINUTES;
  if (!settings.emptyBefore || isNew || raw <= CLUSTER_FROM) return own;
  const { score, seen } = peakScore(state, state.peaks, raw, binSteps);
  if (seen >= PEAKS_TRUSTED) return score;
  return Math.max(Math.min(own, score, Math.log10(FEW_TIMES * minutesOf(state))), rareScore(state, raw, seen));
}

/**
 * The score where clusters are too rare to be measured: a group that had none in four weeks, or one in six, is paged for the next one
 * whatever the size of the first. One burst is no habit, and an outage that it would hide is an outage untold.
 */
function rareScore({ scalars, step }: State, raw: number, seen: number): number {
  const minutes = Math.min(MEMORY_MINUTES, step - (scalars[at.firstStep] ?? 0));
  if (minutes < (RARE_MINUTES[seen] ?? Number.POSITIVE_INFINITY)) return 0;
  return Math.min(Math.log10(RARE_TIMES * minutes), firstScore(raw, minutes));
}

function paretoScore(s: Float64Array, settings: DetectorParameters, binSteps: number, raw: number): number {
  const bins = Math.min(s[at.bins] ?? 0, memoryOf(settings, binSteps));
  const rate = ((s[at.tailRate] ?? 0) * bins + TAIL_RATE * TAIL_RATE_BINS) / (bins + TAIL_RATE_BINS);
  const share = settings.emptyBefore ? CAUTION : NOISE_SHARE;
  const from = -Math.log10((share * rate) / binSteps);
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

/**
 * The score of a window of a group of failures: the highest of what its chance and its size say. Several measures pass more often than
 * one, so what passed so far says how much less each of them counts, see `withReserve`.
 */
export function ownScore(state: State, settings: DetectorParameters, w: WindowSurprise): number {
  return Math.max(
    calibrate(state, settings, w.raw),
    calibrateSize(state, settings, w),
    calibrateRest(state, settings, w),
  );
}

/**
 * What remains of a score of a known group: less where more clusters passed than there should be, and less the further out it is, because
 * few weeks do not show what is that rare.
 */
export function withReserve({ scalars: s, step }: State, score: number): number {
  const minutes = step - (s[at.firstStep] ?? 0);
  if (minutes < NEW_MINUTES || score <= 0) return score;
  const due = Math.min(minutes, PASSED_MEMORY) * 10 ** -PASSED_FROM;
  const times = ((s[at.passed] ?? 0) + PASSED_PRIOR) / (due + PASSED_PRIOR);
  const far = Math.max(0, score - PASSED_FROM);
  return score - far * (1 - TRUST) - Math.log10(RESERVE * Math.max(1, Math.min(PASSED_MAX, times)));
}

/** Learns from a cluster that is over, or from a bin without: whether it passed. */
export function learnPassed({ scalars: s }: State, binSteps: number, score: number): void {
  s[at.passed] = (s[at.passed] ?? 0) * (1 - binSteps / PASSED_MEMORY) + (score >= PASSED_FROM ? 1 : 0);
}

/** See `DetectorParameters.incidentFrom`. */
export const INCIDENT_FACTOR = 5;

/** Whether it is too large for a clump: then it is told whatever the group had before, and teaches nothing. */
export function isNoClump({ incidentFrom }: DetectorParameters, size: number, raw: number): boolean {
  return size > CLUMP_MAX * incidentFrom && raw > OUTAGE_SCORE;
}

/**
 * The score of a window by how many failures it has beyond what was expected. Where a rate grows, so does its scatter: the model has the
 * last word, unless the window has many times its expectation.
 */
function calibrateSize(state: State, settings: DetectorParameters, { raw, count, expected }: WindowSurprise): number {
  if (raw <= CLUSTER_FROM) return 0;
  const size = count - expected;
  if (isNoClump(settings, size, raw)) return raw;
  const { score, seen } = peakScore(state, state.sizes, size, shapeOf(settings).binSteps);
  if (seen === 0) return 0;
  return seen < PEAKS_TRUSTED || count < INCIDENT_FACTOR * expected ? Math.min(raw, score) : score;
}

/**
 * By how many failures a brief window exceeds what was expected, without its densest step: next to nothing where many fail at once and
 * are done, and nearly all of them where they go on failing.
 */
export function restOf({ window, count, peak, expected }: WindowSurprise): number {
  return window > BRIEF ? 0 : Math.max(0, count - peak - expected);
}

/** The score of a window by that measure. */
function calibrateRest(state: State, settings: DetectorParameters, w: WindowSurprise): number {
  const rest = restOf(w);
  if (w.raw <= CLUSTER_FROM || rest <= 0) return 0;
  const { score, seen } = peakScore(state, state.rests, rest, shapeOf(settings).binSteps, REST_DIFFERENCE);
  return seen === 0 ? 0 : Math.min(w.raw, score);
}

/**
 * The score of an hour whose failures are spread: the model's word, until the group has shown some such hours, and while it has shown
 * few also for a run of them that is longer than its usual ones.
 */
export function calibrateSpread(state: State, settings: DetectorParameters, raw: number): number {
  const s = state.scalars;
  const { score, seen } = peakScore(state, state.spreads, raw, shapeOf(settings).binSteps);
  const isLonger = (s[at.run] ?? 0) > (s[at.usualRun] ?? 0);
  if (seen < SPREADS_SEEN_MIN || (seen < SPREADS && isLonger)) return raw;
  return Math.min(raw, score);
}

export function memoryOf(settings: DetectorParameters, binSteps: number): number {
  return (8 * (settings.seasons.at(-1) ?? 500)) / binSteps;
}

/** How many bins the tails have been learned from. */
function binsSeen(s: Float64Array, settings: DetectorParameters, shape: Shape): number {
  return Math.max(1, Math.min(s[at.bins] ?? 0, memoryOf(settings, shape.binSteps)) - WARM_UP_BINS + 1);
}

/** The tails of a series that has shown nothing yet. */
export function startTail({ scalars: s }: State): void {
  s[at.tailRate] = TAIL_RATE;
  s[at.tailExcess] = TAIL_EXCESS;
  s[at.tailMedian] = TAIL_EXCESS * Math.LN2;
}

/** Learns from a closed bin that was no incident; `raw` is its highest score. */
export function learnTail(state: State, settings: DetectorParameters, shape: Shape, raw: number): void {
  const s = state.scalars;
  const peak = s[at.peak] ?? 0;
  const news = raw > TAIL_FROM && raw > NEWS_FACTOR * peak;
  const bins = binsSeen(s, settings, shape);
  s[at.tailRate] = (s[at.tailRate] ?? 0) + ((news ? 1 : 0) - (s[at.tailRate] ?? 0)) / bins;
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
