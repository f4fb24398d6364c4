/**
 * Which incidents share a cause, and how many each of them refused: people are told of one, and the others are told with it.
 */

import pMap from 'p-map';
import { limits } from '../base/limits.js';
import { groupId } from '../model/group-id.js';
import type { GroupKey, Incident, Notice, ToldWith } from '../model/index.js';
import type { World } from '../ports/index.js';

type Told = Pick<Notice, 'refused' | 'cause'>;

/** The key under which causes are compared: others of the scope and issuer may share one, but not those who use its name. */
export function issuerKey({ scope, issuerDn, isUnverified, door }: GroupKey): string {
  return JSON.stringify([scope, issuerDn, isUnverified, door]);
}

export function isSameCause(one: Told | null, other: Told | null): boolean {
  if (one?.cause == null || one.cause !== other?.cause) return false;
  const [theirs, own] = [one.refused, other.refused];
  // Two clients of one issuer may have the same thing wrong with their own certificates: those are two causes.
  return theirs?.party === own?.party && (own?.party === 'issuer' || theirs?.client === own?.client);
}

/**
 * The groups whose incidents this one stands for, with what each refused in the minutes from `from` to `to`; those with most
 * first, and none that refused nothing.
 */
export async function toldWith(
  { group, since }: Pick<Incident, 'group' | 'since'>,
  told: Told,
  { from, to, isOver }: { readonly from: number; readonly to: number; readonly isOver: boolean },
  { stores, clock }: World,
): Promise<readonly ToldWith[]> {
  const [firing, ended] = await Promise.all([
    stores.incidents.firing(limits.firingPerSweepMax),
    isOver ? stores.incidents.ended(since, clock.now() + 1, limits.reportIncidentsMax) : [],
  ]);
  const [key, id] = [issuerKey(group), groupId(group)];
  const others = [...firing, ...ended].filter(
    (one) => !one.announced && issuerKey(one.group) === key && groupId(one.group) !== id,
  );
  const distinct = [...new Map(others.map((one) => [groupId(one.group), one.group])).values()];
  const counted = await pMap(
    distinct.slice(0, limits.groupsForShareMax),
    async (other) => {
      const incident = await stores.incidents.load(other);
      if (incident === null || !isSameCause(told, incident.told)) return [];
      const facts = await stores.facts.window(other, from, to);
      return [
        {
          group: other,
          count: Math.max(
            0,
            facts.reduce((sum, { count }) => sum + count, 0),
          ),
        },
      ];
    },
    { concurrency: limits.storeConcurrencyMax },
  );
  return counted
    .flat()
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}
