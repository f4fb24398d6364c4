/** Sums the facts of one hour up into the roll-up that is kept for months. Pure: the same facts give the same roll-up. */

import { limits } from '../limits.js';
import type { Fact, GroupKey, Rollup } from '../model.js';
import { tally } from './count.js';

export const MINUTES_PER_HOUR = 60;

export function hourOf(minute: number): number {
  return Math.floor(minute / MINUTES_PER_HOUR);
}

/** @returns null when the hour has no facts */
export function rollUp(group: GroupKey, hour: number, facts: readonly Fact[]): Rollup | null {
  const last = facts.at(-1);
  if (last === undefined) return null;
  const sum = (of: 'requests' | 'count' | 'unattributed' | 'inferred'): number =>
    facts.reduce((total, fact) => total + fact[of], 0);
  return {
    group,
    hour,
    requests: sum('requests'),
    count: sum('count'),
    unattributed: sum('unattributed'),
    inferred: sum('inferred'),
    firstAt: Math.min(...facts.map((fact) => fact.firstAt)),
    lastAt: Math.max(...facts.map((fact) => fact.lastAt)),
    reasonText: last.reasonText,
    clients: tally(
      facts.flatMap((fact) => fact.clients),
      limits.clientsPerNoticeMax,
    ),
  };
}
