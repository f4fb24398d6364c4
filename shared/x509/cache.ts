/**
 * Caches parsed truststores and verdicts, so that a client that retries all day is diagnosed once. A verdict is valid
 * for one version of a truststore, until the next time at which a certificate starts or ends being valid.
 */

import { boundedMap } from '../base/bounded-map.js';
import { getOrInsert } from '../base/get-or-insert.js';
import { limits } from '../base/limits.js';
import { HOUR_MS } from '../base/time.js';
import type { Diagnosis, ProbedGateway } from '../model/index.js';
import type { RefusedWith } from '../model/reasons.js';
import type { Certificate } from './certificate.js';
import { diagnose } from './diagnose.js';
import { type DoorRules, doorRules } from './door-rules.js';
import { parseTruststore, type Truststore } from './truststore.js';

/** A bundle with a version that changes with its content: an S3 ETag, a version id, a digest. */
export interface BundleVersion {
  readonly text: string;
  readonly version: string;
}

export interface DiagnosisCache {
  /**
   * @param at milliseconds since the epoch
   * @param refusedWith the sentence with which the gateway refused the certificate, if known
   * @param probed what probes showed at the gateway, if any called it
   * @param door whose rules apply
   */
  readonly diagnose: (
    client: Certificate,
    bundle: BundleVersion,
    at: number,
    refusedWith?: RefusedWith | null,
    probed?: ProbedGateway | null,
    door?: DoorRules,
  ) => Diagnosis;
  readonly truststore: (bundle: BundleVersion) => Truststore;
}

export function diagnosisCache(verdictsMax: number = limits.certificateCacheMax): DiagnosisCache {
  const verdicts = boundedMap<Diagnosis>(verdictsMax);
  const truststores = boundedMap<Truststore>(limits.truststoresCachedMax);
  const truststore = ({ version, text }: BundleVersion) =>
    getOrInsert(truststores, version, () => parseTruststore(text));
  return {
    truststore,
    diagnose: (client, bundle, at, refusedWith = null, probed = null, door = doorRules['api-gateway']) => {
      const store = truststore(bundle);
      // The hour keeps texts such as "expired for 3 days" current; the number of boundaries keeps the verdict correct.
      const key = `${client.fingerprint} ${boundariesBefore(client, store, at)} ${Math.floor(at / HOUR_MS)} ${JSON.stringify(refusedWith)} ${door.id} ${probed === null ? '' : `${probed.domain}@${probed.at}`} ${bundle.version}`;
      return getOrInsert(verdicts, key, () => diagnose(client, store, at, [], refusedWith, probed, door));
    },
  };
}

/**
 * The number of times before `at` at which a certificate started or ended being valid. Between two such times no
 * verdict changes.
 */
function boundariesBefore(client: Certificate, { certificates }: Truststore, at: number): number {
  let count = 0;
  for (const { notBefore, notAfter } of [client, ...certificates.map(({ certificate }) => certificate)]) {
    count += Number(at >= notBefore) + Number(at > notAfter);
  }
  return count;
}
