/** The Lambda functions on an embedded world: what they make of events, and what they report back. */

import { describe, expect, it } from 'vitest';
import { createIngest } from '../../functions/ingest/ingest.js';
import { createSweep } from '../../functions/sweep/sweep.js';
import { limits } from '../../shared/base/limits.js';
import type { LogBatch, Measure } from '../../shared/model/index.js';
import type { WaitingStore } from '../../shared/ports/index.js';
import {
  accessBatch,
  accessEvent,
  denialAsOneEvent,
  executionBatch,
  subscriptionEvent,
  subscriptionPayload,
  T0,
} from '../support/logs.js';
import { countedIn, listening, testWorld } from '../support/world.js';

const wired = () => ({ world: testWorld(), ...listening() });

const execution = subscriptionEvent(
  subscriptionPayload(executionBatch([denialAsOneEvent({ n: 1 }), denialAsOneEvent({ n: 2 })])),
);
const access = subscriptionEvent(subscriptionPayload(accessBatch([accessEvent({ n: 1 }), accessEvent({ n: 2 })])));
const counted = ['api.bank.example | C=US,O=Acme,CN=Acme CA | issuer-not-found: 2'];

describe('ingest', () => {
  it('measures how many broken records it could read all the same', async () => {
    const to = wired();
    const cut = { ...accessEvent({ n: 1 }), message: accessEvent({ n: 1 }).message.slice(0, -1) };
    await createIngest(to)(subscriptionEvent(subscriptionPayload(accessBatch([cut, accessEvent({ n: 2 })]))));
    expect(to.measures).toContainEqual({ name: 'RecordsRecovered', unit: 'Count', value: 1, dimensions: {} });
    await createIngest(to)(access);
    expect(to.measures.filter(({ name }) => name === 'RecordsRecovered')).toHaveLength(1);
  });

  it('counts what subscriptions deliver, and measures it', async () => {
    const to = wired();
    const ingest = createIngest(to);
    to.world.at = T0 + 60_000;
    await ingest(execution);
    await ingest(access);
    await ingest(access);
    expect(countedIn(to.world.stores)).toEqual(counted);
    expect(to.measures).toContainEqual({ name: 'EventsRead', unit: 'Count', value: 2, dimensions: {} });
    expect(to.measures).toContainEqual({
      name: 'Failures',
      unit: 'Count',
      value: 2,
      dimensions: { scope: 'api.bank.example', reason: 'issuer-not-found' },
    });
    const lag = to.measures.find((measure) => measure.name === 'DeliveryLag');
    expect(lag?.value).toBeGreaterThan(50);
  });

  it('takes a reachability probe for what it is', async () => {
    const to = wired();
    await createIngest(to)(
      subscriptionEvent({
        messageType: 'CONTROL_MESSAGE',
        logGroup: 'g',
        logStream: 's',
        owner: 'CloudwatchLogs',
        logEvents: [],
      }),
    );
    expect(to.measures).toEqual([]);
  });

  it.each([[{}], [{ awslogs: { data: 'bm90IGd6aXA=' } }], [null]])(
    'fails on %j, so that Lambda retries and keeps it as a dead letter',
    async (event) => {
      await expect(createIngest(wired())(event)).rejects.toMatchObject({ name: 'MtlsWatchError' });
    },
  );

  it('reads Kinesis records and reports the broken ones alone', async () => {
    const to = wired();
    const record = (sequenceNumber: string, data: string) => ({ kinesis: { sequenceNumber, data } });
    const answer = await createIngest(to)({
      Records: [record('1', execution.awslogs.data), record('2', 'bm90IGd6aXA='), record('3', access.awslogs.data)],
    });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    expect(to.errors).toHaveLength(1);
    expect(countedIn(to.world.stores)).toEqual(counted);
  });

  it('fails when no record of a batch went through, so that Lambda counts an error and cuts the batch in two', async () => {
    const record = (sequenceNumber: string) => ({ kinesis: { sequenceNumber, data: 'bm90IGd6aXA=' } });
    const ingest = createIngest(wired());
    await expect(ingest({ Records: [record('1'), record('2')] })).rejects.toMatchObject({ code: 'bad-gzip' });
    expect(await ingest({ Records: [] })).toEqual({ batchItemFailures: [] });
  });

  it('alerts once for a whole batch, and has it delivered again when the alert fails', async () => {
    const to = wired();
    const many = Array.from({ length: 30 }, (_, n) => ({ n, at: T0 }));
    const batches = [0, 10, 20].flatMap((from) => {
      const some = many.slice(from, from + 10);
      return [
        executionBatch(some.map((one) => denialAsOneEvent(one))),
        accessBatch(some.map((one) => accessEvent(one))),
      ];
    });
    const event = {
      Records: batches.map((one, n) => ({
        kinesis: { sequenceNumber: String(n), data: subscriptionEvent(subscriptionPayload(one)).awslogs.data },
      })),
    };
    to.world.isSnsDown = true;
    await expect(createIngest(to)(event)).rejects.toMatchObject({ code: 'publish-failed' });
    expect(to.measures).toEqual([]);
    to.world.isSnsDown = false;
    expect(await createIngest(to)(event)).toEqual({ batchItemFailures: [] });
    expect(countedIn(to.world.stores)).toEqual(['api.bank.example | C=US,O=Acme,CN=Acme CA | issuer-not-found: 30']);
    expect(to.measures.filter(({ name }) => name === 'EventsRead').map(({ value }) => value)).toEqual(
      batches.map(() => 10),
    );
  });

  it('works on the records of a batch together, within a bound', async () => {
    const to = wired();
    let running = 0;
    let most = 0;
    const { put } = to.world.stores.join;
    to.world.stores.join.put = async (writes) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return put(writes);
    };
    const data = (n: number) =>
      subscriptionEvent(subscriptionPayload(executionBatch([denialAsOneEvent({ n })]))).awslogs.data;
    const Records = Array.from({ length: 12 }, (_, n) => ({ kinesis: { sequenceNumber: String(n), data: data(n) } }));
    expect(await createIngest(to)({ Records })).toEqual({ batchItemFailures: [] });
    expect(most).toBe(limits.recordsInParallelMax);
  });
});

describe('sweep', () => {
  it('settles, measures, and fails loudly when a step failed, after the others ran', async () => {
    const to = wired();
    await createIngest(to)(execution);
    to.world.at = T0 + 10 * 60_000;
    await createSweep(to)();
    expect(countedIn(to.world.stores)).toEqual(['abc123/prod | unknown | issuer-not-found: 2']);
    expect(to.measures).toContainEqual({ name: 'HalvesSettled', unit: 'Count', value: 2, dimensions: {} });
    expect(to.measures).toContainEqual({
      name: 'Failures',
      unit: 'Count',
      value: 2,
      dimensions: { scope: 'abc123/prod', reason: 'issuer-not-found' },
    });

    const broken = {
      ...to,
      world: {
        ...to.world,
        stores: {
          ...to.world.stores,
          waiting: { ...to.world.stores.waiting, due: async () => Promise.reject(new Error('throttled')) },
        },
      },
    };
    to.measures.length = 0;
    await expect(createSweep(broken)()).rejects.toThrow(/1 step\(s\)/);
    expect(to.measures.map((measure) => measure.name)).toContain('OldestNoticePending');
  });

  it('measures with ingest each failure once, when logs are late, lists come twice and cannot be removed', async () => {
    const to = wired();
    const { waiting } = to.world.stores;
    let refusesAfter = Number.POSITIVE_INFINITY;
    const faulty: WaitingStore = {
      ...waiting,
      // A batch that came twice leaves its list twice, as DynamoDB keeps lists by id and time.
      due: async (now, limit) => {
        const lists = await waiting.due(now, limit);
        return [...lists, ...lists];
      },
      remove: async (list) => (refusesAfter-- > 0 ? waiting.remove(list) : Promise.reject(new Error('throttled'))),
    };
    const world = { ...to.world, stores: { ...to.world.stores, waiting: faulty } };
    const [ingest, sweep] = [createIngest(to), createSweep({ ...to, world })];
    const deliver = (batch: LogBatch) => ingest(subscriptionEvent(subscriptionPayload(batch)));
    for (const ns of [[1, 2], [3], [4]]) await deliver(executionBatch(ns.map((n) => denialAsOneEvent({ n }))));
    await deliver(accessBatch([accessEvent({ n: 1 })]));
    to.world.at = T0 + 10 * 60_000;
    // The lists of 2, which 1 had left by then, and of 3 go; that of 4 stays until the next sweep.
    refusesAfter = 2;
    await expect(sweep()).rejects.toThrow(/1 step\(s\)/);
    expect(failuresIn(to.measures)).toBe(3);
    refusesAfter = Number.POSITIVE_INFINITY;
    await sweep();
    await deliver(accessBatch([accessEvent({ n: 2 }), accessEvent({ n: 3 }), accessEvent({ n: 4 })]));
    expect(countedIn(to.world.stores)).toEqual([
      'abc123/prod | unknown | issuer-not-found: 3',
      'api.bank.example | C=US,O=Acme,CN=Acme CA | issuer-not-found: 1',
    ]);
    expect(failuresIn(to.measures)).toBe(4);
  });
});

function failuresIn(measures: readonly Measure[]): number {
  return measures.filter(({ name }) => name === 'Failures').reduce((sum, { value }) => sum + value, 0);
}
