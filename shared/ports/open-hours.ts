/** Which hours are open, from the marks and the expected facts that a store holds. Pure; both adapters list by it. */

import { hourOf } from '../base/time.js';
import { groupId } from '../model/group-id.js';
import type { ExpectedFact, Mark, OpenHour } from './index.js';

/**
 * Each hour of a group once. Those that only expect facts come last: a fact may not come for days, and must not keep the
 * marked ones from being closed.
 */
export function openHoursOf(
  marks: readonly Mark[],
  expected: readonly ExpectedFact[],
  hour: number,
  limit: number,
): OpenHour[] {
  const open = new Map<string, OpenHour>();
  for (const mark of marks) open.set(`${mark.hour} ${groupId(mark.group)}`, { ...mark, expected: [] });
  for (const fact of expected) {
    const { group, minute } = fact;
    const key = `${hourOf(minute)} ${groupId(group)}`;
    const known = open.get(key) ?? { group, hour: hourOf(minute), stamp: null, expected: [] };
    open.set(key, { ...known, expected: [...known.expected, fact] });
  }
  return [...open.values()]
    .filter((one) => one.hour <= hour)
    .sort((a, b) => Number(a.stamp === null) - Number(b.stamp === null) || a.hour - b.hour)
    .slice(0, limit);
}
