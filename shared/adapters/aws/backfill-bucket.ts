/**
 * The bucket of the backfill.
 *
 *     runs/RUN/objects.json           the objects of a run, in parts; the state machine reads it
 *     runs/RUN/failed/OBJECT.json     what could not be read of them, and why
 *     runs/RUN/outcome.json           how it ended
 *     halves/DAY/OBJECT.ndjson.gz     what an object holds of a day
 *     minutes/DAY.ndjson.gz           what each group was refused in each minute of a day, for the detector
 *     callers/DAY.ndjson.gz           who was let in on a day
 *     read/OBJECT                     all of the object was read
 */

import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { backfillLimits } from '../../base/backfill-limits.js';
import { MtlsWatchError, messageOf } from '../../base/errors.js';
import type { BackfillBucket, ExportPart, FailedObject, Outcome } from '../../ports/backfill.js';

const MINUTES = 'minutes/';
const CALLERS = 'callers/';
const ENDING = '.ndjson.gz';

export function createBackfillBucket(client: Pick<S3Client, 'send'>, bucket: string): BackfillBucket {
  const { put, open, json, list } = objectsIn(client, bucket);
  const failed = (run: string): string => `runs/${run}/failed/`;
  /** Of a day that has one file; nothing where it has none. */
  async function* linesOf<Line>(folder: string, day: number): AsyncGenerator<Line> {
    const key = `${folder}${day}${ENDING}`;
    if ((await list(key)).length > 0) yield* linesIn<Line>(await open(key), `s3://${bucket}/${key}`);
  }
  const daysIn = async (folder: string): Promise<number[]> =>
    (await list(folder)).map((name) => Number(name.slice(0, -ENDING.length))).sort((a, b) => a - b);
  return {
    putHalves: (day, objectId, gzip) => put(`halves/${day}/${objectId}.ndjson.gz`, gzip),
    async *halves(day) {
      const prefix = `halves/${day}/`;
      for (const name of await list(prefix)) {
        yield* linesIn(await open(`${prefix}${name}`), `s3://${bucket}/${prefix}${name}`);
      }
    },
    days: async () => (await list('halves/', true)).map(Number).sort((a, b) => a - b),
    putMinutes: (day, gzip) => put(`${MINUTES}${day}${ENDING}`, gzip),
    minutes: (day) => linesOf(MINUTES, day),
    daysWithMinutes: () => daysIn(MINUTES),
    putCallers: (day, gzip) => put(`${CALLERS}${day}${ENDING}`, gzip),
    callers: (day) => linesOf(CALLERS, day),
    daysWithCallers: () => daysIn(CALLERS),
    noteRead: (objectId) => put(`read/${objectId}`, ''),
    read: async () => new Set(await list('read/')),
    putRun: (run, parts) => put(`runs/${run}/objects.json`, JSON.stringify(parts)),
    run: async (run) => (await json(`runs/${run}/objects.json`)) as readonly ExportPart[],
    noteFailure: (run, objectId, what) => put(`${failed(run)}${objectId}.json`, JSON.stringify(what)),
    failures: async (run) => {
      const names = (await list(failed(run))).slice(0, backfillLimits.failuresToldMax);
      return pMap(names, async (name) => (await json(`${failed(run)}${name}`)) as FailedObject, { concurrency: 5 });
    },
    putOutcome: (run, outcome) => put(`runs/${run}/outcome.json`, JSON.stringify(outcome)),
    outcome: async (run) => {
      try {
        return (await json(`runs/${run}/outcome.json`)) as Outcome;
      } catch (error) {
        if (error instanceof MtlsWatchError && error.cause instanceof NoSuchKey) return null;
        throw error;
      }
    },
    runs: () => list('runs/', true),
    failuresUri: (run) => `s3://${bucket}/${failed(run)}`,
  };
}

/** An object that breaks off is an error, and never a shorter day. */
async function* linesIn<Line>(body: unknown, name: string): AsyncGenerator<Line> {
  // The SDK's type is that of browsers as well; here it is a stream of Node.
  const bytes = pipeline(Readable.from(body as AsyncIterable<Uint8Array>), createGunzip(), () => {});
  let open = '';
  try {
    for await (const text of bytes.setEncoding('utf8')) {
      const lines = `${open}${text}`.split('\n');
      open = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line);
    }
  } catch (cause) {
    throw new MtlsWatchError('store-unavailable', `${name}: ${messageOf(cause)}`, { cause, retryable: true });
  }
  if (open !== '') throw new MtlsWatchError('store-unavailable', `${name} ends in a line`, { retryable: true });
}

/** Objects of one bucket. */
function objectsIn(client: Pick<S3Client, 'send'>, bucket: string) {
  const at = async <T>(key: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (cause) {
      const message = `s3://${bucket}/${key}: ${messageOf(cause)}`;
      throw new MtlsWatchError('store-unavailable', message, { cause, retryable: true });
    }
  };
  const put = async (key: string, body: string | Buffer): Promise<void> => {
    await at(key, () => client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body })));
  };
  const open = async (key: string) => {
    const { Body } = await at(key, () => client.send(new GetObjectCommand({ Bucket: bucket, Key: key })));
    if (Body === undefined) throw new MtlsWatchError('store-unavailable', `s3://${bucket}/${key} has no body`);
    return Body;
  };
  const json = async (key: string): Promise<unknown> => JSON.parse(await (await open(key)).transformToString());
  /** The names behind a prefix: of objects, or with a delimiter those of folders. */
  const list = async (prefix: string, isFolders = false): Promise<string[]> => {
    const names: string[] = [];
    let token: string | undefined;
    do {
      const page = await at(prefix, () =>
        client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            ContinuationToken: token,
            ...(isFolders && { Delimiter: '/' }),
          }),
        ),
      );
      const found = isFolders
        ? (page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix.slice(prefix.length, -1))
        : (page.Contents ?? []).map(({ Key = '' }) => Key.slice(prefix.length));
      names.push(...found);
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return names;
  };
  return { put, open, json, list };
}
