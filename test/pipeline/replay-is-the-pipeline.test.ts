/** `replay` gives the notices that the functions would have given. */

import { expect, it } from 'vitest';
import { bothWays } from '../support/both-ways.js';

it('a noisy group, bursts and a few refusals a day make the same notices both ways, in any order, with batches twice', async () => {
  const { functions, replayed } = await bothWays(5, ['bursts on a noisy group', 'bursts', 'steady, 1 an hour'], 1, 0);
  expect(functions.length).toBeGreaterThan(1);
  expect(replayed).toEqual(functions);
});
