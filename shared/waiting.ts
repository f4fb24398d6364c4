/** Halves that wait for the other one: noted when they are left, settled when their grace is over. */

import { setAside } from './canary.js';
import { type Correlated, settle, settlerOf, waitingList } from './correlate.js';
import { unmatched, writeDown } from './ledger.js';
import { limits } from './limits.js';
import type { GroupKey, Sighting } from './model.js';
import type { World } from './ports/index.js';
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

export interface Settled {
  /** How many halves' grace was over. */
  readonly halves: number;
  readonly sightings: readonly Sighting[];
}

/**
 * Counts the halves whose grace is over. Their lists are removed after `look` has seen the groups
 * that grew: until then a crash leaves them to the next sweep, which counts nothing twice and looks again.
 */
export async function settleDue(
  world: World,
  look: (touched: readonly GroupKey[]) => Promise<unknown> = async () => {},
): Promise<Settled> {
  const { stores, clock } = world;
  const touched: GroupKey[] = [];
  const sightings: Sighting[] = [];
  const due = await stores.waiting.due(clock.now(), limits.settledPerSweepMax);
  for (const waiting of due) {
    const settled = await setAside(await settle(waiting, stores.join), world);
    const batchId = settlerOf(waiting);
    const facts = await writeDown(
      { batchId, failures: settled.failures, forbidden: unmatched(settled.unmatched) },
      world,
    );
    touched.push(...facts.map((fact) => fact.group));
    sightings.push(...settled.sightings);
  }
  await look(touched);
  for (const waiting of due) await stores.waiting.remove(waiting);
  return { halves: due.reduce((sum, { halves }) => sum + halves.length, 0), sightings };
}
