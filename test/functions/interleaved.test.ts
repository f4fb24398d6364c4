/** Several invocations in one process, as Lambda Managed Instances run them: none sees, or measures, what another brought. */

import { describe, expect, it } from 'vitest';
import { createIngest } from '../../functions/ingest/ingest.js';
import { createMeter } from '../../shared/adapters/aws/metrics.js';
import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import type { Table } from '../../shared/adapters/dynamodb/table.js';
import type { LogBatch } from '../../shared/model/index.js';
import { sweep } from '../../shared/pipeline.js';
import {
  accessBatch,
  accessEvent,
  denialAsOneEvent,
  executionBatch,
  subscriptionEvent,
  subscriptionPayload,
  T0,
} from '../support/logs.js';
import { createMemoryTable } from '../support/memory-table.js';
import { listening, testConfig, testWorld } from '../support/world.js';

const MINUTE = 60_000;

/** Answers come late and in an order that depends on the seed, so that invocations alternate at every step. */
function shuffled(table: Table, seed: number): Table {
  let state = seed;
  const later = async () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    for (let turns = state % 7; turns >= 0; turns--) await new Promise(setImmediate);
  };
  const late = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      await later();
      const answer = await call(...args);
      await later();
      return answer;
    };
  };
  const { get, getAll, query, put, putAll, update, remove } = table;
  return {
    ...table,
    get: late(get),
    getAll: late(getAll),
    query: late(query),
    put: late(put),
    putAll: late(putAll),
    update: late(update),
    remove: late(remove),
  };
}

/** What one delivery holds: so many refusals of one partner at one domain. */
interface Part {
  readonly from: number;
  readonly count: number;
  readonly domainName: string;
  readonly issuerDn: string;
}

const parts: readonly Part[] = Array.from({ length: 6 }, (_, n) => ({
  from: n * 100,
  count: 5 + n,
  domainName: `d${n}.bank.example`,
  issuerDn: `C=US,O=Partner ${n},CN=CA ${n}`,
}));

function batchesOf({ from, count, domainName, issuerDn }: Part): LogBatch[] {
  const all = Array.from({ length: count }, (_, n) => ({ n: from + n, at: T0, issuerDn }));
  return [
    executionBatch(all.map((one) => denialAsOneEvent(one))),
    accessBatch(all.map((one) => accessEvent(one, { domainName }))),
  ];
}

describe('invocations that alternate in one process', () => {
  it.each([1, 2, 3, 4, 5])('count and measure each for itself (order %i)', async (seed) => {
    let at = T0 + MINUTE;
    const clock = { now: () => at };
    const written: string[] = [];
    const output = { write: (text: string) => written.push(...text.trim().split('\n')) > 0 };
    const world = {
      ...testWorld(),
      config: testConfig({}),
      clock,
      stores: createStoresOn(shuffled(createMemoryTable({ now: clock.now }), seed), clock),
    };
    const { errors, log } = listening();
    const meter = createMeter(output, clock, { namespace: 'n', service: 'ingest' });
    const ingest = createIngest({ world, meter, log });
    const events = parts.flatMap(batchesOf).map((batch) => subscriptionEvent(subscriptionPayload(batch)));
    await Promise.all(events.map((event) => ingest(event)));
    expect(errors).toEqual([]);
    const lines = written.map((line) => JSON.parse(line) as Record<string, unknown>);
    const read = lines.flatMap(({ EventsRead }) => (EventsRead === undefined ? [] : [EventsRead]));
    expect(read.sort()).toEqual(parts.flatMap(({ count }) => [count, count]).sort());
    const failures = new Map<unknown, number>();
    for (const { scope, Failures = 0 } of lines) {
      if (scope !== undefined) failures.set(scope, (failures.get(scope) ?? 0) + Number(Failures));
    }
    expect(Object.fromEntries(failures)).toEqual(
      Object.fromEntries(parts.map(({ domainName, count }) => [domainName, count])),
    );
    for (let n = 0; n < 130; n++, at += MINUTE) expect((await sweep(world)).failures).toEqual([]);
    const sums: Record<string, number> = {};
    for (const group of await world.stores.rollups.groups(0, 1e6, 100)) {
      const rollups = await world.stores.rollups.load(group, 0, 1e6);
      sums[`${group.scope} ${group.issuerDn}`] = rollups.reduce((sum, { count }) => sum + count, 0);
    }
    expect(sums).toEqual(
      Object.fromEntries(parts.map(({ domainName, issuerDn, count }) => [`${domainName} ${issuerDn}`, count])),
    );
  });
});
