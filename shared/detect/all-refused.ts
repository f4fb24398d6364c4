/**
 * An issuer of which every call is refused is an outage, however few calls there are. Decides it from the refusals, and from what the
 * access logs show of the calls that were let in. Pure.
 */

import { MINUTE_MS, MINUTES_PER_DAY } from '../base/time.js';
import type { AllRefused, Fact, Incident } from '../model/index.js';
import type { Detection } from './detection.js';

/** Fewer refusals than this may be a client's first attempts with a new certificate. */
export const ALL_REFUSED_MIN = 3;
/** Refusals that are farther apart than this are no run: a partner that calls more rarely is found by the course of its day. */
const PAUSE_MINUTES = 6 * 60;
/** This many times the usual distance without a refusal is a lull, within these bounds. */
const LULL = 6;
const LULL_MINUTES_MIN = 60;

/** The latest refusals without a pause. */
export interface Run {
  readonly refused: number;
  /** When the first of them was, in milliseconds since the epoch. */
  readonly since: number;
}

/** @param facts of a group, in the order of minutes. @returns null where there are none */
export function runOf(facts: readonly Fact[]): Run | null {
  let run: (Run & { minute: number }) | null = null;
  for (const { minute, count, firstAt } of facts) {
    if (count <= 0) continue;
    const goesOn: boolean = run !== null && minute - run.minute <= PAUSE_MINUTES;
    run =
      run !== null && goesOn
        ? { refused: run.refused + count, since: Math.min(run.since, firstAt), minute }
        : { refused: count, since: firstAt, minute };
  }
  return run === null ? null : { refused: Math.round(run.refused), since: run.since };
}

/** What the access logs show of an issuer's calls, from long before the run until now. */
interface Seen {
  readonly calls: number;
  readonly letIn: number;
  readonly letInAt: number;
}

/** `unknown`: the access logs do not show the refusals yet, or not under this name. */
export function judgeRun(run: Run, seen: Seen | undefined): AllRefused | 'unknown' | 'mixed' {
  if (seen === undefined || seen.calls - seen.letIn < Math.min(run.refused, ALL_REFUSED_MIN)) return 'unknown';
  if (seen.letIn === 0 || seen.letInAt >= run.since || run.refused < ALL_REFUSED_MIN) return 'mixed';
  return { ...run, letInAt: seen.letInAt };
}

/** Tells of a group whose refusals may be too few for any window. */
export function withAllRefused(detection: Detection, run: AllRefused, now: number): Detection {
  if (detection.numbers.shortestMinutes !== null) return detection;
  const { course } = detection.numbers;
  return {
    kind: 'spike',
    because: `refused ${run.refused} of ${run.refused} calls since ${timeOf(run.since)}; one was let in for the last time at ${timeOf(run.letInAt)}`,
    numbers: {
      ...detection.numbers,
      count: Math.max(course.day, run.refused),
      windowMinutes: MINUTES_PER_DAY,
      expected: course.usualDay,
      shortestMinutes: Math.ceil((now - run.since) / MINUTE_MS) + 1,
    },
  };
}

/** Few calls leave long pauses: an incident that was told because all were refused goes on through those that it had when it began. */
export function heldUp(
  detection: Detection,
  incident: Pick<Incident, 'state' | 'since' | 'allRefused'> | null,
): Detection {
  const run = incident?.allRefused;
  if (incident?.state !== 'firing' || run === undefined) return detection;
  if (detection.kind === 'spike' || detection.kind === 'elevated') return detection;
  const distance = (incident.since - run.since) / MINUTE_MS / Math.max(1, run.refused - 1);
  const lull = Math.min(PAUSE_MINUTES, Math.max(LULL_MINUTES_MIN, LULL * distance));
  return detection.numbers.course.quietMinutes < lull ? { ...detection, kind: 'elevated' } : detection;
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
