/** Logs in S3: lists the objects under a prefix, and reads them. Needs `s3:ListBucket` and `s3:GetObject`. */

import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { MtlsWatchError } from '../../base/errors.js';
import { reasonOf } from './discovery/reader.js';

export interface LogObject {
  readonly key: string;
  /** Another content has another one. */
  readonly etag: string;
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
  /** @throws MtlsWatchError `unreadable-input` */
  open(): AsyncIterable<Buffer>;
}

/** The bucket may be in another Region than the logs. */
export function objectsClient(): S3Client {
  return new S3Client({ followRegionRedirects: true });
}

/**
 * The objects under a prefix, in the order of their keys; no page after the one that brings more than `most`, so that the caller
 * sees when there are more.
 * @throws MtlsWatchError `unreadable-input`
 */
export async function listLogObjects(
  bucket: string,
  prefix: string,
  most: number,
  s3: Pick<S3Client, 'send'> = objectsClient(),
): Promise<readonly LogObject[]> {
  const found: LogObject[] = [];
  let token: string | undefined;
  do {
    const page = await readable(`s3://${bucket}/${prefix}`, () =>
      s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token })),
    );
    for (const { Key: key = '', Size: bytes = 0, ETag: etag = '', LastModified } of page.Contents ?? []) {
      // Consoles create such empty objects to show a folder.
      if (key.endsWith('/') && bytes === 0) continue;
      const writtenAt = LastModified?.getTime() ?? 0;
      found.push({ key, etag, bytes, writtenAt, open: () => bytesOf(bucket, key, s3) });
    }
    token = page.NextContinuationToken;
  } while (token !== undefined && found.length <= most);
  return found;
}

/** An object as it was when it was listed. @throws MtlsWatchError `unreadable-input`, also where it has another content now */
export function openLogObject(
  { bucket, key, etag }: { readonly bucket: string; readonly key: string; readonly etag: string },
  s3: Pick<S3Client, 'send'>,
): AsyncIterable<Buffer> {
  return bytesOf(bucket, key, s3, etag);
}

async function* bytesOf(
  bucket: string,
  key: string,
  s3: Pick<S3Client, 'send'>,
  etag?: string,
): AsyncGenerator<Buffer> {
  const name = `s3://${bucket}/${key}`;
  const request = new GetObjectCommand({ Bucket: bucket, Key: key, IfMatch: etag });
  const { Body } = await readable(name, () => s3.send(request));
  if (Body === undefined) throw new MtlsWatchError('unreadable-input', `${name}: the answer has no body`);
  try {
    for await (const chunk of Body as AsyncIterable<Uint8Array>) yield Buffer.from(chunk);
  } catch (cause) {
    throw new MtlsWatchError('unreadable-input', `${name}: ${reasonOf(cause)}`, { cause });
  }
}

async function readable<T>(name: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new MtlsWatchError('unreadable-input', `${name}: ${reasonOf(cause)}`, { cause });
  }
}
