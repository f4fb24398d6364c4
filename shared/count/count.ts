/**
 * Turns failures into facts: how many of each group one batch brought for each minute. A pure fold: a retry of the
 * batch gives the same facts, and putting them again changes nothing.
 */

import { getOrInsert } from '../base/get-or-insert.js';
import { limits } from '../base/limits.js';
import type { Mutable } from '../base/mutable.js';
import { minuteOf } from '../base/time.js';
import {
  type ClientTally,
  type Fact,
  type Failure,
  type ForbiddenFact,
  type GroupKey,
  type OtherForbidden,
  UNKNOWN_ISSUER,
} from '../model/index.js';
import { markOf } from '../ports/event-marks.js';
import { clientKey, smallestHashes } from './distinct.js';

/** A fact that is being built: failures of one minute with the same scope, issuer and reason. */
export type Count = Mutable<Omit<Fact, 'clients' | 'batchId'>> & { readonly clients: Clients };

/** Nested maps, so that no combined key has to be built for every failure. */
type ByGroupAndMinute = Map<string, Map<string, Map<string, Map<number, Count>>>>;

/**
 * Adds up failures by the issuer that they name. Which of the issuers become groups of their own is decided afterwards.
 */
export function countByIssuer(failures: readonly Failure[]): Count[] {
  const counts: Count[] = [];
  const byKey: ByGroupAndMinute = new Map();
  const add = (failure: Failure) => {
    const minutes = minutesOf(byKey, failure);
    const minute = minuteOf(failure.at);
    let count = minutes.get(minute);
    if (count === undefined) {
      count = startCount(failure);
      minutes.set(minute, count);
      counts.push(count);
    }
    addFailure(count, failure);
  };
  for (const failure of failures) {
    add(failure);
    if (failure.weight !== 1) add(samplingCorrection(failure));
  }
  return counts;
}

/** Makes facts of counts whose group is decided; issuers that are counted together are added up. */
export function countFailures(grouped: readonly (readonly [GroupKey, Count])[], batchId: string): Fact[] {
  const merged: Count[] = [];
  const byKey: ByGroupAndMinute = new Map();
  for (const [group, count] of grouped) {
    const minutes = minutesOf(byKey, group);
    const known = minutes.get(count.minute);
    if (known !== undefined) {
      addCount(known, count);
      continue;
    }
    const own = { ...count, group };
    minutes.set(count.minute, own);
    merged.push(own);
  }
  return merged.map((count) => {
    const clients = busiest(count.clients, limits.clientsPerFactMax);
    const areAll = clients.length === count.clients.size;
    return { ...count, batchId, clients, ...(!areAll && { clientHashes: smallestHashes(count.clients.keys()) }) };
  });
}

function minutesOf(
  byKey: ByGroupAndMinute,
  { scope, issuerDn, reason, isUnverified, door, words }: GroupKey,
): Map<number, Count> {
  // No name contains a line feed.
  const issuers = getOrInsert(byKey, door ? `${scope}\n${door}` : scope, newMap);
  const reasons = getOrInsert(issuers, isUnverified ? `${issuerDn}\n` : issuerDn, newMap);
  return getOrInsert(reasons, words ? `${reason}\n${words}` : reason, newMap);
}

const newMap = () => new Map();

function startCount({ at, scope, issuerDn, reason, reasonText, isUnverified, door, words }: Failure): Count {
  return {
    group: {
      scope,
      issuerDn,
      reason,
      ...(isUnverified && { isUnverified }),
      ...(door && { door }),
      ...(words && { words }),
    },
    minute: minuteOf(at),
    requests: 0,
    count: 0,
    unattributed: 0,
    inferred: 0,
    firstAt: at,
    lastAt: at,
    reasonText,
    clients: new Map(),
  };
}

function addFailure(count: Count, { at, weight, issuerDn, attribution, client }: Failure): void {
  count.requests++;
  count.count += weight;
  if (issuerDn === UNKNOWN_ISSUER) count.unattributed += weight;
  if (attribution === 'inferred') count.inferred += weight;
  count.firstAt = Math.min(count.firstAt, at);
  count.lastAt = Math.max(count.lastAt, at);
  if (client === null) return;
  const { sourceIps } = addClient(count.clients, client, weight);
  if (client.sourceIp !== '') addSourceIp(sourceIps, client.sourceIp);
}

function addCount(sum: Count, count: Count): void {
  sum.requests += count.requests;
  sum.count += count.count;
  sum.unattributed += count.unattributed;
  sum.inferred += count.inferred;
  sum.firstAt = Math.min(sum.firstAt, count.firstAt);
  sum.lastAt = Math.max(sum.lastAt, count.lastAt);
  for (const { who, count: times, sourceIps } of count.clients.values()) {
    const known = addClient(sum.clients, who, times);
    for (const sourceIp of sourceIps) addSourceIp(known.sourceIps, sourceIp);
  }
}

/** Tallies that are being built, by certificate. */
type Clients = Map<string, { readonly who: Who; count: number; readonly sourceIps: string[] }>;
type Who = Pick<ClientTally, 'subjectDn' | 'serialNumber' | 'fingerprint'> & {
  readonly notBefore?: number | null | undefined;
  readonly notAfter?: number | null | undefined;
};

function addClient(clients: Clients, who: Who, count: number): { readonly sourceIps: string[] } {
  const key = clientKey(who);
  let sum = clients.get(key);
  if (sum === undefined) {
    sum = { who, count: 0, sourceIps: [] };
    clients.set(key, sum);
  }
  sum.count += count;
  return sum;
}

/**
 * Keeps the first few addresses in sorted order, so that the result does not depend on the order in which they come.
 */
function addSourceIp(sourceIps: string[], sourceIp: string): void {
  if (sourceIps.includes(sourceIp)) return;
  sourceIps.push(sourceIp);
  if (sourceIps.length > 1) sourceIps.sort();
  if (sourceIps.length > limits.sourceIpsPerClientMax) sourceIps.pop();
}

/** Adds tallies up by certificate and keeps the `most` with the highest counts, in that order. */
export function tally(tallies: readonly ClientTally[], most: number): ClientTally[] {
  const clients: Clients = new Map();
  for (const one of tallies) {
    const { sourceIps } = addClient(clients, one, one.count);
    for (const sourceIp of one.sourceIps) addSourceIp(sourceIps, sourceIp);
  }
  return busiest(clients, most);
}

function busiest(clients: Clients, most: number): ClientTally[] {
  return [...clients.values()]
    .sort((a, b) => b.count - a.count || (a.who.subjectDn < b.who.subjectDn ? -1 : 1))
    .slice(0, most)
    .map(({ who: { subjectDn, serialNumber, fingerprint, notBefore, notAfter }, count, sourceIps }) => ({
      subjectDn,
      serialNumber,
      fingerprint,
      sourceIps,
      count,
      ...(fingerprint === null && notBefore != null && notAfter != null && { notBefore, notAfter }),
    }));
}

/** The event, where it may be in another batch, too, and no cell says which of them counts it. */
export type ForbiddenAt = Pick<OtherForbidden, 'at' | 'cause' | 'scope'> &
  Partial<Pick<OtherForbidden, 'eventId'>> &
  Pick<ForbiddenFact, 'door'>;

export function countForbidden(forbidden: readonly ForbiddenAt[], batchId: string): ForbiddenFact[] {
  const byPlace = new Map<string, ForbiddenAt[]>();
  for (const one of forbidden) {
    getOrInsert(byPlace, `${minuteOf(one.at)} ${one.cause} ${one.scope}\n${one.door}`, () => [] as ForbiddenAt[]).push(
      one,
    );
  }
  return [...byPlace.values()].flatMap((some) => {
    const [first] = some;
    if (first === undefined) return [];
    const { at, cause, scope, door } = first;
    const count = some.length;
    const eventIds = count > limits.forbiddenEventsMax ? [] : some.flatMap(({ eventId }) => eventId ?? []);
    const events = eventIds.length === count ? { events: eventIds.map(markOf).join('') } : {};
    return [{ scope, ...(door && { door }), cause, minute: minuteOf(at), batchId, requests: count, count, ...events }];
  });
}

/**
 * A sampled request stands for others, which were counted without an issuer when they came. What is added to its own
 * group is subtracted from the unknown issuers, so the sum stays exact.
 */
function samplingCorrection(failure: Failure): Failure {
  const { isUnverified: _, ...known } = failure;
  const { denialScope, weight } = failure;
  return { ...known, scope: denialScope, issuerDn: UNKNOWN_ISSUER, client: null, weight: 1 - weight };
}
