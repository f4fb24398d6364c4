/** Truststores from files, for the command line; the address is a path. */

import { readFile, stat } from 'node:fs/promises';
import { systemClock } from '../../shared/adapters/clock.js';
import { digest } from '../../shared/base/digest.js';
import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';
import { once } from '../../shared/base/lazily.js';
import { isTrustStoreArn } from '../../shared/config/truststore-places.js';
import type { TruststoreObject, TruststoreSource } from '../../shared/ports/truststore.js';
import { readWhole } from './whole-file.js';

/**
 * The truststores of one command. A file is read once, so that the whole run uses the same bytes, and a pipe works too.
 */
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

/**
 * Truststores from files, and from S3 or load balancers if the settings or discovery find them there. The SDK is loaded when the
 * first of those is read.
 */
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
    place.startsWith('s3://') ? loadObjects() : isTrustStoreArn(place) ? loadTrustStores() : files;
  return {
    read: async (place) => (await sourceOf(place)).read(place),
    earlier: async (place) => (await sourceOf(place)).earlier(place),
  };
}

async function readTruststoreFile(path: string): Promise<TruststoreObject> {
  if (path === '-') {
    const text = (await readWhole(path, 'PEM certificates')).toString('latin1');
    // What is piped has no time of its own: it was not changed shortly before a refusal.
    return { text, version: digest('truststore', text), versionId: null, modifiedAt: 0 };
  }
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'latin1'), stat(path)]);
    return { text, version: digest('truststore', text), versionId: null, modifiedAt: mtimeMs };
  } catch (error) {
    const advice = 'expected a file of PEM certificates; check the path';
    throw new MtlsWatchError('unreadable-input', `truststore ${path} cannot be read: ${messageOf(error)}; ${advice}`, {
      cause: error,
    });
  }
}
