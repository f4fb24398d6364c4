/**
 * Evaluates groups so that one group which cannot be read does not keep people from being told of the others. The
 * groups are evaluated together first; only when that fails is each evaluated on its own, because that costs more.
 */

import { MtlsWatchError } from '../base/errors.js';
import { oneByOne } from '../base/one-by-one.js';
import type { GroupKey } from '../model/index.js';
import type { World } from '../ports/index.js';
import { evaluate } from './evaluate.js';

/**
 * As `evaluate`.
 * @throws after all groups were tried, what could not be read
 */
export async function evaluateApart(groups: readonly GroupKey[], world: World, ...rest: Rest): Promise<boolean> {
  try {
    return await evaluate(groups, world, ...rest);
  } catch (error) {
    if (groups.length < 2 || !isUnreadable(error)) throw error;
  }
  let isTold = false;
  await oneByOne(groups, async (group) => {
    if (await evaluate([group], world, ...rest)) isTold = true;
  });
  return isTold;
}

type Rest = Parameters<typeof evaluate> extends [unknown, unknown, ...infer R] ? R : never;

function isUnreadable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isUnreadable);
  return error instanceof MtlsWatchError && error.code === 'wrong-shape';
}
