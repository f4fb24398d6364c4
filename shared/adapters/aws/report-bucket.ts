/**
 * The bucket of the weekly reports. Marks are written conditionally, so that parallel runs do not overwrite each
 * other's.
 */

import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { MtlsWatchError, messageOf } from '../../base/errors.js';
import type { ReportBucket } from '../../report/deliver.js';

/** S3's status codes for a failed condition, and for two conditional writes at the same time. */
const LOST = new Set([409, 412]);

export function createReportBucket(client: Pick<S3Client, 'send'>, bucket: string): ReportBucket {
  const guarded = async <T>(request: Promise<T>, key: string): Promise<T> => {
    try {
      return await request;
    } catch (error) {
      if (error instanceof S3ServiceException && LOST.has(error.$metadata.httpStatusCode ?? 0)) throw error;
      if (error instanceof NoSuchKey) throw error;
      throw new MtlsWatchError('report-undeliverable', `s3://${bucket}/${key}: ${messageOf(error)}`, {
        cause: error,
        retryable: true,
      });
    }
  };
  return {
    read: async (key) => {
      try {
        const { Body, ETag } = await guarded(client.send(new GetObjectCommand({ Bucket: bucket, Key: key })), key);
        return { text: (await Body?.transformToString()) ?? '', etag: ETag ?? '' };
      } catch (error) {
        if (error instanceof NoSuchKey) return null;
        throw error;
      }
    },
    put: async (key, text, contentType) => {
      await guarded(
        client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: contentType })),
        key,
      );
    },
    putIf: async (key, text, etag) => {
      const condition = etag === null ? { IfNoneMatch: '*' } : { IfMatch: etag };
      try {
        const command = new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ...condition });
        await guarded(client.send(command), key);
        return true;
      } catch (error) {
        if (error instanceof S3ServiceException) return false;
        throw error;
      }
    },
  };
}

/**
 * The URL of the object in the S3 console. It works for everybody who is signed in and may read the object, as long as
 * it exists. A presigned link would expire with the function's credentials, within hours.
 */
export function consoleUrl(region: string, bucket: string, key: string): string {
  const query = new URLSearchParams({ region, prefix: key });
  return `https://${region}.console.aws.amazon.com/s3/object/${bucket}?${query}`;
}
