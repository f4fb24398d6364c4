/** Lists the open hours from the marks and the expected facts in a store. Pure; both adapters use it. */

import { hourOf } from '../base/time.js';
import { groupId } from '../model/group-id.js';
import type { DirtyHour, DirtyMark, FactIntent } from './index.js';

/**
 * Each hour of a group once. Hours with expected facts only come last: such a fact may be days away, and must not delay
 * closing the marked hours.
 */
export function dirtyHoursOf(
  marks: readonly DirtyMark[],
  expected: readonly FactIntent[],
  hour: number,
  limit: number,
): DirtyHour[] {
  const open = new Map<string, DirtyHour>();
  for (const mark of marks) open.set(`${mark.hour} ${groupId(mark.group)}`, { ...mark, expected: [] });
  for (const fact of expected) {
    const { group, minute } = fact;
    const key = `${hourOf(minute)} ${groupId(group)}`;
    const known = open.get(key) ?? { group, hour: hourOf(minute), token: null, expected: [] };
    open.set(key, { ...known, expected: [...known.expected, fact] });
  }
  return [...open.values()]
    .filter((one) => one.hour <= hour)
    .sort((a, b) => Number(a.token === null) - Number(b.token === null) || a.hour - b.hour)
    .slice(0, limit);
}
