/**
 * The world with what the reconciler found, for the functions that read logs. What was found is read again every few
 * minutes, beside the work rather than before it; only a container's first event waits for it.
 */

import { limits } from '../base/limits.js';
import type { Log, World } from '../ports/index.js';
import type { InventoryStore } from '../ports/inventory.js';
import { withKnown } from './with-known.js';

/** Runs something in the world as it is known now. */
export type RunWithInventory = <T>(run: (world: World) => Promise<T>) => Promise<T>;

export interface KnownWorldProps {
  readonly world: World;
  /** Absent where nothing is discovered: then nothing is read, and the world is as it was set. */
  readonly inventory?: Pick<InventoryStore, 'domains'>;
  readonly log: Log;
}

/** The first read fails the call, so that Lambda repeats it; later ones leave what was known and are told in the log. */
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
    // Set before the answer is there, and whatever it is: a store in trouble is not asked at every event.
    readAt = now;
    const [result] = await Promise.all([run(known), readAgain()]);
    return result;
  };
}
