/**
 * Looks at groups so that one of them which cannot be read keeps nobody from being told of the others. They are looked at
 * together, as a rule; apart only when that failed, for it costs more.
 */

import { MtlsWatchError } from '../base/errors.js';
import { oneByOne } from '../base/one-by-one.js';
import type { GroupKey } from '../model/index.js';
import type { World } from '../ports/index.js';
import { evaluate } from './evaluate.js';

/**
 * As `evaluate`.
 * @throws after all were looked at, what could not be read
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
