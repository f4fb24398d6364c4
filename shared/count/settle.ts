/** Halves that wait for the other one: noted when they are left, settled when their grace is over. */

import { limits } from '../base/limits.js';
import { oneByOne, throwAll } from '../base/one-by-one.js';
import { MINUTE_MS } from '../base/time.js';
import { separateCanaryFailures } from '../canary/exclude.js';
import { type Correlated, postponedList, settle, settlerOf, waitingLists } from '../join/correlate.js';
import type { Fact, GroupKey, Sighting } from '../model/index.js';
import type { Waiting, World } from '../ports/index.js';
import { recordCounts, unmatched } from './record.js';

export async function deferUnpaired(
  batchId: string,
  correlated: Correlated,
  { stores, clock, config }: World,
): Promise<void> {
  const dueAt = clock.now() + config.graceMinutes * MINUTE_MS;
  for (const waiting of waitingLists(batchId, correlated, dueAt)) await stores.waiting.save(waiting);
}

/** A list whose halves are counted for good. */
export interface Settled {
  readonly halves: number;
  readonly facts: readonly Fact[];
  readonly sightings: readonly Sighting[];
}

/**
 * Counts the halves whose grace is over. Their lists are removed after `look` has seen the groups
 * that grew: until then a crash leaves them to the next sweep, which counts nothing twice and looks again.
 * @param told of each list when it is removed, and so will not be settled again
 * @throws after all were tried, what failed: those lists stay
 * @returns how many lists were due; at most `limits.settledPerSweepMax`, so there may be more
 */
export async function settleExpired(
  world: World,
  look: (touched: readonly GroupKey[]) => Promise<unknown> = async () => {},
  told: (settled: Settled) => void = () => {},
): Promise<number> {
  const { stores, clock } = world;
  const due = await stores.waiting.due(clock.now(), limits.settledPerSweepMax);
  const settled = new Map<string, Settled>();
  const failures: unknown[] = [];
  const attempt = (work: Promise<unknown>) => work.catch((error: unknown) => failures.push(error));
  // By id: a batch that came twice may have left its lists twice.
  await attempt(oneByOne(due, async (waiting) => settled.set(waiting.id, await settleList(waiting, world))));
  const done = due.filter(({ id }) => settled.has(id));
  await look([...settled.values()].flatMap(({ facts }) => facts.map((fact) => fact.group)));
  await attempt(
    oneByOne(done, async (waiting) => {
      await stores.waiting.remove(waiting);
      const list = settled.get(waiting.id);
      if (list !== undefined && settled.delete(waiting.id)) told(list);
    }),
  );
  throwAll(failures);
  return due.length;
}

async function settleList(waiting: Waiting, world: World): Promise<Settled> {
  const { stores, clock, config } = world;
  const settled = await settle(waiting, stores.join);
  const again = postponedList(waiting, settled.postponed, clock.now() + config.graceMinutes * MINUTE_MS);
  if (again !== null) await stores.waiting.save(again);
  const { failures, unmatched: others, sightings } = await separateCanaryFailures(settled, world);
  const facts = await recordCounts({ batchId: settlerOf(waiting), failures, forbidden: unmatched(others) }, world);
  return { halves: waiting.halves.length, facts, sightings };
}
