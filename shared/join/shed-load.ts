/** Keeps what one invocation joins in bounds; `sample.ts` says how. */

import { limits } from '../base/limits.js';
import { minuteOf } from '../base/time.js';
import type { AccessRecord, Denial, Half } from '../model/index.js';
import type { World } from '../ports/index.js';
import { sample, samplingRate } from './sample.js';

export interface BoundedLoad {
  /** The halves to join. */
  readonly halves: readonly Half[];
  /** The denials that a storm leaves to be counted alone. */
  readonly unsampled: readonly Denial[];
}

export async function shedLoad(
  denials: readonly Denial[],
  accesses: readonly AccessRecord[],
  batchId: string,
  { stores, clock }: World,
): Promise<BoundedLoad> {
  const rateOf = async (kind: Half['kind'], count: number): Promise<number> => {
    if (count <= limits.calmHalvesMax) return 1;
    const load = await stores.storm.addLoad(minuteOf(clock.now()), kind, count);
    return stores.storm.fixRate(`${batchId} ${kind}`, samplingRate(load));
  };
  const [denialRate, accessRate] = await Promise.all([
    rateOf('denial', denials.length),
    rateOf('access', accesses.length),
  ]);
  const sampled = sample(denials, denialRate);
  return { halves: [...sampled.joined, ...sample(accesses, accessRate).joined], unsampled: sampled.left };
}
