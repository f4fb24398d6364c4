/** The detector's history of each group. The last write wins, because a history can be computed again from facts. */

import { limits } from '../../base/limits.js';
import * as z from '../../base/zod.js';
import { groupId } from '../../model/group-id.js';
import type { Clock, HistoryStore } from '../../ports/index.js';
import { readValue } from './items.js';
import { keys, ttl } from './keys.js';
import { attributesOf, type Table } from './table.js';

export function createHistory(table: Table, clock: Clock): HistoryStore {
  return {
    load: async (group) => {
      const item = await table.get(keys.history(groupId(group)));
      return item === null ? null : readValue(item, 'value', z.unknown());
    },
    save: (group, history) =>
      table.putAll([
        {
          ...attributesOf(keys.history(groupId(group))),
          value: { S: JSON.stringify(history) },
          ttl: ttl(clock.now(), limits.historyDaysMax),
        },
      ]),
  };
}
