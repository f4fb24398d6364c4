/** The places for kinds of sentences are those of a scope and a day: who fills them elsewhere, or tomorrow, takes none. */

import { expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { DAY_MS } from '../../shared/base/time.js';
import { admitWords } from '../../shared/count/words.js';
import { type Failure, UNKNOWN_ISSUER } from '../../shared/model/index.js';
import { T0 } from '../support/logs.js';
import { testWorld } from '../support/world.js';

const failureOf = (words: string, scope: string, at: number): Failure => ({
  ...{
    eventId: `${scope} ${at} ${words}`,
    requestId: 'r',
    extendedRequestId: null,
    attribution: 'unpaired',
    client: null,
  },
  ...{ at, scope, denialScope: scope, issuerDn: UNKNOWN_ISSUER, reason: 'other', reasonText: words, words, weight: 1 },
});

const MOST = limits.reasonWordsPerScopeMax;
const kinds = (n: number, first = 0) => Array.from({ length: n }, (_, at) => `kind ${first + at}`);

it.each<[string, [words: string[], scope: string, at: number][], number]>([
  ['as many as there are places', [[kinds(MOST), 'a.example', T0]], MOST],
  ['one more', [[kinds(MOST + 1), 'a.example', T0]], MOST],
  [
    'twice as many, at two domains',
    [
      [kinds(MOST), 'a.example', T0],
      [kinds(MOST, MOST), 'b.example', T0],
    ],
    2 * MOST,
  ],
  [
    'twice as many, on two days',
    [
      [kinds(MOST), 'a.example', T0],
      [kinds(MOST, MOST), 'a.example', T0 + DAY_MS],
    ],
    2 * MOST,
  ],
  [
    'the same twice',
    [
      [kinds(MOST), 'a.example', T0],
      [kinds(MOST), 'a.example', T0 + 1],
    ],
    2 * MOST,
  ],
])('%s', async (_, batches, kept) => {
  const failures = batches.flatMap(([all, scope, at]) => all.map((words) => failureOf(words, scope, at)));
  const admitted = await admitWords(failures, (failure) => failure, testWorld());
  expect(admitted.filter(({ words }) => words !== undefined)).toHaveLength(kept);
  expect(admitted.map(({ eventId }) => eventId)).toEqual(failures.map(({ eventId }) => eventId));
});
