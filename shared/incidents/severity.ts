/**
 * How urgent a group's incident is, from whom it affects and how badly. Pure. An incident of a partner that the
 * truststore knows is never `low`; an incident of a stranger is always `low`, whatever the number of attempts.
 */

import type { DetectionPolicy } from '../config/settings.js';
import type { DetectionNumbers } from '../detect/detection.js';
import { type GroupKey, OTHER_ISSUERS, type Severity } from '../model/index.js';
import { severities } from '../model/notices.js';

export interface Impact {
  readonly group: GroupKey;
  readonly numbers: DetectionNumbers;
  /** How many clients failed. */
  readonly clients: number;
  /** Whether the truststore holds a CA of the issuer's name; null where that is not known. */
  readonly issuerTrusted: boolean | null;
  /** Whether only a version of the last week holds one: bad uploads must not make less of the partners that they lost. */
  readonly isLost?: boolean;
  /**
   * Whether no CA of the issuer's name, in the truststore or in its versions of the last week, signed any of the certificates: then
   * the issuer's name is a claim. False where that is not known.
   */
  readonly isClaimed: boolean;
  /**
   * Whether a CA of the truststore names the organisation of the issuer or of its clients: then it may be a partner's
   * new CA.
   */
  readonly isOrganisationKnown: boolean;
  /** The group's share of its scope's failures, or null. */
  readonly scopeShare: number | null;
}

/** Reasons that are typical of strangers. A partner meets them rarely, and is then recognised by the issuer. */
const STRANGERS_REASONS: readonly string[] = ['self-signed', 'self-signed-in-chain'];
/** A window of this many times the floor is medium, high or critical. */
const VOLUMES = [2, 20, 200] as const;
/** When this many clients fail at once the cause is not a single machine with a wrong configuration. */
const MANY_CLIENTS = 5;
const HOUR = 60;
/**
 * A CA that has a new key looks like somebody who uses its name. It is told as a partner's, but volume proves nothing:
 * whoever made up one certificate can make up thousands.
 */
const CLAIMED_AT_MOST = severities.indexOf('medium');
/** A rise by less than this factor over the usual is more of the same. */
const GROWTH = 2;
/** Below this share of what the domain refuses, something bigger goes on beside it, which has its own notice. */
const SMALL_SHARE = 0.05;

export function severityFor(impact: Impact, policy: DetectionPolicy): Severity {
  if (isStranger(impact)) return 'low';
  const { numbers, clients, issuerTrusted, isLost, isClaimed, scopeShare } = impact;
  // A window longer than an hour is scaled down to an hour.
  const count = numbers.count * Math.min(1, HOUR / numbers.windowMinutes);
  const above = Math.max(numbers.recent, count) / policy.floor;
  const points =
    VOLUMES.filter((volume) => above >= volume).length +
    (clients >= MANY_CLIENTS ? 1 : 0) -
    (numbers.count < GROWTH * numbers.expected ? 1 : 0) -
    (scopeShare !== null && scopeShare < SMALL_SHARE ? 1 : 0);
  const least = issuerTrusted === true || isLost === true ? 1 : 0;
  const most = isClaimed ? CLAIMED_AT_MOST : severities.length - 1;
  return severities[Math.min(most, Math.max(least, points))] ?? 'low';
}

export function isStranger({
  group,
  issuerTrusted,
  isLost,
  isOrganisationKnown,
}: Omit<Impact, 'numbers' | 'clients' | 'scopeShare' | 'isClaimed'>): boolean {
  if (group.issuerDn === OTHER_ISSUERS) return true;
  if (issuerTrusted === true || isLost === true || isOrganisationKnown) return false;
  return STRANGERS_REASONS.includes(group.reason) || issuerTrusted === false;
}

export function worse(a: Severity, b: Severity): Severity {
  return severities.indexOf(b) > severities.indexOf(a) ? b : a;
}
