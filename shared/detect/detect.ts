/**
 * Decides whether a group's failures are a spike. Pure: what was learned and the counts of the window go in; a
 * detection with its numbers comes out. Called for every group that a batch touched, by the sweep for firing groups,
 * and by `replay`. `backtest` runs the same mathematics over any series. `docs/detection.md` explains the method.
 * Time is counted in minutes since the epoch, called steps. `learn` closes steps one after the other; `detect` looks at
 * the steps that are not closed yet. Steps that are not mentioned had no failures.
 */

import { getOrInsert } from '../base/get-or-insert.js';
import { MINUTE_MS } from '../base/time.js';
import { isNamed } from '../config/qualified-names.js';
import type { DetectionPolicy } from '../config/settings.js';
import type { GroupKey } from '../model/index.js';
import { type Course, courseOf } from './course.js';
import { alikeBefore, isHabit } from './habits.js';
import { ALLOWANCE, spreadOf } from './spread.js';
import { at, type DetectorParameters, pack, RING, type State, shapeOf, unpack } from './state.js';
import { closeThrough, expectedAt, start } from './surprise.js';
import { calibrateSpread, NEW_MINUTES, ownScore, withReserve } from './tail.js';
import { type Later, type WindowSurprise, windowsAt } from './windows.js';

/** What is remembered of a group. Serialised as JSON it has at most 5 KB. */
export interface History {
  /** The first step that was learned. */
  readonly firstStep: number;
  /** The last closed step. */
  readonly lastStep: number;
  /**
   * Packed by `detect/state.ts`. A state of another shape (after the seasons were changed) is dropped, and the group
   * starts afresh.
   */
  readonly state: string;
}

/** Counts of the steps after `history.lastStep`, oldest first. The last one is the current, unfinished step. */
export interface Window {
  readonly step: number;
  readonly counts: readonly number[];
}

export interface DetectionNumbers {
  /** Failures in the most significant window. */
  readonly count: number;
  readonly windowMinutes: number;
  /** How many failures that window usually holds. */
  readonly expected: number;
  /** A window like this comes by chance once in this many minutes; at most 1e12. */
  readonly oneIn: number;
  /** Failures in the last `policy.windowMinutes`, which escalation compares. */
  readonly recent: number;
  /**
   * The shortest window, in minutes, that is a spike by itself; null where there is none. Failures before it play no
   * part.
   */
  readonly shortestMinutes: number | null;
  /** Whether it is a spike because refusals come hour after hour, although no window of an hour shows it. */
  readonly isSteady: boolean;
  /** -log10 of the chance of this many failures by the model alone, whatever the floor is. */
  readonly surprise: number;
  /** How much later than usual the log came, in minutes; 0 where it came in time. */
  readonly lateMinutes: number;
  /** For how many minutes the domain's logs have been standing still; 0 where they do not, or nobody knows. */
  readonly standingMinutes: number;
  /** Failures of the last hour. */
  readonly lastHour: number;
  /** The last 24 hours, and what is usual for 24 hours. */
  readonly course: Course;
}

/**
 * spike     more failures than chance explains, and they go on
 * over      a spike within the last hour that has stopped
 * elevated  no spike, but the last minutes are above the usual: enough to keep an incident open
 * quiet     nothing
 */
export interface Detection {
  readonly kind: 'spike' | 'over' | 'elevated' | 'quiet';
  readonly because: string;
  readonly numbers: DetectionNumbers;
}

const DAY_MINUTES = 24 * 60;
const MINUTES_PER_MONTH = 30 * 24 * 60;
const ONE_IN_MAX = 1e12;
/** How many failures a minute of a new group is expected to hold. */
const NEW_EXPECTED = 0.004;
/** Steady refusals need this share of the floor within a day: eight failures with the default floor. */
const STEADY_FLOOR_SHARE = 0.8;
/** A window is back to usual when its chance is at least one in ten. */
const USUAL = 1;
/** A lull is evidence only where the spike, had it gone on, would have brought this many failures. */
const LULL_FAILURES = 5;
/** This many times the mean distance between two failures is a lull. */
const LULL_DISTANCES = 5;

/** The thresholds of one group: the policy, with the overrides that match the group. */
export function policyFor(group: GroupKey, detection: DetectionPolicy): DetectionPolicy {
  let policy = detection;
  for (const { scope, issuerDn, reason, ...changes } of detection.overrides) {
    const matches =
      (scope === undefined || isNamed(scope, group.scope)) &&
      (issuerDn === undefined || issuerDn === group.issuerDn) &&
      (reason === undefined || reason === group.reason);
    if (matches) policy = { ...policy, ...changes };
  }
  return policy;
}

/** Each minute asks for the parameters of the same few policies. */
const parameters = new WeakMap<DetectionPolicy, DetectorParameters>();

export function settingsOf(policy: DetectionPolicy): DetectorParameters {
  return getOrInsert(parameters, policy, () => parametersOf(policy));
}

function parametersOf(policy: DetectionPolicy): DetectorParameters {
  const windows = [...new Set([1, 2, policy.windowMinutes, 15, RING])].sort((a, b) => a - b);
  return {
    seasons: policy.seasonMinutes,
    windows,
    incidentFrom: 2 * policy.floor,
    // Long enough that a slow rise over some hours is not learned as the usual before it is noticed.
    recentSeasons: 2,
    emptyBefore: true,
  };
}

/** Closes the steps up to `step`. The last of them had `count` failures, those before it none. */
export function learn(history: History | null, step: number, count: number, policy: DetectionPolicy): History {
  return learnAll(history, [{ step, count }], policy);
}

/**
 * Closes several steps, in ascending order. The result is that of `learn` on each, but the state is unpacked only once.
 * @param isUnknown steps without a failure of which nobody knows whether they had none
 */
export function learnAll(
  history: History | null,
  steps: readonly Step[],
  policy: DetectionPolicy,
  isUnknown?: (step: number) => boolean,
): History {
  return historyOf(goOn(history, steps, policy, isUnknown));
}

/** A step to close, and its failures. */
export interface Step {
  readonly step: number;
  readonly count: number;
}

/** A history that is unpacked, so that detection follows learning without packing in between. */
export interface Learned {
  readonly firstStep: number;
  readonly lastStep: number;
  readonly state: State;
}

/** What was learned after a history, with the steps that had failures. */
interface Known extends Learned {
  readonly settings: DetectorParameters;
  readonly busy: readonly Step[];
}

/**
 * The next minute closes the same steps and one more, so it goes on from here where the history is the same object. Which steps are
 * unknown does not change any more once they are closed.
 */
const knownAfter = new WeakMap<History, Known>();

/** The same as `learnAll`, unpacked. The result is valid until steps are learned after the same history again. */
export function goOn(
  history: History | null,
  steps: readonly Step[],
  policy: DetectionPolicy,
  isUnknown?: (step: number) => boolean,
): Learned {
  const settings = settingsOf(policy);
  const busy = steps.filter(({ count }) => count !== 0);
  const known = history === null ? undefined : knownAfter.get(history);
  const last = steps.at(-1)?.step ?? history?.lastStep ?? 0;
  const goesOn = known !== undefined && isSame(known.settings, settings) && isBefore(known, busy, last);
  const kept = goesOn ? known.state : history && unpack(history.state, history.lastStep, settings);
  const state = kept ?? start(settings, steps[0]?.step ?? last + 1);
  for (const { step, count } of steps) if (step > state.step) closeThrough(state, settings, step, count, isUnknown);
  const learned = { firstStep: history?.firstStep ?? steps[0]?.step ?? 0, lastStep: state.step, state };
  if (history !== null && kept !== null) knownAfter.set(history, { ...learned, settings, busy });
  return learned;
}

const isSame = (a: DetectorParameters, b: DetectorParameters): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b);

/** Whether what is known was learned from the same steps, as far as it goes. */
function isBefore({ lastStep, busy: known }: Known, busy: readonly Step[], last: number): boolean {
  if (lastStep > last || (busy[known.length]?.step ?? Number.POSITIVE_INFINITY) <= lastStep) return false;
  return known.every(({ step, count }, i) => busy[i]?.step === step && busy[i]?.count === count);
}

export function historyOf({ firstStep, lastStep, state }: Learned): History {
  return { firstStep, lastStep, state: pack(state) };
}

function stateOf(history: History | null, firstStep: number, settings: DetectorParameters): State {
  return (history && unpack(history.state, history.lastStep, settings)) ?? start(settings, firstStep);
}

export function detect(history: History | null, window: Window, policy: DetectionPolicy): Detection {
  const settings = settingsOf(policy);
  const state = stateOf(history, window.step - window.counts.length + 1, settings);
  return detectionOf(state, settings, window, policy);
}

/** `detect` on what was just learned. */
export function detectAfter({ state }: Learned, window: Window, policy: DetectionPolicy): Detection {
  return detectionOf(state, settingsOf(policy), window, policy);
}

/**
 * Detects on minutes that were closed before their failures arrived: the late counts are compared with what was
 * expected of those minutes.
 * @param window the hour that ends with the last of those minutes
 * @param lateMinutes how much later than usual they came
 */
export function detectLate(history: History, window: Window, policy: DetectionPolicy, lateMinutes: number): Detection {
  const settings = settingsOf(policy);
  const state = stateOf(history, window.step, settings);
  const counts = window.counts.slice(-RING);
  const shape = shapeOf(settings);
  const from = window.step - counts.length + 1;
  const predicted = counts.map((_, i) => ({ ...expectedAt(state, settings, shape, from + i) }));
  const isNew = from - (state.scalars[at.firstStep] ?? 0) < NEW_MINUTES;
  const later = {
    from,
    counts,
    expected: predicted.map(({ mean }) => mean),
    doubt: predicted.at(-1)?.doubt ?? 0,
    expectedMax: isNew ? NEW_EXPECTED : Number.POSITIVE_INFINITY,
  };
  const { kind, because, numbers } = judged(state, settings, window, policy, later);
  return {
    kind,
    because: `${because}; the log came ${minutes(lateMinutes)} late`,
    numbers: { ...numbers, lateMinutes },
  };
}

/** `detect` on an unpacked state, for callers that go through months of minutes. */
export function detectionOf(
  state: State,
  settings: DetectorParameters,
  window: Window,
  policy: DetectionPolicy,
): Detection {
  return judged(state, settings, window, policy, laterOf(state, settings, window));
}

function judged(
  state: State,
  settings: DetectorParameters,
  window: Window,
  policy: DetectionPolicy,
  later: Later,
): Detection {
  const windows = windowsAt(state, settings, window.step, later);
  const threshold = -Math.log10(policy.falsePagesPerMonth / MINUTES_PER_MONTH);
  const scoreOf = (w: WindowSurprise): number => {
    const own = withReserve(state, ownScore(state, settings, w));
    if (w.window < RING || own >= threshold || w.raw + ALLOWANCE < threshold) return own;
    const spread = calibrateSpread(state, settings, spreadOf(state, settings, window.step, later));
    return Math.max(own, withReserve(state, spread));
  };
  const scored = windows.map((w) => ({ ...w, score: w.count < policy.floor ? 0 : scoreOf(w) }));
  // What comes at its usual hour is shown, and nobody is paged for it.
  const isUsual = (w: WindowSurprise): boolean => isHabit(state, window.step, w.peak);
  const passing = scored.filter((w) => w.score >= threshold && !isUsual(w));
  const recent = windows.find((w) => w.window === policy.windowMinutes)?.count ?? 0;
  const most = scored.reduce((a, b) => (b.score > a.score || (a.score === 0 && b.raw > a.raw) ? b : a));
  const course = courseOf(state, window.step, window.counts);
  const kind =
    passing.length > 0 ? (goesOn(windows, passing, policy) ? 'spike' : 'over') : elevated(windows, course, policy);
  const numbers: DetectionNumbers = {
    count: most.count,
    windowMinutes: most.window,
    expected: most.expected,
    oneIn: Math.min(ONE_IN_MAX, 10 ** most.score),
    recent,
    shortestMinutes: passing[0]?.window ?? null,
    isSteady: false,
    lateMinutes: 0,
    standingMinutes: 0,
    surprise: windows.reduce((max, w) => Math.max(max, w.raw), 0),
    lastHour: windows.at(-1)?.count ?? 0,
    course,
  };
  const least = policy.floor * (course.isFew ? 1 : STEADY_FLOOR_SHARE);
  const isSteady = course.steadyMinutes !== null && course.day >= least;
  const hour = windows.at(-1);
  const isLasting =
    course.lastingMinutes !== null && course.day >= policy.floor && hour !== undefined && !isUsual(hour);
  if (passing.length === 0 && (isSteady || isLasting)) return steady(numbers);
  const [first] = passing;
  const alike = first === undefined ? '' : alikeInWords(state, settings, window.step, first);
  return { kind, because: `${inWords(kind, numbers, policy)}${alike}`, numbers };
}

/** Few failures in any hour, but hour after hour: no window is a spike, the day as a whole is. */
function steady(numbers: DetectionNumbers): Detection {
  const { course } = numbers;
  const because =
    `refused in ${course.hours} of the last 24 hours, ${amount(course.day)} times in all; ` +
    `usually in ${amount(course.usualHours)}`;
  return {
    kind: course.isUnderWay ? 'spike' : 'over',
    because,
    numbers: {
      ...numbers,
      isSteady: true,
      count: course.day,
      windowMinutes: DAY_MINUTES,
      expected: course.usualDay,
      shortestMinutes: course.steadyMinutes ?? course.lastingMinutes,
    },
  };
}

/** The counts and expectations of the steps after the closed ones. */
function laterOf(state: State, settings: DetectorParameters, window: Window): Later {
  const shape = shapeOf(settings);
  const from = window.step - state.step - window.counts.length;
  const length = window.step - state.step;
  const counts: number[] = [];
  const expected: number[] = [];
  let doubt = 0;
  // A gap between history and window had no failures. Only the part that the longest window covers is filled in.
  const skipped = Math.max(0, length - RING);
  for (let i = skipped; i < length; i++) {
    counts.push(window.counts[i - from] ?? 0);
    const prediction = expectedAt(state, settings, shape, state.step + 1 + i);
    expected.push(prediction.mean);
    doubt = prediction.doubt;
  }
  const isNew = settings.emptyBefore && window.step - (state.scalars[at.firstStep] ?? 0) < NEW_MINUTES;
  const expectedMax = isNew ? NEW_EXPECTED : Number.POSITIVE_INFINITY;
  return { from: state.step + 1 + skipped, counts, expected, doubt, expectedMax };
}

/** Whether the spike goes on: some window, no longer than is needed to notice a lull, is still unusual. */
function goesOn(
  windows: readonly WindowSurprise[],
  passing: readonly WindowSurprise[],
  policy: DetectionPolicy,
): boolean {
  // For a burst that fills only a part of its window the rate of that part counts, so the end of a dense burst is
  // seen sooner.
  const rate = Math.max(...passing.map((w) => (w.count - w.expected) / w.span));
  for (const w of windows) {
    if (w.window < policy.windowMinutes) continue;
    if (w.raw >= USUAL && w.count > 1) return true;
    if (rate * w.window >= LULL_FAILURES) return false;
  }
  return false;
}

function elevated(
  windows: readonly WindowSurprise[],
  { quietMinutes }: Course,
  policy: DetectionPolicy,
): 'elevated' | 'quiet' {
  // Where failures are minutes apart, an hour says more than the last minutes, unless the distances show that it is
  // over.
  const isLull = (w: WindowSurprise): boolean => quietMinutes > (LULL_DISTANCES * w.span) / w.count;
  const up = windows.some(
    (w) =>
      w.window >= policy.windowMinutes &&
      w.raw >= USUAL &&
      2 * w.count >= policy.floor &&
      (w.window <= 15 || !isLull(w)),
  );
  return up ? 'elevated' : 'quiet';
}

/** Such as "; much like Sunday 2026-11-22 about 03:00 UTC, 39 in 5 minutes". */
function alikeInWords(state: State, settings: DetectorParameters, step: number, { peak }: WindowSurprise): string {
  const alike = alikeBefore(state, step, peak);
  if (alike === null) return '';
  const at = new Date(alike.step * MINUTE_MS);
  const { binSteps } = shapeOf(settings);
  const day = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'][at.getUTCDay()];
  const [date, time = ''] = at.toISOString().split('T');
  return `; much like ${day} ${date} about ${time.slice(0, 5)} UTC, ${amount(Math.round(alike.perStep * binSteps))} in ${minutes(binSteps)}`;
}

function inWords(kind: Detection['kind'], n: DetectionNumbers, policy: DetectionPolicy): string {
  const seen = `${amount(n.count)} refused in ${minutes(n.windowMinutes)}; usually ${amount(n.expected)}`;
  const chance = `chance about 1 in ${roundWords(n.oneIn)}`;
  if (kind === 'spike') return `${seen}; ${chance}`;
  if (kind === 'over')
    return `${seen}; ${chance}; stopped since: ${amount(n.recent)} in ${minutes(policy.windowMinutes)}`;
  if (n.count > n.expected && n.count < policy.floor) return `${seen}; under the floor of ${policy.floor}`;
  if (kind === 'elevated') return `${seen}; above the usual, but no spike by itself`;
  return `${seen}; nothing unusual`;
}

function minutes(n: number): string {
  return n === 1 ? '1 minute' : `${n} minutes`;
}

/** Formats a count with at most two decimals, and with none from 10 on. */
export function amount(n: number): string {
  if (n >= 10 || Number.isInteger(n)) return String(Math.round(n));
  return n < 0.01 ? 'almost none' : String(Number(n.toPrecision(n < 0.1 ? 1 : 2)));
}

/** 12,345,678 as "10 million": one digit, because only the order of magnitude is known. */
function roundWords(n: number): string {
  if (n >= ONE_IN_MAX) return 'a trillion or more';
  const rounded = Number(Math.max(1, n).toPrecision(1));
  for (const [size, name] of [
    [1e9, 'billion'],
    [1e6, 'million'],
  ] as const) {
    if (rounded >= size) return `${rounded / size} ${name}`;
  }
  // Formatted by hand: the first use of a locale costs a new container tens of milliseconds.
  return rounded < 1_000 ? String(rounded) : `${rounded / 1_000},000`;
}
