/**
 * Tells the access records whose issuer is nothing but a claim: the truststore, or its version before, holds a CA of that name,
 * and none of that name signed the certificate. The answer goes into the record's cell with the record, so that a repeat counts
 * in the same group, whatever the truststore holds by then. Where it cannot be read, or the record holds no certificate, nothing
 * is said against the name.
 */

import pMap from 'p-map';
import { getOrInsert } from '../base/get-or-insert.js';
import { limits } from '../base/limits.js';
import { truststoreUri } from '../config/qualified-names.js';
import type { AccessRecord } from '../model/index.js';
import type { World } from '../ports/index.js';
import { certificateFromLoggedPem } from '../x509/certificate.js';
import { holdsName, isSignedByNamesake } from '../x509/namesakes.js';
import type { Truststore } from '../x509/truststore.js';
import { bundlesOf } from './diagnosis.js';

/** @param pems certificates of the batch, as PEM by fingerprint */
export async function markClaims(
  accesses: readonly AccessRecord[],
  pems: ReadonlyMap<string, string>,
  world: World,
): Promise<readonly AccessRecord[]> {
  const uriOf = ({ scope, client }: AccessRecord): string | null =>
    client?.fingerprint == null ? null : truststoreUri(scope, world.config.truststores);
  const uris = [...new Set(accesses.flatMap((access) => uriOf(access) ?? []))];
  const bundles = await pMap(uris, async (uri) => [uri, await bundlesOf(uri, world)] as const, {
    concurrency: limits.storeConcurrencyMax,
  });
  const byUri = new Map(bundles);
  const answers = new Map<string, boolean>();
  return accesses.map((access) => {
    const uri = uriOf(access);
    const held = uri === null ? undefined : byUri.get(uri);
    const fingerprint = access.client?.fingerprint ?? '';
    const pem = pems.get(fingerprint);
    if (access.client === null || held === undefined || pem === undefined) return access;
    const { issuerDn } = access.client;
    const isClaim = getOrInsert(answers, `${uri} ${fingerprint} ${issuerDn}`, () => isClaimOf(issuerDn, pem, held));
    return isClaim ? { ...access, isUnverified: true } : access;
  });
}

/** @param issuerDn as the log gives it, by which the refusal is counted */
function isClaimOf(issuerDn: string, pem: string, bundles: readonly Truststore[]): boolean {
  const certificate = certificateFromLoggedPem(pem);
  const isReadable = certificate.kind !== 'malformed';
  const isNamesake = (bundle: Truststore): boolean =>
    (isReadable && bundle.bySubject.has(certificate.issuerKey)) || holdsName(bundle, issuerDn);
  if (!bundles.some(isNamesake)) return false;
  return !isReadable || !bundles.some((bundle) => isSignedByNamesake(certificate, bundle));
}
