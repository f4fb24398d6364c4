/** The steps of a backfill: a broken object costs itself, nothing is summed up of a part, and everything may be repeated. */

import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { createBackfill, type SummedDay } from '../../functions/backfill/backfill.js';
import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import { createPastHours } from '../../shared/adapters/dynamodb/past-hours.js';
import { planOf } from '../../shared/backfill/plan.js';
import { backfillLimits } from '../../shared/base/backfill-limits.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { DAY_MS, HOUR_MS } from '../../shared/base/time.js';
import type { BackfillBucket, ExportedObject, HalfLine } from '../../shared/ports/backfill.js';
import { ACCESS_GROUP, accessEvent, denialAsOneEvent, EXECUTION_GROUP, T0 } from '../support/logs.js';
import { memoryBucket } from '../support/memory-bucket.js';
import { createMemoryTable } from '../support/memory-table.js';
import { listening, testWorld } from '../support/world.js';

const DAY = Math.floor(T0 / DAY_MS);
const span = { from: DAY * 24, to: (DAY + 1) * 24 };
const line = (logGroup: string, event: object) => `${JSON.stringify({ logGroup, logStream: 's', ...event })}\n`;
const numbers = Array.from({ length: 8 }, (_, n) => n);

/** By key: the denials, the records, a gzip that is cut, and one that is no log. */
const contents: Record<string, Buffer> = {
  'denials.ndjson': Buffer.from(numbers.map((n) => line(EXECUTION_GROUP, denialAsOneEvent({ n }))).join('')),
  'records.ndjson.gz': gzipSync(numbers.map((n) => line(ACCESS_GROUP, accessEvent({ n }))).join('')),
  'cut.gz': gzipSync(numbers.map((n) => line(EXECUTION_GROUP, denialAsOneEvent({ n: n + 50 }))).join('')).subarray(
    0,
    -40,
  ),
  'picture.png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3, 4, 5]),
};

const objectOf = (key: string, changes: Partial<ExportedObject> = {}): ExportedObject => ({
  ...{ bucket: 'logs', key, etag: `"${key}"`, bytes: contents[key]?.length ?? 0, writtenAt: T0 },
  ...changes,
});

let bucket: BackfillBucket;
let refused: unknown = null;
let errors: string[];

function scene(kept = bucket) {
  const table = createMemoryTable({ now: () => T0 + 5 * DAY_MS });
  const world = { ...testWorld(), stores: createStoresOn(table, { now: () => T0 + 5 * DAY_MS }) };
  const heard = listening();
  errors = heard.errors;
  const steps = createBackfill({
    inWorld: (run) => run(world),
    bucket: kept,
    open: async function* ({ key }) {
      if (refused !== null) throw refused;
      yield contents[key] ?? Buffer.alloc(0);
    },
    pastHours: createPastHours(table, world.stores.rollups, 400),
    log: heard.log,
  });
  const sums = async () => {
    const groups = await world.stores.rollups.groups(span.from, span.to, 10);
    const all = await Promise.all(groups.map((group) => world.stores.rollups.load(group, span.from, span.to)));
    return all.flat().map(({ group, count }) => `${group.issuerDn}: ${count}`);
  };
  const run = async (keys: readonly string[], tolerated = 0): Promise<void> => {
    const { parts } = planOf(
      keys.map((key) => objectOf(key)),
      await bucket.read(),
      0,
    );
    await bucket.putRun('run', parts);
    for (const part of parts) await steps({ step: 'read', run: 'run', part });
    const days = (await steps({ step: 'check', run: 'run', tolerated, ...span })) as number[];
    for (const day of days) await steps({ step: 'sum', day, ...span });
  };
  return { steps, sums, run };
}

beforeEach(() => {
  bucket = memoryBucket();
  refused = null;
});

describe('a backfill', () => {
  it('sums up what it read, and again, with the same result', async () => {
    const { run, sums } = scene();
    await run(['denials.ndjson', 'records.ndjson.gz']);
    expect(await sums()).toEqual(['C=US,O=Acme,CN=Acme CA: 8']);
    await run(['denials.ndjson', 'records.ndjson.gz']);
    expect(await sums()).toEqual(['C=US,O=Acme,CN=Acme CA: 8']);
  });

  it('counts better what a later run brings: records give their denials a client', async () => {
    const { run, sums } = scene();
    await run(['denials.ndjson']);
    expect(await sums()).toEqual(['unknown: 8']);
    await run(['records.ndjson.gz']);
    expect(await sums()).toEqual(['C=US,O=Acme,CN=Acme CA: 8']);
  });

  it('leaves no sum behind in an hour that is empty now, and none outside of the span is touched', async () => {
    const hour = Math.floor(T0 / HOUR_MS);
    const moved = (by: number): Buffer =>
      Buffer.from(line(EXECUTION_GROUP, { ...denialAsOneEvent({ n: 1 }), timestamp: T0 + by * HOUR_MS }));
    const { steps, sums } = scene();
    const part = { objects: [objectOf('moving.ndjson')] };
    const readAs = async (by: number): Promise<void> => {
      contents['moving.ndjson'] = moved(by);
      await steps({ step: 'read', run: 'run', part });
    };
    await readAs(0);
    await steps({ step: 'sum', day: DAY, ...span });
    await readAs(1);
    await steps({ step: 'sum', day: DAY, from: hour + 1, to: hour + 2 });
    expect(await sums()).toEqual(['unknown: 1', 'unknown: 1']);
    await steps({ step: 'sum', day: DAY, ...span });
    expect(await sums()).toEqual(['unknown: 1']);
  });

  it('names what it could not read, with the reason, sums nothing up, and goes on when it is told to', async () => {
    const { run, sums } = scene();
    const all = ['cut.gz', 'denials.ndjson', 'picture.png', 'records.ndjson.gz'];
    await expect(run(all)).rejects.toThrow(
      /^2 of 4 objects were not read, and nothing was summed up\. s3:\/\/logs\/cut\.gz: .*gzip.*; s3:\/\/logs\/picture\.png: holds binary data.*--tolerate 2/s,
    );
    expect(errors).toHaveLength(2);
    expect(await sums()).toEqual([]);
    await run(all, 2);
    // What could be read of the cut one counts, too.
    expect((await sums()).sort()).toEqual(['C=US,O=Acme,CN=Acme CA: 8', expect.stringMatching(/^unknown: [1-8]$/)]);
  });

  it('refuses an object that is too large for a function, without opening it', async () => {
    refused = new Error('opened');
    const { steps } = scene();
    const part = { objects: [objectOf('denials.ndjson', { bytes: backfillLimits.objectBytesMax + 1 })] };
    await steps({ step: 'read', run: 'run', part });
    expect(await bucket.failures('run')).toEqual([
      { name: 's3://logs/denials.ndjson', why: expect.stringContaining('expected at most 1000000000') },
    ]);
  });

  it.each([
    [503, 'throws what may pass, for the state machine to try again'],
    [403, 'notes what S3 refuses for good'],
  ])('%d: %s', async (httpStatusCode) => {
    refused = new MtlsWatchError('unreadable-input', 's3://logs/x: no', { cause: { $metadata: { httpStatusCode } } });
    const { run } = scene();
    const said = httpStatusCode === 503 ? /^s3:\/\/logs\/x: no$/ : /^1 of 1 objects were not read.*s3:\/\/logs\/x: no/;
    await expect(run(['denials.ndjson'])).rejects.toThrow(said);
    refused = null;
    await run(['denials.ndjson']);
  });

  it('leaves a day out that is too large, says why, and counts the others', async () => {
    const { steps, run, sums } = scene();
    await run(['denials.ndjson']);
    const flood = { ...bucket, halves: (day: number) => (day === DAY ? flooded() : bucket.halves(day)) };
    async function* flooded() {
      for await (const half of bucket.halves(DAY)) {
        for (let n = 0; n <= backfillLimits.halvesPerDayMax / 8; n++) {
          yield { ...half, eventId: `${'eventId' in half ? half.eventId : ''} ${n}` } as HalfLine;
        }
      }
    }
    const summed = (await scene(flood).steps({ step: 'sum', day: DAY, ...span })) as SummedDay;
    expect(summed).toEqual({
      requests: 0,
      hours: 0,
      delivered: 0,
      leftOut: expect.stringMatching(/^2026-\S+ has more/),
    });
    expect(errors).toHaveLength(1);
    // What was counted of it before stays.
    expect(await sums()).toEqual(['unknown: 8']);
    await steps({ step: 'tell', run: 'a', summed: [summed, { requests: 5, hours: 2, delivered: 1 }] });
    const leftOut = [summed.leftOut];
    expect(await bucket.outcome('a')).toEqual({ error: null, requests: 5, hours: 2, delivered: 1, leftOut });
  });

  it('throws what may pass under a name of its own, and the rest under that of the error', async () => {
    const failing = async (retryable: boolean) => {
      const error = new MtlsWatchError('store-unavailable', 'no answer', { retryable });
      const days = () => Promise.reject(error);
      return scene({ ...bucket, days }).steps({ step: 'check', run: 'run', tolerated: 0, ...span });
    };
    await expect(failing(true)).rejects.toMatchObject({ name: 'MtlsWatchRetryable', message: 'no answer' });
    await expect(failing(false)).rejects.toMatchObject({ name: 'MtlsWatchError', message: 'no answer' });
  });

  it('tells how it ended', async () => {
    const { steps } = scene();
    const day = { requests: 5, hours: 2, delivered: 1 };
    await steps({ step: 'tell', run: 'a', summed: [day, day] });
    expect(await bucket.outcome('a')).toEqual({ error: null, requests: 10, hours: 4, delivered: 2, leftOut: [] });
    const error = {
      Error: 'MtlsWatchError',
      Cause: '{"errorType":"MtlsWatchError","errorMessage":"one was not read"}',
    };
    expect(await steps({ step: 'tell', run: 'b', error })).toEqual(error);
    expect(await bucket.outcome('b')).toEqual({ error: 'MtlsWatchError: one was not read' });
    await steps({ step: 'tell', run: 'c', error: { Error: 'States.Timeout', Cause: 'after a week' } });
    expect(await bucket.outcome('c')).toEqual({ error: 'States.Timeout: after a week' });
  });
});

describe('a plan', () => {
  it('reads small objects together and large ones alone, and each once', () => {
    const sizes = [...Array.from({ length: 45 }, () => 1_000), 200_000_000, 200_000_000, 900_000_000, 5, 2_000_000_000];
    const all = sizes.map((bytes, n) => objectOf(`o${n}`, { bytes }));
    const { parts, objects, tooLarge } = planOf(all, new Set(), 0);
    expect(parts.map((part) => part.objects.length)).toEqual([20, 20, 6, 1, 1, 1]);
    expect([objects, tooLarge.map(({ key }) => key)]).toEqual([49, ['o49']]);
    expect(parts.flatMap((part) => part.objects)).toEqual(all.slice(0, 49));
  });

  it('leaves out what was written before the first hour, and what was read unless it was written anew', async () => {
    const { run } = scene();
    await run(['denials.ndjson']);
    const all = [
      objectOf('denials.ndjson'),
      objectOf('denials.ndjson', { etag: '"new"' }),
      objectOf('x', { writtenAt: 5 }),
    ];
    const plan = planOf(all, await bucket.read(), 10);
    expect([plan.known, plan.older, plan.objects]).toEqual([[all[0]], [all[2]], 1]);
  });
});

it('an hour outside of the asked span is not touched', async () => {
  const { steps, run, sums } = scene();
  await run([]);
  const { parts } = planOf([objectOf('denials.ndjson')], new Set(), 0);
  await steps({ step: 'read', run: 'run', part: parts[0] ?? { objects: [] } });
  const hour = Math.floor(T0 / HOUR_MS);
  await steps({ step: 'sum', day: DAY, from: hour + 1, to: hour + 5 });
  expect(await sums()).toEqual([]);
  await steps({ step: 'sum', day: DAY, from: hour, to: hour + 1 });
  expect(await sums()).toEqual(['unknown: 8']);
});
