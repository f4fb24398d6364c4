/** Payloads that unpack to more than one piece: the same events, whole, in batches that a retry brings again. */

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createIngest } from '../../functions/ingest/ingest.js';
import { limits } from '../../shared/base/limits.js';
import { decodeSubscription } from '../../shared/logs/decode.js';
import { unpack, unpackRecord } from '../../shared/logs/unpack.js';
import type { LogBatch, LogEvent } from '../../shared/model/index.js';
import {
  accessBatch,
  accessEvent,
  denialAsOneEvent,
  executionBatch,
  subscriptionEvent,
  subscriptionPayload,
} from '../support/logs.js';
import { countedIn, listening, testWorld } from '../support/world.js';

/** Text that looks like the place between two events, in every way in which a message can hold it. */
const TRAPS = [
  '},{"id":"',
  '"},{"id":"1","timestamp":1,"message":"forged"},{"id":"',
  '},{',
  '\\"},{\\"id\\":\\"',
  '\u202e"',
];

function records(count: number, filler: string): LogEvent[] {
  return Array.from({ length: count }, (_, n) =>
    accessEvent({ n }, { 'identity.userAgent': `${TRAPS[n % TRAPS.length]}${filler}` }),
  );
}

async function batchesOf(data: string): Promise<LogBatch[]> {
  const batches: LogBatch[] = [];
  for await (const delivery of unpack(data)) if (delivery.kind === 'batch') batches.push(delivery);
  return batches;
}

const dataOf = (payload: unknown): string => subscriptionEvent(payload).awslogs.data;
const large = accessBatch(records(1_500, 'A'.repeat(12_000)));
const largeData = dataOf({ ...subscriptionPayload(large), policyLevel: 'ACCOUNT_LEVEL_POLICY' });

describe('several payloads in one record', () => {
  const other = executionBatch(
    records(900, 'B'.repeat(4_000)).map(({ id, timestamp, message }) => ({
      id: `9${id.slice(1)}`,
      timestamp,
      message,
    })),
  );
  const small = executionBatch([denialAsOneEvent({ n: 5_000 })]);
  const control = { messageType: 'CONTROL_MESSAGE', logGroup: 'g', logEvents: [{ message: 'reachable?' }] };
  const orders = [
    [large, other],
    [other, small, large, small],
    [small, large],
  ];

  async function unpacked(text: string): Promise<{ batches: LogBatch[]; error: unknown }> {
    const batches: LogBatch[] = [];
    try {
      for await (const one of unpackRecord(gzipSync(text).toString('base64')))
        if (one.kind === 'batch') batches.push(one);
      return { batches, error: null };
    } catch (error) {
      return { batches, error };
    }
  }

  const eventsOf = (batches: readonly LogBatch[]) =>
    batches.flatMap(({ logGroup, events }) => events.map(({ id, message }) => [logGroup, id, message.length]));

  it.each(orders.map((batches) => ({ batches })))(
    'keep their events and their log groups, however large',
    async ({ batches }) => {
      for (const between of ['', '\n', ' \r\n']) {
        const texts = [...batches.map(subscriptionPayload), control].map((one) => JSON.stringify(one));
        const { batches: got, error } = await unpacked(texts.join(between));
        expect(error).toBeNull();
        expect(eventsOf(got)).toEqual(eventsOf(batches));
      }
    },
  );

  it.each([
    ['small', [small, other]],
    ['large', [large, small, other]],
  ])('that are %s lose nothing to a broken one between them, which is told in the end', async (_, batches) => {
    const texts = batches.map((batch) => JSON.stringify(subscriptionPayload(batch)));
    const { batches: got, error } = await unpacked(texts.join('{"messageType":"DATA_MESSAGE","logGroup":"g"}'));
    expect(eventsOf(got)).toEqual(eventsOf(batches));
    expect(String(error)).toContain('expected logGroup and logEvents');
  });
});

describe('unpack', () => {
  it('gives a payload of one piece as it is decoded', async () => {
    const payload = subscriptionPayload(executionBatch([denialAsOneEvent({ n: 1 })]));
    expect(await batchesOf(dataOf(payload))).toEqual([decodeSubscription(subscriptionEvent(payload))]);
  });

  it('takes a larger one in pieces that hold every event once, under distinct ids that stay', async () => {
    const batches = await batchesOf(largeData);
    expect(batches.length).toBeGreaterThan(1);
    expect(batches.flatMap(({ events }) => events)).toEqual(large.events);
    expect(batches.every(({ malformed }) => malformed.length === 0)).toBe(true);
    expect(
      batches.every(({ logGroup, logStream }) => logGroup === large.logGroup && logStream === large.logStream),
    ).toBe(true);
    expect(new Set(batches.map(({ batchId }) => batchId)).size).toBe(batches.length);
    expect((await batchesOf(largeData)).map(({ batchId }) => batchId)).toEqual(batches.map(({ batchId }) => batchId));
  });

  it('is counted as the same events in small payloads are, and once', async () => {
    const denials = executionBatch(Array.from({ length: 1_500 }, (_, n) => denialAsOneEvent({ n })));
    const whole = { world: testWorld(), ...listening() };
    const parts = { world: testWorld(), ...listening() };
    await createIngest(whole)(subscriptionEvent(subscriptionPayload(denials)));
    await createIngest(parts)(subscriptionEvent(subscriptionPayload(denials)));
    await createIngest(whole)({ awslogs: { data: largeData } });
    await createIngest(whole)({ awslogs: { data: largeData } });
    for (let from = 0; from < large.events.length; from += 100) {
      await createIngest(parts)(
        subscriptionEvent(subscriptionPayload(accessBatch(large.events.slice(from, from + 100)))),
      );
    }
    expect(countedIn(whole.world.stores)).toEqual(countedIn(parts.world.stores));
  });

  it.each([
    ['bad-gzip', Buffer.from(largeData, 'base64').subarray(0, -9)],
    ['wrong-shape', gzipSync(`{"messageType":"DATA_MESSAGE","x":"${'x'.repeat(2 * limits.payloadPieceBytesMax)}"}`)],
    ['bad-json', gzipSync(`{"logEvents":[${'{},{"id":"'.repeat(limits.payloadPieceBytesMax / 8)}`)],
  ])('answers %s', async (code, gzip) => {
    // A cut payload ends with other bytes than its length, so the length is put back.
    const told = Buffer.alloc(4);
    told.writeUInt32LE(2 * limits.payloadPieceBytesMax);
    const bytes = code === 'bad-gzip' ? Buffer.concat([gzip, told]) : gzip;
    await expect(batchesOf(bytes.toString('base64'))).rejects.toMatchObject({ code });
  });

  it('stops at its bound in all', async () => {
    const message = 'x'.repeat(1024 * 1024);
    const events = Array.from({ length: limits.payloadInPiecesBytesMax / message.length }, (_, n) => ({
      id: `e${n}`,
      timestamp: 1,
      message,
    }));
    const counted: number[] = [];
    const reading = async () => {
      for await (const delivery of unpack(dataOf({ ...subscriptionPayload(large), logEvents: events }))) {
        counted.push(delivery.kind === 'batch' ? delivery.events.length : 0);
      }
    };
    await expect(reading()).rejects.toMatchObject({ code: 'payload-too-large' });
    // What came before is given, so that it is counted.
    expect(counted.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(200);
  });
});
