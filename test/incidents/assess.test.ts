import { expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { detectGroup, type Looks } from '../../shared/incidents/assess.js';
import { groupId } from '../../shared/model/group-id.js';
import type { Fact, GroupKey } from '../../shared/model/index.js';
import { alert, sweep } from '../../shared/pipeline.js';
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

it('reads what fires once in a sweep, for its own incident and for that of its scope', async () => {
  const world = testWorld();
  const start = Math.floor(T0 / MINUTE);
  const groups = ['Acme', 'Blue', 'Cyan'].map((name) => ({ ...group, issuerDn: `C=US,O=${name},CN=${name} CA` }));
  const ofGroup = (one: GroupKey, minute: number): Fact => ({ ...factAt(minute), group: one, count: 40, requests: 40 });
  for (let minute = start; minute < start + 3; minute++) {
    const facts = groups.map((one) => ofGroup(one, minute));
    await world.stores.facts.put(facts, []);
    await world.stores.rollups.mark(groups.map((one) => ({ group: one, hour: Math.floor(minute / 60), token: 't' })));
    world.at = minute * MINUTE + 40_000;
    await alert(groups, world);
    await sweep(world);
  }
  const read: string[] = [];
  const { window } = world.stores.facts;
  world.stores.facts.window = async (one, ...span) => {
    read.push(groupId(one));
    return window(one, ...span);
  };
  world.at += MINUTE;
  const { firing } = await sweep(world);
  expect(firing).toBeGreaterThan(3);
  expect(read.toSorted()).toEqual(groups.map(groupId).toSorted());
});

it('reads the facts of a group once in a sweep, while what it asks is the same and they are not too many', async () => {
  const world = testWorld({});
  const minute = Math.floor(T0 / MINUTE);
  await world.stores.facts.put([factAt(minute - 1), factAt(minute)], []);
  const { window } = world.stores.facts;
  let reads = 0;
  world.stores.facts.window = async (...asked) => {
    reads++;
    return window(...asked);
  };
  const look = (looks: Looks, now = minute * MINUTE) => detectGroup(group, null, now, world, { looks });
  const looks: Looks = {};
  const first = await look(looks);
  expect(await look(looks)).toBe(first);
  expect([reads, looks.facts]).toEqual([1, 2]);
  await look(looks, (minute + 1) * MINUTE);
  await look({});
  expect(reads).toBe(3);
  const full: Looks = { facts: limits.lookedAtFactsMax - 1 };
  for (const _ of [1, 2]) expect(await look(full)).toEqual(first);
  expect(reads).toBe(5);
});
