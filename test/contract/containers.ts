/** Two containers on one table, as the contract uses them. */

import type { Clock, Stores } from '../../shared/ports/index.js';

/** Makes an empty world; each call of the result is a container of its own. */
export type MakeStores = (clock: Clock) => Promise<() => Stores>;

/** The containers of the test that runs. */
export interface Containers {
  a: Stores;
  b: Stores;
}

export const CLOCK: Clock = { now: () => Date.UTC(2027, 0, 15) };
