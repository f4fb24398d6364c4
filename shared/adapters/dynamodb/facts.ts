/**
 * The facts of batches, stored by group, so that one query reads a window of any length: two days for a group without a
 * history, two months for a sum that is made late.
 */

import { limits } from '../../base/limits.js';
import { dayOfMinute } from '../../base/time.js';
import * as z from '../../base/zod.js';
import { groupId } from '../../model/group-id.js';
import type { Fact, ForbiddenFact, GroupKey } from '../../model/index.js';
import { forbiddenCauses } from '../../model/reasons.js';
import { eventsOnce } from '../../ports/event-marks.js';
import type { Clock, FactStore } from '../../ports/index.js';
import { inParallel } from './failures.js';
import { corrupt, countsAttributes, countsOf, isGrowth, numberOf, readValue, textOf } from './items.js';
import { endOf, keys, ordered, ttl } from './keys.js';
import { attributesOf, type Item, type Table } from './table.js';

export function createFacts(table: Table, clock: Clock): FactStore {
  const indexed = new Set<string>();
  /** Written before the facts, so that a crash leaves a scope without facts, and not facts that no report finds. */
  const indexScopes = async (forbidden: readonly ForbiddenFact[]): Promise<void> => {
    const fresh = new Map<string, Item>();
    for (const { scope, minute } of forbidden) {
      const key = keys.scope(scope, dayOfMinute(minute));
      const name = `${key.pk} ${key.sk}`;
      if (indexed.has(name)) continue;
      const expiry = ttl(clock.now(), limits.forbiddenDaysMax);
      fresh.set(name, { ...attributesOf(key), value: { S: JSON.stringify(scope) }, ttl: expiry });
    }
    await table.putAll([...fresh.values()]);
    if (indexed.size + fresh.size > limits.scopesIndexedMax) indexed.clear();
    for (const name of fresh.keys()) indexed.add(name);
  };
  return {
    put: async (facts, forbidden) => {
      const expiry = ttl(clock.now(), limits.factDaysMax);
      const items: Item[] = [
        ...facts.map((fact) => ({
          ...attributesOf(keys.fact(groupId(fact.group), fact.minute, fact.batchId)),
          ...countsAttributes(fact),
          ttl: expiry,
        })),
        ...forbidden.map(({ scope, door, cause, minute, batchId, requests, count, events }) => ({
          ...attributesOf(keys.forbidden(scope, cause, minute, batchId + behindBatch(door))),
          requests: { N: String(requests) },
          value: { S: JSON.stringify([scope, count, ...(door === undefined ? [] : [door])]) },
          ...(events !== undefined && { events: { S: events } }),
          ttl: ttl(clock.now(), limits.forbiddenDaysMax),
        })),
      ];
      await indexScopes(forbidden);
      await inParallel(items, (item) => table.put(item, isGrowth(Number(item.requests?.N))));
    },
    window: async (group, from, to) => {
      const range = { from: ordered(from), to: endOf(ordered(to)) };
      const items = await table.query({ pk: keys.factPk(groupId(group)), ...range });
      return items.map((item) => factOf(item, group));
    },
    forbidden: async (from, to, limit) => {
      const days = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
      const places = await inParallel(days, async (day) => {
        const scopes = await table.query({ pk: keys.scopesPk(day) }, limits.scopesPerDayMax);
        return scopes.map((item) => ({ scope: readValue(item, 'value', z.string()), day }));
      });
      const facts: ForbiddenFact[] = [];
      for (const { scope, day } of places.flat()) {
        // The marks of a page are dropped before the next one is read: they are many times as large as the counts.
        const once = eventsOnce();
        for await (const page of table.pages({ pk: keys.forbiddenPk(scope, day) })) {
          for (const fact of once(page.map(forbiddenOf))) facts.push(fact);
          if (facts.length >= limit) return facts.slice(0, limit);
        }
      }
      return facts;
    },
  };
}

function factOf(item: Item, group: GroupKey): Fact {
  const [, minute, batchId] = /^(\d+)#(.*)$/s.exec(textOf(item, 'sk')) ?? [];
  if (minute === undefined || batchId === undefined) throw corrupt(item, 'sk', 'expected MINUTE#BATCH');
  return { group, minute: Number(minute), batchId, ...countsOf(item) };
}

/** A batch may hold records of several doors. */
const behindBatch = (door: string | undefined): string => (door === undefined ? '' : `#${door}`);

const forbiddenSchema = z.tuple([z.string(), z.number(), z.optional(z.string())], z.unknown());

function forbiddenOf(item: Item): ForbiddenFact {
  const [, minute, name, batch] = /^(\d+)#([a-z-]+)#(.*)$/s.exec(textOf(item, 'sk')) ?? [];
  const cause = forbiddenCauses.find((one) => one === name);
  if (minute === undefined || cause === undefined || batch === undefined) {
    throw corrupt(item, 'sk', 'expected MINUTE#CAUSE#BATCH');
  }
  const [scope, count, door] = readValue(item, 'value', forbiddenSchema);
  const batchId = batch.slice(0, batch.length - behindBatch(door).length);
  const requests = numberOf(item, 'requests');
  const fact = { scope, ...(door !== undefined && { door }), cause, minute: Number(minute), batchId, requests, count };
  return item.events === undefined ? fact : { ...fact, events: textOf(item, 'events') };
}
