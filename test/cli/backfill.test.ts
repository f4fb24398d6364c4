/** `mtls-watch backfill` says what it would do and what it costs, and starts once, when it is told to. */

import { beforeEach, describe, expect, it } from 'vitest';
import { type BackfillOptions, type BackfillWorld, backfill, backfillCommand } from '../../cli/commands/backfill.js';
import { backfillCost } from '../../cli/cost/backfill.js';
import { sumOf } from '../../cli/cost/model.js';
import { prices } from '../../cli/cost/prices.js';
import { objectId } from '../../shared/backfill/plan.js';
import { backfillLimits } from '../../shared/base/backfill-limits.js';
import { DAY_MS } from '../../shared/base/time.js';
import type { BackfillBucket, ExportedObject } from '../../shared/ports/backfill.js';
import { memoryBucket } from '../support/memory-bucket.js';

const NOW = Date.parse('2026-06-20T10:20:00Z');
const URI = 's3://bank-logs/exports/2026';
const objects = Array.from(
  { length: 45 },
  (_, n): ExportedObject => ({
    ...{ bucket: 'bank-logs', key: `exports/2026/${n}.gz`, etag: `"${n}"`, bytes: 5_000_000, writtenAt: NOW },
  }),
);
const usual: BackfillOptions = { from: '2026-06-01', to: '2026-06-15', tolerate: 0, wait: true };

let bucket: BackfillBucket;
let started: unknown[];
let slept: number;
let [out, notes] = ['', ''];

async function run(options: Partial<BackfillOptions> = {}, changes: Partial<BackfillWorld> = {}, exports = [URI]) {
  [out, notes] = ['', ''];
  return backfill(
    exports,
    { ...usual, ...options },
    {
      history: { exports: ['s3://bank-logs/exports/'], concurrency: 10 },
      rollupDays: 400,
      bucket,
      list: async () => objects,
      start: async (start) => {
        started.push(start);
      },
      clock: { now: () => NOW },
      sleep: async () => {
        slept++;
        if (slept === 3)
          await bucket.putOutcome('20260620T102000000Z', {
            ...{ error: null, requests: 7, hours: 3, delivered: 2, leftOut: [] },
          });
      },
      output: { write: (text) => (out += text) },
      notes: { write: (text) => (notes += text) },
      ...changes,
    },
  );
}

beforeEach(() => {
  bucket = memoryBucket();
  started = [];
  slept = 0;
});

it('says objects, bytes, days, dollars and minutes in a dry run, and starts nothing', async () => {
  expect(await run({ dryRun: true, yes: true })).toBe(0);
  expect(out).toMatch(/45 objects, 225\.0 MB, 14 days, about \$\d+\.\d\d/);
  expect(out).toMatch(/about \d+ min with 10 functions at once; prices of us-east-1 as quoted until/);
  expect(out).toContain('Step Functions');
  expect([started, await bucket.runs()]).toEqual([[], []]);
});

describe('the command asks nothing of AWS where', () => {
  const uri = 's3://bank-logs/exports/';
  it.each([
    [[uri, '--from', 'yesterday', '--to', '2026-06-15'], '--from got yesterday; expected a day'],
    [[uri, '--from', '2026-13-01', '--to', '2026-06-15'], '--from got 2026-13-01; expected a day'],
    [[uri, '--from', '2026-06-01', '--to', '2026-06-31'], '--to got 2026-06-31; expected a day'],
    [[uri, '--from', '2026-06-02', '--to', '2026-06-01'], 'expected a time after --from'],
    [['s3://Bank_Logs/x', '--from', '2026-06-01', '--to', '2026-06-02'], 'a bucket has 3 to 63 lower-case letters'],
    [['exports/', '--from', '2026-06-01', '--to', '2026-06-02'], 'got exports/; expected s3://bucket/prefix'],
  ])('%j', async (args, said) => {
    const command = backfillCommand(async () => {
      throw new Error('asked');
    });
    await expect(command.parseAsync(args, { from: 'user' })).rejects.toThrow(said);
  });
});

it('starts nothing without --yes', async () => {
  expect(await run()).toBe(1);
  expect(notes).toBe('Nothing was started; expected --yes to start it, or --dry-run\n');
  expect(started).toEqual([]);
});

it('starts, waits, and says what was counted', async () => {
  expect(await run({ yes: true, tolerate: 2 })).toBe(0);
  const hour = (text: string) => Date.parse(text) / 3_600_000;
  const [from, to] = [hour('2026-06-01'), hour('2026-06-15')];
  expect(started).toEqual([{ run: '20260620T102000000Z', parts: 3, from, to, tolerated: 2 }]);
  expect((await bucket.run('20260620T102000000Z')).map((part) => part.objects.length)).toEqual([20, 20, 5]);
  expect([slept, out.split('\n').at(-2)]).toEqual([
    3,
    '7 refused requests in 3 hours are counted from exports; 2 hours stay as they were delivered',
  ]);
});

it('fails with what the run says', async () => {
  const sleep = async () =>
    bucket.putOutcome('20260620T102000000Z', { error: 'MtlsWatchError: 2 of 45 objects\u001B[31m' });
  expect(await run({ yes: true, json: true }, { sleep })).toBe(1);
  expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toMatchObject({ type: 'outcome', error: expect.any(String) });
  await bucket.putOutcome('20260620T102000000Z', { error: 'x' });
  expect(await run({ yes: true }, { sleep })).toBe(1);
  expect(out).not.toContain('\u001B[31m\n');
});

it('a start that fails is told, and does not stand in the way of the next', async () => {
  const start = () => Promise.reject(new Error('no right to put events'));
  await expect(run({ yes: true }, { start })).rejects.toThrow('no right to put events');
  expect(await bucket.outcome('20260620T102000000Z')).toEqual({ error: 'not started: no right to put events' });
  expect(await run({ yes: true, wait: false })).toBe(0);
});

it('waits no longer than a run can last', async () => {
  let now = NOW;
  const sleep = async () => {
    now += DAY_MS;
    if (now > NOW + 30 * DAY_MS) throw new Error('still waiting');
  };
  expect(await run({ yes: true }, { sleep, clock: { now: () => now } })).toBe(1);
  expect(notes).toContain('20260620T102000000Z left no outcome in the 7 days that a run lasts at most; expected');
});

it('names the days that were left out, and fails', async () => {
  const leftOut = ['2026-06-03 has more\u001B[31m'];
  const ended = { error: null, requests: 7, hours: 3, delivered: 0, leftOut };
  const sleep = () => bucket.putOutcome('20260620T102000000Z', ended);
  expect(await run({ yes: true }, { sleep })).toBe(1);
  expect(out).toMatch(/7 refused requests in 3 hours are counted from exports\n.*left out.* {2}2026-06-03 has more/);
  expect(out).not.toContain('more\u001B');
});

it('leaves out what was read before, unless it is to be read again', async () => {
  for (const object of objects.slice(0, 40)) await bucket.noteRead(objectId(object));
  await run({ dryRun: true });
  expect(out).toMatch(/5 objects, 25\.0 MB.*\(not read: 40 read before\)/);
  await run({ dryRun: true, again: true });
  expect(out).toMatch(/45 objects, 225\.0 MB/);
});

describe('refuses', () => {
  const large = objects.map((one) => ({ ...one, bytes: backfillLimits.objectBytesMax + 1 }));
  it.each([
    ['a day that is none', { from: 'yesterday' }, {}, /--from got yesterday; expected a day or a whole hour/],
    ['half an hour', { to: '2026-06-15T08:30Z' }, {}, /--to got 2026-06-15T08:30Z; expected a day or a whole hour/],
    ['an end before the beginning', { to: '2026-06-01' }, {}, /expected a time after --from/],
    ['the running hour', { to: '2026-06-20T10Z' }, {}, /expected 2026-06-20T09Z or earlier/],
    [
      'what is kept no longer',
      { from: '2025-01-01' },
      {},
      /expected 2025-05-16T11Z or later: sums are kept for 400 days/,
    ],
    ['an empty prefix', {}, { list: async () => [] }, /there is no object whose key begins so/],
    [
      'an object that no function can read in its time',
      {},
      { list: async () => large },
      /has 1\.0 GB \(and 44 more\); expected at most 1\.0 GB/,
    ],
    [
      'too many objects',
      {},
      {
        list: async () =>
          Array.from({ length: backfillLimits.objectsMax + 1 }, (_, n) => ({
            ...(objects[0] as ExportedObject),
            key: `${n}`,
          })),
      },
      /more than 100000 objects/,
    ],
  ] as const)('%s', async (_what, options, world, said) => {
    await expect(run({ dryRun: true, ...options }, world)).rejects.toThrow(said);
  });

  it('another bucket than the settings name', async () => {
    await expect(run({ dryRun: true }, {}, ['s3://bank-logs/other/'])).rejects.toThrow(
      's3://bank-logs/other/ may not be read; expected it below s3://bank-logs/exports/',
    );
  });

  it('a second run beside one that has not ended', async () => {
    await run({ yes: true, wait: false });
    await expect(run({ yes: true })).rejects.toThrow(/the run 20260620T102000000Z has not ended/);
    await bucket.putOutcome('20260620T102000000Z', { error: 'x' });
    expect(await run({ yes: true, wait: false })).toBe(0);
  });

  it('no run after one that must have ended long ago', async () => {
    await bucket.putRun('20260601T000000000Z', []);
    expect(await run({ yes: true, wait: false })).toBe(0);
  });
});

it('costs more the more there is, and each line is its quantity times its price', () => {
  const load = { objects: 100, parts: 5, days: 30, zippedBytes: 1e9, plainBytes: 1e9 };
  for (const { quantity, price, dollars } of backfillCost(load)) expect(dollars).toBe(quantity * prices[price].dollars);
  for (const key of Object.keys(load) as (keyof typeof load)[]) {
    expect(sumOf(backfillCost({ ...load, [key]: load[key] * 2 }))).toBeGreaterThan(sumOf(backfillCost(load)));
  }
});
