/**
 * How many different clients failed, from facts that name only a few each. A fact with more clients keeps the smallest hashes of their
 * names; of two facts together the smallest are those of both, so the number does not depend on how the log was cut into batches
 * (k minimum values; Bar-Yossef et al. 2002).
 */

import { limits } from '../base/limits.js';
import type { ClientTally, Counts } from '../model/index.js';

const HASHES = 2 ** 32;

type Hashed = Pick<Counts, 'clients' | 'clientHashes'>;
type Who = Pick<ClientTally, 'subjectDn' | 'serialNumber' | 'fingerprint'>;

/** What tells a client from others: its certificate, or what the log says of it. */
export function clientKey({ fingerprint, serialNumber, subjectDn }: Who): string {
  return fingerprint ?? `${serialNumber} ${subjectDn}`;
}

/** The smallest hashes of the clients, ascending. */
export function smallestHashes(keys: Iterable<string>): number[] {
  return smallest(Array.from(keys, hashOf));
}

/** The same of several facts together; null where each of their clients is among the named ones. */
export function hashesTogether(facts: readonly Hashed[], named: readonly ClientTally[]): number[] | null {
  const keys = new Set<string>();
  const hashes: number[] = [];
  // A group that fires is counted every minute, so no list is copied.
  for (const { clients, clientHashes = [] } of facts) {
    for (const client of clients) keys.add(clientKey(client));
    for (const hash of clientHashes) hashes.push(hash);
  }
  if (hashes.length === 0 && keys.size === named.length) return null;
  return smallest([...Array.from(keys, hashOf), ...hashes]);
}

/**
 * How many clients the facts are about: exact below `limits.clientHashesMax`, an estimate from there on, which is off by a quarter or so. Clients
 * choose their names, so it is never more than the requests.
 */
export function clientCountOf(facts: readonly (Hashed & Pick<Counts, 'requests'>)[]): number {
  const hashes = hashesTogether(facts, []) ?? [];
  if (hashes.length < limits.clientHashesMax) return hashes.length;
  const estimate = Math.round(((hashes.length - 1) * HASHES) / ((hashes.at(-1) ?? 0) + 1));
  const requests = facts.reduce((sum, fact) => sum + fact.requests, 0);
  return Math.max(hashes.length, Math.min(estimate, requests));
}

function smallest(hashes: readonly number[]): number[] {
  return [...new Set(hashes)].sort((a, b) => a - b).slice(0, limits.clientHashesMax);
}

/** FNV-1a, mixed as in MurmurHash3, because names that differ in their last characters only must spread evenly. */
function hashOf(key: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) h = Math.imul(h ^ key.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
