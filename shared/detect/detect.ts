/**
 * Decides whether a group's failures are a spike. Pure: what was learned and the counts of the window go in; a
 * detection with its numbers comes out. Called for every group that a batch touched, by the sweep for firing groups,
 * and by `replay`. `backtest` runs the same mathematics over any series. `docs/detection.md` explains the method.
 * Time is counted in minutes since the epoch, called steps. `learn` closes steps one after the other; `detect` looks at
 * the steps that are not closed yet. Steps that are not mentioned had no failures.
 */

import { getOrInsert } from '../base/get-or-insert.js';
import { isIssuer, isNamed } from '../config/qualified-names.js';
import type { DetectionPolicy } from '../config/settings.js';
import type { GroupKey } from '../model/index.js';
import type { Detection, Window } from './detection.js';
import { judged } from './judge.js';
import { at, type DetectorParameters, pack, RING, type State, shapeOf, unpack } from './state.js';
import { closeThrough, expectedAt, start, startAt } from './surprise.js';
import { NEW_MINUTES } from './tail.js';
import type { Later } from './windows.js';
import { minutes } from './words.js';

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

/** How many failures a minute of a new group is expected to hold. */
const NEW_EXPECTED = 0.004;

/** The thresholds of one group: the policy, with the overrides that match the group. */
export function policyFor(group: GroupKey, detection: DetectionPolicy): DetectionPolicy {
  let policy = detection;
  for (const { scope, issuerDn, reason, ...changes } of detection.overrides) {
    const matches =
      (scope === undefined || isNamed(scope, group.scope)) &&
      (issuerDn === undefined || isIssuer(issuerDn, group.issuerDn)) &&
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

/** The state of a group of which nothing is known, which detection reads and does not change. */
const neverSeen = new WeakMap<DetectorParameters, State>();

function stateOf(history: History | null, firstStep: number, settings: DetectorParameters): State {
  const known = history && unpack(history.state, history.lastStep, settings);
  return (
    known ??
    startAt(
      getOrInsert(neverSeen, settings, () => start(settings, firstStep)),
      firstStep,
    )
  );
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
