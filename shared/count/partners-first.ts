/**
 * Which certificates of a batch are kept, and in which order. Whoever connects can make new ones at will, so that
 *
 * 1. in a storm only those of records that are joined are kept. No count can name the others, and how many are joined follows from
 *    the load of the minute, however its log is cut;
 * 2. of a batch only so many are kept: those of issuers that the truststore holds come first, signed by them before those that
 *    only use their names, and one of each issuer before the second of any.
 */

import pMap from 'p-map';
import { getOrInsert } from '../base/get-or-insert.js';
import { limits } from '../base/limits.js';
import { dayOf } from '../base/time.js';
import type { AccessRecord, Half, Parsed } from '../model/index.js';
import type { World } from '../ports/index.js';
import { placeOf } from './group.js';
import { issuersOfTruststore } from './record.js';

/**
 * Leaves out the certificates of records that a storm does not join.
 * @param joinable the records that have another half
 * @param joined the halves that are joined, of which the other kind is passed over
 */
export function worthKeeping<T extends Pick<Parsed, 'accesses' | 'certificates'>>(
  parsed: T,
  joinable: readonly AccessRecord[],
  joined: readonly Half[],
): T {
  if (joined.reduce((sum, { kind }) => sum + Number(kind === 'access'), 0) === joinable.length) return parsed;
  const left = new Set(joinable.map(({ eventId }) => eventId));
  for (const { eventId } of joined) left.delete(eventId);
  if (left.size === 0) return parsed;
  const accesses = parsed.accesses.filter(({ eventId }) => !left.has(eventId));
  const named = new Set(accesses.map(({ client }) => client?.fingerprint));
  return { ...parsed, accesses, certificates: new Map([...parsed.certificates].filter(([one]) => named.has(one))) };
}

/**
 * @returns the certificates, as PEM by fingerprint
 * @throws MtlsWatchError `truststore-unreadable` (retryable), where there are too many and it is not fixed yet whom the truststore holds
 */
export async function partnersFirst(
  { accesses, certificates }: Pick<Parsed, 'accesses' | 'certificates'>,
  world: World,
): Promise<ReadonlyMap<string, string>> {
  if (certificates.size <= limits.certificatesPerBatchMax) return certificates;
  const issuers = new Map<string, { scope: string; day: number; fingerprints: Map<string, Set<string>> }>();
  const claimed = new Set<string>();
  for (const { scope, at, client, isUnverified } of accesses) {
    const fingerprint = client?.fingerprint;
    if (client === null || fingerprint == null || !certificates.has(fingerprint)) continue;
    if (isUnverified) claimed.add(fingerprint);
    const day = dayOf(at);
    const place = getOrInsert(issuers, placeOf(scope, day), () => ({ scope, day, fingerprints: new Map() }));
    getOrInsert(place.fingerprints, client.issuerDn, () => new Set<string>()).add(fingerprint);
  }
  const ranks = new Map<string, number>();
  await pMap(
    issuers.values(),
    async ({ scope, day, fingerprints }) => {
      const trusted = await issuersOfTruststore(scope, day, [...fingerprints.keys()], world);
      for (const [issuerDn, ofIssuer] of fingerprints) {
        const own = [...ofIssuer].filter((one) => !claimed.has(one));
        const others = [...ofIssuer].filter((one) => claimed.has(one));
        const rank = (fingerprints: readonly string[], first: number): void => {
          for (const [nth, fingerprint] of fingerprints.entries()) {
            ranks.set(fingerprint, Math.min(first + nth, ranks.get(fingerprint) ?? Number.POSITIVE_INFINITY));
          }
        };
        rank(own, trusted.has(issuerDn) ? 0 : 2 * certificates.size);
        rank(others, certificates.size);
      }
    },
    { concurrency: limits.storeConcurrencyMax },
  );
  const rankOf = (fingerprint: string): number => ranks.get(fingerprint) ?? Number.POSITIVE_INFINITY;
  return new Map([...certificates].sort(([a], [b]) => Number(rankOf(a) > rankOf(b)) - Number(rankOf(a) < rankOf(b))));
}
