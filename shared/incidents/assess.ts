/**
 * What is known of a group at this moment: its incident, what the detector learned, and the detection on its counts.
 */

import { getOrInsert } from '../base/get-or-insert.js';
import { limits } from '../base/limits.js';
import { MINUTES_PER_DAY, MINUTES_PER_HOUR, minuteOf, PULSE_MINUTES } from '../base/time.js';
import type { MinuteSpan } from '../count/record.js';
import {
  detect,
  detectAfter,
  detectLate,
  goOn,
  type History,
  historyOf,
  policyFor,
  type Step,
} from '../detect/detect.js';
import type { Detection } from '../detect/detection.js';
import { type Pulse, readPulse } from '../detect/pulse.js';
import { groupId } from '../model/group-id.js';
import { type Fact, type GroupKey, type Incident, isSeveral } from '../model/index.js';
import type { World } from '../ports/index.js';
import { scopeGroups } from './incident.js';

/** Whether the group is that of one issuer, and not a scope's incident. */
export function hasOneIssuer(group: GroupKey): boolean {
  return !isSeveral(group.issuerDn);
}

interface DetectorState {
  readonly incident: Incident | null;
  readonly history: History | null;
}

export interface KnownGroup extends DetectorState {
  readonly group: GroupKey;
}

export interface Judged {
  readonly detection: Detection;
  /** Facts that cover at least the last hour. */
  readonly facts: readonly Fact[];
}

/**
 * What one sweep saw: groups that fire are looked at for their own incident, and moments later for that of their scope, which has
 * other groups too.
 */
export interface Looks {
  /** By group id. */
  groups?: Map<string, { readonly asked: readonly unknown[]; readonly judged: Judged }>;
  /** How many facts `groups` holds. */
  facts?: number;
  /** By scope and span. */
  pulses?: Map<string, Promise<Pulse>>;
}

interface Looking {
  /** The minutes of facts that may have come late. */
  readonly span?: MinuteSpan | undefined;
  readonly incident?: Incident | null;
  readonly looks?: Looks | undefined;
}

export async function loadDetectorState(group: GroupKey, { stores }: World): Promise<DetectorState> {
  const [incident, history] = await Promise.all([stores.incidents.load(group), stores.history.load(group)]);
  return { incident, history: history as History | null };
}

/** The first minute whose facts are needed: those that were not learned yet, and the last hour. */
export function neededFrom(known: History | null, minute: number): number {
  const oldest = minute - limits.detectorLookbackMinutes;
  return Math.max(oldest, Math.min((known?.lastStep ?? oldest) + 1, minute - MINUTES_PER_HOUR));
}

/** The incidents that may cover a group: those of its scope. */
export function scopesOf(of: GroupKey, { stores }: World): Promise<readonly (Incident | null)[]> {
  return Promise.all(scopeGroups(of).map((group) => stores.incidents.load(group)));
}

/**
 * Runs the detector on a group at this moment. From time to time it stores what was learned; it stores nothing else.
 */
export async function detectGroup(
  group: GroupKey,
  known: History | null,
  now: number,
  world: World,
  looking: Looking = {},
): Promise<Judged> {
  const { looks, span, incident } = looking;
  const id = groupId(group);
  // Nothing else decides what is seen, but facts that came between the two looks: the next sweep sees them.
  const asked = [minuteOf(now), known?.lastStep, incident?.state, incident?.lagMinutes, span];
  const before = looks?.groups?.get(id);
  if (before?.asked.every((one, i) => one === asked[i])) return before.judged;
  const judged = await judgeGroup(group, known, now, world, looking);
  const facts = (looks?.facts ?? 0) + judged.facts.length;
  if (looks !== undefined && facts <= limits.lookedAtFactsMax) {
    looks.facts = facts;
    looks.groups = (looks.groups ?? new Map()).set(id, { asked, judged });
  }
  return judged;
}

async function judgeGroup(
  group: GroupKey,
  known: History | null,
  now: number,
  world: World,
  { span, incident = null, looks = {} }: Looking,
): Promise<Judged> {
  const { stores, config } = world;
  const minute = minuteOf(now);
  const policy = policyFor(group, config.detection);
  const oldest = minute - limits.detectorLookbackMinutes;
  const closed = minute - limits.lateMinutes;
  const lagMinutes = incident?.lagMinutes ?? 0;
  const needed = neededFrom(known, minute);
  const isLate = span !== undefined && span.from <= closed;
  const asked = Math.min(needed, (isLate ? span.from : minute - lagMinutes) - MINUTES_PER_HOUR);
  const from = isLate || lagMinutes > 0 ? Math.max(oldest, asked) : needed;
  const isPaused = known !== null && closed - known.lastStep >= MINUTES_PER_HOUR;
  const [facts, pulse] = await Promise.all([
    stores.facts.window(group, from, minute),
    isPaused || incident?.state === 'firing' ? pulseOf(group, minute, world, looks) : null,
  ]);

  // Minutes that are old enough to be complete are learned; the later ones are the window.
  const steps = stepsIn(facts, (known?.lastStep ?? oldest) + 1, closed);
  const isBehind = known !== null && known.lastStep < closed;
  if (steps.at(-1)?.step !== closed && (steps.length > 0 || isBehind)) steps.push({ step: closed, count: 0 });
  const learned = known === null && steps.length === 0 ? null : goOn(known, steps, policy, pulse?.isUnknown);
  const lastStep = learned?.lastStep ?? closed;
  const seen = { step: minute, counts: countsIn(facts, lastStep + 1, minute) };
  const judged = learned === null ? detect(null, seen, policy) : detectAfter(learned, seen, policy);
  const detection = withNewest(judged, minute, newestOf(facts), pulse?.arrivedThrough ?? minute);
  if (learned !== null && lastStep - (known?.lastStep ?? 0) >= limits.historySaveMinutes) {
    await stores.history.save(group, historyOf(learned));
  }
  if (learned === null || detection.kind === 'spike') return { detection, facts };
  const lateUntil = (step: number): Detection => {
    const hour = countsIn(facts, step - MINUTES_PER_HOUR + 1, step);
    return detectLate(known ?? historyOf(learned), { step, counts: hour }, policy, minute - step);
  };
  if (isLate) {
    const late = lateUntil(Math.min(span.to, closed));
    if (late.numbers.shortestMinutes !== null) return { detection: { ...late, kind: 'spike' }, facts };
  }
  if (incident?.state !== 'firing' || lagMinutes === 0) return { detection, facts };
  // Of the minutes since then not all logs have come.
  const late = lateUntil(minute - lagMinutes);
  if (late.kind === 'quiet' || late.kind === 'over') return { detection, facts };
  const { course, standingMinutes } = detection.numbers;
  return { detection: { ...late, numbers: { ...late.numbers, course, standingMinutes } }, facts };
}

/** Where the facts of a minute and those behind it begin. The facts are in the order of minutes, and mostly the latest are asked for. */
function placeIn(facts: readonly Fact[], minute: number): number {
  let place = facts.length;
  while (place > 0 && (facts[place - 1] as Fact).minute >= minute) place--;
  return place;
}

/** @returns the minutes that have facts, from the first to the last given */
function stepsIn(facts: readonly Fact[], from: number, to: number): Step[] {
  const steps: { step: number; count: number }[] = [];
  let last: { step: number; count: number } | undefined;
  for (let i = placeIn(facts, from); i < facts.length; i++) {
    const { minute, count } = facts[i] as Fact;
    if (minute > to) break;
    if (last?.step !== minute) {
      last = { step: minute, count: 0 };
      steps.push(last);
    }
    last.count += Math.max(0, count);
  }
  return steps;
}

/** The count of each of these minutes. */
function countsIn(facts: readonly Fact[], from: number, to: number): number[] {
  const counts = new Array<number>(Math.max(0, to - from + 1)).fill(0);
  for (let i = placeIn(facts, from); i < facts.length; i++) {
    const { minute, count } = facts[i] as Fact;
    if (minute > to) break;
    counts[minute - from] = (counts[minute - from] ?? 0) + Math.max(0, count);
  }
  return counts;
}

function newestOf(facts: readonly Fact[]): number {
  return facts.findLast(({ count }) => count > 0)?.minute ?? Number.NEGATIVE_INFINITY;
}

function pulseOf({ scope }: GroupKey, minute: number, { stores }: World, looks: Looks): Promise<Pulse> {
  const now = Math.floor(minute / PULSE_MINUTES);
  const from = now - (limits.pulseLookbackDays * MINUTES_PER_DAY) / PULSE_MINUTES;
  looks.pulses ??= new Map();
  return getOrInsert(looks.pulses, `${now} ${scope}`, async () =>
    readPulse(await stores.pulses.between(scope, from, now), minute),
  );
}

/** Facts that came late are not learned, but they count when the time since the last failure is worked out. */
function withNewest(detection: Detection, minute: number, newestFailure: number, arrivedThrough: number): Detection {
  const { course } = detection.numbers;
  const quietMinutes = Math.min(course.quietMinutes, minute - newestFailure);
  const newest = Math.max(arrivedThrough, minute - quietMinutes);
  const numbers = { ...detection.numbers, standingMinutes: minute - newest, course: { ...course, quietMinutes } };
  const { kind } = detection;
  return {
    kind,
    get because() {
      return detection.because;
    },
    numbers,
  };
}
