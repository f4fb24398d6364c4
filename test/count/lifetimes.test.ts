/**
 * What decides a count lives as long as anything may still ask for it: on the adapter of DynamoDB over a table in memory
 * that honours every item's TTL, with a batch that comes again, a sweep that stays away, and what comes too late.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import { limits } from '../../shared/base/limits.js';
import type { GroupKey, LogBatch, LogEvent } from '../../shared/model/index.js';
import { alert, ingest, sweep } from '../../shared/pipeline.js';
import type { Stores, World } from '../../shared/ports/index.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch, type Refusal, T0 } from '../support/logs.js';
import { createMemoryTable } from '../support/memory-table.js';
import { noTruststores, testConfig } from '../support/world.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Timed extends World {
  at: number;
  /** Another container on the same table. */
  another(): Stores;
}

function timedWorld(changes: object = {}): Timed {
  const clock = { now: () => world.at };
  const table = createMemoryTable({ now: clock.now });
  const world: Timed = {
    config: testConfig(changes),
    at: T0 + MINUTE,
    clock,
    stores: createStoresOn(table, clock),
    another: () => createStoresOn(table, clock),
    publisher: { publish: async () => {} },
    truststores: noTruststores,
  };
  return world;
}

async function deliver(world: World, ...batches: readonly LogBatch[]): Promise<void> {
  for (const batch of batches) {
    await ingest(batch, world, (groups, written) => alert(groups, world, written));
  }
}

/** The sweep every minute, for a while. */
async function sweepFor(world: Timed, minutes: number): Promise<void> {
  for (let n = 0; n < minutes; n++) {
    world.at += MINUTE;
    const { failures } = await sweep(world);
    expect(failures).toEqual([]);
  }
}

/** What the report would say: all roll-ups of all groups. */
async function rolledUp({ stores }: World): Promise<number> {
  const hour = Math.floor(T0 / HOUR);
  const groups: readonly GroupKey[] = await stores.rollups.groups(hour - 48, hour + 2_000, 10_000);
  const rollups = await Promise.all(groups.map((group) => stores.rollups.load(group, hour - 48, hour + 2_000)));
  return rollups.flat().reduce((sum, { count }) => sum + count, 0);
}

const refusals = (from: number, count: number): Refusal[] => Array.from({ length: count }, (_, n) => ({ n: from + n }));
const denialsOf = (of: readonly Refusal[]): LogBatch => executionBatch(of.map((one) => denialAsOneEvent(one)));
const recordsOf = (of: readonly Refusal[]): LogBatch => accessBatch(of.map((one) => accessEvent(one)));

const AGES = [1, 2, 3, 7, 13, 14, 20, 22, 29];

describe('a batch that is put through again', () => {
  it.each(AGES)('after %i days counts nothing twice and takes nothing away', async (days) => {
    const world = timedWorld();
    const all = refusals(0, 8);
    await deliver(world, denialsOf(all), recordsOf(all));
    await sweepFor(world, 200);
    expect(await rolledUp(world)).toBe(8);
    world.at += days * DAY;
    const again: Timed = { ...world, stores: world.another(), at: world.at };
    await deliver(again, recordsOf(all), denialsOf(all.slice(0, 5)));
    await sweepFor(world, 200);
    expect(await rolledUp(world)).toBe(8);
  });

  it.each(AGES)('for the first time after %i days adds to what its hour has', async (days) => {
    const world = timedWorld();
    const [first, later] = [refusals(0, 10), refusals(10, 5)];
    await deliver(world, denialsOf(first), recordsOf(first));
    await sweepFor(world, 200);
    world.at += days * DAY;
    await deliver(world, denialsOf(later), recordsOf(later));
    await sweepFor(world, 200);
    expect(await rolledUp(world)).toBe(15);
  });

  it.each(AGES)('brings the other half after %i days to one that was counted alone', async (days) => {
    const world = timedWorld();
    const all = refusals(0, 8);
    await deliver(world, denialsOf(all));
    await sweepFor(world, 200);
    expect(await rolledUp(world)).toBe(8);
    world.at += days * DAY;
    await deliver(world, recordsOf(all));
    await sweepFor(world, 200);
    expect(await rolledUp(world)).toBe(8);
  });

  it('keeps the sampling rate of a storm', async () => {
    const world = timedWorld();
    const all = refusals(0, limits.calmHalvesMax + 50);
    for (const kind of ['denial', 'access'] as const) {
      await world.stores.storm.addLoad(Math.floor(world.at / MINUTE), kind, 50_000);
    }
    await deliver(world, denialsOf(all), recordsOf(all));
    await sweepFor(world, 200);
    expect(await rolledUp(world)).toBe(all.length);
    world.at += 14 * DAY;
    await deliver(world, denialsOf(all), recordsOf(all));
    await sweepFor(world, 200);
    expect(await rolledUp(world)).toBe(all.length);
  });
});

describe('a sweep that stays away', () => {
  it.each([1, 3, 10, 29])('for %i days finds every denial that waits', async (days) => {
    const world = timedWorld();
    await deliver(world, denialsOf(refusals(0, 25)));
    world.at += days * DAY;
    await sweepFor(world, 100);
    expect(await rolledUp(world)).toBe(25);
  });

  it.each([1, 3, 10, 29])('for %i days closes the hours that a lone request opened', async (days) => {
    const world = timedWorld();
    // Of two containers, as they are: the admission stands for the mark.
    await deliver(world, denialsOf(refusals(0, 1)), recordsOf(refusals(0, 1)));
    world.at += days * DAY;
    await sweepFor(world, 100);
    expect(await rolledUp(world)).toBe(1);
  });

  it('after a batch that came as late as it may', async () => {
    const world = timedWorld();
    const [early, late] = [refusals(0, 5), refusals(5, 20)];
    await deliver(world, denialsOf(early), recordsOf(early));
    await sweepFor(world, 200);
    world.at = T0 + (limits.countableDaysMax - 1) * DAY;
    await deliver(world, denialsOf(late));
    world.at += (limits.waitingDaysMax - 1) * DAY;
    await sweepFor(world, 100);
    expect(await rolledUp(world)).toBe(25);
  });
});

describe('any deliveries within the time in which they may come', () => {
  it('give the exact sum, whatever the batches, their times and the sweeps between them', async () => {
    const events = refusals(0, 12).flatMap((one) => [denialAsOneEvent(one), accessEvent(one)]);
    // Every event at least once, then any of them again, in batches cut anyhow.
    const anyTimes = fc.array(fc.integer({ min: 0, max: 29 * 24 }), { minLength: 6, maxLength: 6 });
    const anyPlace = fc.array(fc.nat(5), { minLength: events.length, maxLength: events.length });
    await fc.assert(
      fc.asyncProperty(anyTimes, anyPlace, anyPlace, fc.boolean(), async (hours, first, again, sweeps) => {
        const world = timedWorld();
        const batches = [...hours.entries()].flatMap(([n, hour]) => {
          const cut = events.filter((_, event) => first[event] === n || again[event] === n);
          const isRecord = ({ message }: LogEvent): boolean => message.startsWith('{');
          const [records, denials] = [cut.filter(isRecord), cut.filter((event) => !isRecord(event))];
          return [
            { hour, batch: executionBatch(denials) },
            { hour: Math.min(29 * 24, hour + (n % 3) * 30), batch: accessBatch(records) },
          ];
        });
        for (const { hour, batch } of batches.sort((a, b) => a.hour - b.hour)) {
          world.at = Math.max(world.at, T0 + MINUTE + hour * HOUR);
          if (batch.events.length > 0) await deliver({ ...world, stores: world.another() }, batch);
          if (sweeps) await sweepFor(world, 2);
        }
        world.at += sweeps ? 0 : 29 * DAY;
        await sweepFor(world, 140);
        expect(await rolledUp(world)).toBe(12);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what is older than what is known', () => {
  it('is refused with a word for each record, and changes nothing', async () => {
    const world = timedWorld();
    const all = refusals(0, 8);
    await deliver(world, denialsOf(all), recordsOf(all));
    await sweepFor(world, 200);
    world.at = T0 + (limits.countableDaysMax + 1) * DAY;
    const events: LogEvent[] = [
      ...all.map((one) => accessEvent(one)),
      accessEvent({ n: 90 }, { status: '200' }),
      accessEvent({ n: 91 }, { 'error.responseType': 'WAF_FILTERED' }),
      accessEvent({ n: 92, at: world.at }),
    ];
    const { parsed, correlated } = await ingest(accessBatch(events), world);
    expect(parsed.rejected.map(({ code }) => code)).toEqual(Array(9).fill('too-old'));
    expect(parsed.rejected[0]?.detail).toMatch(/^of 2026-11-20T09:00:00.*, 3\d\.\d days ago: .* 30 days/);
    expect(correlated.records).toHaveLength(1);
    await deliver(world, denialsOf(all));
    await sweepFor(world, 200);
    expect(await rolledUp(world)).toBe(8);
  });

  it('does not exist where nothing is forgotten', async () => {
    const world = timedWorld();
    const { countableDays: _, ...stores } = world.stores;
    world.at = T0 + 4_000 * DAY;
    const { parsed } = await ingest(denialsOf(refusals(0, 3)), {
      ...world,
      stores: { ...stores, countableDays: Number.POSITIVE_INFINITY },
    });
    expect(parsed.rejected).toEqual([]);
  });
});
