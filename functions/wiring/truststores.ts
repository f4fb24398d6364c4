/**
 * Truststores in S3, and those of load balancers. Loaded when the first one is read, because most invocations read none; the client
 * of load balancers when the first of theirs is.
 */

import { S3Client } from '@aws-sdk/client-s3';
import { createS3Truststores } from '../../shared/adapters/aws/truststore.js';
import { systemClock } from '../../shared/adapters/clock.js';
import { once } from '../../shared/base/lazily.js';
import { isTrustStoreArn } from '../../shared/config/truststore-places.js';
import type { TruststoreSource } from '../../shared/ports/truststore.js';

export function createTruststores(): TruststoreSource {
  const objects = createS3Truststores(new S3Client({}), systemClock);
  const load = once(async () => (await import('./load-balancer-truststores.js')).createTrustStores());
  const sourceOf = async (place: string) => (isTrustStoreArn(place) ? load() : objects);
  return {
    read: async (place) => (await sourceOf(place)).read(place),
    earlier: async (place) => (await sourceOf(place)).earlier(place),
  };
}
