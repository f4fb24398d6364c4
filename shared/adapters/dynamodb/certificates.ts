/**
 * The certificates that called. Whoever connects can make as many as he likes, so a call saves a bounded number of them,
 * and a container remembers which ones it has saved.
 */

import { limits } from '../../limits.js';
import type { CertificateStore, Clock } from '../../ports/index.js';
import { textOf } from './items.js';
import { keys, ttl } from './keys.js';
import { attributesOf, type Table } from './table.js';

export function createCertificates(table: Table, clock: Clock, days: number): CertificateStore {
  let saved = new Set<string>();
  return {
    save: async (certificates) => {
      const unknown = [...certificates].filter(([fingerprint]) => !saved.has(fingerprint));
      const chosen = unknown.slice(0, limits.certificatesPerBatchMax);
      const expiry = ttl(clock.now(), days);
      await table.putAll(
        chosen.map(([fingerprint, pem]) => ({
          ...attributesOf(keys.certificate(fingerprint)),
          pem: { S: pem },
          ttl: expiry,
        })),
      );
      if (saved.size + chosen.length > limits.certificatesRememberedMax) saved = new Set();
      for (const [fingerprint] of chosen) saved.add(fingerprint);
    },
    load: async (fingerprint) => {
      const item = await table.get(keys.certificate(fingerprint));
      return item === null ? null : textOf(item, 'pem');
    },
  };
}
