/**
 * What earlier refusals told of a client, found by its certificate or by its address. Nothing is written for it: the roll-ups and the
 * facts of the last hours hold the clients of each group, a few addresses each. What was let in is not among them, because successes
 * are not read.
 */

import pMap from 'p-map';
import { limits } from '../base/limits.js';
import { hourOf, MINUTE_MS, MINUTES_PER_DAY, MINUTES_PER_HOUR, minuteOf } from '../base/time.js';
import { groupId } from '../model/group-id.js';
import { type ClientTally, type Fact, type GroupKey, isUnloggedIssuer, type Presented } from '../model/index.js';
import type { World } from '../ports/index.js';
import type { Certificate } from '../x509/certificate.js';
import { certificateByFingerprint } from './by-fingerprint.js';

interface Seen {
  readonly group: GroupKey;
  readonly client: ClientTally;
  /** The last refusal of its group in that hour or minute. */
  readonly at: number;
}

type SeenWorld = Pick<World, 'stores' | 'clock'>;

/**
 * Bounds of the search, here because ingest loads `limits.ts` at each start. A certificate that ran out is renewed within weeks.
 * Listing takes a query for each week, and reading two for each group, when somebody is told of a refusal.
 */
const DAYS_BACK = 35;
const GROUPS_LISTED_MAX = 2_000;
const GROUPS_READ_MAX = 20;
/** Addresses whose earlier certificate a notice tells: its lead is read on a phone. */
export const PRESENTED_MAX = 3;

const HOURS_BACK = (DAYS_BACK * MINUTES_PER_DAY) / MINUTES_PER_HOUR;

interface Listed {
  readonly until: number;
  readonly groups: Promise<ReadonlyMap<string, GroupKey>>;
}

/** A report asks for many clients: the groups are listed once a minute. */
const listedByStores = new WeakMap<World['stores'], Listed>();

/** The groups with refusals in the last weeks, by id, those that fail now first. */
async function groupsLately({ stores, clock }: SeenWorld): Promise<ReadonlyMap<string, GroupKey>> {
  const now = clock.now();
  const known = listedByStores.get(stores);
  if (known !== undefined && now < known.until) return known.groups;
  const hour = hourOf(minuteOf(now));
  const groups = Promise.all([
    stores.rollups.open(hour, limits.activeGroupsMax),
    stores.rollups.groups(hour - HOURS_BACK, hour, GROUPS_LISTED_MAX),
  ]).then(([open, listed]) => {
    const all = [...open.map(({ group }) => group), ...listed];
    return new Map(all.map((group) => [groupId(group), group] as const));
  });
  listedByStores.set(stores, { until: now + MINUTE_MS, groups });
  // A failure is not remembered: the next one who asks tries again.
  groups.catch(() => listedByStores.delete(stores));
  return groups;
}

/** The clients of the groups that are wanted, of the last weeks, those seen last first. */
async function seenIn(world: SeenWorld, isWanted: (group: GroupKey) => boolean): Promise<Seen[]> {
  const { stores, clock } = world;
  const minute = minuteOf(clock.now());
  const to = hourOf(minute);
  const from = to - HOURS_BACK;
  const groups = [...(await groupsLately(world)).values()].filter(isWanted);
  const seen = await pMap(
    groups.slice(0, GROUPS_READ_MAX),
    async (group) => {
      const counts = await Promise.all([
        stores.rollups.load(group, from, to),
        stores.facts.window(group, minute - 2 * MINUTES_PER_HOUR, minute),
      ]);
      return counts.flat().flatMap(({ clients, lastAt }) => clients.map((client) => ({ group, client, at: lastAt })));
    },
    { concurrency: limits.storeConcurrencyMax },
  );
  return seen.flat().sort((a, b) => b.at - a.at);
}

/** The certificate that was kept, from API Gateway's log, under the same names, serial number and validity; null for none. */
export async function keptCertificate(
  { subjectDn, serialNumber, notBefore, notAfter }: ClientTally,
  { issuerDn }: Pick<GroupKey, 'issuerDn'>,
  world: SeenWorld,
): Promise<Certificate | null> {
  if (serialNumber === '' || subjectDn === '') return null;
  const isOfIssuer = (name: string): boolean =>
    isUnloggedIssuer(issuerDn) || name.toLowerCase() === issuerDn.toLowerCase();
  const seen = await seenIn(world, (group) => group.door === undefined && isOfIssuer(group.issuerDn));
  const same = seen.filter(({ client }) => client.serialNumber === serialNumber && client.subjectDn === subjectDn);
  const fingerprints = [...new Set(same.flatMap(({ client }) => client.fingerprint ?? []))];
  const [fingerprint] = fingerprints;
  // Two certificates of one name and serial number: nobody knows which one this is.
  if (fingerprint === undefined || fingerprints.length > 1) return null;
  const certificate = await certificateByFingerprint(fingerprint, world.stores.certificates);
  const isSame = (known: number | undefined, own: number | undefined) => known === undefined || known === own;
  return isSame(notBefore, certificate?.notBefore) && isSame(notAfter, certificate?.notAfter) ? certificate : null;
}

/**
 * What the addresses that now present nothing presented when they were refused before, in the same scope: the last certificate of
 * each, those seen last first.
 */
export async function presentedBefore(
  { scope }: GroupKey,
  facts: readonly Fact[],
  world: SeenWorld,
): Promise<readonly Presented[]> {
  const addresses = new Set(facts.flatMap(({ clients }) => clients.flatMap(({ sourceIps }) => sourceIps)));
  if (addresses.size === 0) return [];
  const seen = await seenIn(world, (group) => group.scope === scope && group.reason !== 'no-client-certificate');
  const last = new Map<string, Seen>();
  for (const one of seen) {
    if (`${one.client.subjectDn}${one.client.serialNumber}` === '') continue;
    for (const sourceIp of one.client.sourceIps) {
      if (addresses.has(sourceIp) && !last.has(sourceIp)) last.set(sourceIp, one);
    }
  }
  return pMap([...last].slice(0, PRESENTED_MAX), async ([sourceIp, { group, client, at }]) => {
    const { subjectDn, serialNumber, fingerprint } = client;
    const notAfter =
      client.notAfter ??
      (fingerprint === null
        ? undefined
        : (await certificateByFingerprint(fingerprint, world.stores.certificates))?.notAfter) ??
      null;
    const { issuerDn } = group;
    const times = { notAfter: notAfter === null ? null : iso(notAfter), lastAt: iso(at) };
    return { sourceIp, subjectDn, issuerDn, serialNumber, ...times };
  });
}

/** A client chooses its validity, even one that no date can say. */
function iso(at: number): string {
  return new Date(Math.max(0, Math.min(at, LAST_DATE))).toISOString();
}

const LAST_DATE = Date.UTC(9999, 11, 31);
