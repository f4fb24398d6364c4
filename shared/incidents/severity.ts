/**
 * How urgent a group's incident is, from whom it hits and how hard. Pure. A partner that the truststore knows is never
 * noise; a stranger that tries the door always is, whatever the number of tries.
 */

import type { DetectionPolicy } from '../config/settings.js';
import type { DetectionNumbers } from '../detect/detect.js';
import { type Fact, type GroupKey, OTHER_ISSUERS, type Severity } from '../model/index.js';

export const severities: readonly Severity[] = ['low', 'medium', 'high', 'critical'];

export interface Impact {
  readonly group: GroupKey;
  readonly numbers: DetectionNumbers;
  /** Clients that are known to have failed. */
  readonly clients: number;
  /** Whether the truststore holds a CA of the issuer's name; null where that is not known. */
  readonly issuerTrusted: boolean | null;
  /** Whether a CA of the truststore names the organisation of the issuer or of its clients: a partner's new CA, it may be. */
  readonly isOrganisationKnown: boolean;
  /** Whether the truststore was changed shortly before: then who is missing in it now may be a partner. */
  readonly isTruststoreChanged: boolean;
  /** The group's part of its scope's failures, or null. */
  readonly scopeShare: number | null;
}

/** Reasons that strangers who try the door meet; a partner meets them rarely, and then is told by the issuer. */
const STRANGERS_REASONS: readonly string[] = ['self-signed', 'self-signed-in-chain'];
/** Windows so many times the floor are medium, high, critical. */
const VOLUMES = [2, 20, 200] as const;
/** So many clients at once are not one machine that was set up wrong. */
const MANY_CLIENTS = 5;
const HOUR = 60;
/** A rise by less than this much over the usual is more of the same. */
const GROWTH = 2;
/** Less than this of what the domain refuses: something bigger goes on beside it, and is told by itself. */
const SMALL_SHARE = 0.05;

export function severityFor(impact: Impact, policy: DetectionPolicy): Severity {
  if (isStranger(impact)) return 'low';
  const { numbers, clients, issuerTrusted, scopeShare } = impact;
  // What a day holds counts as an hour of it does.
  const count = numbers.count * Math.min(1, HOUR / numbers.windowMinutes);
  const above = Math.max(numbers.recent, count) / policy.floor;
  const points =
    VOLUMES.filter((volume) => above >= volume).length +
    (clients >= MANY_CLIENTS ? 1 : 0) -
    (numbers.count < GROWTH * numbers.expected ? 1 : 0) -
    (scopeShare !== null && scopeShare < SMALL_SHARE ? 1 : 0);
  const least = issuerTrusted === true ? 1 : 0;
  return severities[Math.min(severities.length - 1, Math.max(least, points))] ?? 'low';
}

export function isStranger({
  group,
  issuerTrusted,
  isOrganisationKnown,
  isTruststoreChanged,
}: Omit<Impact, 'numbers' | 'clients' | 'scopeShare'>): boolean {
  if (group.issuerDn === OTHER_ISSUERS) return true;
  if (issuerTrusted === true || isTruststoreChanged || isOrganisationKnown) return false;
  return STRANGERS_REASONS.includes(group.reason) || issuerTrusted === false;
}

export function worse(a: Severity, b: Severity): Severity {
  return severities.indexOf(b) > severities.indexOf(a) ? b : a;
}

/** How many different clients the facts name. */
export function clientCountOf(facts: readonly Fact[]): number {
  const clients = facts.flatMap((fact) => fact.clients);
  return new Set(clients.map((one) => one.fingerprint ?? `${one.serialNumber} ${one.subjectDn}`)).size;
}
