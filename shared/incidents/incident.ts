/**
 * The state machine of incidents. Pure: the stored incident and the latest detection go in; the next state and the notice
 * that the change calls for come out. The caller stores both in one conditional write.
 *
 *     none, resolved --spike--> firing                                   notice: spike
 *     firing --window grew by escalateFactor--> firing                   notice: escalated
 *     firing --repeatMinutes since the last notice--> firing             notice: ongoing, unless acknowledged
 *     firing --calm for long enough--> resolved                          notice: resolved
 *     firing --refusals go on and have become usual--> known             notice: ongoing
 *     known --twice as long as the last time--> known                    notice: ongoing, unless acknowledged
 *     known --no failure where many were expected--> resolved            notice: resolved
 *     known --spike--> firing, another incident                          notice: spike
 *     resolved --spike within REOPEN_RESOLVES resolve times--> firing    notice: spike, the same incident
 *
 * An incident that has come back is resolved after a calm that is longer, by the resolve time, than those from which it came back: a
 * group that flaps becomes one lasting incident.
 */

import { createHash } from 'node:crypto';
import { boundedMap } from '../base/bounded-map.js';
import { getOrInsert } from '../base/get-or-insert.js';
import { limits } from '../base/limits.js';
import { DAY_MS, MINUTE_MS, MINUTES_PER_DAY, MINUTES_PER_HOUR, minuteOf } from '../base/time.js';
import type { DetectionPolicy } from '../config/settings.js';
import type { Detection } from '../detect/detection.js';
import { amount } from '../detect/words.js';
import { furtherParts, groupId } from '../model/group-id.js';
import {
  type GroupKey,
  type Incident,
  isSeveral,
  type NoticeKind,
  SEVERAL_ISSUERS,
  SEVERAL_STRANGERS,
  type Severity,
} from '../model/index.js';
import { worse } from './severity.js';

export interface IncidentChange {
  readonly next: Incident;
  /** Null where only the state changes: calm begins or ends. */
  readonly notice: NoticeKind | null;
  readonly because: string;
  /** Whether no notice about strangers of the scope follows until the next UTC day. */
  readonly isLastOfDay?: boolean;
}

/** A spike within this many resolve times after a resolve is the same incident, come back. */
const REOPEN_RESOLVES = 6;
/** A group is never quiet if a window usually has so many failures. */
const USUAL_IN_WINDOW = 0.5;
/** The calm that is required grows to at most this many resolve times. */
const CALM_RESOLVES_MAX = 8;
/** A calm ends with a window whose chance is less than one in a hundred. */
const CALM_ENDS = 2;
const STEADY_AGAIN = 7 * DAY_MS;
/** Lambda retries a batch for at most six hours. Anything later was redriven by hand, and no more of it follows. */
const LAG_MINUTES_MAX = 6 * 60;
/** Deliveries usually take so many minutes at most. */
const LAG_MIN = 3;
/** A growing delay is noted in steps of so many minutes, and not with every batch. */
const LAG_STEP = 5;
/** The wait between repeats doubles each time, up to this. */
const REPEAT_MAX = 30 * DAY_MS;
/**
 * An incident younger than this is never taken for the usual: a new group's usual is what it had from its second day on, and its first
 * failures may be most of an hour older than its incident. `KNOWN_FACTOR` times what a day had before counts as more than before.
 */
const KNOWN_FROM = 23 * MINUTES_PER_HOUR * MINUTE_MS;
const KNOWN_FACTOR = 3;
/** When the last hour has at least this share of an average hour of the day before, the refusals go on as they were. */
const KNOWN_SHARE = 0.25;
/** From this many refusals an hour on, a single hour shows whether they go on. */
const KNOWN_DENSE = 4;
/** The last reminders are 2 ** 4 = 16 days apart. */
const REMINDERS_MAX = 4;

/**
 * Works out what the latest detection changes in an incident.
 * @param now the moment of the detection, in milliseconds; a moment before the last notice changes nothing
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
  if (current?.state !== 'firing') {
    const opened = open(current, detection, group, now, policy, severity);
    return opened ?? (current?.state === 'known' ? remindOf(current, detection, now, policy) : null);
  }
  const next = { ...current, version: current.version + 1 };
  if (isCalm(current, detection)) return calm(current, next, detection, now, policy);
  if (detection.kind === 'spike' && detection.numbers.recent >= policy.escalateFactor * current.noticedCount) {
    if (!settling(current, now, policy)) return escalate(next, detection, now, severity);
  }
  if (!current.acknowledged && now - current.lastNoticeAt >= repeatAfter(current.repeats, policy)) {
    const because = `${detection.because}; going on for ${duration(now - current.since)}`;
    const repeats = current.repeats + 1;
    return { next: { ...next, calmSince: null, lastNoticeAt: now, repeats }, notice: 'ongoing', because };
  }
  const noticedCount = settling(current, now, policy)
    ? Math.max(current.noticedCount, detection.numbers.recent)
    : current.noticedCount;
  if (current.calmSince === null && noticedCount === current.noticedCount) return null;
  return { next: { ...next, calmSince: null, noticedCount }, notice: null, because: detection.because };
}

/** A calm that has begun is not ended by what one look in ten shows where failures are usual. */
function isCalm({ calmSince }: Incident, { kind, numbers }: Detection): boolean {
  return kind === 'over' || kind === 'quiet' || (calmSince !== null && numbers.elevation < CALM_ENDS);
}

/** The first alert comes before the window is full; until it is full, growth is no escalation. */
function settling(current: Incident, now: number, policy: DetectionPolicy): boolean {
  return now - current.lastNoticeAt < policy.windowMinutes * MINUTE_MS;
}

function repeatAfter(repeats: number, policy: DetectionPolicy): number {
  return Math.min(REPEAT_MAX, policy.repeatMinutes * MINUTE_MS * 2 ** repeats);
}

function open(
  before: Incident | null,
  detection: Detection,
  group: GroupKey,
  now: number,
  policy: DetectionPolicy,
  severity: Severity,
): IncidentChange | null {
  const { shortestMinutes, lateMinutes, recent, isSteady, course } = detection.numbers;
  if (shortestMinutes === null) return null;
  const steadyAt = before?.steadyAt ?? null;
  // Few and steady refusals are announced once a week at most, and not at all where they are known or usual.
  const isOldNews = steadyAt !== null && (now - steadyAt < STEADY_AGAIN || !course.isSteadyByItself);
  if (isSteady && (before?.known != null || isOldNews)) return null;
  // Failures from before the calm that resolved the last incident cannot open another one.
  if (before?.calmSince != null && now - (shortestMinutes + lateMinutes) * MINUTE_MS < before.calmSince) return null;
  const back =
    before?.state === 'resolved' && now - before.lastNoticeAt <= REOPEN_RESOLVES * policy.resolveMinutes * MINUTE_MS;
  const next: Incident = {
    incidentId: back ? before.incidentId : incidentIdOf(group, now),
    group,
    state: 'firing',
    version: (before?.version ?? 0) + 1,
    since: back ? before.since : now,
    seenMinutes: back ? before.seenMinutes : seenMinutesOf(detection, now),
    lastNoticeAt: now,
    calmSince: null,
    noticedCount: Math.max(recent, policy.floor),
    severity,
    flaps: back ? before.flaps + 1 : 0,
    pauseMinutes: back ? Math.max(before.pauseMinutes, Math.ceil((now - (before.calmSince ?? now)) / MINUTE_MS)) : 0,
    announced: true,
    severityAtFirst: severity,
    acknowledged: false,
    heldBack: false,
    repeats: 0,
    steadyAt: isSteady ? now : steadyAt,
    lagMinutes: Math.min(LAG_MINUTES_MAX, lateMinutes),
    usualDay: back ? before.usualDay : course.usualDay,
    isStranger: false,
    members: [],
    told: null,
    known: before?.known ?? null,
  };
  const because = back
    ? `${detection.because}; back ${duration(now - before.lastNoticeAt)} after it was resolved`
    : detection.because;
  return { next, notice: 'spike', because };
}

/** How many minutes before now the window began in which a detection saw it. A window of a day is counted by full hours. */
function seenMinutesOf({ numbers: { windowMinutes, lateMinutes } }: Detection, now: number): number {
  const ofHour = ((minuteOf(now) - lateMinutes) % MINUTES_PER_HOUR) + 1;
  return lateMinutes + (windowMinutes > MINUTES_PER_HOUR ? windowMinutes - MINUTES_PER_HOUR + ofHour : windowMinutes);
}

/** The first minute of an incident's figures. */
export function firstMinuteOf({ since, seenMinutes }: Incident, { windowMinutes }: DetectionPolicy): number {
  return minuteOf(since) - Math.max(seenMinutes, windowMinutes) + 1;
}

/**
 * Notes that the log of a firing incident comes later than it did.
 * @returns null where it does not
 */
export function delay(current: Incident, lagMinutes: number): IncidentChange | null {
  const lag = Math.min(LAG_MINUTES_MAX, Math.ceil(lagMinutes / LAG_STEP) * LAG_STEP);
  if (lagMinutes <= LAG_MIN || lag <= current.lagMinutes) return null;
  return {
    next: { ...current, version: current.version + 1, lagMinutes: lag },
    notice: null,
    because: `the log comes ${duration(lagMinutes * MINUTE_MS)} late`,
  };
}

/** Raises the severity of an incident that is worse than the last notice said. */
export function raise(current: Incident, detection: Detection, now: number, severity: Severity): IncidentChange {
  const next = { ...current, version: current.version + 1 };
  const because = `${detection.because}; more severe than when last noticed`;
  return { ...escalate(next, detection, now, severity), because };
}

/** For a scope's incident that names more groups than before, or became more severe. */
export function join(
  current: Incident,
  detection: Detection,
  now: number,
  { severity, members }: Pick<Incident, 'severity' | 'members'>,
): IncidentChange {
  const next = { ...current, version: current.version + 1, members };
  return { ...escalate(next, detection, now, severity), because: detection.because };
}

function escalate(next: Incident, detection: Detection, now: number, severity: Severity): IncidentChange {
  const { recent } = detection.numbers;
  const because = `${detection.because}; ${amount(recent / next.noticedCount)} times as many as when last noticed`;
  const raised = {
    ...next,
    calmSince: null,
    lastNoticeAt: now,
    noticedCount: Math.max(next.noticedCount, recent),
    severity: worse(next.severity, severity),
    acknowledged: false,
    repeats: 0,
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
  if (calmSince === null) {
    // It takes some minutes without a failure to see that a group is calm; those minutes are part of the calm. Where the log
    // comes late, they may even be older than the last notice.
    const { usualDay, quietMinutes } = detection.numbers.course;
    // Where failures are usual they go on, and the calm began with the window that has no more of them than usual.
    const isNeverQuiet = (usualDay * policy.windowMinutes) / MINUTES_PER_DAY >= USUAL_IN_WINDOW;
    const quiet = now - (isNeverQuiet ? Math.max(quietMinutes, policy.windowMinutes) : quietMinutes) * MINUTE_MS;
    const begun = current.lagMinutes > 0 ? quiet : Math.max(quiet, current.lastNoticeAt);
    const ended = endOf(current, { ...next, calmSince: begun }, begun, detection, now, policy);
    return ended ?? { next: { ...next, calmSince: begun }, notice: null, because: detection.because };
  }
  return endOf(current, next, calmSince, detection, now, policy);
}

/** The end of an incident that has been calm for long enough; null before. */
function endOf(
  current: Incident,
  next: Incident,
  calmSince: number,
  detection: Detection,
  now: number,
  policy: DetectionPolicy,
): IncidentChange | null {
  const calmMinutes = Math.min(CALM_RESOLVES_MAX * policy.resolveMinutes, current.pauseMinutes + policy.resolveMinutes);
  const asked = (calmMinutes + current.lagMinutes) * MINUTE_MS;
  // Minutes of which no log has come yet are no calm.
  if (now - calmSince < asked + detection.numbers.standingMinutes * MINUTE_MS) return null;
  if (isUsualByNow(current, detection, now)) return toKnown(current, next, detection, now);
  const because = `${amount(detection.numbers.recent)} refused in the last ${policy.windowMinutes} minutes; calm for ${duration(now - calmSince)}`;
  const { known } = current;
  const still = known === null ? '' : `; what is known since ${dayOf(known.since)} goes on`;
  const state = known === null ? 'resolved' : 'known';
  return { next: { ...next, state, calmSince, lastNoticeAt: now }, notice: 'resolved', because: `${because}${still}` };
}

/** Whether refusals go on as before and are no longer unusual: then the detector is calm, but the group still fails. */
function isUsualByNow(current: Incident, { numbers }: Detection, now: number): boolean {
  const { course, lastHour } = numbers;
  if (current.known !== null || isSeveral(current.group.issuerDn) || now - current.since < KNOWN_FROM) return false;
  if (!course.isUnderWay || course.day < KNOWN_FACTOR * current.usualDay) return false;
  const perHour = course.day / course.hours;
  return perHour < KNOWN_DENSE || lastHour >= KNOWN_SHARE * perHour;
}

function toKnown(current: Incident, next: Incident, detection: Detection, now: number): IncidentChange {
  const { incidentId, since, severity, severityAtFirst, acknowledged } = current;
  const known = { incidentId, since, severity, severityAtFirst, acknowledged, remindedAt: now, reminders: 0 };
  const because = `${knownWords(detection, since)}; from now on told when it grows, and as a reminder now and then`;
  const told = { ...next, state: 'known', calmSince: now, lastNoticeAt: now, announced: true, known } as const;
  return { next: told, notice: 'ongoing', because };
}

function remindOf(
  current: Incident,
  detection: Detection,
  now: number,
  policy: DetectionPolicy,
): IncidentChange | null {
  const { known } = current;
  if (known === null) return null;
  const { incidentId, since, severity, severityAtFirst, acknowledged } = known;
  const own = { incidentId, since, severity, severityAtFirst, acknowledged };
  const next = { ...current, ...own, version: current.version + 1, lastNoticeAt: now, announced: true };
  const { course } = detection.numbers;
  if (course.isGone) {
    const calmSince = now - course.quietMinutes * MINUTE_MS;
    const because = `none for ${duration(now - calmSince)}, where ${amount(course.missing)} were to be expected`;
    const { announced } = current;
    return { next: { ...next, announced, state: 'resolved', calmSince, known: null }, notice: 'resolved', because };
  }
  if (acknowledged || now - known.remindedAt < Math.max(DAY_MS, repeatAfter(0, policy)) * 2 ** known.reminders)
    return null;
  const reminded = { ...known, remindedAt: now, reminders: Math.min(REMINDERS_MAX, known.reminders + 1) };
  return { next: { ...next, known: reminded }, notice: 'ongoing', because: knownWords(detection, since) };
}

function knownWords({ numbers }: Detection, since: number): string {
  return `known since ${dayOf(since)} and still refused: ${amount(numbers.course.day)} times in the last 24 hours`;
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Derived from the group and the start, so that a retry opens the same incident. */
export function incidentIdOf(group: GroupKey, since: number): string {
  const minute = Math.floor(since / MINUTE_MS);
  const { scope, issuerDn, reason } = group;
  const text = JSON.stringify([scope, issuerDn, reason, minute, ...furtherParts(group)]);
  return createHash('sha256').update(text).digest('hex').slice(0, 20);
}

/** Derived from the incident and its version: each transition has an id of its own, and a retry has the same id. */
export function noticeIdOf(next: Incident): string {
  return `${next.incidentId}-${next.version}`;
}

function duration(ms: number): string {
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes < 120) return minutes === 1 ? '1 minute' : `${minutes} minutes`;
  return `${amount(minutes / 60)} hours`;
}

/**
 * The key of a scope's incident of partners. It does not depend on the reasons of its members, so a scope has one such
 * incident at a time. What happens at another door of the same name is an incident of its own: each has its truststore.
 */
export function scopeGroup(scope: string, door?: string): GroupKey {
  return { scope, issuerDn: SEVERAL_ISSUERS, reason: 'other', ...(door !== undefined && { door }) };
}

/** The key of a scope's incident of those who use partners' names, apart from the partners. */
function claimsGroup(scope: string, door?: string): GroupKey {
  return { ...scopeGroup(scope, door), isUnverified: true };
}

/** The same few scopes are asked for again and again, and the ids of their keys are hashes. */
const keysOfScopes = boundedMap<readonly GroupKey[]>(limits.scopesPerDayMax);

/** The keys of all incidents of a scope, at one door. */
export function scopeGroups(place: Pick<GroupKey, 'scope' | 'door'>): readonly GroupKey[] {
  const { scope, door } = place;
  return getOrInsert(keysOfScopes, placeOf(place), () => [
    scopeGroup(scope, door),
    claimsGroup(scope, door),
    strangersGroup(scope, door),
  ]);
}

/** The key of a scope's incident of strangers, apart from partners who fail together. */
export function strangersGroup(scope: string, door?: string): GroupKey {
  return { ...scopeGroup(scope, door), issuerDn: SEVERAL_STRANGERS };
}

/** Names the scope of a group at its door, for maps. */
export function placeOf({ scope, door }: Pick<GroupKey, 'scope' | 'door'>): string {
  return door === undefined ? scope : `${scope}\n${door}`;
}

/**
 * For this long after its last notice a scope's incident collects the groups that join, so that they share one notice.
 */
export const JOIN_MS = 3 * MINUTE_MS;

/** Partners of a scope that begin to fail within so many minutes have a common cause. */
export const TOGETHER_MINUTES = 30;

/**
 * Whether a partners' incident names as many groups as fit. Then it stands for every partner of its kind that began with it or
 * later, as that of strangers stands for every stranger.
 */
export function isFull({ members }: Pick<Incident, 'members'>): boolean {
  return members.length >= limits.groupsPerScopeIncidentMax;
}

/** Whether a group's incident is one of a scope's incident that names groups, or stands for all of them. */
export function isMember({ group, since, isStranger, isClaimed }: Incident, scope: Incident): boolean {
  if (scope.members.includes(groupId(group))) return true;
  if (!isFull(scope) || isStranger || isClaimed !== scope.group.isUnverified) return false;
  return since >= scope.since - TOGETHER_MINUTES * MINUTE_MS;
}

/**
 * Whether a group's own notice is left out because a scope's incident covers it: the partners' incident, when it is as
 * severe and names the group or is about to name it; or the strangers' incident, when the group is a stranger.
 */
export function isCovered(incident: Incident, ofScope: readonly (Incident | null)[], now: number): boolean {
  return ofScope.some((scope) => {
    if (scope?.state !== 'firing' || !scope.announced) return false;
    const isCollecting = now - scope.lastNoticeAt < JOIN_MS + 2 * MINUTE_MS && incident.since > scope.since;
    const isOfItsKind = !incident.isStranger && incident.isClaimed === scope.group.isUnverified;
    if (scope.group.issuerDn === SEVERAL_ISSUERS && isCollecting && isOfItsKind) return true;
    if (worse(scope.severity, incident.severity) !== scope.severity) return false;
    return scope.group.issuerDn === SEVERAL_STRANGERS ? incident.isStranger : isMember(incident, scope);
  });
}

/**
 * Whether a scope's incident told of a group's incident: the partners' incident by name, in its last notice or before, or as
 * one of very many; the strangers' incident without names.
 */
export function isNamed(incident: Incident, ofScope: readonly (Incident | null)[]): boolean {
  return ofScope.some((scope) => {
    if (scope === null || !scope.announced) return false;
    if (scope.group.issuerDn === SEVERAL_STRANGERS) return incident.isStranger && scope.lastNoticeAt >= incident.since;
    if (!isMember(incident, scope)) return false;
    // One that was rising when the scope was told begins shortly after that.
    const isToldBefore = scope.lastNoticeAt > incident.since - JOIN_MS - 2 * MINUTE_MS;
    return isToldBefore || (isFull(scope) && scope.state === 'firing');
  });
}
