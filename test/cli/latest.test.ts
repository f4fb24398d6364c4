/** Numbers by digests, of which the latest are kept. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIGEST_WORDS, latest } from '../../cli/inputs/latest.js';

/** Many share a word, and so begin to be looked for at places near to each other. */
const digestOf = (key: number): Int32Array => Int32Array.from({ length: DIGEST_WORDS }, (_, n) => (key >> (2 * n)) & 3);

describe('the latest digests', () => {
  it('have the numbers of a list that forgets its beginning', () => {
    const call = fc.tuple(fc.constantFrom('get', 'set', 'count'), fc.nat(63), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 60 }),
        fc.array(call),
        (most, rows, calls) => {
          const numbers = latest(most, Math.min(rows, most));
          let list: { key: number | null; number: number }[] = [];
          for (const [kind, key, number] of calls) {
            const known = list.find((row) => row.key === key);
            const before = known?.number ?? 0;
            if (kind === 'get') expect(numbers.get(digestOf(key), 0)).toBe(before);
            if (kind === 'set') numbers.set(digestOf(key), 0, number);
            if (kind === 'count') expect(numbers.count(digestOf(key), 0)).toBe(before);
            if (kind === 'get') continue;
            if (kind === 'set' && known !== undefined) known.number = number;
            else {
              if (known !== undefined) known.key = null;
              list = [...list, { key, number: kind === 'set' ? number : before + 1 }].slice(-most);
            }
          }
          for (let key = 0; key < 64; key++) {
            expect(numbers.get(digestOf(key), 0)).toBe(list.find((row) => row.key === key)?.number ?? 0);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('are told apart by each of their words', () => {
    const numbers = latest(100);
    for (let word = 0; word < DIGEST_WORDS; word++) {
      const digest = new Int32Array(DIGEST_WORDS).fill(7);
      digest[word] = -8;
      numbers.set(digest, 0, word + 1);
    }
    expect(numbers.get(new Int32Array(DIGEST_WORDS).fill(7), 0)).toBe(0);
    for (let word = 0; word < DIGEST_WORDS; word++) {
      const digest = new Int32Array(DIGEST_WORDS).fill(7);
      digest[word] = -8;
      expect(numbers.get(digest, 0)).toBe(word + 1);
    }
  });

  it('begin anywhere in an array', () => {
    const numbers = latest(10);
    numbers.set(Int32Array.from([9, 9, 1, 2, 3, 4]), 2, 5);
    expect(numbers.get(Int32Array.from([1, 2, 3, 4]), 0)).toBe(5);
  });
});
