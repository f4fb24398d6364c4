/** What a sweep says of notices that wait. */

import { expect, it } from 'vitest';
import { sweep } from '../../shared/pipeline.js';
import { group, incident, notice } from '../contract/examples.js';
import { testWorld } from '../support/world.js';

it.each<[string, number[], number]>([
  ['none', [], 0],
  ['one', [7], 7],
  ['the oldest of several, in whatever order they came', [3, 90, 7], 90],
])('how long the oldest has waited: %s', async (_, minutesAgo, oldest) => {
  const world = testWorld();
  world.isSnsDown = true;
  for (const [n, ago] of minutesAgo.entries()) {
    const of = { incidentId: `i${n}`, group: group(n) };
    const at = new Date(world.at - ago * 60_000).toISOString();
    const one = incident(1, { ...of, state: 'firing', since: world.at - ago * 60_000, announced: true });
    await world.stores.incidents.transition(one, notice(`n${n}`, world.at, { ...of, at }));
  }
  const swept = await sweep(world);
  expect([swept.pending, swept.oldestPendingMs]).toEqual([minutesAgo.length, oldest * 60_000]);
});
