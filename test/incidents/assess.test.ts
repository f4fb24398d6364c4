import { expect, it } from 'vitest';
import type { Fact, GroupKey } from '../../shared/model/index.js';
import { alert } from '../../shared/pipeline.js';
import { T0 } from '../support/logs.js';
import { testWorld } from '../support/world.js';

const MINUTE = 60_000;
const group: GroupKey = { scope: 'api.bank.example', issuerDn: 'C=US,O=Acme,CN=Acme CA', reason: 'expired' };

function factAt(minute: number): Fact {
  const [firstAt, lastAt] = [minute * MINUTE, minute * MINUTE];
  const counts = { requests: 1, count: 1, unattributed: 0, inferred: 0, reasonText: '', clients: [] };
  return { group, minute, batchId: `b${minute}`, firstAt, lastAt, ...counts };
}

it('stores what it learned of a group once an hour, however often it looks at it', async () => {
  // Nothing fires, so that each batch looks.
  const world = testWorld({ detection: { floor: 1_000 } });
  let saved = 0;
  const { save } = world.stores.history;
  world.stores.history.save = async (...history) => {
    saved++;
    await save(...history);
  };
  const start = Math.floor(T0 / MINUTE);
  const hours = 6;
  for (let minute = start; minute < start + hours * 60; minute += 3) {
    await world.stores.facts.put([factAt(minute)], []);
    world.at = minute * MINUTE + 40_000;
    await alert([group], world);
  }
  expect(saved).toBeGreaterThanOrEqual(hours - 2);
  expect(saved).toBeLessThanOrEqual(hours + 1);
  expect(await world.stores.history.load(group)).not.toBeNull();
});
