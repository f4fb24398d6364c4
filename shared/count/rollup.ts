/** Sums the facts of one hour up into the roll-up that is kept for months. Pure: the same facts give the same roll-up. */

import { limits } from '../base/limits.js';
import type { Counts, Fact, GroupKey, Rollup } from '../model/index.js';
import { tally } from './count.js';
import { hashesTogether } from './distinct.js';

/** @returns null when the hour has no facts */
export function rollUp(group: GroupKey, hour: number, facts: readonly Fact[]): Rollup | null {
  const sum = sumUp(group, facts, limits.clientsPerNoticeMax);
  return sum === null ? null : { ...sum, hour };
}

/** @returns null where there are no facts */
export function sumUp(group: GroupKey, facts: readonly Counts[], clientsMax: number): Counts | null {
  const last = facts.at(-1);
  if (last === undefined) return null;
  const sum = (of: 'requests' | 'count' | 'unattributed' | 'inferred'): number =>
    facts.reduce((total, fact) => total + fact[of], 0);
  const clients = tally(
    facts.flatMap((fact) => fact.clients),
    clientsMax,
  );
  const clientHashes = hashesTogether(facts, clients);
  return {
    group,
    requests: sum('requests'),
    count: sum('count'),
    unattributed: sum('unattributed'),
    inferred: sum('inferred'),
    firstAt: facts.reduce((first, fact) => Math.min(first, fact.firstAt), last.firstAt),
    lastAt: facts.reduce((latest, fact) => Math.max(latest, fact.lastAt), last.lastAt),
    reasonText: last.reasonText,
    clients,
    ...(clientHashes !== null && { clientHashes }),
  };
}
