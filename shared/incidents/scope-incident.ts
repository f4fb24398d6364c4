/**
 * Incidents of a whole scope. Where several partners of one custom domain fail together they have a common cause (a bad
 * truststore upload, a CA that expired), and one incident names each of them. Where hundreds of issuers fail a few
 * times each, the cause is a scanner: strangers have an incident of their own, which covers strangers only. Both go
 * through `advance` like a group's incident, under the keys that `scopeGroup` and `strangersGroup` give. Pure.
 */

import { limits } from '../base/limits.js';
import { MINUTE_MS } from '../base/time.js';
import type { DetectionPolicy } from '../config/settings.js';
import type { Detection, DetectionNumbers } from '../detect/detection.js';
import { amount } from '../detect/words.js';
import { groupId } from '../model/group-id.js';
import { type GroupKey, type Incident, OTHER_ISSUERS, type Severity } from '../model/index.js';
import { isFull, TOGETHER_MINUTES } from './incident.js';
import { worse } from './severity.js';

/** A group of the scope that failed in the last hour. */
export interface Member {
  readonly group: GroupKey;
  readonly detection: Detection;
  /** When its own incident began: the one that fires, or the one that would open now; null where there is none. */
  readonly since: number | null;
  /** The severity of that incident, or of the one that may open. */
  readonly severity: Severity;
  readonly isStranger: boolean;
  /** Whether its issuer's name is nothing but a claim. */
  readonly isClaimed?: true;
  /** Whether its issuer is in the truststore; null where that is not known. */
  readonly isTrusted: boolean | null;
}

export interface ScopeDetection {
  readonly detection: Detection;
  readonly severity: Severity;
  /** Most failures first. */
  readonly groups: readonly GroupKey[];
  /** Ids of the groups that the incident names from now on, at most `groupsPerScopeIncidentMax`. */
  readonly members: readonly string[];
  /** Whether it names more groups than before, or is more severe. */
  readonly isNews: boolean;
}

/**
 * This many partners that begin to fail within `TOGETHER_MINUTES` have a common cause. Two may be a coincidence, and one partner
 * that is refused for several reasons is one.
 */
const TOGETHER_PARTNERS = 3;
/**
 * When this many partners fail at once the domain itself has changed: at least `high`, whatever the severity of each.
 */
const MANY_PARTNERS = 4;
/**
 * A group below the floor that is unusual all the same. It is named together with those that fire, so that it needs no
 * notice of its own.
 */
const RISING_SURPRISE = 4;
const RISING_FAILURES = 3;
const STRANGERS_TOGETHER = 4;
/** A scanner presents many issuers, with hardly more than one attempt per certificate. */
const SCANNER_ISSUERS = 30;
const SCANNER_TRIES = 3;

/**
 * What the partners of a scope do together, or those who use their names.
 * @param members the groups of the scope that failed in the last hour
 * @param now milliseconds since the epoch
 */
export function partnersTogether(
  members: readonly Member[],
  before: Incident | null,
  now: number,
  policy: DetectionPolicy,
): ScopeDetection {
  const named = before?.state === 'firing' ? before.members : [];
  const known = new Set(named);
  const partners = members.filter((one) => !one.isStranger);
  // Beyond those that fit into the list nobody joins: whoever begins then is in, and was told of as one of very many.
  const isIn = (one: Member): boolean =>
    known.has(groupId(one.group)) || (isFull({ members: named }) && isFresh(one, before, now));
  const began = partners.filter((one) => isIn(one) || isFresh(one, before, now) || isRising(one));
  const joined = began.filter((one) => !isIn(one) && one.since !== null);
  const ongoing = began.filter((one) => isIn(one) && one.since !== null);
  const isOpening = known.size === 0 && joined.length > 0 && issuersOf(began) >= TOGETHER_PARTNERS;
  const isJoining = known.size > 0 && joined.length > 0;
  const told = busiestFirst(isOpening || isJoining || known.size === 0 ? began : began.filter(isIn));
  // A change of the truststore makes partners of all who are refused after it: anybody's new names prove nothing.
  const knownPartners = told.filter(({ isTrusted, isClaimed }) => isTrusted !== false && !isClaimed);
  const atLeast: Severity = issuersOf(knownPartners) >= MANY_PARTNERS ? 'high' : 'low';
  const severity = told.reduce<Severity>((worst, one) => worse(worst, one.severity), atLeast);
  const isWorse = known.size > 0 && before !== null && worse(before.severity, severity) !== before.severity;
  const numbers = sumOf(told, isOpening || isJoining, policy);
  const seen = `${amount(numbers.recent)} refused in ${policy.windowMinutes} minutes`;
  const groups = told.map(({ group }) => group);
  const ids = isOpening || isJoining ? [...new Set([...named, ...groups.map(groupId)])] : named;
  return {
    detection: {
      kind: isOpening || isJoining ? 'spike' : ongoing.length > 0 ? 'elevated' : 'quiet',
      because: isJoining
        ? `${joined.length} more of this domain began to fail, ${ids.length} in all; ${seen}`
        : isOpening
          ? `${began.length} groups of this domain began to fail within ${TOGETHER_MINUTES} minutes; ${seen}`
          : `${ongoing.length} groups of this domain are failing; ${seen}`,
      numbers,
    },
    severity,
    groups,
    members: ids.slice(0, limits.groupsPerScopeIncidentMax),
    isNews: isJoining || isWorse,
  };
}

/** Whether its own incident began with that of the scope, or recently. */
function isFresh({ since }: Member, before: Incident | null, now: number): boolean {
  const from = before?.state === 'firing' ? Math.min(before.since, now) : now;
  return since !== null && since >= from - TOGETHER_MINUTES * MINUTE_MS;
}

function isRising({ since, detection: { numbers } }: Member): boolean {
  return since === null && numbers.surprise >= RISING_SURPRISE && numbers.recent >= RISING_FAILURES;
}

/**
 * What the strangers of a scope do together. Issuers of which it is not known whether they are strangers are included
 * when they made only a few attempts.
 */
export function strangersTogether(members: readonly Member[], now: number, policy: DetectionPolicy): ScopeDetection {
  const strangers = members.filter(
    ({ isStranger, isTrusted, since, detection }) =>
      isStranger || (isTrusted !== true && since === null && detection.numbers.recent <= SCANNER_TRIES),
  );
  const numbersOfAll = sumOf(strangers, false, policy);
  const { recent } = numbersOfAll;
  const issuers = issuersOf(strangers);
  const isFolded = strangers.some(({ group }) => group.issuerDn === OTHER_ISSUERS);
  const isScanner =
    issuers >= SCANNER_ISSUERS && recent >= policy.floor && (isFolded || recent <= SCANNER_TRIES * issuers);
  const firing = strangers.filter(({ since }) => since !== null);
  const fresh = firing.filter(({ since }) => since !== null && now - since <= TOGETHER_MINUTES * MINUTE_MS);
  const isMany = issuersOf(fresh) >= STRANGERS_TOGETHER;
  const failing = issuersOf(firing);
  const seen = `${amount(recent)} refused in ${policy.windowMinutes} minutes`;
  const words = isScanner
    ? `${issuers} issuers failed, few times each, as a scanner does`
    : failing === 1
      ? '1 issuer that the truststore does not know is failing'
      : `${failing} issuers that the truststore does not know are failing`;
  return {
    detection: {
      kind: isScanner || isMany ? 'spike' : firing.length > 0 ? 'elevated' : 'quiet',
      because: `${words}; ${seen}`,
      numbers: { ...numbersOfAll, shortestMinutes: isScanner || isMany ? policy.windowMinutes : null },
    },
    severity: 'low',
    groups: busiestFirst(strangers).map(({ group }) => group),
    members: [],
    isNews: false,
  };
}

/** How many issuers there are at least. A group of names that were too many stands for several, and each of them counts. */
function issuersOf(members: readonly Member[]): number {
  return new Set(members.map(({ group }) => (group.issuerDn === OTHER_ISSUERS ? groupId(group) : group.issuerDn))).size;
}

/** Of equal ones the order is that of their ids, and not that in which they were delivered. */
function busiestFirst(members: readonly Member[]): Member[] {
  return members
    .map((one) => ({ one, recent: one.detection.numbers.recent, id: groupId(one.group) }))
    .sort((a, b) => b.recent - a.recent || (a.id < b.id ? -1 : 1))
    .map(({ one }) => one);
}

function sumOf(members: readonly Member[], isSpike: boolean, { windowMinutes }: DetectionPolicy): DetectionNumbers {
  const all = members.map(({ detection }) => detection.numbers);
  const sum = (of: (numbers: DetectionNumbers) => number): number => all.reduce((total, one) => total + of(one), 0);
  const recent = sum((one) => one.recent);
  const most = (of: (numbers: DetectionNumbers) => number): number =>
    all.reduce((max, one) => Math.max(max, of(one)), 0);
  return {
    count: recent,
    windowMinutes,
    expected: sum((one) => (one.expected * windowMinutes) / one.windowMinutes),
    oneIn: Math.max(
      1,
      most((one) => one.oneIn),
    ),
    recent,
    shortestMinutes: isSpike ? windowMinutes : null,
    isSteady: false,
    lateMinutes: 0,
    standingMinutes: most((one) => one.standingMinutes),
    elevation: most((one) => one.elevation),
    surprise: most((one) => one.surprise),
    lastHour: sum((one) => one.lastHour),
    course: {
      day: sum((one) => one.course.day),
      hours: most((one) => one.course.hours),
      usualDay: sum((one) => one.course.usualDay),
      usualHours: most((one) => one.course.usualHours),
      quietMinutes: members.reduce(
        (least, { detection }) => Math.min(least, detection.numbers.course.quietMinutes),
        1440,
      ),
      steadyMinutes: null,
      isFew: false,
      lastingMinutes: null,
      isSteadyByItself: false,
      isLull: members.every(({ detection }) => detection.numbers.course.isLull),
      isUnderWay: members.some(({ detection }) => detection.numbers.course.isUnderWay),
      missing: sum((one) => one.course.missing),
      isGone: false,
    },
  };
}
