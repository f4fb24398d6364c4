/**
 * Slow burns. A group that fails in clumps has a tail of its own that makes every score of it smaller, and so hides an
 * hour with a failure every minute or three. Where an hour's failures are spread over most of it, and are still too many
 * without their densest minutes, they are no clump, and are measured by what the group had in such hours.
 */

import { type DetectorParameters, RING, type State } from './state.js';
import { type Later, mod, rawOf, windowsAt } from './windows.js';

/** A client that tries again and again is done within so many minutes: a clump touches at most two slots of them. */
const SLOT = 5;
/** So many of an hour's slots must have a failure: three clumps are not enough. */
const SLOTS_MIN = 7;
/** So many minutes in a row, the densest, are left out: a burst on a busy group is spread by nothing but the usual. */
const DENSEST = 3;
/** What is left without the densest minutes is less surprising than the whole, by about so many powers of ten. */
export const ALLOWANCE = 1.25;

/**
 * How surprising the hour that ends at `step` is by the model, where its failures are spread.
 * @returns -log10 of the chance; 0 where the failures are few clumps or no more than expected
 */
export function spreadOf(state: State, settings: DetectorParameters, step: number, later: Later): number {
  const rest = restOf(state, step, later);
  if (rest === null) return 0;
  const hour = windowsAt(state, settings, step, later).at(-1);
  const raw = rawOf(state, settings.windows.length, rest, hour?.expected ?? 0, later.doubt);
  return raw > 0 ? raw + ALLOWANCE : 0;
}

/** Failures of the hour without those of its densest minutes; null where they are not spread. */
function restOf(state: State, step: number, later: Later): number | null {
  const countAt = (back: number): number => {
    const minute = step - back;
    const i = minute - later.from;
    return Math.max(0, (i >= 0 ? later.counts[i] : state.counts[mod(minute, RING)]) ?? 0);
  };
  let count = 0;
  let run = 0;
  let densest = 0;
  let slots = 0;
  let lastSlot = -1;
  for (let back = 0; back < RING; back++) {
    const here = countAt(back);
    count += here;
    run += here - (back < DENSEST ? 0 : countAt(back - DENSEST));
    densest = Math.max(densest, run);
    const slot = Math.floor(back / SLOT);
    if (here === 0 || slot === lastSlot) continue;
    slots++;
    lastSlot = slot;
  }
  return slots < SLOTS_MIN ? null : count - densest;
}
