/**
 * Which groups of a report are of strangers, whom nobody has to act on: self-signed certificates, and those that an alert told of
 * together as a scanner's. Pure.
 */

import { HOUR_MS } from '../base/time.js';
import { groupId } from '../model/group-id.js';
import { type EndedIncident, type GroupKey, type Incident, SEVERAL_STRANGERS } from '../model/index.js';
import { organizationOf } from '../x509/names.js';
import type { GroupSeries } from './fold.js';

interface Told {
  readonly ended: readonly EndedIncident[];
  readonly firing: readonly Incident[];
}

/** The incidents that told of strangers together, over or not. */
export function scansIn({ ended, firing }: Told): readonly GroupKey[] {
  return [...ended, ...firing].map(({ group }) => group).filter(({ issuerDn }) => issuerDn === SEVERAL_STRANGERS);
}

/**
 * Those that were refused while a scan of their place went on and at no other time of the period, that a truststore does not name,
 * not even by their organization, and of which nobody was told by themselves.
 * @param trusted the issuers that the truststore of each scope names; absent where that is not known, so that nobody is hidden
 * @returns ids of groups
 */
export function scannersIn(
  series: readonly GroupSeries[],
  told: Told,
  trusted: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  const scans = [
    ...told.ended.map((one) => ({ group: one.group, from: one.firstFailureAt ?? one.since, to: one.endedAt })),
    ...told.firing.map((one) => ({ group: one.group, from: one.since - HOUR_MS, to: Number.POSITIVE_INFINITY })),
  ].filter(({ group }) => group.issuerDn === SEVERAL_STRANGERS);
  const ownNotices = new Set(
    [...told.ended, ...told.firing].filter(({ announced }) => announced).map(({ group }) => groupId(group)),
  );
  const organizations = new Map([...trusted].map(([scope, dns]) => [scope, organizationsIn(dns)]));
  const isScanner = ({ group, firstAt, lastAt, clients }: GroupSeries): boolean => {
    const known = trusted.get(group.scope);
    if (known === undefined || known.has(group.issuerDn) || group.isUnverified || ownNotices.has(groupId(group)))
      return false;
    // A partner's next CA, as alerts see it too.
    const own = organizationsIn([group.issuerDn, ...clients.map(({ subjectDn }) => subjectDn)]);
    if ([...own].some((one) => organizations.get(group.scope)?.has(one))) return false;
    return scans.some(
      ({ group: { scope, door }, from, to }) =>
        scope === group.scope && door === group.door && firstAt >= from && lastAt <= to,
    );
  };
  return new Set(series.filter(isScanner).map(({ group }) => groupId(group)));
}

function organizationsIn(dns: Iterable<string>): ReadonlySet<string> {
  return new Set([...dns].flatMap((dn) => organizationOf(dn)?.toLowerCase() ?? []));
}
