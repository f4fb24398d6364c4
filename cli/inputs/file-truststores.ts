/** The truststores of one command, from files, S3 and load balancers. */

import { stat } from 'node:fs/promises';
import { systemClock } from '../../shared/adapters/clock.js';
import { digest } from '../../shared/base/digest.js';
import { once } from '../../shared/base/lazily.js';
import { isTrustStoreArn } from '../../shared/config/truststore-places.js';
import type { TruststoreObject, TruststoreSource } from '../../shared/ports/truststore.js';
import { readWhole } from './whole-file.js';

/** The address is a path. A file is read once, so that the whole run uses the same bytes, and a pipe works too. */
export function createFileTruststores(): TruststoreSource {
  const known = new Map<string, Promise<TruststoreObject>>();
  return {
    read: (path) => {
      const reading = known.get(path) ?? readTruststoreFile(path);
      known.set(path, reading);
      return reading;
    },
    // A file has no versions, and its time is that of the copy, not of its use by a domain.
    earlier: async () => [],
  };
}

/** By path, by `s3://bucket/key` and by ARN. The SDK is loaded when the first of the latter is read. */
export function createTruststores(): TruststoreSource {
  const files = createFileTruststores();
  const loadObjects = once(async () => {
    const [{ createS3Truststores }, { S3Client }] = await Promise.all([
      import('../../shared/adapters/aws/truststore.js'),
      import('@aws-sdk/client-s3'),
    ]);
    return createS3Truststores(new S3Client({ followRegionRedirects: true }), systemClock);
  });
  const loadTrustStores = once(async () => {
    const [{ createLoadBalancerTruststores }, { ElasticLoadBalancingV2Client }] = await Promise.all([
      import('../../shared/adapters/aws/load-balancer-truststore.js'),
      import('@aws-sdk/client-elastic-load-balancing-v2'),
    ]);
    return createLoadBalancerTruststores(new ElasticLoadBalancingV2Client({}), systemClock);
  });
  const sourceOf = async (place: string) =>
    isFile(place) ? files : isTrustStoreArn(place) ? loadTrustStores() : loadObjects();
  return {
    read: async (place) => (await sourceOf(place)).read(place),
    earlier: async (place) => (await sourceOf(place)).earlier(place),
  };
}

export function isFile(place: string): boolean {
  return !place.startsWith('s3://') && !isTrustStoreArn(place);
}

async function readTruststoreFile(path: string): Promise<TruststoreObject> {
  const text = (await readWhole(path, 'a bundle of PEM certificates, or s3://bucket/key')).toString('latin1');
  // What is piped has no time of its own: it was not changed shortly before a refusal.
  const modifiedAt = path === '-' ? 0 : (await stat(path)).mtimeMs;
  return { text, version: digest('truststore', text), versionId: null, modifiedAt };
}
