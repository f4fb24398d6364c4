/**
 * Infers refusals of APIs that have no execution log (HTTP APIs). No log says why the gateway answered 403, so the
 * certificate is verified against the truststore. Where that refuses it, the refusal is counted with the inferred
 * reason and marked as inferred; otherwise the 403 has another cause. Counted exactly once, because each log event has
 * a cell that keeps the first answer: the truststore may have changed when the batch is repeated. A truststore that
 * cannot be read fails the batch.
 */

import pMap from 'p-map';
import { lazily } from '../base/lazily.js';
import { limits } from '../base/limits.js';
import { cellKey } from '../join/pairing.js';
import { type AccessRecord, type Failure, UNKNOWN_ISSUER } from '../model/index.js';
import { reasonIdOfFinding } from '../model/reason-of-finding.js';
import type { World } from '../ports/index.js';

const loadDiagnosis = lazily(() => import('./diagnosis.js'));

export interface Inferred {
  readonly failures: readonly Failure[];
  /** 403s that are not a refused certificate, or whose certificate cannot be read. */
  readonly unmatched: readonly AccessRecord[];
  /** 403s whose record holds no certificate, so that it cannot be told whether the certificate was refused. */
  readonly unlogged: readonly AccessRecord[];
}

/**
 * @param pems certificates of the batch itself, as PEM by fingerprint
 * @throws MtlsWatchError `truststore-unreadable` (retryable)
 */
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
  const halves = await withInferred(distinct, pems, world);
  const cells = await world.stores.join.put(
    halves.map((half) => ({ key: cellKey.event(half.eventId), half, batchId })),
  );
  for (const [index] of distinct.entries()) {
    const held = cells[index]?.access;
    if (held?.batchId !== batchId) continue;
    const { half } = held;
    if (half.client?.fingerprint == null) unlogged.push(half);
    else if (half.inferred == null) unmatched.push(half);
    else failures.push(failureOf(half, half.inferred));
  }
  return { failures, unmatched, unlogged };
}

/**
 * Says of each record which finding refused its certificate. What a record says already stays: its certificate may be kept no longer.
 * @throws MtlsWatchError `truststore-unreadable` (retryable)
 */
export function withInferred(
  accesses: readonly AccessRecord[],
  pems: ReadonlyMap<string, string>,
  world: World,
): Promise<readonly AccessRecord[]> {
  return pMap(
    accesses,
    async (access) => {
      if (access.inferred !== undefined) return access;
      const inferred = await inferredOf(access, pems, world);
      const isNamed = inferred === null || reasonIdOfFinding(inferred) !== 'other';
      return { ...access, inferred, ...(!isNamed && { words: textOf(inferred) }) };
    },
    { concurrency: limits.storeConcurrencyMax },
  );
}

function failureOf(
  { eventId, requestId, extendedRequestId, at, scope, client, isUnverified, words }: AccessRecord,
  code: string,
): Failure {
  const issuerDn = client === null || client.issuerDn === '' ? UNKNOWN_ISSUER : client.issuerDn;
  return {
    eventId,
    requestId,
    extendedRequestId,
    at,
    scope,
    issuerDn,
    reason: reasonIdOfFinding(code),
    reasonText: textOf(code),
    ...(words !== undefined && { words }),
    attribution: 'inferred',
    client,
    weight: 1,
    denialScope: scope,
    // Whatever the reason: it was inferred, and no gateway verified the signature before it.
    ...(isUnverified && { isUnverified }),
  };
}

const textOf = (code: string): string => `inferred: ${code}`;

/** The finding that refuses the certificate; null where nothing refuses it, or where it cannot be verified. */
async function inferredOf(
  { client, scope, at }: AccessRecord,
  pems: ReadonlyMap<string, string>,
  world: World,
): Promise<string | null> {
  if (client === null || client.fingerprint === null) return null;
  // Loaded only where there is something to verify: most installations watch no such API.
  const { diagnosisOf } = await loadDiagnosis();
  const diagnosis = await diagnosisOf(client.fingerprint, scope, at, world, pems);
  if (diagnosis.kind === 'none' || diagnosis.verdict.verdict === 'trusted') return null;
  return diagnosis.verdict.reason ?? 'other';
}
