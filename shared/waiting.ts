/** Halves that wait for the other one: noted when they are left, settled when their grace is over. */

import { setAside } from './canary.js';
import { type Correlated, settle, settlerOf, waitingList } from './correlate.js';
import { unmatched, writeDown } from './ledger.js';
import { limits } from './limits.js';
import type { Fact, GroupKey, Sighting } from './model.js';
import type { Waiting, World } from './ports/index.js';
import { MINUTE_MS } from './stages/count.js';

export async function leaveWaiting(
  batchId: string,
  { waiting }: Correlated,
  { stores, clock, config }: World,
): Promise<void> {
  const dueAt = clock.now() + config.graceMinutes * MINUTE_MS;
  for (let from = 0; from < waiting.length; from += limits.waitingPerListMax) {
    const halves = waiting.slice(from, from + limits.waitingPerListMax);
    await stores.waiting.save(waitingList(batchId, halves, dueAt));
  }
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
 */
export async function settleDue(
  world: World,
  look: (touched: readonly GroupKey[]) => Promise<unknown> = async () => {},
  told: (settled: Settled) => void = () => {},
): Promise<void> {
  const { stores, clock } = world;
  const due = await stores.waiting.due(clock.now(), limits.settledPerSweepMax);
  const settled = new Map<string, Settled>();
  for (const waiting of due) {
    // A batch that came twice left its list twice.
    if (!settled.has(waiting.id)) settled.set(waiting.id, await settleList(waiting, world));
  }
  await look([...settled.values()].flatMap(({ facts }) => facts.map((fact) => fact.group)));
  for (const waiting of due) {
    await stores.waiting.remove(waiting);
    const list = settled.get(waiting.id);
    if (list !== undefined && settled.delete(waiting.id)) told(list);
  }
}

async function settleList(waiting: Waiting, world: World): Promise<Settled> {
  const { failures, unmatched: others, sightings } = await setAside(await settle(waiting, world.stores.join), world);
  const facts = await writeDown({ batchId: settlerOf(waiting), failures, forbidden: unmatched(others) }, world);
  return { halves: waiting.halves.length, facts, sightings };
}
