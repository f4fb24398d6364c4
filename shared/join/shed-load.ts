/** Bounds how many halves one invocation joins; `sample.ts` describes the sampling. */

import { limits } from '../base/limits.js';
import { minuteOf } from '../base/time.js';
import type { AccessRecord, Denial, Half } from '../model/index.js';
import type { StormStore, World } from '../ports/index.js';
import { sample, samplingRate } from './sample.js';

export interface BoundedLoad {
  /** The halves to join. */
  readonly halves: readonly Half[];
  /** The denials that are counted alone in a storm. */
  readonly unsampled: readonly Denial[];
}

export async function shedLoad(
  denials: readonly Denial[],
  accesses: readonly AccessRecord[],
  batchId: string,
  { stores }: Pick<World, 'stores'>,
): Promise<BoundedLoad> {
  // The load is counted for the minute in which the halves were logged, not for the one in which they are read: a
  // replay reads a month at once.
  const rateOf = async (kind: Half['kind'], halves: readonly Half[]): Promise<number> => {
    if (halves.length <= limits.calmHalvesMax) return 1;
    const newest = halves.reduce((last, { at }) => Math.max(last, at), 0);
    const load = await stores.storm.addLoad(minuteOf(newest), kind, halves.length);
    return stores.storm.fixRate(`${batchId} ${kind}`, samplingRate(load));
  };
  const [denialRate, accessRate] = await Promise.all([rateOf('denial', denials), rateOf('access', accesses)]);
  const sampled = sample(denials, denialRate);
  const unsampled = await inFixedScopes(sampled.left, batchId, stores.storm);
  return { halves: [...sampled.joined, ...sample(accesses, accessRate).joined], unsampled };
}

/**
 * A joined half is counted under the scope that is stored in its cell; for halves that are not joined the scope is
 * fixed here.
 */
async function inFixedScopes(
  denials: readonly Denial[],
  batchId: string,
  storm: StormStore,
): Promise<readonly Denial[]> {
  if (denials.length === 0) return denials;
  const nameOf = ({ api }: Denial): string => `${api.apiId}/${api.stage}`;
  const wanted = Object.fromEntries(denials.map((denial) => [nameOf(denial), denial.scope]));
  const fixed = await storm.fixScopes(`${batchId} denial`, wanted);
  return denials.map((denial) => ({ ...denial, scope: fixed[nameOf(denial)] ?? denial.scope }));
}
