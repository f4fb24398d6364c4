/**
 * Bounds how many halves are joined in a minute; `sample.ts` describes the sampling. A few halves are joined without a
 * question unless they come late; what only a storm needs is loaded in one.
 */

import { lazily } from '../base/lazily.js';
import { limits } from '../base/limits.js';
import { minuteOf } from '../base/time.js';
import type { AccessRecord, Denial, Half } from '../model/index.js';
import type { World } from '../ports/index.js';
import type { BoundedLoad } from './sample.js';

const loadStorm = lazily(() => import('./storm.js'));

/** Minutes are those in which the halves were logged, not read: a replay reads a month at once. */
export async function shedLoad(
  denials: readonly Denial[],
  accesses: readonly AccessRecord[],
  batchId: string,
  { stores, clock }: Pick<World, 'stores' | 'clock'>,
): Promise<BoundedLoad> {
  const promptFrom = clock.now() - limits.promptMs;
  const isMany = [denials, accesses].some((halves) => halves.length > limits.unaskedHalvesMax);
  if (!isMany && denials.every(({ at }) => at >= promptFrom))
    return { halves: [...denials, ...accesses], unsampled: [] };
  const { boundLoad } = await loadStorm();
  return boundLoad(byMinute(denials), byMinute(accesses), { batchId, promptFrom }, stores);
}

function byMinute<T extends Half>(halves: readonly T[]): ReadonlyMap<number, readonly T[]> {
  const minutes = new Map<number, T[]>();
  for (const half of halves) {
    const minute = minuteOf(half.at);
    const known = minutes.get(minute);
    if (known === undefined) minutes.set(minute, [half]);
    else known.push(half);
  }
  return minutes;
}
