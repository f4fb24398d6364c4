/**
 * Hours that are over, for months, and marks on those that have facts which their roll-up does not know:
 *
 *     (no mark) --mark--> marked with a token --mark--> marked with another token
 *                              |
 *                              +--close with the same token--> (no mark)
 *
 * An hour may also be open because a fact is expected in it (`groups.ts`): a note that stands for a mark, and is struck off
 * once the roll-up holds that very fact.
 *
 * A close puts the roll-up first, so a crash leaves the mark and the hour is closed again. Like the facts behind it a
 * roll-up only grows, so one that was made from an older look at the facts never replaces a newer one.
 */

import { limits } from '../../base/limits.js';
import { dayOfMinute, HOUR_MS, MINUTES_PER_HOUR, minuteOf } from '../../base/time.js';
import { groupId } from '../../model/group-id.js';
import type { GroupKey, Rollup } from '../../model/index.js';
import { dirtyHoursOf } from '../../ports/dirty-hours.js';
import type { Clock, DirtyMark, FactIntent, RollupStore } from '../../ports/index.js';
import { encodeExpected, expectedOf, expectingKey } from './expected.js';
import { inParallel } from './failures.js';
import {
  countsAttributes,
  countsOf,
  groupSchema,
  isGrowth,
  numberOf,
  type ReadEach,
  readValue,
  textOf,
} from './items.js';
import { endOf, keys, ordered, shards, ttl, weekOfHour } from './keys.js';
import { attributesOf, type Condition, type Item, type Table } from './table.js';

/** DynamoDB removes an attribute whose set is empty. */
const IS_EXPECTING = { expression: 'attribute_exists(#expected)' };
/** Prevents an update from creating an item that has expired. */
const IS_THERE = 'attribute_exists(#pk)';

const isSameMark = (token: string): Condition => ({
  expression: '#stamp = :stamp',
  values: { ':stamp': { S: token } },
});

/** All but the marks, which every delivery makes (`marks.ts`). */
export function createRollups(table: Table, clock: Clock, days: number, readEach: ReadEach): Omit<RollupStore, 'mark'> {
  const indexed = new Set<string>();
  return {
    open: async (hour, limit) => {
      const to = endOf(ordered(hour));
      const [marks, expecting] = await Promise.all([
        inParallel(shards('mark'), (pk) => table.query({ pk, to }, limit)),
        inParallel(expectingDays(clock), (day) => table.query({ pk: keys.issuersPk(day), filter: IS_EXPECTING })),
      ]);
      return dirtyHoursOf(readEach(marks.flat(), markOf), readEach(expecting.flat(), expectedOf).flat(), hour, limit);
    },
    close: async ({ group, hour, token, expected }, rollup) => {
      const id = groupId(group);
      // The index is written first: a group in the index without roll-ups costs a report one query; a roll-up without
      // an index entry is not found.
      const place = keys.indexed(id, hour);
      const name = `${place.pk} ${place.sk}`;
      if (rollup !== null && !indexed.has(name)) {
        await table.putAll([indexItem(group, hour, days)]);
        if (indexed.size >= limits.groupsIndexedMax) indexed.clear();
        indexed.add(name);
      }
      if (rollup !== null) await table.put(rollupItem(rollup, days), isGrowth(rollup.requests));
      await Promise.all([
        token === null ? null : table.remove(keys.mark(id, hour), isSameMark(token)),
        removeIntents(expected, table),
      ]);
    },
    counted: async (from, to) => {
      const items = await table.query({ pk: keys.countedPk, from: ordered(from), to: ordered(to) });
      return new Set(items.map((item) => Number(textOf(item, 'sk'))));
    },
    load: async (group, from, to) => {
      const items = await table.query({ pk: keys.rollupPk(groupId(group)), from: ordered(from), to: ordered(to) });
      return items.map((item) => rollupOf(item, group));
    },
    groups: async (from, to, limit) => {
      const groups = new Map<string, GroupKey>();
      for (let week = weekOfHour(from); week <= weekOfHour(to) && groups.size < limit; week++) {
        for await (const page of table.pages({ pk: keys.groupsPk(week) })) {
          const read = readEach(page, (item) => [textOf(item, 'sk'), readValue(item, 'value', groupSchema)] as const);
          for (const [id, group] of read) groups.set(id, group);
          if (groups.size >= limit) break;
        }
      }
      return [...groups.values()].slice(0, limit);
    },
  };
}

/** @param days how long roll-ups are kept, from their hour on */
export function rollupItem(rollup: Rollup, days: number): Item {
  const { group, hour } = rollup;
  return {
    ...attributesOf(keys.rollup(groupId(group), hour)),
    ...countsAttributes(rollup),
    ttl: ttl(hour * HOUR_MS, days),
  };
}

/** The entry by which the roll-ups of a group are found. */
export function indexItem(group: GroupKey, hour: number, days: number): Item {
  return {
    ...attributesOf(keys.indexed(groupId(group), hour)),
    value: { S: JSON.stringify(group) },
    ttl: ttl(hour * HOUR_MS, days),
  };
}

function markOf(item: Item): DirtyMark {
  return { group: readValue(item, 'group', groupSchema), hour: numberOf(item, 'hour'), token: textOf(item, 'stamp') };
}

function expectingDays(clock: Clock): number[] {
  const minute = minuteOf(clock.now());
  const isThorough = minute % MINUTES_PER_HOUR === limits.expectingAllMinute;
  const length = isThorough ? limits.factDaysMax : limits.expectingDays;
  return Array.from({ length }, (_, ago) => dayOfMinute(minute) - ago);
}

/** All expected facts of one hour are in one item. */
async function removeIntents(expected: readonly FactIntent[], table: Table): Promise<void> {
  const [first] = expected;
  if (first === undefined) return;
  const values = { ':expected': { SS: expected.map(encodeExpected) } };
  await table.update(expectingKey(first), { expression: 'DELETE #expected :expected', values }, IS_THERE);
}

function rollupOf(item: Item, group: GroupKey): Rollup {
  return { group, hour: Number(textOf(item, 'sk')), ...countsOf(item) };
}
