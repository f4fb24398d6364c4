/**
 * Hours that are over, for months, and marks on those that have facts which their roll-up does not know:
 *
 *     (no mark) --mark--> marked with a stamp --mark--> marked with another stamp
 *                              |
 *                              +--close with the same stamp--> (no mark)
 *
 * A close puts the roll-up first, so a crash leaves the mark and the hour is closed again. Like the facts behind it a
 * roll-up only grows, so one that was made from an older look at the facts never replaces a newer one.
 */

import { groupId } from '../../digest.js';
import { limits } from '../../limits.js';
import type { GroupKey, Rollup } from '../../model.js';
import type { Clock, OpenHour, RollupStore } from '../../ports/index.js';
import { inParallel } from './failures.js';
import { countsAttributes, countsOf, groupSchema, isGrowth, numberOf, readValue, textOf } from './items.js';
import { endOf, keys, ordered, shards, ttl, weekOfHour } from './keys.js';
import { attributesOf, type Condition, type Item, type Table } from './table.js';

const HOUR_MS = 3_600_000;

const isSameMark = (stamp: string): Condition => ({
  expression: '#stamp = :stamp',
  values: { ':stamp': { S: stamp } },
});

export function createRollups(table: Table, clock: Clock, days: number): RollupStore {
  const indexed = new Set<string>();
  return {
    mark: async (hours) => {
      const distinct = new Map<string, Item>();
      for (const { group, hour, stamp } of hours) {
        const id = groupId(group);
        distinct.set(`${hour} ${id}`, {
          ...attributesOf(keys.mark(id, hour)),
          hour: { N: String(hour) },
          stamp: { S: stamp },
          group: { S: JSON.stringify(group) },
          // As long as its facts.
          ttl: ttl(clock.now(), limits.factMinutesMax / (24 * 60)),
        });
      }
      await table.putAll([...distinct.values()]);
    },
    open: async (hour, limit) => {
      const to = endOf(ordered(hour));
      const marks = await inParallel(shards('mark'), (pk) => table.query({ pk, to }, limit));
      return marks
        .flat()
        .map(openOf)
        .sort((a, b) => a.hour - b.hour)
        .slice(0, limit);
    },
    close: async ({ group, hour, stamp }, rollup) => {
      const id = groupId(group);
      const item = {
        ...attributesOf(keys.rollup(id, hour)),
        ...countsAttributes(rollup),
        ttl: ttl(hour * HOUR_MS, days),
      };
      // The index first: a group without roll-ups costs a report one query, a roll-up without its group is not found.
      const place = keys.indexed(id, hour);
      const name = `${place.pk} ${place.sk}`;
      if (!indexed.has(name)) {
        const expiry = ttl(hour * HOUR_MS, days);
        await table.putAll([{ ...attributesOf(place), value: { S: JSON.stringify(group) }, ttl: expiry }]);
        if (indexed.size >= limits.groupsIndexedMax) indexed.clear();
        indexed.add(name);
      }
      await table.put(item, isGrowth(rollup.requests));
      await table.remove(keys.mark(id, hour), isSameMark(stamp));
    },
    load: async (group, from, to) => {
      const items = await table.query({ pk: keys.rollupPk(groupId(group)), from: ordered(from), to: ordered(to) });
      return items.map((item) => rollupOf(item, group));
    },
    groups: async (from, to, limit) => {
      const groups = new Map<string, GroupKey>();
      for (let week = weekOfHour(from); week <= weekOfHour(to) && groups.size < limit; week++) {
        for await (const page of table.pages({ pk: keys.groupsPk(week) })) {
          for (const item of page) groups.set(textOf(item, 'sk'), readValue(item, 'value', groupSchema));
          if (groups.size >= limit) break;
        }
      }
      return [...groups.values()].slice(0, limit);
    },
  };
}

function openOf(item: Item): OpenHour {
  return { group: readValue(item, 'group', groupSchema), hour: numberOf(item, 'hour'), stamp: textOf(item, 'stamp') };
}

function rollupOf(item: Item, group: GroupKey): Rollup {
  return { group, hour: Number(textOf(item, 'sk')), ...countsOf(item) };
}
