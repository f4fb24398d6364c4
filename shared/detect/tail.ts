/**
 * How surprising scores of a series usually get, measured by its own past: how often a new high exceeded a low
 * threshold, and by how much (peaks over threshold, Davison and Smith 1990).
 */

import { at, type DetectorParameters, type Shape, type State, shapeOf } from './state.js';

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
/** Scores from here on are large: by the model, one step in ten thousand has one. */
export const LARGE_FROM = 4;
/** For this long a group is new: what it had since it was first seen is not taken for its usual. */
export const NEW_MINUTES = 24 * 60;
/** The rate of large highs is that of so many steps at least: two weeks. */
const RATE_MINUTES = 14 * 24 * 60;
/** A single large high is a measure only where it is so far beyond `LARGE_FROM`; a smaller one may be chance. */
const FAR_EXCESS = 4;
/** So many spread hours show how long a run of them usually lasts, and so many how large they get: some are slow burns. */
const RUNS_SEEN_MIN = 2;
const SPREAD_SEEN_MIN = 14;
const LARGE_SEEN_MAX = 50;
/**
 * The mean excess that is assumed of large highs, and its weight. The chance of the next one falls like a power, of this many more
 * than were seen: the fewer they are, the less is known of how large they get.
 */
const LARGE_EXCESS = 2;
const LARGE_POWER = 2;
const LARGE_EXCESS_WEIGHT = 1;
/** The first bins of a series get no score, because they only set the level. */
export const WARM_UP_BINS = 24;
/** A score is news when it is this many times higher than the highest recent one, which fades. */
export const NEWS_FACTOR = 1.1;

/** The places of a tail of large highs in the state: how often a bin has one, their mean excess, and how many were seen. */
interface Places {
  readonly rate: number;
  readonly excess: number;
  readonly seen: number;
}

const LARGE: Places = { rate: at.largeRate, excess: at.largeExcess, seen: at.largeSeen };
/** The tail of the hours whose failures are spread, see `spread.ts`. */
const SPREAD: Places = { rate: at.spreadRate, excess: at.spreadExcess, seen: at.spreadSeen };

/**
 * A raw score measured by the series' own past, per step: as surprising as the less surprising of two tails says. One is
 * that of all highs; for a group of failures the other one is that of its large highs only, because clumps among
 * small noise are more frequent than the noise foretells. The tail beyond `TAIL_FROM` is a generalised Pareto
 * distribution, fitted by its first two moments. Its shape is never negative (the tail of the model itself is
 * exponential, shape 0).
 */
export function calibrate(state: State, settings: DetectorParameters, raw: number): number {
  const { binSteps } = shapeOf(settings);
  const s = state.scalars;
  const own = paretoScore(s, settings, binSteps, raw);
  const isNew = state.step - (s[at.firstStep] ?? 0) < NEW_MINUTES;
  return settings.emptyBefore && !isNew ? Math.min(own, excessScore(s, LARGE, raw, binSteps)) : own;
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
 * The score of an hour whose failures are spread: the model's word, until the group has shown such hours, and then for a run
 * that is longer than its usual ones.
 */
export function calibrateSpread(state: State, settings: DetectorParameters, raw: number): number {
  const s = state.scalars;
  const seen = s[SPREAD.seen] ?? 0;
  if (seen < SPREAD_SEEN_MIN && (seen < RUNS_SEEN_MIN || (s[at.run] ?? 0) > (s[at.usualRun] ?? 0))) return raw;
  return Math.min(raw, excessScore(s, SPREAD, raw, shapeOf(settings).binSteps));
}

/**
 * A raw score by an exponential tail whose mean is known from few examples. Infinite where that tail says nothing.
 */
function excessScore(s: Float64Array, places: Places, raw: number, binSteps: number): number {
  const seen = s[places.seen] ?? 0;
  if (seen === 0 || (seen === 1 && (s[places.excess] ?? 0) < FAR_EXCESS)) return Number.POSITIVE_INFINITY;
  const sum = (s[places.excess] ?? 0) * seen + LARGE_EXCESS * LARGE_EXCESS_WEIGHT;
  const mean = sum / (seen + LARGE_EXCESS_WEIGHT);
  const power = seen + LARGE_EXCESS_WEIGHT + LARGE_POWER;
  const chance = power * Math.log10(1 + Math.max(0, raw - LARGE_FROM) / (power * mean));
  // What came once in the first days may have come once in weeks.
  const bins = Math.max(1, s[at.bins] ?? 0);
  const rate = (s[places.rate] ?? 0) * Math.min(1, (bins * binSteps) / RATE_MINUTES);
  return -Math.log10((CAUTION * rate) / binSteps) + chance;
}

function learnExcess(s: Float64Array, places: Places, raw: number, bins: number): void {
  const isLarge = raw > LARGE_FROM;
  const rate = s[places.rate] ?? 0;
  s[places.rate] = rate + ((isLarge ? 1 : 0) - rate) / bins;
  if (!isLarge) return;
  const seen = Math.min((s[places.seen] ?? 0) + 1, LARGE_SEEN_MAX);
  const old = s[places.excess] ?? 0;
  s[places.excess] = old + (raw - LARGE_FROM - old) / seen;
  s[places.seen] = seen;
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

/**
 * Learns from a cluster of large scores that is over, or from a bin of none.
 * @param raw its highest score, and `spread` that of a spread hour in it; 0 for none
 */
export function learnLarge(
  { scalars: s }: State,
  settings: DetectorParameters,
  shape: Shape,
  raw: number,
  spread: number,
): void {
  const bins = binsSeen(s, settings, shape);
  learnExcess(s, LARGE, raw, bins);
  learnExcess(s, SPREAD, spread, bins);
}

/** For how many bins a high score overshadows lower ones: a quarter of the shorter season. */
function peakBins(settings: DetectorParameters, shape: Shape): number {
  return Math.max(2, (settings.seasons[0] ?? 48) / shape.binSteps / 4);
}
