/**
 * What a bin usually holds: a log-linear model whose coefficients are learned one bin at a time (an extended Kalman
 * filter on a quasi-likelihood; West, Harrison and Migon 1985). Its features are a level with a slope, two harmonics of
 * the shorter season, a profile of each season's bins, and the recent level. The profiles and the recent level are
 * learned beside it, each as a ratio to what stands before it in the list; the filter then learns how much each of
 * them is worth, so that a profile of pure noise ends with a weight near zero.
 */

import { getOrInsert } from '../base/get-or-insert.js';
import type { Variance } from './dispersion.js';
import { at, type DetectorParameters, FEATURES, type Shape, type State } from './state.js';

const LEVEL = 0;
const SLOPE = 1;
const HARMONICS = 2;
const PROFILES = 6;
const RECENT = 8;

/** Mean and standard deviation of each coefficient before anything was learned. */
const PRIOR_MEAN = [0, 0, 0, 0, 0, 0, 0.6, 0.6, 0.4] as const;
const PRIOR_SD = [1, 0.15, 0.5, 0.5, 0.3, 0.3, 0.3, 0.3, 0.3] as const;
/** How far each coefficient may drift within one longest season, as a standard deviation. */
const DRIFT_SD = [0.01, 0.01, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02] as const;
const DRIFT_VARIANCE = DRIFT_SD.map((sd) => sd ** 2);
const VARIANCE_MAX = PRIOR_SD.map((sd) => sd ** 2 * 4);
/** Variance of a bin's log ratio before anything was learned, and how many visits a profile remembers. */
const PROFILE_VARIANCE = 1;
const VISITS_MAX = 8;
/** From this share of surprising bins on, the cause is not a job that fails at a fixed hour. */
const LASTING_SHARE = 0.25;
/** A series that was not recorded from the start is predicted from its mean alone for this many bins. */
const FIRST_BINS = 12;
/** A bin is expected to hold at least this share of what the neighbouring bins hold. */
const NEIGHBOUR_SHARE = 0.5;
/** How many failures per bin a group is taken to have had before it was first seen. */
const NEVER_SEEN = 0.02;

export interface Prediction {
  /** The expected count of the bin. */
  readonly mean: number;
  /**
   * The same, or a share of what a neighbouring bin holds where that is more: it may come half a bin early or late, because clocks are
   * not exact.
   */
  readonly most: number;
  /** Variance of the logarithm of the mean. */
  readonly doubt: number;
}

/** Scratch space: the features of the bin at hand, and P·h. */
const h = new Float64Array(FEATURES);
const ph = new Float64Array(FEATURES);

const triangle = (i: number, j: number): number =>
  i <= j ? i * FEATURES - (i * (i - 1)) / 2 + (j - i) : j * FEATURES - (j * (j - 1)) / 2 + (i - j);
const DIAGONAL = Array.from({ length: FEATURES }, (_, i) => triangle(i, i));

export function startBaseline(state: State, settings: DetectorParameters): void {
  for (let i = 0; i < FEATURES; i++) {
    state.x[i] = PRIOR_MEAN[i] ?? 0;
    state.p[triangle(i, i)] = (PRIOR_SD[i] ?? 0) ** 2;
  }
  state.x[LEVEL] = Math.log(NEVER_SEEN);
  if (!settings.emptyBefore) state.p[triangle(LEVEL, LEVEL)] = 4;
}

function binOfSeason(bin: number, season: number, shape: Shape, bins: number): number {
  const perSeason = season / shape.binSteps;
  const phase = bin - Math.floor(bin / perSeason) * perSeason;
  return Math.min(bins - 1, Math.floor((phase / perSeason) * bins));
}

/** How many bins the recent level covers. */
function recentBins(settings: DetectorParameters, shape: Shape): number {
  const [shorter = 96] = settings.seasons;
  return Math.max(4, (shorter / shape.binSteps) * settings.recentSeasons);
}

/** What does not change from bin to bin until something is learned; the rest of the features is `fillSeasons`. */
function fillLevel({ scalars }: State, settings: DetectorParameters, shape: Shape): void {
  h.fill(0);
  h[LEVEL] = 1;
  const ballast = 2 / recentBins(settings, shape);
  h[RECENT] = Math.log(((scalars[at.recentCount] ?? 0) + ballast) / ((scalars[at.recentExpected] ?? 0) + ballast));
}

function fillSeasons({ profiles }: State, turns: Turns, bin: number): void {
  const turn = turnOf(turns, bin);
  const c = turns.cos[turn] as number;
  const s = turns.sin[turn] as number;
  if (turns.shorter > 0) {
    h[HARMONICS] = c;
    h[HARMONICS + 1] = s;
    h[HARMONICS + 2] = 2 * c * c - 1;
    h[HARMONICS + 3] = 2 * s * c;
  }
  for (let k = 0; k < profiles.length; k++) {
    h[PROFILES + k] = (profiles[k] as Float32Array)[(turns.ofSeason[k] as Uint16Array)[turn] as number] as number;
  }
}

/**
 * Cosine and sine of the shorter season, and the bin of each season, at the bins that were asked for last: each is needed for its
 * neighbours too, and by every group.
 */
interface Turns {
  /** 0 where there is no season. */
  readonly shorter: number;
  readonly shape: Shape;
  readonly settings: DetectorParameters;
  readonly bins: Float64Array;
  readonly cos: Float64Array;
  readonly sin: Float64Array;
  readonly ofSeason: readonly Uint16Array[];
}

const TURNS = 4096;
/** By the lengths of the seasons, because the thresholds of a group do not matter here. */
const turnsBySeasons = new Map<string, Turns>();
const turnsOfSettings = new WeakMap<DetectorParameters, Turns>();

function turnsOf(settings: DetectorParameters, shape: Shape): Turns {
  const known = turnsOfSettings.get(settings);
  if (known !== undefined) return known;
  const made = getOrInsert(turnsBySeasons, settings.seasons.join(' '), () => ({
    shorter: settings.seasons[0] ?? 0,
    shape,
    settings,
    bins: new Float64Array(TURNS).fill(Number.NaN),
    cos: new Float64Array(TURNS),
    sin: new Float64Array(TURNS),
    ofSeason: shape.bins.map(() => new Uint16Array(TURNS)),
  }));
  turnsOfSettings.set(settings, made);
  return made;
}

/** @returns the place in `turns` */
function turnOf(turns: Turns, bin: number): number {
  const place = bin & (TURNS - 1);
  if (turns.bins[place] === bin) return place;
  const { shape, settings, shorter } = turns;
  const angle = (2 * Math.PI * bin * shape.binSteps) / shorter;
  turns.bins[place] = bin;
  turns.cos[place] = Math.cos(angle);
  turns.sin[place] = Math.sin(angle);
  for (let k = 0; k < shape.bins.length; k++) {
    (turns.ofSeason[k] as Uint16Array)[place] = binOfSeason(bin, settings.seasons[k] ?? 1, shape, shape.bins[k] ?? 1);
  }
  return place;
}

/** The state and the bin that `h` and `ph` belong to. A bin is mostly learned right after it was predicted. */
const held = {
  state: null as State | null,
  settings: null as DetectorParameters | null,
  bin: 0,
  mean: 0,
  most: 0,
  doubt: 0,
};

export function predict(state: State, settings: DetectorParameters, shape: Shape, bin: number): Prediction {
  if (held.state === state && held.settings === settings && held.bin === bin) return held;
  const turns = turnsOf(settings, shape);
  fillLevel(state, settings, shape);
  fillSeasons(state, turns, bin - 1);
  const before = logMean(state, FEATURES);
  fillSeasons(state, turns, bin + 1);
  const neighbours = clampLog(Math.max(before, logMean(state, FEATURES)));
  fillSeasons(state, turns, bin);
  const own = clampLog(logMean(state, FEATURES));
  held.state = state;
  held.settings = settings;
  held.bin = bin;
  held.mean = Math.exp(own);
  // Mostly the neighbours hold as much, and no power needs to be taken to see that a share of it is less.
  held.most = neighbours > own ? Math.max(held.mean, NEIGHBOUR_SHARE * Math.exp(neighbours)) : held.mean;
  held.doubt = doubtOf(state);
  return held;
}

function logMean({ x }: State, features: number): number {
  let sum = 0;
  for (let i = 0; i < features; i++) sum += (h[i] as number) * (x[i] as number);
  return sum;
}

/** Goes through the upper triangle once: each cell adds to two sums. */
function doubtOf({ p }: State): number {
  ph.fill(0);
  let doubt = 0;
  let cell = 0;
  for (let i = 0; i < FEATURES; i++) {
    const hi = h[i] as number;
    let sum = (ph[i] as number) + (p[cell++] as number) * hi;
    for (let j = i + 1; j < FEATURES; j++) {
      const one = p[cell++] as number;
      sum += one * (h[j] as number);
      ph[j] = (ph[j] as number) + one * hi;
    }
    ph[i] = sum;
    doubt += sum * hi;
  }
  return Math.max(0, doubt);
}

const clampLog = (value: number): number => Math.max(-12, Math.min(25, value));

/**
 * The shift of a log mean that balances a prior of variance `v` around 0 with one observation: the root of
 * shift = v (count - m) / (phi + psi m), m = mean · exp(shift). Newton's method from above, where the function is
 * convex.
 */
function shiftOf(count: number, mean: number, v: number, { phi, psi }: Variance): number {
  let low = -Math.min(20, (v * mean) / (phi + psi * mean) + 1e-9);
  let high = Math.min(20, (v * Math.max(0, count - mean)) / (phi + psi * mean) + 1e-9);
  if (count <= mean) high = 0;
  else low = 0;
  let shift = Math.max(low, Math.min(high, Math.log((count + 0.5) / (mean + 0.5))));
  for (let i = 0; i < 30; i++) {
    const m = mean * Math.exp(shift);
    const scale = phi + psi * m;
    const f = shift - (v * (count - m)) / scale;
    if (f > 0) high = shift;
    else low = shift;
    const slope = 1 + (v * m * (phi + psi * count)) / (scale * scale);
    let next = shift - f / slope;
    if (!(next >= low && next <= high)) next = (low + high) / 2;
    if (Math.abs(next - shift) < 1e-7) return next;
    shift = next;
  }
  return shift;
}

/**
 * Learns one bin. A surprisingly high count is cut, and the more so the higher it is, so that an incident teaches
 * little. The exception is a bin whose counterpart of the last shorter season was surprising as well: then it is a
 * habit.
 */
export function learnBin(
  state: State,
  settings: DetectorParameters,
  shape: Shape,
  bin: number,
  count: number,
  variance: Variance,
  suspect: boolean,
): void {
  const { mean, doubt } = predict(state, settings, shape, bin);
  // From here on the state learns.
  held.state = null;
  const { scalars } = state;
  if (!settings.emptyBefore && (scalars[at.bins] ?? 0) < FIRST_BINS) {
    learnFirstLevel(state, count);
    return;
  }
  const sd = Math.sqrt(variance.phi * mean + (variance.psi + doubt) * mean * mean);
  const y = cut(state, settings, shape, bin, count, mean, 3 * sd + 3 * variance.phi, suspect);
  let before = Math.exp(clampLog(logMean(state, PROFILES)));
  const turns = turnsOf(settings, shape);
  const turn = turnOf(turns, bin);
  for (let k = 0; k < state.profiles.length; k++) {
    const profile = state.profiles[k] as Float32Array;
    const season = settings.seasons[k] ?? 1;
    const b = (turns.ofSeason[k] as Uint16Array)[turn] as number;
    const old = profile[b] ?? 0;
    const m = before * Math.exp(old);
    // A bin of the longer season holds several of the finest bins; all of them together count as one visit.
    const share = season / shape.binSteps / profile.length;
    const visits = Math.min(VISITS_MAX, ((scalars[at.bins] ?? 0) * shape.binSteps) / season) * share;
    const information = (visits * m) / (variance.phi + variance.psi * m);
    profile[b] = old + shiftOf(y, m, 1 / (share / PROFILE_VARIANCE + information), variance);
    before *= Math.exp((state.x[PROFILES + k] ?? 0) * old);
  }
  const keep = 1 - 1 / recentBins(settings, shape);
  scalars[at.recentCount] = (scalars[at.recentCount] ?? 0) * keep + y * (1 - keep);
  scalars[at.recentExpected] = (scalars[at.recentExpected] ?? 0) * keep + before * (1 - keep);
  filter(state, y, mean, doubt, variance);
  drift(state, settings, shape);
}

function cut(
  state: State,
  settings: DetectorParameters,
  shape: Shape,
  bin: number,
  count: number,
  mean: number,
  width: number,
  suspect: boolean,
): number {
  const high = count > mean + width || (suspect && count > mean);
  const habit = isHabit(state, settings, shape, bin, high);
  if (!high || habit) return Math.max(count, mean - width);
  return mean + Math.min(mean, count - mean, width * Math.max(0.15, width / (count - mean)));
}

/**
 * Counts the visits in a row at which a bin of the shorter season was surprising. A job that fails every night is a
 * habit at its second visit. Where a large part of the season is surprising, something is broken for longer, and it is
 * taken for the new normal only after three seasons.
 */
function isHabit(state: State, settings: DetectorParameters, shape: Shape, bin: number, high: boolean): boolean {
  const [shorter] = settings.seasons;
  const [profile] = state.profiles;
  if (shorter === undefined || profile === undefined) return false;
  const turns = turnsOf(settings, shape);
  const b = (turns.ofSeason[0] as Uint16Array)[turnOf(turns, bin)] as number;
  const shift = 2 * (b & 3);
  const byte = state.surprised[b >> 2] ?? 0;
  const visits = (byte >> shift) & 3;
  state.surprised[b >> 2] = (byte & ~(3 << shift)) | ((high ? Math.min(3, visits + 1) : 0) << shift);
  if (!high || visits === 0) return false;
  return visits === 3 || surprisedShare(state, profile.length) < LASTING_SHARE;
}

function surprisedShare(state: State, bins: number): number {
  let n = 0;
  for (const byte of state.surprised) {
    for (let rest = byte; rest > 0; rest >>= 2) if ((rest & 3) > 0) n++;
  }
  return n / bins;
}

/** The level of the first bins is their mean; the other coefficients are not learned yet. */
function learnFirstLevel(state: State, count: number): void {
  const n = state.scalars[at.bins] ?? 0;
  const sum = n === 0 ? 0 : Math.exp(state.x[LEVEL] ?? 0) * (n + 0.5) - 0.5;
  state.x[LEVEL] = Math.log((sum + count + 0.5) / (n + 1.5));
}

function filter(state: State, y: number, mean: number, doubt: number, variance: Variance): void {
  if (doubt <= 0) return;
  const shift = shiftOf(y, mean, doubt, variance);
  const m = mean * Math.exp(shift);
  const information = m / (variance.phi + variance.psi * m);
  const gain = shift / doubt;
  const shrink = information / (1 + information * doubt);
  const { x, p } = state;
  let cell = 0;
  for (let i = 0; i < FEATURES; i++) {
    const own = ph[i] as number;
    x[i] = (x[i] as number) + own * gain;
    for (let j = i; j < FEATURES; j++, cell++) p[cell] = (p[cell] as number) - own * (ph[j] as number) * shrink;
  }
  // With a weight above one, what a profile adds would outweigh the level that it is measured against, and drive it away.
  for (let k = PROFILES; k < FEATURES; k++) {
    const weight = state.x[k] ?? 0;
    const bounded = Math.max(0, Math.min(1, weight));
    // What was learned of this bin stays learned: the level takes what the weight may not.
    state.x[LEVEL] = (state.x[LEVEL] ?? 0) + (weight - bounded) * (h[k] ?? 0);
    state.x[k] = bounded;
  }
}

/** Moves the level along its slope by one bin and adds the drift to every coefficient's variance. */
function drift(state: State, settings: DetectorParameters, shape: Shape): void {
  const longest = (settings.seasons.at(-1) ?? 100) / shape.binSteps;
  const d = 1 / longest;
  const { x, p } = state;
  x[LEVEL] = (x[LEVEL] ?? 0) + d * (x[SLOPE] ?? 0);
  const pls = p[1] ?? 0;
  const ofSlope = DIAGONAL[SLOPE] ?? 0;
  const pss = p[ofSlope] ?? 0;
  p[0] = (p[0] ?? 0) + 2 * d * pls + d * d * pss;
  for (let j = SLOPE; j < FEATURES; j++) {
    p[j] = (p[j] as number) + d * (p[ofSlope + j - SLOPE] as number);
  }
  for (let i = 0; i < FEATURES; i++) {
    const k = DIAGONAL[i] as number;
    const variance = p[k] as number;
    // No coefficient may become less certain than it was before the first bin.
    p[k] = Math.min(
      Math.max(variance, 1e-9) + (DRIFT_VARIANCE[i] as number) * d,
      Math.max(VARIANCE_MAX[i] as number, variance),
    );
  }
}
