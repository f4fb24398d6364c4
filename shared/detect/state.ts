/**
 * What the detector remembers of a series, as numbers in typed arrays, and how that is packed into at most 5 KB of
 * JSON. Packing loses nothing (doubles stay doubles, floats stay floats), so learning in one go and learning with saves
 * in between end in the same state, bit for bit.
 */

import { Buffer } from 'node:buffer';

/** The parameters of the mathematics, in steps. */
export interface DetectorParameters {
  /** Lengths of the seasons, ascending, at most two. */
  readonly seasons: readonly number[];
  /** Lengths of the windows, ascending; at most `WINDOWS_MAX` of them, none longer than `RING`. */
  readonly windows: readonly number[];
  /**
   * From this many failures in a window on, five times the usual is an incident, from which the detector learns nothing
   * about noise. Infinite for series whose peaks nobody treats as incidents.
   */
  readonly incidentFrom: number;
  /** How many shorter seasons the recent level reaches back. */
  readonly recentSeasons: number;
  /**
   * True where the steps before the first one are known to have been empty (failures of a group that was never seen),
   * so that a first burst is news. False for a series that was not recorded before.
   */
  readonly emptyBefore: boolean;
}

/** For how many steps raw counts are kept: the longest window. */
export const RING = 60;
const WINDOWS_MAX = 5;
/** For how many hours sums are kept: a day. */
export const HOURS = 24;
/** How many unusual episodes are kept, each as first step, last step and most failures of a step. */
export const EPISODES = 24;
export const EPISODE = 3;
/** Most bins of the shorter season (a day: five minutes each) and of the longer one (a week: an hour each). */
const BINS_MAX = [288, 168] as const;
/** Level, slope, two harmonics of the shorter season (two numbers each), two profiles, the recent level. */
export const FEATURES = 9;
/** How many sums one variance function needs. */
export const SUMS = 5;

/** The places of the single numbers in the state. */
export const at = {
  firstStep: 0,
  /** The count of the open bin, how many of its steps were recorded, and the highest score among them. */
  open: 1,
  openSteps: 2,
  openScore: 3,
  /** How many bins with a record were closed. */
  bins: 4,
  /** Recent counts, and what the rest of the baseline expected of them, exponentially weighted. */
  recentCount: 5,
  recentExpected: 6,
  /** How often a score exceeds `TAIL_FROM`, the mean excess of those that do, and how many were seen. */
  tailRate: 7,
  tailExcess: 8,
  tailSeen: 9,
  /** The highest recent score, which fades. A score that is no higher is no news. */
  peak: 10,
  /** Mean square of those excesses. */
  tailSquare: 11,
  /** Median excess. */
  tailMedian: 12,
  /** The last step at which a window was certainly an incident. */
  incidentStep: 13,
  /**
   * How many failures an hour usually has, and how likely it is to have one at all: exponentially weighted over two
   * weeks.
   */
  usualPerHour: 14,
  usualHours: 15,
  /** The last step with a failure. */
  lastFailure: 16,
  /** How many failures were expected since that step. */
  missing: 17,
  /** The index of the last episode. */
  episode: 18,
  /** The same three numbers for scores of `LARGE_FROM` or more, of every window and of spread hours (`tail.ts`). */
  largeRate: 19,
  largeExcess: 20,
  largeSeen: 21,
  spreadRate: 22,
  spreadExcess: 23,
  spreadSeen: 24,
  /**
   * The cluster that goes on: its last step with a score of `LARGE_FROM` or more, its highest score, that of a spread hour, and the
   * most failures of a window with such a score.
   */
  clusterStep: 25,
  clusterScore: 26,
  clusterSpread: 27,
  clusterCount: 28,
  /** For how many hours up to now each hour had failures as a spread one has, and for how many such runs usually last. */
  run: 29,
  usualRun: 30,
} as const;

export interface State {
  /** The last closed step. */
  step: number;
  readonly scalars: Float64Array;
  /** Coefficients of the log-linear baseline, and the upper triangle of their covariance. */
  readonly x: Float64Array;
  readonly p: Float32Array;
  /** Sums behind the variance of a bin (first) and of each window. */
  readonly dispersion: Float32Array;
  /**
   * Counts of the last steps by step modulo `RING`, negative where none was recorded; and what was expected of these
   * steps.
   */
  readonly counts: Float32Array;
  readonly expected: Float32Array;
  /** Failures of the last hours, by hour since the epoch modulo `HOURS`; the last hour may be unfinished. */
  readonly hours: Float32Array;
  /** The last `EPISODES`, each of `EPISODE` numbers. */
  readonly episodes: Float64Array;
  /** Log ratios of each season's bins to the smooth baseline. */
  readonly profiles: readonly Float32Array[];
  /** Two bits for every bin of the shorter season: at how many visits in a row it was surprisingly high. */
  readonly surprised: Uint8Array;
  /** The prediction of one bin, valid until the next bin is learned. It is not saved. */
  readonly cache: { bin: number; mean: number; doubt: number };
}

export interface Shape {
  /** Steps of the finest bin, in which the baseline is learned. */
  readonly binSteps: number;
  readonly bins: readonly number[];
}

export function shapeOf(settings: DetectorParameters): Shape {
  const [shorter = 1] = settings.seasons;
  const binSteps = Math.max(1, Math.ceil(shorter / BINS_MAX[0]));
  const bins = settings.seasons.map((season, k) =>
    Math.max(1, Math.min(BINS_MAX[k === 0 ? 0 : 1], Math.ceil(season / binSteps))),
  );
  return { binSteps, bins };
}

export function emptyState(settings: DetectorParameters, step: number): State {
  const { bins } = shapeOf(settings);
  const state: State = {
    step,
    scalars: new Float64Array(Object.keys(at).length),
    x: new Float64Array(FEATURES),
    p: new Float32Array((FEATURES * (FEATURES + 1)) / 2),
    dispersion: new Float32Array(SUMS * (1 + WINDOWS_MAX)),
    counts: new Float32Array(RING).fill(settings.emptyBefore ? 0 : -1),
    expected: new Float32Array(RING),
    hours: new Float32Array(HOURS),
    episodes: new Float64Array(EPISODES * EPISODE),
    profiles: bins.map((n) => new Float32Array(n)),
    surprised: new Uint8Array(Math.ceil((bins[0] ?? 0) / 4)),
    cache: { bin: Number.NaN, mean: 0, doubt: 0 },
  };
  return state;
}

function arraysOf(state: State): (Float64Array | Float32Array | Uint8Array)[] {
  const { scalars, x, p, dispersion, counts, expected, hours, episodes, profiles, surprised } = state;
  return [scalars, x, p, dispersion, counts, expected, hours, episodes, ...profiles, surprised];
}

/** Base64 of the arrays' bytes; every machine that runs this is little-endian. */
export function pack(state: State): string {
  return Buffer.concat(arraysOf(state).map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength))).toString(
    'base64',
  );
}

/** @returns null where the text was packed with parameters of another shape; the series then starts afresh */
export function unpack(text: string, step: number, settings: DetectorParameters): State | null {
  const state = emptyState(settings, step);
  const bytes = Buffer.from(text, 'base64');
  const arrays = arraysOf(state);
  if (bytes.length !== arrays.reduce((sum, a) => sum + a.byteLength, 0)) return null;
  let offset = 0;
  for (const array of arrays) {
    bytes.copy(new Uint8Array(array.buffer), 0, offset, offset + array.byteLength);
    offset += array.byteLength;
  }
  return state;
}
