/**
 * Refusals of APIs that have no execution log (HTTP APIs). Nothing says why the gateway answered 403, so the certificate
 * is verified against the truststore: where that refuses it, the refusal is counted with the reason inferred, and marked
 * so; where it does not, the 403 has another cause. Exactly once, by a cell for each log event.
 */

import { lazily } from '../base/lazily.js';
import { cellKey } from '../join/pairing.js';
import { type AccessRecord, type Failure, UNKNOWN_ISSUER } from '../model/index.js';
import { reasonIdOfFinding } from '../model/reasons.js';
import type { World } from '../ports/index.js';
import type { OneDiagnosis } from './diagnosis.js';

const loadDiagnosis = lazily(() => import('./diagnosis.js'));

export interface Inferred {
  readonly failures: readonly Failure[];
  /** 403s that are no refused certificate, or whose certificate or truststore cannot be read. */
  readonly unmatched: readonly AccessRecord[];
  /** 403s whose record holds no certificate: whether it was refused cannot be told. */
  readonly unlogged: readonly AccessRecord[];
}

/** @param pems by fingerprint, those that the batch itself brought */
export async function infer(
  accesses: readonly AccessRecord[],
  pems: ReadonlyMap<string, string>,
  batchId: string,
  world: World,
): Promise<Inferred> {
  const failures: Failure[] = [];
  const unmatched: AccessRecord[] = [];
  const unlogged: AccessRecord[] = [];
  const distinct = [...new Map(accesses.map((access) => [access.eventId, access] as const)).values()];
  const cells = await world.stores.join.put(
    distinct.map((half) => ({ key: cellKey.event(half.eventId), half, batchId })),
  );
  for (const [index, access] of distinct.entries()) {
    if (cells[index]?.access?.batchId !== batchId) continue;
    if (access.client?.fingerprint == null) {
      unlogged.push(access);
      continue;
    }
    const failure = await inferOne(access, pems, world);
    if (failure === null) unmatched.push(access);
    else failures.push(failure);
  }
  return { failures, unmatched, unlogged };
}

async function inferOne(
  access: AccessRecord,
  pems: ReadonlyMap<string, string>,
  world: World,
): Promise<Failure | null> {
  const { eventId, requestId, extendedRequestId, at, scope, client } = access;
  if (client === null || client.fingerprint === null) return null;
  const code = await refusalCode(client.fingerprint, scope, at, pems, world);
  if (code === null) return null;
  return {
    eventId,
    requestId,
    extendedRequestId,
    at,
    scope,
    issuerDn: client.issuerDn === '' ? UNKNOWN_ISSUER : client.issuerDn,
    reason: reasonIdOfFinding(code),
    reasonText: `inferred: ${code}`,
    attribution: 'inferred',
    client,
    weight: 1,
    denialScope: scope,
  };
}

async function refusalCode(
  fingerprint: string,
  scope: string,
  at: number,
  pems: ReadonlyMap<string, string>,
  world: World,
): Promise<string | null> {
  // Loaded where there is something to verify: most installations watch no such API.
  const { diagnosisOf, unlessUnreadable } = await loadDiagnosis();
  const diagnosis = await unlessUnreadable(
    diagnosisOf(fingerprint, scope, at, world, pems),
    (because): OneDiagnosis => ({
      kind: 'none',
      because,
    }),
  );
  if (diagnosis.kind === 'none' || diagnosis.verdict.verdict === 'trusted') return null;
  return diagnosis.verdict.reason ?? 'other';
}
