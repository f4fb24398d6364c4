/** An hour is counted from exports or from deliveries, and never from both, whoever comes first and whatever happens between. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import { createPastHours } from '../../shared/adapters/dynamodb/past-hours.js';
import { rollUpHours } from '../../shared/count/record.js';
import type { Fact, GroupKey, Rollup } from '../../shared/model/index.js';
import { createMemoryTable } from '../support/memory-table.js';
import { testWorld } from '../support/world.js';

const HOUR = 500_000;
const NOW = (HOUR + 48) * 3_600_000;
const group = (n: number): GroupKey => ({ scope: 'api.bank.example', issuerDn: `CN=${n}`, reason: 'issuer-not-found' });

const counts = (n: number, requests: number) => ({
  group: group(n),
  ...{ requests, count: requests, unattributed: 0, inferred: 0, firstAt: 0, lastAt: 0, reasonText: 'x', clients: [] },
});
const rollup = (hour: number, n: number, requests: number): Rollup => ({ ...counts(n, requests), hour });
const fact = (hour: number, n: number, requests: number): Fact => ({
  ...counts(n, requests),
  minute: hour * 60,
  batchId: `b${n}`,
});

function scene() {
  const clock = { now: () => NOW };
  const table = createMemoryTable(clock);
  const stores = createStoresOn(table, clock);
  const past = createPastHours(table, stores.rollups, 400);
  const world = { ...testWorld(), stores, clock };
  const all = async (): Promise<string[]> => {
    const groups = await stores.rollups.groups(HOUR - 5, HOUR + 5, 100);
    const loaded = await Promise.all(groups.map((one) => stores.rollups.load(one, HOUR - 5, HOUR + 5)));
    return loaded
      .flat()
      .map(({ group: { issuerDn }, hour, requests }) => `${hour - HOUR} ${issuerDn} ${requests}`)
      .sort();
  };
  const mark = async (hour: number, n: number) => {
    await stores.rollups.mark([{ group: group(n), hour, token: `${hour} ${n}` }]);
  };
  return { table, stores, past, world, all, mark };
}

describe('an hour', () => {
  it('stays as delivered where deliveries counted, or are about to', async () => {
    const { stores, past, world, all, mark } = scene();
    await stores.facts.put([fact(HOUR, 1, 3)], []);
    await mark(HOUR, 1);
    await rollUpHours(world);
    await stores.facts.put([fact(HOUR + 1, 1, 2)], []);
    await mark(HOUR + 1, 1);
    expect(await past.take([HOUR - 1, HOUR, HOUR + 1])).toEqual(new Set([HOUR - 1]));
    await past.replace(new Set([HOUR - 1]), [rollup(HOUR - 1, 2, 5)]);
    await rollUpHours(world);
    expect(await all()).toEqual(['-1 CN=2 5', '0 CN=1 3', '1 CN=1 2']);
  });

  it('that is counted from exports gets no sum of what is delivered late, and no mark stays', async () => {
    const { stores, past, world, all, mark } = scene();
    expect(await past.take([HOUR])).toEqual(new Set([HOUR]));
    await past.replace(new Set([HOUR]), [rollup(HOUR, 1, 5)]);
    await stores.facts.put([fact(HOUR, 1, 9), fact(HOUR, 2, 1)], []);
    await mark(HOUR, 1);
    await mark(HOUR, 2);
    await rollUpHours(world);
    expect(await all()).toEqual(['0 CN=1 5']);
    expect(await stores.rollups.open(HOUR, 10)).toEqual([]);
  });

  it('is summed up anew, with fewer groups or others, when more exports were read', async () => {
    const { past, all } = scene();
    const hours = new Set([HOUR, HOUR + 1]);
    await past.take([...hours]);
    await past.replace(hours, [rollup(HOUR, 1, 2), rollup(HOUR, 2, 9), rollup(HOUR + 1, 2, 1)]);
    expect(await past.take([...hours])).toEqual(hours);
    await past.replace(hours, [rollup(HOUR, 1, 7), rollup(HOUR, 3, 4), rollup(HOUR + 1, 2, 1)]);
    expect(await all()).toEqual(['0 CN=1 7', '0 CN=3 4', '1 CN=2 1']);
  });

  it('in which deliveries begin to count while it is taken is taken at the next attempt, and not summed twice', async () => {
    const { table, stores, world, all, mark } = scene();
    const busy = {
      ...table,
      putAll: async (items: Parameters<typeof table.putAll>[0]) => {
        await mark(HOUR, 1);
        await table.putAll(items);
      },
    };
    await stores.facts.put([fact(HOUR, 1, 3)], []);
    await expect(createPastHours(busy, stores.rollups, 400).take([HOUR])).rejects.toMatchObject({ retryable: true });
    await rollUpHours(world);
    const again = createPastHours(table, stores.rollups, 400);
    expect(await again.take([HOUR])).toEqual(new Set([HOUR]));
    await again.replace(new Set([HOUR]), [rollup(HOUR, 1, 3)]);
    expect(await all()).toEqual(['0 CN=1 3']);
  });
});

it('has one owner for good, in whatever order deliveries and exports come', async () => {
  const step = fc.record({
    hour: fc.integer({ min: HOUR, max: HOUR + 2 }),
    n: fc.nat(1),
    does: fc.constantFrom('deliver', 'sweep', 'backfill'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const { stores, past, world, all, mark } = scene();
      const owner = new Map<number, string>();
      for (const { hour, n, does } of steps) {
        if (does === 'deliver') {
          await stores.facts.put([fact(hour, n, 1)], []);
          await mark(hour, n);
          if (!owner.has(hour)) owner.set(hour, 'delivered');
        } else if (does === 'sweep') await rollUpHours(world);
        else {
          const ours = await past.take([hour]);
          // What exports say of an hour stands for ten, so that it shows who made a sum.
          await past.replace(ours, ours.has(hour) ? [rollup(hour, n, 10)] : []);
          if (!owner.has(hour)) owner.set(hour, 'exported');
        }
      }
      await rollUpHours(world);
      for (const [hour, by] of owner) {
        const sums = (await all())
          .filter((line) => line.startsWith(`${hour - HOUR} `))
          .map((line) => line.split(' ')[2]);
        expect(new Set(sums)).toEqual(new Set([by === 'exported' ? '10' : '1']));
        if (by === 'exported') expect(sums).toHaveLength(1);
      }
    }),
    { numRuns: 200 },
  );
});
