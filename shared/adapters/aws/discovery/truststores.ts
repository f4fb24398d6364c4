/** The bucket and object version of a truststore, without reading the certificates. */

import { GetBucketVersioningCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { FoundTruststore } from '../../../model/account.js';
import type { Reader } from './reader.js';

export type TruststoreVersions = Pick<FoundTruststore, 'isVersioned' | 'newestVersion'>;

export async function lookAtTruststore(
  uri: string,
  s3: Pick<S3Client, 'send'>,
  reader: Reader,
): Promise<TruststoreVersions> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  const versioning = await reader.readDetail(`the versioning of the bucket of ${uri}`, () =>
    s3.send(new GetBucketVersioningCommand({ Bucket })),
  );
  // A HEAD request returns the newest version, and needs no permission to list versions.
  const object = await reader.readDetail(`the truststore ${uri}`, () =>
    s3.send(new HeadObjectCommand({ Bucket, Key })),
  );
  return {
    isVersioned: versioning === null ? null : versioning.Status === 'Enabled',
    newestVersion: object?.VersionId ?? null,
  };
}
