/** The report counts what is counted, whether its hour is rolled up or not. */

import { beforeEach, expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { rollUp } from '../../shared/count/rollup.js';
import { gatherReport } from '../../shared/report/gather.js';
import { weekPeriod } from '../../shared/report/period.js';
import { fact, group } from '../contract/examples.js';
import { type TestWorld, testWorld } from '../support/world.js';

const period = weekPeriod('2026-W46');
const hour = period.from / 3_600_000 + 100;
const unknown = { details: null, expiring: null, sunset: null, pipeline: null, gaps: [], partner: null };
let world: TestWorld;

beforeEach(() => {
  world = testWorld();
});

async function failures(): Promise<number> {
  const report = await gatherReport({ period, language: 'en', generatedAt: period.to, ...unknown }, world);
  expect(report.days.reduce((sum, day) => sum + day.failures, 0)).toBe(report.totals.failures);
  return report.totals.failures;
}

async function count(n: number, minuteOfHour: number, requests: number, batchId: string) {
  const minute = hour * 60 + minuteOfHour;
  const at = { firstAt: minute * 60_000, lastAt: minute * 60_000 + 1 };
  const one = fact(minute, requests, { group: group(n), batchId, ...at });
  await world.stores.facts.put([one], []);
  await world.stores.rollups.mark([{ group: group(n), hour, token: batchId }]);
  return one;
}

it('facts of hours that were never rolled up', async () => {
  await count(1, 0, 7, 'a');
  await count(1, 59, 5, 'b');
  await count(2, 30, 3, 'c');
  expect(await failures()).toBe(15);
});

it.each([
  ['its first minute', 0],
  ['its last minute', 59],
])('facts of the next hour in that hour alone: %s of an hour that is rolled up', async (_, minute) => {
  const first = await count(1, 60, 4, 'next');
  const rollup = rollUp(group(1), hour + 1, [first]);
  await world.stores.rollups.close({ group: group(1), hour: hour + 1, token: null, expected: [] }, rollup!);
  await count(1, minute, 7, 'a');
  expect(await failures()).toBe(11);
});

it.each([
  [limits.reportGroupsMax - 1, []],
  [limits.reportGroupsMax, [{ id: 'groups-cut', detail: String(limits.reportGroupsMax) }]],
])('%d groups: says that there may be more where as many came as were asked for', async (groups, cut) => {
  const many = Array.from({ length: groups }, (_, n) => group(1, { scope: `${n}.example` }));
  const rollups = { ...world.stores.rollups, groups: async () => many, load: async () => [] };
  const stores = { ...world.stores, rollups };
  const report = await gatherReport(
    { period, language: 'en', generatedAt: period.to, ...unknown },
    { ...world, stores },
  );
  expect(report.gaps.filter(({ id }) => id === 'groups-cut')).toEqual(cut);
});

it('facts that came after the hour was rolled up, each once', async () => {
  const first = await count(1, 3, 7, 'a');
  const rollup = rollUp(group(1), hour, [first]);
  for (const one of await world.stores.rollups.open(hour, 10)) await world.stores.rollups.close(one, rollup!);
  expect(await failures()).toBe(7);
  await count(1, 4, 5, 'b');
  expect(await failures()).toBe(12);
});

it('of a log that came late, not less than was counted before its facts were deleted', async () => {
  const gone = fact(hour * 60, 100, { group: group(1), batchId: 'gone' });
  const rollup = rollUp(group(1), hour, [gone])!;
  await world.stores.rollups.close({ group: group(1), hour, token: null, expected: [] }, rollup);
  await count(1, 5, 2, 'late');
  expect(await failures()).toBe(100);
});
