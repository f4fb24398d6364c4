/**
 * What the rivals do once they have read their events: join, group and count, in the plain way. It ends with the same facts
 * as the product, which the benchmark checks.
 */

import { X509Certificate } from 'node:crypto';
import { smallestHashes } from '../../shared/count/distinct.js';
import type { Client, ClientTally, Fact, HeldHalf } from '../../shared/model/index.js';
import { reasonIdOf } from '../../shared/model/reasons.js';
import type { Grouped } from './ours.js';

export interface RivalDenial {
  readonly requestId: string;
  readonly extendedRequestId?: string | undefined;
  readonly at: number;
  readonly scope: string;
  readonly reasonText: string;
}

export interface RivalAccess {
  readonly requestId: string;
  readonly extendedRequestId?: string | undefined;
  readonly scope: string;
  readonly client: Pick<Client, 'issuerDn' | 'subjectDn' | 'serialNumber' | 'sourceIp' | 'fingerprint'>;
}

/** The contents of one payload. */
export interface RivalRead {
  readonly denials: readonly RivalDenial[];
  readonly accesses: readonly RivalAccess[];
  readonly rejected: number;
}

export interface RivalOthers {
  readonly denials: ReadonlyMap<string, RivalDenial>;
  readonly accesses: ReadonlyMap<string, RivalAccess>;
}

export function othersForRivals(others: Iterable<HeldHalf>): RivalOthers {
  const denials = new Map<string, RivalDenial>();
  const accesses = new Map<string, RivalAccess>();
  for (const { half } of others) {
    const extendedRequestId = half.extendedRequestId ?? undefined;
    if (half.kind === 'denial') denials.set(half.requestId, { ...half, extendedRequestId });
    else if (half.client !== null) {
      accesses.set(half.requestId, { ...half, extendedRequestId, client: half.client });
    }
  }
  return { denials, accesses };
}

/** The certificate's own fingerprint, because two clients may have the same name. */
export function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
}

export function groupFailures(
  { denials, accesses, rejected }: RivalRead,
  batchId: string,
  others: RivalOthers,
): Grouped {
  const facts = new Map<string, RivalFact>();
  const accessesById = new Map<string, RivalAccess[]>();
  for (const access of accesses) {
    const denial = others.denials.get(access.requestId);
    if (denial !== undefined && isOne(denial, access)) count(denial, access, batchId, facts);
    else accessesById.set(access.requestId, [...(accessesById.get(access.requestId) ?? []), access]);
  }
  for (const denial of denials) {
    const other = others.accesses.get(denial.requestId);
    const access =
      other !== undefined && isOne(denial, other)
        ? other
        : accessesById.get(denial.requestId)?.find((one) => isOne(denial, one));
    count(denial, access, batchId, facts);
  }
  return { facts: [...facts.values()].map(factOf), rejected };
}

/** Whether both are the same request, by the gateway's own id. */
function isOne(denial: RivalDenial, access: RivalAccess): boolean {
  const [a, b] = [denial.extendedRequestId, access.extendedRequestId];
  return a === undefined || b === undefined || a === b;
}

type RivalFact = Omit<Fact, 'clients'> & { count: number; lastAt: number; readonly clients: Map<string, Tally> };
type Tally = ClientTally & { count: number; readonly ips: Set<string> };
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function count(
  { at, reasonText, ...denial }: RivalDenial,
  access: RivalAccess | undefined,
  batchId: string,
  facts: Map<string, RivalFact>,
): void {
  const scope = access?.scope ?? denial.scope;
  const issuerDn = access?.client.issuerDn ?? 'unknown';
  const reason = reasonIdOf(reasonText);
  const minute = Math.floor(at / 60_000);
  const key = `${minute}\n${reason}\n${scope}\n${issuerDn}`;
  let fact = facts.get(key) as Mutable<RivalFact> | undefined;
  if (fact === undefined) {
    const group = { scope, issuerDn, reason };
    const zero = { requests: 0, count: 0, unattributed: 0, inferred: 0 };
    fact = { group, minute, batchId, ...zero, firstAt: at, lastAt: at, reasonText, clients: new Map() };
    facts.set(key, fact);
  }
  fact.requests++;
  fact.count++;
  if (access === undefined) fact.unattributed++;
  fact.firstAt = Math.min(fact.firstAt, at);
  fact.lastAt = Math.max(fact.lastAt, at);
  if (access === undefined) return;
  const { subjectDn, serialNumber, fingerprint, sourceIp } = access.client;
  const id = fingerprint ?? `${serialNumber} ${subjectDn}`;
  let tally = fact.clients.get(id);
  if (tally === undefined) {
    tally = { subjectDn, serialNumber, fingerprint, sourceIps: [], count: 0, ips: new Set() };
    fact.clients.set(id, tally);
  }
  tally.count++;
  tally.ips.add(sourceIp);
}

function factOf(fact: RivalFact): Fact {
  const clients = [...fact.clients.values()]
    .sort((a, b) => b.count - a.count || (a.subjectDn < b.subjectDn ? -1 : 1))
    .slice(0, 3)
    .map(({ ips, ...tally }) => ({ ...tally, sourceIps: [...ips].sort().slice(0, 3) }));
  // Our own hashes: what is compared is reading and joining.
  return {
    ...fact,
    clients,
    ...(fact.clients.size > clients.length && { clientHashes: smallestHashes(fact.clients.keys()) }),
  };
}
