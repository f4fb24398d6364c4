/** Facts in memory, by group and minute, so that reading a window costs in proportion to its facts. */

import { dayOfMinute } from '../../base/time.js';
import { groupId } from '../../model/group-id.js';
import type { Fact, ForbiddenFact, GroupKey } from '../../model/index.js';
import { eachEventOnce } from '../../ports/event-marks.js';
import type { FactStore } from '../../ports/index.js';

export interface MemoryFacts extends FactStore {
  /** Everything counted, in no particular order. */
  all(): Iterable<Fact>;
  allForbidden(): Iterable<ForbiddenFact>;
  /** The groups that have facts. */
  groups(): readonly GroupKey[];
  /** The first minute of which a group may have facts. */
  oldest(group: GroupKey): number;
  /** Removes the facts of a group before a minute, and returns them in the order of minutes. */
  take(group: GroupKey, before: number): readonly Fact[];
}

interface OfGroup {
  readonly group: GroupKey;
  /** By minute and batch. */
  readonly minutes: Map<number, Map<string, Fact>>;
  /** No minute is before this one. */
  oldest: number;
}

export function createFacts(): MemoryFacts {
  const byGroup = new Map<string, OfGroup>();
  const forbiddenFacts = new Map<string, ForbiddenFact>();
  return {
    put: async (facts, forbidden) => {
      for (const fact of facts) {
        const id = groupId(fact.group);
        const known = byGroup.get(id);
        const minutes = known?.minutes ?? new Map<number, Map<string, Fact>>();
        const oldest = Math.min(known?.oldest ?? fact.minute, fact.minute);
        byGroup.set(id, { group: fact.group, minutes, oldest });
        const ofMinute = minutes.get(fact.minute) ?? new Map<string, Fact>();
        minutes.set(fact.minute, ofMinute);
        grow(ofMinute, fact.batchId, fact);
      }
      for (const fact of forbidden) {
        grow(forbiddenFacts, JSON.stringify([fact.scope, fact.door, fact.cause, fact.minute, fact.batchId]), fact);
      }
    },
    window: async (group, from, to) => {
      const minutes = byGroup.get(groupId(group))?.minutes;
      return minutes === undefined ? [] : factsIn(minutes, minutesIn(minutes, from, to));
    },
    forbidden: async (from, to, limit) =>
      eachEventOnce(
        [...forbiddenFacts.values()]
          .filter(({ minute }) => from <= dayOfMinute(minute) && dayOfMinute(minute) <= to)
          .slice(0, limit),
      ),
    *all() {
      for (const { minutes } of byGroup.values()) for (const facts of minutes.values()) yield* facts.values();
    },
    allForbidden: () => eachEventOnce([...forbiddenFacts.values()]),
    groups: () => [...byGroup.values()].map(({ group }) => group),
    oldest: (group) => byGroup.get(groupId(group))?.oldest ?? Number.POSITIVE_INFINITY,
    take: (group, before) => {
      const known = byGroup.get(groupId(group));
      if (known === undefined) return [];
      const { minutes } = known;
      known.oldest = Math.max(known.oldest, before);
      const taken = minutesIn(minutes, Number.NEGATIVE_INFINITY, before - 1);
      const facts = factsIn(minutes, taken);
      for (const minute of taken) minutes.delete(minute);
      if (minutes.size === 0) byGroup.delete(groupId(group));
      return facts;
    },
  };
}

function minutesIn(minutes: ReadonlyMap<number, unknown>, from: number, to: number): number[] {
  const span = to - from + 1;
  if (span > minutes.size) {
    return [...minutes.keys()].filter((minute) => from <= minute && minute <= to).sort((a, b) => a - b);
  }
  const found: number[] = [];
  for (let minute = from; minute <= to; minute++) if (minutes.has(minute)) found.push(minute);
  return found;
}

function factsIn(minutes: ReadonlyMap<number, ReadonlyMap<string, Fact>>, of: readonly number[]): Fact[] {
  const facts: Fact[] = [];
  for (const minute of of) for (const fact of minutes.get(minute)?.values() ?? []) facts.push(fact);
  return facts;
}

/** Sets the value unless the present one stands for at least as many requests. */
export function grow<K, T extends { readonly requests: number }>(values: Map<K, T>, key: K, value: T): void {
  const known = values.get(key);
  if (known === undefined || known.requests < value.requests) values.set(key, value);
}
