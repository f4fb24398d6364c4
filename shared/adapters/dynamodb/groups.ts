/**
 * Which issuers are groups of their own. One item per scope and day holds the set of those that are in:
 *
 *     room for all who ask --add--> all are in
 *     room for some        --add--> the first of them are in, the set is full
 *     full                          whoever is not in stays out for the day
 *
 * The set only grows, and an issuer is only turned away once it is full, so no answer ever changes. What a container
 * has seen of a set it remembers, so issuers that are known cost nothing. A set that it has not seen is looked up when
 * somebody asks for nobody: reading it costs a tenth of adding to it.
 */

import { digest } from '../../digest.js';
import { limits } from '../../limits.js';
import type { Clock, GroupStore } from '../../ports/index.js';
import { keys, ttl } from './keys.js';
import type { Key, Table } from './table.js';

const BOUND = limits.issuersPerScopeMax;

/** Adding these leaves the set within its bound even if none of them is in it yet. */
const HAS_ROOM = 'attribute_not_exists(#issuers) OR size(#issuers) <= :room';

export function createGroups(table: Table, clock: Clock): GroupStore {
  const remembered = new Map<string, ReadonlySet<string>>();

  const add = async (key: Key, ids: readonly string[]): Promise<ReadonlySet<string>> => {
    const update = {
      expression: 'ADD #issuers :ids SET #ttl = :ttl',
      values: {
        ':ids': { SS: [...ids] },
        ':room': { N: String(BOUND - ids.length) },
        ':ttl': ttl(clock.now(), limits.keptDaysMax),
      },
    };
    const { item } = await table.update(key, update, HAS_ROOM);
    return new Set(item.issuers?.SS);
  };

  return {
    admit: async (scope, day, issuerDns) => {
      const key = keys.issuers(scope, day);
      if (issuerDns.length === 0) {
        if (!remembered.has(key.pk)) remember(remembered, key.pk, new Set((await table.get(key))?.issuers?.SS));
        return new Set();
      }
      const ids = new Map(issuerDns.map((issuerDn) => [digest('issuer', issuerDn), issuerDn] as const));
      let inside = remembered.get(key.pk) ?? new Set<string>();
      for (;;) {
        const outside = [...ids.keys()].filter((id) => !inside.has(id));
        if (outside.length === 0 || inside.size >= BOUND) break;
        // Where others were quicker the set that comes back has grown, so this ends.
        inside = await add(key, outside.slice(0, BOUND - inside.size));
      }
      remember(remembered, key.pk, inside);
      return new Set([...ids].flatMap(([id, issuerDn]) => (inside.has(id) ? [issuerDn] : [])));
    },
  };
}

function remember(sets: Map<string, ReadonlySet<string>>, place: string, inside: ReadonlySet<string>): void {
  const [oldest] = sets.keys();
  if (oldest !== undefined && !sets.has(place) && sets.size >= limits.admissionsRememberedMax) sets.delete(oldest);
  sets.set(place, inside);
}
