/**
 * The certificates that called, as deflated DER: most stay within one kilobyte then, and cost one write unit. Whoever
 * connects can make as many as he likes, so a call saves a bounded number of them. What a container has seen it
 * remembers; what it has not seen it looks up first, for reading costs a tenth of writing, and containers are young when
 * requests are few.
 */

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { limits } from '../../base/limits.js';
import type { CertificateStore, Clock } from '../../ports/index.js';
import { pemOf, readLoggedPem } from '../../x509/pem.js';
import { bytesOf, numberOf } from './items.js';
import { keys, ttl } from './keys.js';
import { attributesOf, type Item, type Table } from './table.js';

const DAY_SECONDS = 86_400;

export function createCertificates(table: Table, clock: Clock, days: number): CertificateStore {
  let saved = new Set<string>();
  /** The stored items whose lifetime is not half over. */
  const lasting = async (fingerprints: readonly string[]): Promise<ReadonlySet<string>> => {
    const items = await table.getAll(fingerprints.map(keys.certificate));
    const from = clock.now() / 1000 + (days / 2) * DAY_SECONDS;
    return new Set(items.filter((item) => numberOf(item, 'ttl') > from).map(nameOf));
  };
  return {
    save: async (certificates) => {
      const unknown = [...certificates].filter(([fingerprint]) => !saved.has(fingerprint));
      const chosen = unknown.slice(0, limits.certificatesPerBatchMax);
      if (chosen.length === 0) return;
      const known = await lasting(chosen.map(([fingerprint]) => fingerprint));
      const expiry = ttl(clock.now(), days);
      const items = chosen.map(([fingerprint, pem]) => ({
        ...attributesOf(keys.certificate(fingerprint)),
        der: { B: deflated(pem) },
        ttl: expiry,
      }));
      await table.putAll(items.filter((item) => !known.has(nameOf(item))));
      if (saved.size + chosen.length > limits.certificatesRememberedMax) saved = new Set();
      for (const [fingerprint] of chosen) saved.add(fingerprint);
    },
    load: async (fingerprint) => {
      const item = await table.get(keys.certificate(fingerprint));
      if (item === null) return null;
      return pemOf(inflateRawSync(bytesOf(item, 'der'), { maxOutputLength: limits.certificateBytesMax }));
    },
  };
}

function nameOf(item: Item): string {
  return item.pk?.S ?? '';
}

function deflated(pem: string): Uint8Array {
  const read = readLoggedPem(pem);
  if (read.kind === 'broken') throw new Error(`a certificate to be kept is no PEM: ${read.detail}`);
  return deflateRawSync(read.der, { level: 9 });
}
