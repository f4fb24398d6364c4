/**
 * Client certificates that were seen in recorded logs: what a new truststore would change for them, and when they
 * expire. Pure; the command line passes the records in.
 */

import { limits } from '../base/limits.js';
import type { Mutable } from '../base/mutable.js';
import { compareTexts } from '../base/text.js';
import { DAY_MS } from '../base/time.js';
import { type Diagnosis, isUnloggedIssuer, type ProbedGateway } from '../model/index.js';
import { type Certificate, certificateFromLoggedPem } from './certificate.js';
import { diagnose } from './diagnose.js';
import { type DoorRules, doorRules } from './door-rules.js';
import { nearestAttempt, startSearch } from './paths.js';
import type { Truststore } from './truststore.js';

/** One request, or several identical ones, with the certificate from the access log. */
export interface ObservedClient {
  /** Milliseconds since the epoch; for several requests, the time of the last one. */
  readonly at: number;
  /** 0 where it is not known how many. */
  readonly count: number;
  readonly refused: boolean;
  /** Whether the stack kept it of exported logs: it may be in the logs that are read as well. */
  readonly isKept?: boolean;
  /** The custom domain; empty where it is not known. */
  readonly scope: string;
  /** Null if the log contains none. */
  readonly pem: string | null;
  /** Whether the log is one of connections: those hold no certificate. */
  readonly isConnection?: boolean;
  /** What the access record of a request tells of where it was made; null for what it does not tell. */
  readonly place?: {
    readonly domainName: string | null;
    readonly apiId: string | null;
    readonly stage: string | null;
  };
  /** Whether it was answered with a 403, for this certificate or for another cause. */
  readonly isForbidden?: boolean;
  /** Canonical DNs and the serial number in upper-case hexadecimal, as in `Client`. */
  readonly subjectDn: string;
  readonly issuerDn: string;
  readonly serialNumber: string;
  readonly notBefore: number | null;
  readonly notAfter: number | null;
}

/** All observations of one certificate. */
export interface ClientRecord {
  readonly subjectDn: string;
  readonly issuerDn: string;
  readonly serialNumber: string;
  readonly notBefore: number | null;
  readonly notAfter: number | null;
  /** Null if no readable PEM was seen. */
  readonly certificate: Certificate | null;
  /** Whether it was seen in logs of connections only. */
  readonly isConnection: boolean;
  /** 0 for those of whom only the stack knows, from exported logs. */
  readonly requests: number;
  readonly refused: number;
  /** Whether it was let in at least once. */
  readonly wasLetIn: boolean;
  /** Where it was seen last: in the logs that were read, or in exported logs, of which the stack knows. */
  readonly lastSeenIn: 'logs' | 'exports';
  readonly firstAt: number;
  readonly lastAt: number;
  /** Whether the last request was refused. */
  readonly lastRefused: boolean;
  readonly scopes: readonly string[];
}

export interface Observations {
  readonly add: (observed: ObservedClient) => void;
  /** Clients in descending order of requests. */
  readonly clients: () => ClientRecord[];
  readonly requests: () => number;
  /** Requests of certificates beyond the bound, which are not evaluated. */
  readonly leftOut: () => number;
}

type Sum = Mutable<ClientRecord> & { scopes: string[] };

/** Sums requests by certificate. Memory is bounded by the number of certificates. */
export function observations(): Observations {
  const records = new Map<string, Sum>();
  let requests = 0;
  let leftOut = 0;
  const add = (observed: ObservedClient): void => {
    requests += observed.count;
    const key = JSON.stringify([observed.issuerDn, observed.serialNumber, observed.subjectDn]);
    const record = records.get(key);
    if (record === undefined && records.size >= limits.observedClientsMax) {
      leftOut += observed.count;
      return;
    }
    if (record === undefined) records.set(key, recordOf(observed));
    else merge(record, observed);
  };
  return {
    add,
    requests: () => requests,
    leftOut: () => leftOut,
    clients: () =>
      withKnownIssuers([...records.values()]).sort(
        (a, b) => b.requests - a.requests || compareTexts(a.subjectDn, b.subjectDn),
      ),
  };
}

/**
 * Adds what was seen of a certificate at a door that logs no issuer to what was seen of it elsewhere: the subject, the serial number
 * and the validity are the same, and only one issuer is known for them.
 */
function withKnownIssuers(records: readonly Sum[]): Sum[] {
  const keyOf = ({ subjectDn, serialNumber, notBefore, notAfter }: ClientRecord): string =>
    JSON.stringify([subjectDn, serialNumber, notBefore, notAfter]);
  const unlogged = records.filter(({ issuerDn }) => isUnloggedIssuer(issuerDn));
  if (unlogged.length === 0) return [...records];
  const sums = records.filter((one) => !unlogged.includes(one)).map((one) => ({ ...one, scopes: [...one.scopes] }));
  const byKey = new Map<string, Sum[]>();
  for (const sum of sums) byKey.set(keyOf(sum), [...(byKey.get(keyOf(sum)) ?? []), sum]);
  const alone = unlogged.filter((record) => {
    const [known, other] = byKey.get(keyOf(record)) ?? [];
    if (known === undefined || other !== undefined) return true;
    known.isConnection &&= record.isConnection;
    known.requests += record.requests;
    known.refused += record.refused;
    known.wasLetIn ||= record.wasLetIn;
    known.firstAt = Math.min(known.firstAt, record.firstAt);
    if (record.lastAt > known.lastAt) {
      known.lastAt = record.lastAt;
      known.lastRefused = record.lastRefused;
      known.lastSeenIn = record.lastSeenIn;
    }
    known.scopes = [...new Set([...known.scopes, ...record.scopes])].slice(0, limits.scopesPerClientMax);
    return false;
  });
  return [...sums, ...alone];
}

function certificateOf({ pem }: ObservedClient): Certificate | null {
  const parsed = pem === null ? null : certificateFromLoggedPem(pem);
  return parsed?.kind === 'certificate' ? parsed : null;
}

function recordOf(observed: ObservedClient): Sum {
  const { at, count, refused, scope, subjectDn, issuerDn, serialNumber } = observed;
  const certificate = certificateOf(observed);
  return {
    subjectDn,
    issuerDn,
    serialNumber,
    notBefore: certificate?.notBefore ?? observed.notBefore,
    notAfter: certificate?.notAfter ?? observed.notAfter,
    certificate,
    isConnection: observed.isConnection === true,
    requests: count,
    refused: refused ? count : 0,
    wasLetIn: !refused,
    lastSeenIn: sourceOf(observed),
    firstAt: at,
    lastAt: at,
    lastRefused: refused,
    scopes: scope === '' ? [] : [scope],
  };
}

function sourceOf({ isKept = false }: ObservedClient): ClientRecord['lastSeenIn'] {
  return isKept ? 'exports' : 'logs';
}

function merge(record: Sum, observed: ObservedClient): void {
  record.requests += observed.count;
  if (observed.refused) record.refused += observed.count;
  record.wasLetIn ||= !observed.refused;
  record.firstAt = Math.min(record.firstAt, observed.at);
  // Of one moment, the log that was read tells more than what was kept of an export.
  if (observed.at > record.lastAt || (observed.at === record.lastAt && observed.isKept !== true)) {
    record.lastAt = observed.at;
    record.lastRefused = observed.refused;
    record.lastSeenIn = sourceOf(observed);
  }
  if (record.certificate === null) {
    record.certificate = certificateOf(observed);
    record.notBefore = record.certificate?.notBefore ?? record.notBefore ?? observed.notBefore;
    record.notAfter = record.certificate?.notAfter ?? record.notAfter ?? observed.notAfter;
  }
  record.isConnection &&= observed.isConnection === true;
  const known = observed.scope === '' || record.scopes.includes(observed.scope);
  if (!known && record.scopes.length < limits.scopesPerClientMax) record.scopes.push(observed.scope);
}

/**
 * Leaves out whom exported logs of the past alone know, and whose certificates have ended by `at`: they may have been replaced since.
 */
export function withoutEnded(
  clients: readonly ClientRecord[],
  at: number,
): {
  readonly clients: ClientRecord[];
  /** How many were left out and have no successor that was seen. */
  readonly ended: number;
} {
  const successorOf = successors(clients);
  const isOut = ({ requests, notAfter }: ClientRecord): boolean => requests === 0 && notAfter !== null && notAfter < at;
  const ended = clients.filter((client) => isOut(client) && successorOf(client) === null).length;
  return { clients: clients.filter((client) => !isOut(client)), ended };
}

/** What a new truststore means for one client. */
export type ClientChange =
  | 'newly-refused'
  | 'newly-trusted'
  | 'still-refused'
  | 'still-trusted'
  /** The certificate itself is expired or not valid yet, so no truststore can help. */
  | 'not-valid-itself'
  /** No documented rule of the door decides it. */
  | 'undecided'
  /** The log contains no readable certificate. */
  | 'unknown';

export interface PreflightResult {
  readonly client: ClientRecord;
  readonly change: ClientChange;
  /** The verdict under the new truststore; null if there is no certificate. */
  readonly verdict: Diagnosis | null;
}

/**
 * What would change for each client if `next` replaced `current`. Without `current`, the result of the client's last
 * recorded request is used instead.
 * @param knownOf the door that a client called, and what probes showed there
 */
export function preflight(
  clients: readonly ClientRecord[],
  next: Truststore,
  current: Truststore | null,
  at: number,
  knownOf: (client: ClientRecord) => { readonly door: DoorRules; readonly probed: ProbedGateway | null } = () => ({
    door: doorRules['api-gateway'],
    probed: null,
  }),
): PreflightResult[] {
  return clients.map((client) => {
    const { certificate } = client;
    if (certificate === null) return { client, change: 'unknown', verdict: null };
    const { door, probed } = knownOf(client);
    const under = (truststore: Truststore) => diagnose(certificate, truststore, at, [], null, probed, door);
    const verdict = under(next);
    const before = current === null ? null : under(current).verdict;
    if (before === 'undecided') return { client, change: 'undecided', verdict };
    return {
      client,
      change: changeOf(certificate, at, before === null ? client.lastRefused : before === 'refused', verdict),
      verdict,
    };
  });
}

function changeOf(
  { notBefore, notAfter }: Certificate,
  at: number,
  refusedBefore: boolean,
  { verdict }: Diagnosis,
): ClientChange {
  if (at < notBefore || at > notAfter) return 'not-valid-itself';
  if (verdict === 'undecided') return 'undecided';
  if (verdict === 'refused') return refusedBefore ? 'still-refused' : 'newly-refused';
  return refusedBefore ? 'newly-trusted' : 'still-trusted';
}

export interface ClientExpiry {
  readonly kind: 'client';
  readonly client: ClientRecord;
  readonly notAfter: number;
  /** A later certificate of the same subject that was seen calling. */
  readonly successor: ClientRecord | null;
}

export interface CaExpiry {
  readonly kind: 'ca';
  readonly certificate: Certificate;
  readonly notAfter: number;
  /** Clients whose chain contains this CA, and their requests. */
  readonly clients: number;
  readonly requests: number;
}

/**
 * Removes strangers: clients that were never accepted, and whose issuer is neither in the truststore nor the issuer of
 * a client that was accepted. Nobody needs to know when their certificates expire.
 */
export function withoutStrangers(clients: readonly ClientRecord[], truststore: Truststore | null): ClientRecord[] {
  const issuers = new Set(clients.filter(({ wasLetIn }) => wasLetIn).map(({ issuerDn }) => issuerDn));
  for (const { certificate } of truststore?.certificates ?? []) issuers.add(certificate.subjectDn);
  return clients.filter(({ issuerDn }) => issuers.has(issuerDn));
}

/**
 * The longest validity, in days, that counts as short: that of public certificates since March 2026. Longer ones are
 * renewed by hand.
 */
export const SHORT_LIFE_DAYS_MAX = 200;
/**
 * Short-lived certificates are renewed automatically, usually when a third of their life is left. At a quarter, the
 * renewal failed.
 */
const SHORT_LIFE_SHARE_LEFT = 1 / 4;

interface Validity {
  /** Null if not known; the certificate then counts as long-lived. */
  readonly notBefore: number | null;
  readonly notAfter: number | null;
}

/** Whether it is expired, or ends within `withinMs` and, if it is short-lived, is in the last quarter of its life. */
function isDue({ notBefore, notAfter }: Validity, at: number, withinMs: number): boolean {
  if (notAfter === null) return false;
  const left = notAfter - at;
  const life = notBefore === null ? Number.POSITIVE_INFINITY : notAfter - notBefore;
  const isShort = life <= SHORT_LIFE_DAYS_MAX * DAY_MS;
  return left <= (isShort ? Math.min(withinMs, life * SHORT_LIFE_SHARE_LEFT) : withinMs);
}

/**
 * Certificates that end within `withinMs` but are not due, because they are short-lived and not in the last quarter of
 * their life.
 */
export function shortLived(clients: readonly ClientRecord[], at: number, withinMs: number): ClientRecord[] {
  return clients.filter(
    (client) => client.notAfter !== null && client.notAfter <= at + withinMs && !isDue(client, at, withinMs),
  );
}

/**
 * Certificates that are due until `at + withinMs`, or are expired and were still in use, in descending order of
 * requests. Strangers are left out.
 */
export function expiries(
  clients: readonly ClientRecord[],
  truststore: Truststore | null,
  at: number,
  withinMs: number,
): (ClientExpiry | CaExpiry)[] {
  const successorOf = successors(clients);
  const found: (ClientExpiry | CaExpiry)[] = withoutStrangers(clients, truststore).flatMap((client) => {
    const { notAfter } = client;
    if (notAfter === null || !isDue(client, at, withinMs)) return [];
    return [{ kind: 'client' as const, client, notAfter, successor: successorOf(client) }];
  });
  if (truststore !== null) found.push(...caExpiries(clients, truststore, at, withinMs));
  return found.sort((a, b) => trafficOf(b) - trafficOf(a) || a.notAfter - b.notAfter);
}

function trafficOf(expiry: ClientExpiry | CaExpiry): number {
  return expiry.kind === 'ca' ? expiry.requests : expiry.client.requests;
}

/** A renewed certificate keeps its subject. An empty subject does not identify a client. */
function subjectOf({ subjectDn, serialNumber }: ClientRecord): string {
  return subjectDn === '' ? `serial ${serialNumber}` : subjectDn;
}

/**
 * For each client the latest certificate with its subject that was seen calling, if it is another one and ends later.
 */
export function successors(clients: readonly ClientRecord[]): (client: ClientRecord) => ClientRecord | null {
  const latest = latestBySubject(clients);
  return (client) => {
    const last = latest.get(subjectOf(client)) ?? null;
    return last !== null && (last.notAfter ?? 0) > (client.notAfter ?? 0) ? last : null;
  };
}

function latestBySubject(clients: readonly ClientRecord[]): Map<string, ClientRecord> {
  const latest = new Map<string, ClientRecord>();
  for (const client of clients) {
    const key = subjectOf(client);
    const known = latest.get(key);
    if (known === undefined || (client.notAfter ?? 0) > (known.notAfter ?? 0)) latest.set(key, client);
  }
  return latest;
}

function caExpiries(
  clients: readonly ClientRecord[],
  truststore: Truststore,
  at: number,
  withinMs: number,
): CaExpiry[] {
  const expiring = truststore.certificates.filter(({ certificate }) => isDue(certificate, at, withinMs));
  if (expiring.length === 0) return [];
  const traffic = new Map<string, { clients: number; requests: number }>();
  for (const { certificate, requests } of clients) {
    if (certificate === null) continue;
    for (const { fingerprint } of nearestAttempt(startSearch(truststore, at), certificate).path.slice(1)) {
      const sum = traffic.get(fingerprint) ?? { clients: 0, requests: 0 };
      traffic.set(fingerprint, { clients: sum.clients + 1, requests: sum.requests + requests });
    }
  }
  return expiring.map(({ certificate }) => ({
    kind: 'ca',
    certificate,
    notAfter: certificate.notAfter,
    ...(traffic.get(certificate.fingerprint) ?? { clients: 0, requests: 0 }),
  }));
}
