/** Events as batches keep them that may have brought the same ones: a mark for each, one after the other. */

import { digest } from '../base/digest.js';
import { getOrInsert } from '../base/get-or-insert.js';
import type { ForbiddenFact } from '../model/index.js';
import { EVENT_MARK_CHARS } from './stores.js';

export function markOf(eventId: string): string {
  return digest('event', eventId).slice(0, EVENT_MARK_CHARS);
}

export function marksIn(text: string): string[] {
  return Array.from({ length: text.length / EVENT_MARK_CHARS }, (_, index) =>
    text.slice(index * EVENT_MARK_CHARS, (index + 1) * EVENT_MARK_CHARS),
  );
}

/**
 * Other 403s without what an earlier fact of the same scope, cause and minute counted. Facts without marks stay as they are.
 * @returns takes facts piece by piece, in the order of their minutes: it knows the events of one minute only
 */
export function eventsOnce(): (facts: readonly ForbiddenFact[]) => ForbiddenFact[] {
  const counted = new Map<string, Set<string>>();
  let current = Number.NaN;
  return (facts) =>
    facts.flatMap(({ events, ...fact }) => {
      if (fact.minute !== current) counted.clear();
      current = fact.minute;
      if (events === undefined) return [fact];
      const known = getOrInsert(counted, `${fact.cause} ${fact.scope}`, () => new Set<string>());
      const before = known.size;
      for (const mark of marksIn(events)) known.add(mark);
      const count = known.size - before;
      return count === 0 ? [] : [{ ...fact, requests: count, count }];
    });
}

/** The same for facts in any order; those of a minute stay in theirs. */
export function eachEventOnce(facts: readonly ForbiddenFact[]): ForbiddenFact[] {
  return eventsOnce()([...facts].sort((a, b) => a.minute - b.minute));
}
