/**
 * Groups of sentences without a name. Which kinds of them a scope and day count by themselves is decided as for issuers, by places
 * (`GroupStore.admit`): the first ones in, up to the bound, and an answer never changes. The others are counted together, as the
 * reason `other` without words. A half keeps its words in its cell, so that a retry counts in the same group.
 */

import pMap from 'p-map';
import { getOrInsert } from '../base/get-or-insert.js';
import { limits } from '../base/limits.js';
import { memoize } from '../base/memoize.js';
import { dayOf } from '../base/time.js';
import type { Failure, Parsed } from '../model/index.js';
import { reasonWords } from '../model/reason-words.js';
import type { World } from '../ports/index.js';

/** Says of each denial and connection without a named reason what kind of sentence it has. */
export function withWords(parsed: Parsed): Parsed {
  return {
    ...parsed,
    denials: parsed.denials.map((one) => ({ ...one, ...wordsOf(one) })),
    connections: parsed.connections.map((one) => ('reason' in one.outcome ? { ...one, ...wordsOf(one.outcome) } : one)),
  };
}

function wordsOf({ reason, reasonText }: Pick<Failure, 'reason' | 'reasonText'>): { readonly words?: string } {
  const words = reason === 'other' ? remembered(reasonText) : '';
  return words === '' ? {} : { words };
}

const remembered = memoize(
  { entriesMax: limits.reasonsRememberedMax, keyCharsMax: limits.reasonCharsMax },
  (text: string) => text,
  reasonWords,
);

/**
 * Leaves the words out that have no place. The places are those of the denial's scope: what a sampled request stands for beyond
 * itself is taken off there, from what was counted with the same words.
 * @param boundScope gives the scopes under which a failure is counted
 */
export async function admitWords(
  failures: readonly Failure[],
  boundScope: (failure: Failure) => Failure,
  world: Pick<World, 'stores'>,
): Promise<readonly Failure[]> {
  const places = new Map<string, { scope: string; day: number; times: Map<string, number> }>();
  const placeOf = (failure: Failure) => {
    const [scope, day] = [`words of ${boundScope(failure).denialScope}`, dayOf(failure.at)];
    return getOrInsert(places, `${day} ${scope}`, () => ({ scope, day, times: new Map() }));
  };
  for (const failure of failures) {
    if (failure.words === undefined) continue;
    const { times } = placeOf(failure);
    times.set(failure.words, (times.get(failure.words) ?? 0) + 1);
  }
  const admitted = new Map<unknown, ReadonlySet<string>>();
  await pMap(
    places.values(),
    async (place) => {
      const { scope, day, times } = place;
      const busiest = [...times].sort(([, a], [, b]) => b - a).map(([words]) => words);
      admitted.set(place, await world.stores.groups.admit(scope, day, busiest, limits.reasonWordsPerScopeMax));
    },
    { concurrency: limits.storeConcurrencyMax },
  );
  return failures.map((failure) => {
    const { words, ...rest } = failure;
    return words === undefined || admitted.get(placeOf(failure))?.has(words) ? failure : rest;
  });
}
