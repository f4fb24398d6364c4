/** What comes late is told late: batches of refusals that are delivered long after they happened. */

import { describe, expect, it } from 'vitest';
import { alert, ingest, sweep } from '../../shared/pipeline.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch, T0 } from '../support/logs.js';
import { testWorld } from '../support/world.js';

const MINUTE = 60_000;

/** Refusals of some minutes, each minute in a batch of each log, delivered so many minutes late. */
async function play(refused: readonly number[], lag: number) {
  const world = testWorld();
  for (let minute = 0; minute < refused.length + lag + 90; minute++) {
    world.at = T0 + minute * MINUTE + 30_000;
    const late = minute - lag;
    const refusals = Array.from({ length: refused[late] ?? 0 }, (_, n) => ({
      n: late * 1_000 + n,
      at: T0 + late * MINUTE + n * 50,
    }));
    if (refusals.length > 0) {
      const look = (groups: Parameters<typeof alert>[0], written: Parameters<typeof alert>[2]) =>
        alert(groups, world, written);
      await ingest(executionBatch(refusals.map((one) => denialAsOneEvent(one))), world, look);
      await ingest(accessBatch(refusals.map((one) => accessEvent(one))), world, look);
    }
    world.at += 20_000;
    expect((await sweep(world)).failures).toEqual([]);
  }
  return world.published;
}

describe.each([0, 12, 30, 60, 180])('logs that come %d minutes late', (lag) => {
  it('are told with their first batches, and resolved once', async () => {
    const notices = await play(
      Array.from({ length: 30 }, () => 6),
      lag,
    );
    expect(notices.map(({ kind }) => kind).filter((kind) => kind !== 'escalated')).toEqual(['spike', 'resolved']);
    const told = (Date.parse(notices[0]?.at ?? '') - T0) / MINUTE;
    expect(told).toBeLessThan(lag + 5);
    expect(notices[0]?.because.includes('late')).toBe(lag > 10);
    const end = (Date.parse(notices.at(-1)?.at ?? '') - T0) / MINUTE;
    expect(end).toBeGreaterThanOrEqual(30 + lag);
    expect(end).toBeLessThan(30 + lag + 20);
  });
});
