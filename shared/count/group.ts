/**
 * The groups by which failures are counted: custom domain, issuer and reason. Clients choose the issuer names that they
 * present, so only admitted issuers are groups of their own; the others are counted together.
 */

import { getOrInsert } from '../base/get-or-insert.js';
import { dayOf } from '../base/time.js';
import { type GroupKey, OTHER_ISSUERS, UNKNOWN_ISSUER } from '../model/index.js';
import type { Count } from './count.js';

/** The issuers that need admission, by scope and UTC day of the failure. */
export interface Applicants {
  readonly scope: string;
  /** Days since the epoch. */
  readonly day: number;
  /** The issuers with most failures come first, so that random names do not take the places of the busy ones. */
  readonly issuerDns: readonly string[];
}

/** What applies for admission: a count, or the part of one that is known before counting. */
export interface Asking extends Pick<Count, 'requests' | 'firstAt'> {
  readonly group: Pick<GroupKey, 'scope' | 'issuerDn'>;
}

export function applicantsOf(counts: readonly Asking[]): Applicants[] {
  const byPlace = new Map<string, { scope: string; day: number; times: Map<string, number> }>();
  for (const { group, requests, firstAt } of counts) {
    const { scope, issuerDn } = group;
    if (issuerDn === UNKNOWN_ISSUER) continue;
    const day = dayOf(firstAt);
    const { times } = getOrInsert(byPlace, placeOf(scope, day), () => ({ scope, day, times: new Map() }));
    times.set(issuerDn, (times.get(issuerDn) ?? 0) + requests);
  }
  return [...byPlace.values()].map(({ scope, day, times }) => ({
    scope,
    day,
    issuerDns: [...times].sort(([, a], [, b]) => b - a).map(([issuerDn]) => issuerDn),
  }));
}

/** A key for one scope and day, for the map of admitted issuers. */
export function placeOf(scope: string, day: number): string {
  return `${day} ${scope}`;
}

export function groupOf(
  { group, firstAt }: Pick<Count, 'group' | 'firstAt'>,
  admitted: ReadonlyMap<string, ReadonlySet<string>>,
): GroupKey {
  const { scope, issuerDn } = group;
  const isNamed = issuerDn === UNKNOWN_ISSUER || admitted.get(placeOf(scope, dayOf(firstAt)))?.has(issuerDn) === true;
  if (isNamed) return group;
  const { isUnverified: _, ...others } = { ...group, issuerDn: OTHER_ISSUERS };
  return others;
}
