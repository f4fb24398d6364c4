/** Interleavings of a sweep that closes an hour, too rare for the simulation to meet in a few thousand seeds. */

import { describe, expect, it, vi } from 'vitest';
import { dirtyHours, rollUpHours } from '../../shared/count/record.js';
import { ingest } from '../../shared/pipeline.js';
import type { Stores } from '../../shared/ports/index.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch, T0 } from '../support/logs.js';
import { testWorld } from '../support/world.js';

/** Denials that no request id ties to a record count at once. */
const batch = (n: number) => {
  const { id, timestamp, message } = denialAsOneEvent({ n, at: T0 + n });
  return executionBatch([{ id, timestamp, message: message.split('\n')[1] ?? '' }]);
};

/** Runs `between` after the sweep has read the hour's facts, and before it closes the hour. */
function interrupted(stores: Stores, between: () => Promise<void>): Stores {
  const close: Stores['rollups']['close'] = async (open, rollup) => {
    await between();
    await stores.rollups.close(open, rollup);
  };
  return { ...stores, rollups: { ...stores.rollups, close } };
}

async function closedAfter(between: (world: ReturnType<typeof testWorld>) => Promise<void>): Promise<number> {
  const world = testWorld();
  await ingest(batch(1), world);
  world.at = T0 + 2 * 3_600_000;
  await rollUpHours({ ...world, clock: world.clock, stores: interrupted(world.stores, () => between(world)) });
  await rollUpHours(world);
  const [fact] = world.stores.facts.all();
  const [rollup] = fact === undefined ? [] : await world.stores.rollups.load(fact.group, 0, Number.POSITIVE_INFINITY);
  return rollup?.count ?? 0;
}

it('closes an hour again when a retry marked it after another batch did', async () => {
  const count = await closedAfter(async (world) => {
    await ingest(batch(2), world);
    await ingest(batch(1), world);
  });
  expect(count).toBe(2);
});

describe('an hour in which a fact is expected', () => {
  const denied = (n: number) => executionBatch([denialAsOneEvent({ n })]);
  const recorded = (n: number) => accessBatch([accessEvent({ n })]);

  /** The batch of the first record dies after its issuer was admitted; `between` is what happens until it is repeated. */
  async function countsAfter(between: (world: ReturnType<typeof testWorld>) => Promise<unknown>) {
    const world = testWorld();
    for (const n of [1, 2]) await ingest(denied(n), world);
    const put = vi.spyOn(world.stores.facts, 'put').mockRejectedValueOnce(new Error('the process died'));
    await expect(ingest(recorded(1), world)).rejects.toThrow('died');
    put.mockRestore();
    await between(world);
    world.at = T0 + 2 * 3_600_000;
    const closed = [await rollUpHours(world)];
    const open = [(await dirtyHours(world)).length];
    await ingest(recorded(1), world);
    closed.push(await rollUpHours(world));
    open.push((await dirtyHours(world)).length);
    const [fact] = world.stores.facts.all();
    const rollups = fact === undefined ? [] : await world.stores.rollups.load(fact.group, 0, Number.POSITIVE_INFINITY);
    return { closed, open, counts: rollups.map(({ count }) => count) };
  }

  it('stays open until the fact has come', async () => {
    expect(await countsAfter(async () => {})).toEqual({ closed: [0, 1], open: [1, 0], counts: [1] });
  });

  it('stays open when it is closed for others meanwhile', async () => {
    const outcome = await countsAfter((world) => ingest(recorded(2), world));
    expect(outcome).toEqual({ closed: [1, 1], open: [1, 0], counts: [2] });
  });

  it('is summed up again when it was closed for others while the fact was on its way', async () => {
    const world = testWorld();
    for (const n of [1, 2]) await ingest(denied(n), world);
    const put = world.stores.facts.put;
    vi.spyOn(world.stores.facts, 'put').mockImplementationOnce(async (...facts) => {
      await ingest(recorded(2), world);
      world.at = T0 + 2 * 3_600_000;
      await rollUpHours(world);
      await put(...facts);
    });
    await ingest(recorded(1), world);
    await rollUpHours(world);
    const [fact] = world.stores.facts.all();
    const rollups = fact === undefined ? [] : await world.stores.rollups.load(fact.group, 0, Number.POSITIVE_INFINITY);
    expect(rollups.map(({ count }) => count)).toEqual([2]);
    expect(await dirtyHours(world)).toEqual([]);
  });
});

it('keeps the fuller roll-up when a sweep that read fewer facts finishes last', async () => {
  const count = await closedAfter(async (world) => {
    await ingest(batch(2), world);
    await rollUpHours(world);
  });
  expect(count).toBe(2);
});
