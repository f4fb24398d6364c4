/** The bucket of the backfill: pages are followed, and what breaks off is never taken for less. */

import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { createBackfillBucket } from '../../shared/adapters/aws/backfill-bucket.js';
import type { HalfLine } from '../../shared/ports/backfill.js';

const line = (n: number): HalfLine => ({ kind: 'certificate', fingerprint: `f${n}`, pem: `${'ü€'.repeat(n)}` });
const textOf = (lines: readonly HalfLine[]) => lines.map((one) => `${JSON.stringify(one)}\n`).join('');

/** Objects in memory, listed by twos and read in small pieces. */
function fakeS3(bodyOf: (bytes: Buffer) => AsyncIterable<Uint8Array> = pieces) {
  const objects = new Map<string, Buffer>();
  const send = async (command: unknown): Promise<object> => {
    if (command instanceof PutObjectCommand) {
      objects.set(command.input.Key ?? '', Buffer.from((command.input.Body ?? '') as string));
      return {};
    }
    if (command instanceof GetObjectCommand) {
      const bytes = objects.get(command.input.Key ?? '');
      if (bytes === undefined) throw new NoSuchKey({ message: 'no such key', $metadata: {} });
      const body = Readable.from(bodyOf(bytes));
      return { Body: Object.assign(body, { transformToString: async () => bytes.toString() }) };
    }
    if (!(command instanceof ListObjectsV2Command)) throw new Error('another command');
    const { Prefix = '', Delimiter, ContinuationToken = '0' } = command.input;
    const keys = [...objects.keys()].filter((key) => key.startsWith(Prefix)).sort();
    const folders = [...new Set(keys.map((key) => `${Prefix}${key.slice(Prefix.length).split('/')[0]}/`))];
    const [from, all] = [Number(ContinuationToken), Delimiter === undefined ? keys : folders];
    const page = all.slice(from, from + 2);
    const NextContinuationToken = from + 2 < all.length ? String(from + 2) : undefined;
    return Delimiter === undefined
      ? { Contents: page.map((Key) => ({ Key })), NextContinuationToken }
      : { CommonPrefixes: page.map((prefix) => ({ Prefix: prefix })), NextContinuationToken };
  };
  return { send: send as never, objects };
}

async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('a day', () => {
  it('is what all its objects hold, in however many members and pages', async () => {
    const bucket = createBackfillBucket(fakeS3(), 'kept');
    const lines = Array.from({ length: 15 }, (_, n) => line(n));
    for (const n of [0, 1, 2, 3, 4]) {
      const own = lines.slice(n * 3, n * 3 + 3);
      await bucket.putHalves(
        20_000,
        `o${n}`,
        Buffer.concat([gzipSync(textOf(own.slice(0, 1))), gzipSync(textOf(own.slice(1)))]),
      );
    }
    await bucket.putHalves(20_001, 'o1', gzipSync(textOf([line(99)])));
    expect(await all(bucket.halves(20_000))).toEqual(lines);
    expect(await bucket.days()).toEqual([20_000, 20_001]);
  });

  const half = (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length / 2));
  it.each<[string, (bytes: Buffer) => AsyncIterable<Uint8Array>]>([
    ['ends early', (bytes) => pieces(half(bytes))],
    [
      'is reset',
      async function* (bytes) {
        yield* pieces(half(bytes));
        throw new Error('ECONNRESET');
      },
    ],
  ])('whose object %s is an error that may pass, and not a shorter day', async (_what, bodyOf) => {
    const bucket = createBackfillBucket(fakeS3(bodyOf), 'kept');
    await bucket.putHalves(1, 'o', gzipSync(textOf(Array.from({ length: 500 }, (_, n) => line(n)))));
    await expect(all(bucket.halves(1))).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
  });
});

it('keeps what was read, what failed, and how a run ended', async () => {
  const { send, objects } = fakeS3();
  const bucket = createBackfillBucket({ send }, 'kept');
  for (const id of ['a', 'b', 'c']) await bucket.noteRead(id);
  expect(await bucket.read()).toEqual(new Set(['a', 'b', 'c']));
  await bucket.putRun('r1', [{ objects: [] }]);
  await bucket.putRun('r2', []);
  expect([await bucket.runs(), await bucket.run('r1'), await bucket.outcome('r1')]).toEqual([
    ['r1', 'r2'],
    [{ objects: [] }],
    null,
  ]);
  await bucket.putOutcome('r1', { error: 'x' });
  await bucket.noteFailure('r1', 'a', { name: 's3://x/a', why: 'cut' });
  expect([await bucket.outcome('r1'), await bucket.failures('r1')]).toEqual([
    { error: 'x' },
    [{ name: 's3://x/a', why: 'cut' }],
  ]);
  expect([...objects.keys()]).toContain('runs/r1/failed/a.json');
});
