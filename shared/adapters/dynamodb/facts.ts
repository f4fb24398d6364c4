/**
 * What batches counted. Facts stand under their group and UTC day, so that a busy group spreads over partitions and a
 * window is read in one query, two around midnight.
 */

import { groupId } from '../../digest.js';
import { limits } from '../../limits.js';
import type { Fact, GroupKey } from '../../model.js';
import type { Clock, FactStore } from '../../ports/index.js';
import { inParallel } from './failures.js';
import { corrupt, countsAttributes, countsOf, isGrowth, textOf } from './items.js';
import { dayOfMinute, endOf, keys, ordered, ttl } from './keys.js';
import { attributesOf, type Item, type Table } from './table.js';

export function createFacts(table: Table, clock: Clock): FactStore {
  return {
    put: async (facts, forbidden) => {
      const expiry = ttl(clock.now(), limits.factMinutesMax / (24 * 60));
      const items: Item[] = [
        ...facts.map((fact) => ({
          ...attributesOf(keys.fact(groupId(fact.group), fact.minute, fact.batchId)),
          ...countsAttributes(fact),
          ttl: expiry,
        })),
        ...forbidden.map(({ scope, cause, minute, batchId, requests, count }) => ({
          ...attributesOf(keys.forbidden(scope, cause, minute, batchId)),
          requests: { N: String(requests) },
          value: { S: JSON.stringify([scope, count]) },
          ttl: expiry,
        })),
      ];
      await inParallel(items, (item) => table.put(item, isGrowth(Number(item.requests?.N))));
    },
    window: async (group, from, to) => {
      const id = groupId(group);
      const range = { from: ordered(from), to: endOf(ordered(to)) };
      const pages = await inParallel(daysBetween(from, to), (day) =>
        table.query({ pk: keys.factPk(id, day), ...range }),
      );
      return pages.flat().map((item) => factOf(item, group));
    },
  };
}

function daysBetween(from: number, to: number): number[] {
  const first = dayOfMinute(from);
  return Array.from({ length: Math.max(0, dayOfMinute(to) - first + 1) }, (_, index) => first + index);
}

function factOf(item: Item, group: GroupKey): Fact {
  const [, minute, batchId] = /^(\d+)#(.*)$/s.exec(textOf(item, 'sk')) ?? [];
  if (minute === undefined || batchId === undefined) throw corrupt(item, 'sk', 'expected MINUTE#BATCH');
  return { group, minute: Number(minute), batchId, ...countsOf(item) };
}
