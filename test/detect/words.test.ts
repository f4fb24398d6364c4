/** Why a page was sent, or not, in a sentence. */

import { describe, expect, it } from 'vitest';
import { detectionSchema } from '../../shared/config/settings.js';
import { amount, inWords, minutes } from '../../shared/detect/words.js';
import { numbers } from '../support/detections.js';

const policy = detectionSchema.parse({});
const seen = { count: 12, windowMinutes: 5, expected: 0.4, recent: 3 };

it.each([
  [0, '0'],
  [1, '1'],
  [7, '7'],
  [10, '10'],
  [12.4, '12'],
  [12.5, '13'],
  [9.96, '10'],
  [3.15159, '3.2'],
  [0.126, '0.13'],
  [0.1, '0.1'],
  [0.099, '0.1'],
  [0.0449, '0.04'],
  [0.01, '0.01'],
  [0.0099, 'almost none'],
])('%d is told as %s', (n, text) => expect(amount(n)).toBe(text));

it('one minute is one', () => {
  expect([1, 2, 60].map(minutes)).toEqual(['1 minute', '2 minutes', '60 minutes']);
});

describe('a chance is told by its order of magnitude', () => {
  it.each([
    [0.2, '1'],
    [1, '1'],
    [3.4, '3'],
    [94, '90'],
    [96, '100'],
    [949, '900'],
    [951, '1,000'],
    [12_345, '10,000'],
    [949_999, '900,000'],
    [960_000, '1 million'],
    [1_000_000, '1 million'],
    [12_345_678, '10 million'],
    [940_000_000, '900 million'],
    [1_000_000_000, '1 billion'],
    [94_000_000_000, '90 billion'],
    [999_999_999_999, '1000 billion'],
    [1e12, 'a trillion or more'],
  ])('%d: 1 in %s', (oneIn, words) => {
    expect(inWords('spike', numbers({ ...seen, oneIn }), policy)).toBe(
      `12 refused in 5 minutes; usually 0.4; chance about 1 in ${words}`,
    );
  });
});

it.each([
  ['over', seen, '12 refused in 5 minutes; usually 0.4; chance about 1 in 1 million; stopped since: 3 in 5 minutes'],
  ['elevated', seen, '12 refused in 5 minutes; usually 0.4; above the usual, but no spike by itself'],
  ['quiet', seen, '12 refused in 5 minutes; usually 0.4; nothing unusual'],
  ['quiet', { ...seen, count: 9 }, '9 refused in 5 minutes; usually 0.4; under the floor of 10'],
  ['elevated', { ...seen, count: 9 }, '9 refused in 5 minutes; usually 0.4; under the floor of 10'],
  ['quiet', { ...seen, count: 9, expected: 9 }, '9 refused in 5 minutes; usually 9; nothing unusual'],
  ['quiet', { ...seen, count: 10 }, '10 refused in 5 minutes; usually 0.4; nothing unusual'],
] as const)('%s of %j: %s', (kind, changes, words) => {
  expect(inWords(kind, numbers({ oneIn: 1e6, ...changes }), policy)).toBe(words);
});
