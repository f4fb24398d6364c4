/** One broken thing stops that thing only: a topic that is gone, an item that cannot be read, a record that is none. */

import { beforeEach, describe, expect, it } from 'vitest';
import { createIngest } from '../../functions/ingest/ingest.js';
import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import { createMemoryStores } from '../../shared/adapters/memory/index.js';
import { limits } from '../../shared/base/limits.js';
import type { GroupKey, Incident, LogBatch, Notice } from '../../shared/model/index.js';
import { deliver } from '../../shared/notify/outbox.js';
import { alert, ingest, sweep } from '../../shared/pipeline.js';
import type { Stores, World } from '../../shared/ports/index.js';
import { group, incident, notice } from '../contract/examples.js';
import {
  accessBatch,
  accessEvent,
  denialAsOneEvent,
  executionBatch,
  subscriptionEvent,
  subscriptionPayload,
  T0,
} from '../support/logs.js';
import { createMemoryTable, type MemoryTable } from '../support/memory-table.js';
import { countedIn, listening, noTruststores, testConfig, testWorld } from '../support/world.js';

const MINUTE = 60_000;

let at: number;
let published: Notice[];
let table: MemoryTable;
/** Topics that are gone, by the severity of what they take. */
let gone: ReadonlySet<string>;

const clock = { now: () => at };

function worldOn(stores: Stores): World {
  return {
    config: testConfig({ graceMinutes: 1 }),
    clock,
    stores,
    truststores: noTruststores,
    publisher: {
      publish: async (one) => {
        if (gone.has(one.severity)) throw new Error('NotFound: Topic does not exist');
        published.push(one);
      },
    },
  };
}

beforeEach(() => {
  at = T0 + MINUTE;
  published = [];
  gone = new Set();
  table = createMemoryTable(clock);
});

async function post(stores: Stores, n: number, changes: Partial<Notice>): Promise<void> {
  const own: GroupKey = group(n);
  const next = incident(1, { group: own, incidentId: `i${n}` });
  const told = notice(`i${n}-1`, at, { group: own, incidentId: `i${n}`, ...changes });
  expect(await stores.incidents.transition(next, told)).toBe(true);
}

describe.each([
  ['memory', () => createMemoryStores()],
  ['DynamoDB', () => createStoresOn(table, clock)],
])('the outbox in %s', (_, createStores) => {
  it('sends past any number of notices to a topic that is gone', async () => {
    const stores = createStores();
    const world = worldOn(stores);
    gone = new Set(['low']);
    const stuck = 3 * limits.noticesPerRunMax;
    for (let n = 0; n < stuck; n++) await post(stores, n, { severity: 'low' });
    at += MINUTE;
    await post(stores, stuck, { severity: 'high' });
    for (let n = 0; n < 4; n++) {
      at += MINUTE;
      await deliver(world).catch(() => 0);
    }
    expect(published.map(({ severity }) => severity)).toEqual(['high']);
    expect(await stores.outbox.pending(1_000)).toHaveLength(stuck);
    // The topic is back: within the longest pause all of them go out.
    gone = new Set();
    for (let n = 0; n < 62; n++) {
      at += MINUTE;
      await deliver(world);
    }
    expect(published).toHaveLength(stuck + 1);
    expect(await stores.outbox.pending(1_000)).toEqual([]);
  });

  it('tries a notice less and less often, and keeps the order of its incident', async () => {
    const stores = createStores();
    const tries: number[] = [];
    const world: World = {
      ...worldOn(stores),
      publisher: {
        publish: async ({ kind }) => {
          tries.push(Math.round((at - T0) / MINUTE));
          if (at < T0 + 600 * MINUTE) throw new Error('no topic');
          published.push({ kind } as Notice);
        },
      },
    };
    await post(stores, 1, { kind: 'spike' });
    at += MINUTE;
    const next: Incident = incident(2, { group: group(1), incidentId: 'i1', state: 'resolved' });
    await stores.incidents.transition(
      next,
      notice('i1-2', at, { group: group(1), incidentId: 'i1', kind: 'resolved' }),
    );
    while (at < T0 + 700 * MINUTE) {
      at += MINUTE;
      await deliver(world).catch(() => 0);
    }
    expect(tries.length).toBeLessThan(20);
    expect(Math.max(...tries.slice(1).map((time, index) => time - (tries[index] ?? 0)))).toBeLessThanOrEqual(61);
    expect(published.map(({ kind }) => kind)).toEqual(['spike', 'resolved']);
  });
});

const refused = (from: number, count: number) => Array.from({ length: count }, (_, n) => ({ n: from + n, at: at + n }));
const denials = (from: number, count: number): LogBatch =>
  executionBatch(refused(from, count).map((one) => denialAsOneEvent(one)));

describe('an item that cannot be read', () => {
  const damage = (prefix: string): number => {
    const hit = table.items().filter(({ pk }) => pk?.S?.startsWith(prefix));
    const attribute = (item: object) => ['halves', 'value', 'group'].find((name) => name in item) ?? '';
    for (const item of hit.slice(0, 1)) {
      const key = { pk: item.pk?.S ?? '', sk: item.sk?.S ?? '' };
      table.tamper(key, (before) => ({ ...before, [attribute(before)]: { S: '{"written":"by hand"}' } }));
    }
    return hit.length;
  };

  it.each(['waiting', 'mark', 'incident', 'outbox', 'silence'])(
    'of the kind %s costs the others of its kind nothing',
    async (kind) => {
      const stores = createStoresOn(table, clock);
      const world = worldOn(stores);
      const count = 30;
      await ingest(denials(0, count), world);
      await ingest(denials(100, count), world);
      await ingest(accessBatch(refused(0, count).map((one) => accessEvent(one))), world);
      if (kind === 'incident' || kind === 'outbox')
        for (const n of [1, 2, 3]) await post(stores, n, { severity: 'high' });
      for (const id of ['a', 'b']) {
        const usual = { issuerDn: null, reason: null, window: null, comment: '', createdAt: at };
        await stores.silences.save({ id, scope: `${id}.example`, startsAt: at, endsAt: at + 1, ...usual });
      }
      const errors: unknown[] = [];
      if (kind === 'mark') {
        at += 2 * MINUTE;
        errors.push(...(await sweep(world)).failures);
      }
      expect(damage(kind)).toBeGreaterThan(kind === 'mark' ? 0 : 1);
      for (let n = 0; n < 80; n++) {
        at += MINUTE;
        errors.push(...(await sweep(world)).failures);
      }
      if (kind !== 'silence') expect(errors.map(String).join('\n')).toContain(kind);
      const hours = await Promise.all(
        (await stores.rollups.groups(0, 1e6, 1_000)).map((one) => stores.rollups.load(one, 0, 1e6)),
      );
      const counted = hours.flat().reduce((sum, one) => sum + one.count, 0);
      // The list or the mark that was damaged has lost its own, and no more.
      expect(counted).toBeGreaterThanOrEqual(kind === 'waiting' || kind === 'mark' ? count : 2 * count);
      if (kind === 'incident' || kind === 'outbox') {
        const told = new Set(published.map(({ incidentId }) => incidentId));
        expect(['i1', 'i2', 'i3'].filter((id) => told.has(id)).length).toBeGreaterThanOrEqual(2);
      }
      if (kind === 'silence') expect(await stores.silences.list()).toHaveLength(1);
    },
  );

  it('does not keep a batch from telling of its other groups', async () => {
    const stores = createStoresOn(table, clock);
    const world = worldOn(stores);
    const issuerDn = (n: number): string => `C=US,O=Partner ${n % 2},CN=CA`;
    const burst = (from: number) => refused(from, 60).map((one) => ({ ...one, issuerDn: issuerDn(one.n) }));
    const first = burst(0);
    await ingest(executionBatch(first.map((one) => denialAsOneEvent(one))), world);
    const { facts } = await ingest(accessBatch(first.map((one) => accessEvent(one))), world);
    const groups = facts.map((fact) => fact.group);
    expect(new Set(groups.map((one) => one.issuerDn)).size).toBe(2);
    // An incident of one of them, written by hand.
    await stores.incidents.transition(incident(1, { group: groups[0] as GroupKey }), null);
    damage('incident');
    await expect(alert(groups, world)).rejects.toThrow(/incident/);
    await deliver(world);
    expect(published.map((one) => one.group.issuerDn)).toEqual([
      groups.find((one) => one.issuerDn !== groups[0]?.issuerDn)?.issuerDn,
    ]);
  });
});

describe('what a later release wrote', () => {
  it('is read by an earlier one that knows fewer fields', async () => {
    const stores = createStoresOn(table, clock);
    const world = worldOn(stores);
    await ingest(denials(0, 30), world);
    await post(stores, 1, { severity: 'high' });
    await stores.silences.save({
      id: 'a',
      scope: 'a.example',
      startsAt: at,
      endsAt: at + 1,
      issuerDn: null,
      reason: null,
      window: null,
      comment: '',
      createdAt: at,
    });
    const more = (text: string): string => {
      const value: unknown = JSON.parse(text);
      if (Array.isArray(value)) return JSON.stringify(value);
      return typeof value === 'object' ? JSON.stringify({ ...value, addedLater: { n: 1 } }) : text;
    };
    const appended = (text: string): string => JSON.stringify([...(JSON.parse(text) as unknown[]), 'added later']);
    for (const item of table.items()) {
      const key = { pk: item.pk?.S ?? '', sk: item.sk?.S ?? '' };
      table.tamper(key, (before) => ({
        ...before,
        addedLater: { S: 'x' },
        ...(before.value?.S !== undefined && !key.pk.startsWith('fact') && { value: { S: more(before.value.S) } }),
        ...(before.value?.S !== undefined && key.pk.startsWith('fact') && { value: { S: appended(before.value.S) } }),
        ...(before.group?.S?.startsWith('{') && { group: { S: more(before.group.S) } }),
        ...(before.denial?.S !== undefined && { denial: { S: appended(before.denial.S) } }),
      }));
    }
    for (let n = 0; n < 80; n++) {
      at += MINUTE;
      expect((await sweep(world)).failures).toEqual([]);
    }
    expect(await stores.silences.list()).toHaveLength(1);
    const [ofUnknown] = await stores.rollups.groups(0, 1e6, 10);
    const rollups = await stores.rollups.load(ofUnknown as GroupKey, 0, 1e6);
    expect(rollups.reduce((sum, { count }) => sum + count, 0)).toBe(30);
    expect(published.map(({ incidentId }) => incidentId)).toContain('i1');
  });
});

describe('a record of a stream that is none', () => {
  it.each([
    [{}],
    [null],
    [{ kinesis: {} }],
    [{ kinesis: { sequenceNumber: '1' } }],
    [{ eventSource: 'aws:sqs', body: '' }],
  ])('%j costs its neighbours nothing', async (broken) => {
    const world = testWorld();
    const { meter, log, errors } = listening();
    const handler = createIngest({ world, meter, log });
    const good = (batch: LogBatch, sequenceNumber: string) => ({
      kinesis: { sequenceNumber, data: subscriptionEvent(subscriptionPayload(batch)).awslogs.data },
    });
    const records = [
      good(executionBatch([denialAsOneEvent({ n: 1 })]), '1'),
      broken,
      good(accessBatch([accessEvent({ n: 1 })]), '2'),
    ];
    expect(await handler({ Records: records })).toEqual({ batchItemFailures: [] });
    expect(countedIn(world.stores)).toHaveLength(1);
    expect(errors).toEqual(['a record that is none of Kinesis was passed over']);
  });
});
