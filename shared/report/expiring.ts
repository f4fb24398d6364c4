/** Lists what expires within the coming months and what loses client authentication, ordered by traffic. */

import { DAY_MS } from '../base/time.js';
import type { PastCaller } from '../ports/index.js';
import {
  type CaExpiry,
  type ClientExpiry,
  type ClientRecord,
  expiries,
  type ObservedClient,
  observations,
  withoutEnded,
} from '../x509/observed.js';
import { type CaSunset, type ClientSunset, caSunsets, clientSunsets } from '../x509/sunset.js';
import type { Truststore } from '../x509/truststore.js';
import type { Report } from './schema.js';

const WITHIN_DAYS = 90;

type Expiring = NonNullable<Report['expiring']>[number];
type Sunset = NonNullable<Report['sunset']>[number];

/**
 * @param clients null if nothing is known of them: then only the truststores' CAs are listed
 * @param isTrafficKnown whether the clients' requests are all of theirs
 */
export function expiringOf(
  clients: readonly ClientRecord[] | null,
  truststores: readonly Truststore[],
  at: number,
  isTrafficKnown = clients !== null,
): Expiring[] {
  const sources: readonly (Truststore | null)[] = truststores.length === 0 ? [null] : truststores;
  const found = sources.flatMap((truststore) => expiries(clients ?? [], truststore, at, WITHIN_DAYS * DAY_MS));
  const rows = found.map((one) => rowOf(one, isTrafficKnown, at));
  return distinct(rows).sort((a, b) => (b.requests ?? 0) - (a.requests ?? 0) || (a.notAfter < b.notAfter ? -1 : 1));
}

/**
 * The same where only exported logs of the past tell who was let in. What has expired since may have been replaced since, so it is
 * left out.
 */
export function expiringInPast(
  callers: readonly PastCaller[],
  truststores: readonly Truststore[],
  at: number,
): Expiring[] {
  const seen = observations();
  for (const one of keptObservations(callers)) seen.add(one);
  return expiringOf(withoutEnded(seen.clients(), at).clients, truststores, at, false);
}

/** When those of whom the stack knows from exported logs were let in, first and last; how often is not known. */
export function keptObservations(callers: readonly PastCaller[]): ObservedClient[] {
  return callers.flatMap(({ firstAt, lastAt, ...caller }) => {
    const each = { ...caller, count: 0, refused: false, isKept: true, scope: '', pem: null };
    return [firstAt, lastAt].map((at) => ({ ...each, at }));
  });
}

function rowOf(one: ClientExpiry | CaExpiry, isTrafficKnown: boolean, at: number): Expiring {
  const { subjectDn, issuerDn, serialNumber } = one.kind === 'ca' ? one.certificate : one.client;
  const successor = one.kind === 'ca' ? null : one.successor;
  const requests = one.kind === 'ca' ? one.requests : one.client.requests;
  return {
    kind: one.kind,
    subjectDn,
    issuerDn,
    serialNumber,
    notAfter: new Date(one.notAfter).toISOString(),
    daysLeft: Math.floor((one.notAfter - at) / DAY_MS),
    requests: isTrafficKnown ? requests : null,
    clients: isTrafficKnown ? (one.kind === 'ca' ? one.clients : 1) : null,
    successorSince: successor === null ? null : new Date(successor.firstAt).toISOString(),
  };
}

/**
 * @param clients null if traffic is not known: then the public CAs of the truststores are listed, without their clients
 */
export function sunsetOf(
  clients: readonly ClientRecord[] | null,
  truststores: readonly Truststore[],
  at: number,
): Sunset[] {
  if (clients === null) return distinct(truststores.flatMap((truststore) => caSunsets(truststore).map(caRow)));
  const sources: readonly (Truststore | null)[] = truststores.length === 0 ? [null] : truststores;
  const rows = sources.flatMap((truststore) => clientSunsets(clients, truststore, at).map(clientRow));
  return distinct(rows).sort((a, b) => (b.requests ?? 0) - (a.requests ?? 0));
}

function clientRow({ client, publicCa, usages, until, successor }: ClientSunset): Sunset {
  const { subjectDn, issuerDn, serialNumber, notAfter, requests } = client;
  return {
    kind: 'client',
    subjectDn,
    issuerDn,
    serialNumber,
    notAfter: notAfter === null ? null : new Date(notAfter).toISOString(),
    publicCa: publicCa?.name ?? null,
    usages,
    until,
    requests,
    successorSince: successor === null ? null : new Date(successor.firstAt).toISOString(),
  };
}

function caRow({ certificate, publicCa, until }: CaSunset): Sunset {
  const { subjectDn, issuerDn, serialNumber, notAfter } = certificate;
  const unknown = { usages: null, requests: null, successorSince: null };
  return {
    kind: 'ca',
    subjectDn,
    issuerDn,
    serialNumber,
    notAfter: new Date(notAfter).toISOString(),
    publicCa: publicCa.name,
    until,
    ...unknown,
  };
}

/** Several domains may share a truststore. */
function distinct<T extends Expiring | Sunset>(rows: readonly T[]): T[] {
  const found = new Map(
    rows.map((row) => [JSON.stringify([row.kind, row.subjectDn, row.issuerDn, row.serialNumber]), row] as const),
  );
  return [...found.values()];
}
