/** Waits for what happens on its own: deliveries, grace periods, the schedule's sweep, on a machine that is busy. */

import { expect } from 'vitest';

/** Looks until it sees what is expected; gives up before the test does. */
export const soon = <T>(look: () => T, interval = 250) => expect.poll(look, { timeout: 200_000, interval });
