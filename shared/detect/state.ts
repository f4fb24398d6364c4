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
/** How many clusters are kept, by score, by size, by size without the densest minute, and of spread hours, each as that number and the bin in which it ended. */
const PEAKS = 16;
const SIZES = 8;
export const SPREADS = 8;
export const PEAK = 2;
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
  /**
   * The cluster that goes on: its first and last step with a score of `CLUSTER_FROM` or more, its highest score of a window that
   * reaches the floor, that of a spread hour, and by how many failures such a window exceeded what was expected.
   */
  clusterFirst: 19,
  clusterStep: 20,
  clusterScore: 21,
  clusterSpread: 22,
  clusterCount: 23,
  /** The highest score of that cluster by the group's own measure, and how many clusters passed `PASSED_FROM`, fading. */
  clusterOwn: 26,
  passed: 27,
  /** By how many failures a brief window of that cluster exceeded what was expected, without its densest step. */
  clusterRest: 28,
  /** For how many hours up to now each hour had failures as a spread one has, and for how many such runs usually last. */
  run: 24,
  usualRun: 25,
} as const;

export interface State {
  /** The last closed step. */
  step: number;
  /** All of the following but the cache. */
  readonly bytes: ArrayBuffer;
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
  /** The last `EPISODES`, each of `EPISODE` numbers. As 32-bit floats, minutes since the epoch are exact to two. */
  readonly episodes: Float32Array;
  /** The largest clusters of the last weeks, each of `PEAK` numbers, in descending order; 0 where there are fewer. */
  readonly peaks: Float32Array;
  readonly sizes: Float32Array;
  readonly rests: Float32Array;
  readonly spreads: Float32Array;
  /** Log ratios of each season's bins to the smooth baseline. */
  readonly profiles: readonly Float32Array[];
  /** Two bits for every bin of the shorter season: at how many visits in a row it was surprisingly high. */
  readonly surprised: Uint8Array;
  /** Predictions of the latest bins, each at its number modulo `CACHED`, valid until the next bin is learned. They are not saved. */
  readonly cache: { readonly bins: number[]; readonly means: number[]; readonly doubts: number[] };
}

/** The bins of the longest window, and those on both sides of it. */
export const CACHED = 16;

export interface Shape {
  /** Steps of the finest bin, in which the baseline is learned. */
  readonly binSteps: number;
  readonly bins: readonly number[];
}

const shapes = new WeakMap<DetectorParameters, Shape>();

export function shapeOf(settings: DetectorParameters): Shape {
  const known = shapes.get(settings);
  if (known !== undefined) return known;
  const [shorter = 1] = settings.seasons;
  const binSteps = Math.max(1, Math.ceil(shorter / BINS_MAX[0]));
  const bins = settings.seasons.map((season, k) =>
    Math.max(1, Math.min(BINS_MAX[k === 0 ? 0 : 1], Math.ceil(season / binSteps))),
  );
  const shape = { binSteps, bins };
  shapes.set(settings, shape);
  return shape;
}

const SCALARS = Object.keys(at).length;
const TRIANGLE = (FEATURES * (FEATURES + 1)) / 2;
const FLOATS =
  TRIANGLE + SUMS * (1 + WINDOWS_MAX) + 2 * RING + HOURS + EPISODES * EPISODE + PEAK * (PEAKS + 2 * SIZES + SPREADS);

/** All arrays are views of the same bytes, those of wider numbers first, so that packing is a single copy. */
export function emptyState(settings: DetectorParameters, step: number): State {
  const { bins } = shapeOf(settings);
  const surprised = Math.ceil((bins[0] ?? 0) / 4);
  const floats = FLOATS + bins.reduce((sum, n) => sum + n, 0);
  const bytes = new ArrayBuffer(8 * (SCALARS + FEATURES) + 4 * floats + surprised);
  let offset = 0;
  const doubles = (n: number): Float64Array => {
    offset += 8 * n;
    return new Float64Array(bytes, offset - 8 * n, n);
  };
  const singles = (n: number): Float32Array => {
    offset += 4 * n;
    return new Float32Array(bytes, offset - 4 * n, n);
  };
  return {
    step,
    bytes,
    scalars: doubles(SCALARS),
    x: doubles(FEATURES),
    p: singles(TRIANGLE),
    dispersion: singles(SUMS * (1 + WINDOWS_MAX)),
    counts: singles(RING).fill(settings.emptyBefore ? 0 : -1),
    expected: singles(RING),
    hours: singles(HOURS),
    episodes: singles(EPISODES * EPISODE),
    peaks: singles(PEAKS * PEAK),
    sizes: singles(SIZES * PEAK),
    rests: singles(SIZES * PEAK),
    spreads: singles(SPREADS * PEAK),
    profiles: bins.map(singles),
    surprised: new Uint8Array(bytes, offset, surprised),
    cache: {
      bins: new Array<number>(CACHED).fill(Number.NaN),
      means: new Array<number>(CACHED).fill(0),
      doubts: new Array<number>(CACHED).fill(0),
    },
  };
}

/** Base64 of the state's bytes; every machine that runs this is little-endian. */
export function pack({ bytes }: State): string {
  return Buffer.from(bytes).toString('base64');
}

/** @returns null where the text was packed with parameters of another shape; the series then starts afresh */
export function unpack(text: string, step: number, settings: DetectorParameters): State | null {
  const state = emptyState(settings, step);
  if (Buffer.byteLength(text, 'base64') !== state.bytes.byteLength) return null;
  return Buffer.from(state.bytes).write(text, 'base64') === state.bytes.byteLength ? state : null;
}
