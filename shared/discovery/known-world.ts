/**
 * The world together with the reconciler's inventory, for the functions that read logs. The inventory is read again
 * every few minutes, in parallel with the work; only the first event of a container waits for it.
 */

import { limits } from '../base/limits.js';
import type { Log, World } from '../ports/index.js';
import type { InventoryStore } from '../ports/inventory.js';
import { withKnown } from './with-known.js';

/** Runs a function in the world with the current inventory. */
export type RunWithInventory = <T>(run: (world: World) => Promise<T>) => Promise<T>;

export interface KnownWorldProps {
  readonly world: World;
  /** Absent if nothing is discovered: then nothing is read, and the world is unchanged. */
  readonly inventory?: Pick<InventoryStore, 'domains'>;
  readonly log: Log;
}

/**
 * If the first read fails, the call fails, so that Lambda repeats it. If a later one fails, the previous inventory is
 * kept and the failure is logged.
 */
export function withInventory({ world, inventory, log }: KnownWorldProps): RunWithInventory {
  if (inventory === undefined) return (run) => run(world);
  let known: World | null = null;
  let readAt = Number.NEGATIVE_INFINITY;
  const read = async (): Promise<World> => {
    known = { ...world, config: withKnown(world.config, await inventory.domains()) };
    return known;
  };
  const readAgain = async (): Promise<void> => {
    try {
      await read();
    } catch (error) {
      log.error('what was discovered could not be read again; going on with what was known', { error });
    }
  };
  return async (run) => {
    const now = world.clock.now();
    const isDue = now - readAt >= limits.inventoryRecheckMs;
    if (known === null) {
      const first = await read();
      readAt = now;
      return run(first);
    }
    if (!isDue) return run(known);
    // Set before the answer arrives, and also if it fails, so that a store in trouble is not queried for every event.
    readAt = now;
    const [result] = await Promise.all([run(known), readAgain()]);
    return result;
  };
}
