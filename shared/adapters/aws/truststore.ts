/**
 * Reads truststores from S3: at most every `truststoreRecheckMs`, and then only if the object changed. Needs
 * `s3:GetObject`, `s3:GetObjectVersion` and, to find the versions before, `s3:ListBucketVersions`.
 */

import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectVersionsCommand,
  type ObjectVersion,
  type S3Client,
} from '@aws-sdk/client-s3';
import { MtlsWatchError, messageOf } from '../../base/errors.js';
import { limits } from '../../base/limits.js';
import { DAY_MS, dayOf } from '../../base/time.js';
import type { Clock } from '../../ports/index.js';
import type { TruststoreObject, TruststoreSource } from '../../ports/truststore.js';

/** A partner whose CA an upload of this week left out is still missing. */
const IN_USE_MS = 7 * DAY_MS;
/**
 * Contents that are read beside the current one; together they are no larger than one truststore may be. Whoever uploads more
 * often in a week than this loses sight of the oldest.
 */
const EARLIER_MAX = 8;

interface HeldTruststore {
  readonly object: TruststoreObject;
  readonly checkedAt: number;
}

interface HeldVersions {
  readonly objects: readonly TruststoreObject[];
  /** The current version when they were read, and the day: which ones were in use within the week changes with time. */
  readonly version: string;
  readonly day: number;
}

export function createS3Truststores(client: Pick<S3Client, 'send'>, clock: Clock): TruststoreSource {
  const held = new Map<string, HeldTruststore>();
  const before = new Map<string, HeldVersions>();

  const read = async (uri: string): Promise<TruststoreObject> => {
    const known = held.get(uri);
    if (known !== undefined && clock.now() - known.checkedAt < limits.truststoreRecheckMs) return known.object;
    const object = await fetch(uri, known?.object);
    held.set(uri, { object, checkedAt: clock.now() });
    return object;
  };

  const fetch = async (uri: string, known: TruststoreObject | undefined): Promise<TruststoreObject> => {
    try {
      const output = await client.send(
        new GetObjectCommand({ ...placeOf(uri), ...(known && { IfNoneMatch: known.version }) }),
      );
      return await objectOf(uri, output);
    } catch (error) {
      if (known !== undefined && statusOf(error) === 304) return known;
      throw unreadable(uri, error);
    }
  };

  const earlier = async (uri: string): Promise<readonly TruststoreObject[]> => {
    const current = await read(uri);
    const [known, day] = [before.get(uri), dayOf(clock.now())];
    if (known?.version === current.version && known.day === day) return known.objects;
    const { objects, failures } = await readEarlier(uri, current);
    const [failure] = failures;
    if (objects.length === 0 && failure !== undefined) throw failure;
    // What could not be read this time may be readable the next time.
    if (!failures.some(({ retryable }) => retryable)) before.set(uri, { version: current.version, day, objects });
    return objects;
  };

  /** An object in an archive class cannot be read, nor one that was deleted meanwhile: the others are read all the same. */
  const readEarlier = async (uri: string, current: TruststoreObject) => {
    const objects: TruststoreObject[] = [];
    const failures: MtlsWatchError[] = [];
    for (const { VersionId } of await findEarlier(uri, current)) {
      try {
        objects.push(await objectOf(uri, await client.send(new GetObjectCommand({ ...placeOf(uri), VersionId }))));
      } catch (error) {
        failures.push(unreadable(uri, error));
      }
    }
    return { objects, failures };
  };

  const findEarlier = async (uri: string, current: TruststoreObject): Promise<readonly ObjectVersion[]> => {
    if (current.versionId === null) return [];
    const { Bucket, Key } = placeOf(uri);
    try {
      // Versions are listed newest first; delete markers are not among them.
      const { Versions = [] } = await client.send(
        new ListObjectVersionsCommand({ Bucket, Prefix: Key, MaxKeys: limits.truststoreVersionsMax }),
      );
      const own = Versions.filter((version) => version.Key === Key);
      return inUseBefore(current, own, clock.now() - IN_USE_MS);
    } catch (error) {
      throw unreadable(uri, error);
    }
  };

  return { read, earlier };
}

/**
 * The version before the current one, and those of other contents that were still in use at a time.
 * @param versions of the object, newest first
 */
function inUseBefore(current: TruststoreObject, versions: readonly ObjectVersion[], since: number): ObjectVersion[] {
  const at = versions.findIndex(({ VersionId }) => VersionId === current.versionId);
  const found: ObjectVersion[] = [];
  const contents = new Set<string | undefined>([current.version]);
  let bytes = 0;
  for (let n = at + 1; at !== -1 && n < versions.length && found.length < EARLIER_MAX; n++) {
    const [version, next] = [versions[n], versions[n - 1]];
    // A version was in use until the next one was put.
    const isNext = n === at + 1;
    if (version === undefined || (!isNext && (next?.LastModified?.getTime() ?? 0) <= since)) break;
    bytes += version.Size ?? 0;
    if (!isNext && bytes > limits.truststoreBytesMax) break;
    if (isNext || !contents.has(version.ETag)) found.push(version);
    contents.add(version.ETag);
  }
  return found;
}

function placeOf(uri: string): { Bucket: string; Key: string } {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  if (Bucket === undefined || Key === undefined) {
    throw new MtlsWatchError('truststore-unreadable', `truststore ${uri} is no S3 address; expected s3://bucket/key`);
  }
  return { Bucket, Key };
}

async function objectOf(
  uri: string,
  { Body, ETag, VersionId, LastModified, ContentLength }: GetObjectCommandOutput,
): Promise<TruststoreObject> {
  if (Body === undefined || ETag === undefined || (ContentLength ?? 0) > limits.truststoreBytesMax)
    throw tooLarge(uri, ContentLength);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // The size is counted, because the Content-Length may be wrong.
  for await (const chunk of Body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > limits.truststoreBytesMax) throw tooLarge(uri, bytes);
    chunks.push(chunk);
  }
  return {
    text: Buffer.concat(chunks).toString('latin1'),
    version: ETag,
    versionId: VersionId === undefined || VersionId === 'null' ? null : VersionId,
    modifiedAt: LastModified?.getTime() ?? 0,
  };
}

function tooLarge(uri: string, bytes: number | undefined): MtlsWatchError {
  const given = bytes === undefined ? 'has no content' : `has more than ${limits.truststoreBytesMax} bytes`;
  return new MtlsWatchError(
    'truststore-unreadable',
    `truststore ${uri} ${given}; expected a bundle of PEM certificates: check the key`,
  );
}

function unreadable(uri: string, error: unknown): MtlsWatchError {
  if (error instanceof MtlsWatchError) return error;
  const status = statusOf(error);
  const what =
    status === 403
      ? 'access denied: allow s3:GetObject and s3:GetObjectVersion on it'
      : status === 404
        ? 'there is no such object: check the address in the configuration'
        : messageOf(error);
  return new MtlsWatchError('truststore-unreadable', `truststore ${uri} cannot be read: ${what}`, {
    cause: error,
    retryable: status === undefined || status >= 500,
  });
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode;
}
