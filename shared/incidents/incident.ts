/**
 * Turns verdicts into incidents. Pure: the stored incident and the latest verdict go in, the next state and the notice
 * that its change calls for come out; the caller stores both in one conditional write.
 *
 *     none, resolved --spike--> firing                                   notice: spike
 *     firing --window grew by escalateFactor--> firing                   notice: escalated
 *     firing --repeatMinutes since the last notice--> firing             notice: ongoing, unless acknowledged
 *     firing --calm for long enough--> resolved                          notice: resolved
 *     resolved --spike within REOPEN_RESOLVES resolve times--> firing    notice: spike, the same incident
 *
 * Every comeback doubles the calm that the next resolve asks for: a group that flaps ends as one lasting incident.
 */

import { createHash } from 'node:crypto';
import { MINUTE_MS } from '../base/time.js';
import type { DetectionPolicy } from '../config/settings.js';
import { amount, type Detection } from '../detect/detect.js';
import { type GroupKey, type Incident, type NoticeKind, SEVERAL_ISSUERS, type Severity } from '../model/index.js';
import { worse } from './severity.js';

export interface IncidentChange {
  readonly next: Incident;
  /** Null where only the state changes: calm begins or ends. */
  readonly notice: NoticeKind | null;
  readonly because: string;
}

/** A spike this many resolve times after a resolve is the same incident, come back. */
const REOPEN_RESOLVES = 6;
/** The calm asked for grows to at most this many resolve times. */
const CALM_RESOLVES_MAX = 8;

/**
 * @param now the moment the verdict is about, in milliseconds; one before the last notice changes nothing
 * @param severity of a spike or an escalation
 * @returns null where nothing changes
 */
export function advance(
  current: Incident | null,
  detection: Detection,
  group: GroupKey,
  now: number,
  policy: DetectionPolicy,
  severity: Severity = 'low',
): IncidentChange | null {
  if (current !== null && now < current.lastNoticeAt) return null;
  if (current === null || current.state === 'resolved') return open(current, detection, group, now, policy, severity);
  const next = { ...current, version: current.version + 1 };
  if (detection.kind === 'over' || detection.kind === 'quiet') return calm(current, next, detection, now, policy);
  if (detection.kind === 'spike' && detection.numbers.recent >= policy.escalateFactor * current.noticedCount) {
    if (!settling(current, now, policy)) return escalate(next, detection, now, severity);
  }
  if (!current.acknowledged && now - current.lastNoticeAt >= policy.repeatMinutes * MINUTE_MS) {
    const because = `${detection.because}; going on for ${duration(now - current.since)}`;
    return { next: { ...next, calmSince: null, lastNoticeAt: now }, notice: 'ongoing', because };
  }
  const noticedCount = settling(current, now, policy)
    ? Math.max(current.noticedCount, detection.numbers.recent)
    : current.noticedCount;
  if (current.calmSince === null && noticedCount === current.noticedCount) return null;
  return { next: { ...next, calmSince: null, noticedCount }, notice: null, because: detection.because };
}

/** The first alert comes before the window is full; until it is, growth is no escalation. */
function settling(current: Incident, now: number, policy: DetectionPolicy): boolean {
  return now - current.lastNoticeAt < policy.windowMinutes * MINUTE_MS;
}

function open(
  before: Incident | null,
  detection: Detection,
  group: GroupKey,
  now: number,
  policy: DetectionPolicy,
  severity: Severity,
): IncidentChange | null {
  const { shortestMinutes, recent } = detection.numbers;
  if (shortestMinutes === null) return null;
  // What was counted before the calm that resolved the last incident cannot open another one.
  if (before?.calmSince != null && now - shortestMinutes * MINUTE_MS < before.calmSince) return null;
  const back = before !== null && now - before.lastNoticeAt <= REOPEN_RESOLVES * policy.resolveMinutes * MINUTE_MS;
  const next: Incident = {
    incidentId: back ? before.incidentId : incidentIdOf(group, now),
    group,
    state: 'firing',
    version: (before?.version ?? 0) + 1,
    since: back ? before.since : now,
    lastNoticeAt: now,
    calmSince: null,
    noticedCount: Math.max(recent, policy.floor),
    severity,
    flaps: back ? before.flaps + 1 : 0,
    announced: true,
    severityAtFirst: severity,
    acknowledged: false,
    heldBack: false,
  };
  const because = back
    ? `${detection.because}; back ${duration(now - before.lastNoticeAt)} after it was resolved`
    : detection.because;
  return { next, notice: 'spike', because };
}

function escalate(next: Incident, detection: Detection, now: number, severity: Severity): IncidentChange {
  const { recent } = detection.numbers;
  const because = `${detection.because}; ${amount(recent / next.noticedCount)} times as many as when last noticed`;
  const raised = {
    ...next,
    calmSince: null,
    lastNoticeAt: now,
    noticedCount: recent,
    severity: worse(next.severity, severity),
    acknowledged: false,
  };
  return { next: raised, notice: 'escalated', because };
}

function calm(
  current: Incident,
  next: Incident,
  detection: Detection,
  now: number,
  policy: DetectionPolicy,
): IncidentChange | null {
  const { calmSince } = current;
  if (calmSince === null) return { next: { ...next, calmSince: now }, notice: null, because: detection.because };
  const asked = policy.resolveMinutes * Math.min(CALM_RESOLVES_MAX, 2 ** current.flaps) * MINUTE_MS;
  if (now - calmSince < asked) return null;
  const because = `${amount(detection.numbers.recent)} refused in the last ${policy.windowMinutes} minutes; calm for ${duration(now - calmSince)}`;
  return { next: { ...next, state: 'resolved', lastNoticeAt: now }, notice: 'resolved', because };
}

/** Derived from the group and the start, so that a retry opens the same incident. */
export function incidentIdOf(group: GroupKey, since: number): string {
  const minute = Math.floor(since / MINUTE_MS);
  const text = JSON.stringify([group.scope, group.issuerDn, group.reason, minute]);
  return createHash('sha256').update(text).digest('hex').slice(0, 20);
}

/** Derived from the incident and its version: each transition has one, and a retry has the same. */
export function noticeIdOf(next: Incident): string {
  return `${next.incidentId}-${next.version}`;
}

function duration(ms: number): string {
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes < 120) return minutes === 1 ? '1 minute' : `${minutes} minutes`;
  return `${amount(minutes / 60)} hours`;
}

/** The same whatever its members' reasons, so that a scope has one incident at a time. */
export function scopeGroup(scope: string): GroupKey {
  return { scope, issuerDn: SEVERAL_ISSUERS, reason: 'other' };
}

/**
 * Whether a group's own notice is left out because its scope's incident tells it: only of groups that began after the
 * scope's, for the first alerts came before anybody could know.
 */
export function coveredByScope(incident: Incident, scope: Incident | null): boolean {
  return scope !== null && scope.state === 'firing' && incident.since >= scope.since;
}
