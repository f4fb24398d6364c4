/**
 * Tells the access records whose issuer is nothing but a claim: the truststore, or its version before, holds a CA of that name,
 * and none of that name signed the certificate. The answer goes into the record's cell with the record, so that a repeat counts
 * in the same group, whatever the truststore holds by then. Where it cannot be read, or the record holds no certificate, nothing
 * is said against the name.
 */

import pMap from 'p-map';
import { getOrInsert } from '../base/get-or-insert.js';
import { limits } from '../base/limits.js';
import { memoize } from '../base/memoize.js';
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
  return accesses.map((access) => {
    const uri = uriOf(access);
    const held = uri === null ? undefined : byUri.get(uri);
    const fingerprint = access.client?.fingerprint ?? '';
    const pem = pems.get(fingerprint);
    if (access.client === null || held === undefined || pem === undefined) return access;
    return isClaimOf({ issuerDn: access.client.issuerDn, fingerprint, pem }, held)
      ? { ...access, isUnverified: true }
      : access;
  });
}

interface Logged {
  /** As the log gives it, by which the refusal is counted. */
  readonly issuerDn: string;
  readonly fingerprint: string;
  readonly pem: string;
}

function isClaimOf(logged: Logged, bundles: readonly Truststore[]): boolean {
  const answers = bundles.map((bundle) => getOrInsert(asked, bundle, () => askedOf(bundle))(logged));
  return answers.some((answer) => answer !== 'no-namesake') && !answers.includes('signed');
}

type Answer = 'no-namesake' | 'signed' | 'not-signed';

/** A client calls again and again with one certificate, in many deliveries: its signature is checked once for a truststore. */
const asked = new WeakMap<Truststore, (logged: Logged) => Answer>();

function askedOf(bundle: Truststore): (logged: Logged) => Answer {
  return memoize(
    { entriesMax: limits.certificateCacheMax, keyCharsMax: limits.certificateCacheCharsMax },
    ({ fingerprint, issuerDn }) => `${issuerDn} ${fingerprint}`,
    ({ issuerDn, pem }) => {
      const certificate = certificateFromLoggedPem(pem);
      if (certificate.kind === 'malformed') return holdsName(bundle, issuerDn) ? 'not-signed' : 'no-namesake';
      if (isSignedByNamesake(certificate, bundle)) return 'signed';
      return bundle.bySubject.has(certificate.issuerKey) || holdsName(bundle, issuerDn) ? 'not-signed' : 'no-namesake';
    },
  );
}
