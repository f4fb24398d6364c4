/** What waits in vain is settled at the rate at which it was left, and a sweep that cannot keep up says so. */

import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { settleExpired } from '../../shared/count/settle.js';
import { ingest, sweep } from '../../shared/pipeline.js';
import type { Stores, World } from '../../shared/ports/index.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch, T0 } from '../support/logs.js';
import { countedIn, testWorld } from '../support/world.js';

const MINUTE = 60_000;

/** A store whose every call takes this long on the virtual clock. */
function slow(world: ReturnType<typeof testWorld>, ms: number): World {
  const waiting: Stores['waiting'] = {
    ...world.stores.waiting,
    remove: async (list) => {
      world.at += ms;
      await world.stores.waiting.remove(list);
    },
  };
  return { ...world, clock: world.clock, stores: { ...world.stores, waiting } };
}

describe('the backlog of what waits in vain', () => {
  it('is settled within a minute of its grace, however many batches left it', async () => {
    const world = testWorld({ graceMinutes: 5 });
    const pairs = 3 * limits.settledPerRoundMax;
    for (let n = 0; n < pairs; n++) {
      await ingest(executionBatch([denialAsOneEvent({ n })]), world);
      await ingest(accessBatch([accessEvent({ n })]), world);
    }
    await ingest(executionBatch([denialAsOneEvent({ n: 9_000, reason: 'certificate has expired' })]), world);
    world.at = T0 + 6 * MINUTE;
    const { failures, halvesSettled } = await sweep(world);
    expect(failures).toEqual([]);
    expect(halvesSettled).toBe(pairs + 1);
    expect(countedIn(world.stores)).toContain('abc123/prod | unknown | expired: 1');
  });

  it('takes denials before records, for they count when they are settled', async () => {
    const world = testWorld({ graceMinutes: 1 });
    const order: string[] = [];
    for (let n = 0; n < 40; n++) await ingest(accessBatch([accessEvent({ n })]), world);
    await ingest(executionBatch([denialAsOneEvent({ n: 500 })]), world);
    world.at = T0 + 2 * MINUTE;
    const { facts } = world.stores;
    const put: typeof facts.put = async (of, forbidden) => {
      order.push(of.length > 0 ? 'denial' : 'record');
      await facts.put(of, forbidden);
    };
    await settleExpired({ ...world, stores: { ...world.stores, facts: { ...facts, put } } });
    // Those that are settled side by side with it may be quicker by a step.
    expect(order.indexOf('denial')).toBeLessThan(limits.settledTogetherMax);
    expect(order).toHaveLength(41);
  });

  it('goes on with the next sweep when its time is up, and fails once it lies for long', async () => {
    const world = testWorld({ graceMinutes: 1 });
    const count = 5 * limits.settledPerRoundMax;
    for (let n = 0; n < count; n++) await ingest(executionBatch([denialAsOneEvent({ n })]), world);
    const late = slow(world, Math.ceil(limits.settleMsMax / limits.settledPerRoundMax));
    world.at = T0 + 2 * MINUTE;
    expect(await settleExpired(late)).toBe(limits.settledPerRoundMax);
    world.at = T0 + 15 * MINUTE;
    await expect(settleExpired(late)).rejects.toMatchObject({ code: 'sweep-behind', retryable: true });
    while ((await settleExpired(world)) > 0);
    expect(countedIn(world.stores)).toEqual([`abc123/prod | unknown | issuer-not-found: ${count}`]);
  });

  it('passes by lists that fail, however many', async () => {
    const world = testWorld({ graceMinutes: 1 });
    const count = 2 * limits.settledPerRoundMax;
    for (let n = 0; n < count; n++) await ingest(executionBatch([denialAsOneEvent({ n })]), world);
    world.at = T0 + 2 * MINUTE;
    const broken = new Set(
      (await world.stores.waiting.due(world.at, limits.settledPerRoundMax + 10)).map(({ id }) => id),
    );
    const { join } = world.stores;
    const claim: typeof join.claim = async (keys, batchId) => {
      if (broken.has(batchId.replace('settle-', ''))) throw new Error('an unreadable cell');
      return join.claim(keys, batchId);
    };
    const stores = { ...world.stores, join: { ...join, claim } };
    await expect(settleExpired({ ...world, stores })).rejects.toThrow();
    expect(countedIn(world.stores)).toEqual([`abc123/prod | unknown | issuer-not-found: ${count - broken.size}`]);
  });
});

it('has no end of time: at the end of a replay all that waits is settled', async () => {
  const world = testWorld({ graceMinutes: 1 });
  const count = 2 * limits.settledPerRoundMax + 1;
  for (let n = 0; n < count; n++) await ingest(executionBatch([denialAsOneEvent({ n })]), world);
  world.at = Number.POSITIVE_INFINITY;
  expect(await settleExpired(world)).toBe(count);
});
