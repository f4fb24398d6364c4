/** The marks on hours that have facts which their roll-up does not know; see `rollups.ts`. */

import { limits } from '../../base/limits.js';
import { groupId } from '../../model/group-id.js';
import type { Clock, RollupStore } from '../../ports/index.js';
import { keys, ttl } from './keys.js';
import { attributesOf, type Item, type Table } from './table.js';

export function createMark(table: Table, clock: Clock): RollupStore['mark'] {
  return async (hours) => {
    const distinct = new Map<string, Item>();
    for (const { group, hour, token } of hours) {
      const id = groupId(group);
      distinct.set(`${hour} ${id}`, {
        ...attributesOf(keys.mark(id, hour)),
        hour: { N: String(hour) },
        stamp: { S: token },
        group: { S: JSON.stringify(group) },
        // Kept as long as the facts of the hour.
        ttl: ttl(clock.now(), limits.factDaysMax),
      });
    }
    await table.putAll([...distinct.values()]);
  };
}
