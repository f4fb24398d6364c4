/** `replay` gives the notices that the functions would have given. */

import { expect, it } from 'vitest';
import { bothWays } from '../support/both-ways.js';

it('a noisy group, bursts and a few refusals a day make the same notices both ways, in any order, with batches twice', async () => {
  const { functions, replayed } = await bothWays(5, ['bursts on a noisy group', 'bursts', 'steady, 1 an hour'], 1, 0);
  expect(functions.length).toBeGreaterThan(1);
  expect(replayed).toEqual(functions);
});

it('so do sentences of the gateway that have no name, each kind by itself', async () => {
  const sentences = [
    'certificate has expired',
    'The partner # is not in good standing',
    'The # was not found anywhere',
  ];
  const { functions, replayed } = await bothWays(5, ['bursts', 'bursts on a noisy group'], 1, 0, 2, sentences);
  const kinds = new Set(functions.map(({ group }) => group.words));
  expect([...kinds].filter((words) => words !== undefined).length).toBeGreaterThan(0);
  expect(replayed).toEqual(functions);
});
