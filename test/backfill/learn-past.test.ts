/** The detector knows the past that a backfill counted: its habits page nobody, and nothing is learned twice. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BackfillEvent, createBackfill } from '../../functions/backfill/backfill.js';
import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import { createPastHours } from '../../shared/adapters/dynamodb/past-hours.js';
import { learnPast } from '../../shared/backfill/learn-past.js';
import { planOf } from '../../shared/backfill/plan.js';
import { backfillLimits } from '../../shared/base/backfill-limits.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, MINUTES_PER_DAY, minuteOf } from '../../shared/base/time.js';
import { learnAll, policyFor } from '../../shared/detect/detect.js';
import { detectGroup } from '../../shared/incidents/assess.js';
import type { Fact, GroupKey, Notice } from '../../shared/model/index.js';
import { alert, ingest, sweep } from '../../shared/pipeline.js';
import type { PastMinutes } from '../../shared/ports/backfill.js';
import type { World } from '../../shared/ports/index.js';
import { ca } from '../support/certificates.js';
import {
  ACCESS_GROUP,
  accessBatch,
  accessEvent,
  denialAsOneEvent,
  EXECUTION_GROUP,
  executionBatch,
  T0,
} from '../support/logs.js';
import { memoryBucket } from '../support/memory-bucket.js';
import { createMemoryTable } from '../support/memory-table.js';
import { listening, testWorld } from '../support/world.js';

const WEEK_MS = 7 * DAY_MS;
/** Sunday at three in the morning, two days after the stack was made. */
const FIRST_SUNDAY = Date.UTC(2026, 10, 22, 3);
const ACME: GroupKey = { scope: 'api.bank.example', issuerDn: 'C=US,O=Acme,CN=Acme CA', reason: 'issuer-not-found' };

/** Forty refusals in five minutes. */
const burstAt = (start: number, first: number) =>
  Array.from({ length: 40 }, (_, n) => ({
    n: first + n,
    at: start + n * 7_000,
    subjectDn: `C=US,O=Acme,CN=client-${n % 3}`,
  }));

const lineOf = (logGroup: string, event: object) => `${JSON.stringify({ logGroup, logStream: 's', ...event })}\n`;
const exportOf = (week: number): string =>
  burstAt(FIRST_SUNDAY - week * WEEK_MS + (week % 3) * 5 * MINUTE_MS, week * 100)
    .map((refusal) => lineOf(EXECUTION_GROUP, denialAsOneEvent(refusal)) + lineOf(ACCESS_GROUP, accessEvent(refusal)))
    .join('');
/** Eight Sundays, one object each. */
const contents = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`${8 - n}.ndjson`, exportOf(8 - n)]));
const span = { from: Math.floor((T0 - 60 * DAY_MS) / HOUR_MS), to: Math.floor(T0 / HOUR_MS) - 2 };

function scene() {
  const notices: Notice[] = [];
  const stage = { now: T0 };
  const clock = { now: () => stage.now };
  const table = createMemoryTable(clock);
  const world: World = {
    ...testWorld(),
    clock,
    stores: createStoresOn(table, clock),
    publisher: { publish: async (notice) => void notices.push(notice) },
  };
  const bucket = memoryBucket();
  const step = createBackfill({
    inWorld: (run) => run(world),
    bucket,
    open: async function* ({ key }) {
      yield Buffer.from(contents[key] ?? '');
    },
    pastHours: createPastHours(table, world.stores.rollups, 400),
    log: listening().log,
  });
  /** @param stopBefore the calls of the function after which it is killed */
  const backfill = async (stopBefore = Number.POSITIVE_INFINITY): Promise<void> => {
    let calls = 0;
    const call = async (event: BackfillEvent) => {
      if (++calls > stopBefore) throw new Error('killed');
      return step(event);
    };
    const objects = Object.entries(contents).map(([key, text]) => ({
      ...{ bucket: 'logs', key, etag: `"${key}"`, bytes: text.length, writtenAt: T0 },
    }));
    await bucket.putRun('run', planOf(objects, await bucket.read(), 0).parts);
    for (const part of await bucket.run('run')) await call({ step: 'read', run: 'run', part });
    const days = (await call({ step: 'check', run: 'run', tolerated: 0, ...span })) as number[];
    for (const day of days) await call({ step: 'sum', day, ...span });
    await call({ step: 'learn' });
  };
  /** The Sunday after the stack was made, as it is delivered. */
  const sunday = async (): Promise<readonly string[]> => {
    const burst = burstAt(FIRST_SUNDAY, 10_000);
    for (let minute = 0; minute < 30; minute++) {
      const from = FIRST_SUNDAY + minute * MINUTE_MS;
      const ofMinute = burst.filter(({ at }) => from <= at && at < from + MINUTE_MS);
      stage.now = from + MINUTE_MS - 1;
      const look = (groups: readonly GroupKey[]) => alert(groups, world);
      if (ofMinute.length > 0) {
        await ingest(executionBatch(ofMinute.map((one) => denialAsOneEvent(one))), world, look);
        await ingest(accessBatch(ofMinute.map((one) => accessEvent(one))), world, look);
      }
      const { failures } = await sweep(world);
      expect(failures).toEqual([]);
    }
    return notices.map(({ kind }) => kind);
  };
  return { world, stage, backfill, sunday, history: () => world.stores.history.load(ACME) };
}

describe('a group that has a burst every Sunday', () => {
  it('pages on the first Sunday of a stack that knows nothing of it', async () => {
    expect((await scene().sunday())[0]).toBe('spike');
  });

  it('pages nobody where a backfill counted eight of them', async () => {
    const { backfill, sunday } = scene();
    await backfill();
    expect(await sunday()).toEqual([]);
  });

  it('is known the same after two runs as after one', async () => {
    const { backfill, history } = scene();
    await backfill();
    const once = await history();
    expect(once).not.toBeNull();
    await backfill();
    expect(await history()).toEqual(once);
  });

  it('is known the same when the run is killed anywhere, and run again', async () => {
    const whole = scene();
    await whole.backfill();
    for (const stop of [0, 1, 4, 9, 10]) {
      const { backfill, history } = scene();
      await expect(backfill(stop)).rejects.toThrow('killed');
      await backfill();
      expect(await history()).toEqual(await whole.history());
    }
  });

  it('is known as well as if everything had been delivered, when deliveries came before the backfill', async () => {
    const { world, stage, backfill, history } = scene();
    const delivered = [T0 + 5 * MINUTE_MS, T0 + 6 * MINUTE_MS].map((at, n) => ({ n: 20_000 + n, at }));
    await ingest(executionBatch(delivered.map((one) => denialAsOneEvent(one))), world);
    await ingest(accessBatch(delivered.map((one) => accessEvent(one))), world);
    stage.now = T0 + 2 * HOUR_MS;
    await detectGroup(ACME, null, stage.now, world);
    const before = (await history()) as { readonly lastStep: number };
    await backfill();
    const all = [
      ...Array.from({ length: 8 }, (_, n) =>
        burstAt(FIRST_SUNDAY - (8 - n) * WEEK_MS + ((8 - n) % 3) * 5 * MINUTE_MS, 0),
      ),
      delivered,
    ].flat();
    const counts = new Map<number, number>();
    for (const { at } of all) counts.set(minuteOf(at), (counts.get(minuteOf(at)) ?? 0) + 1);
    const steps = [...counts].map(([minute, count]) => ({ step: minute, count }));
    const expected = learnAll(
      null,
      [...steps, { step: before.lastStep, count: 0 }],
      policyFor(ACME, world.config.detection),
    );
    expect(await history()).toEqual(expected);
  });
});

/** Minutes of one group since the first day. */
const DAYS = 6;
const DAY_0 = Math.floor(T0 / DAY_MS) - DAYS;
const minutes = fc.uniqueArray(fc.tuple(fc.nat(DAYS * MINUTES_PER_DAY - 1), fc.integer({ min: 1, max: 30 })), {
  selector: ([minute]) => minute,
  maxLength: 40,
});

it('ends in one state however the past and the deliveries are cut, and in whatever order they are learned', async () => {
  await fc.assert(
    fc.asyncProperty(minutes, fc.nat(DAYS), fc.nat(DAYS - 1), async (all, cut, runs) => {
      const sorted = all
        .map(([minute, count]) => [DAY_0 * MINUTES_PER_DAY + minute, count] as const)
        .sort(([a], [b]) => a - b);
      const first = (DAY_0 + cut) * MINUTES_PER_DAY;
      const past = sorted.filter(([minute]) => minute < first);
      const facts = sorted.filter(([minute]) => minute >= first);
      const world = testWorld();
      const policy = policyFor(ACME, world.config.detection);
      const end = (DAY_0 + DAYS) * MINUTES_PER_DAY - 1;
      await world.stores.facts.put(
        facts.map(([minute, count]) => factOf(minute, count)),
        [],
      );
      const learnedLive =
        facts.length === 0 ? null : learnAll(null, [...facts.map(stepOf), { step: end, count: 0 }], policy);
      if (learnedLive !== null) await world.stores.history.save(ACME, learnedLive);
      const byDay = async function* (day: number): AsyncGenerator<PastMinutes> {
        const counts = past.filter(([minute]) => Math.floor(minute / MINUTES_PER_DAY) === day);
        if (counts.length > 0) yield { group: ACME, counts };
      };
      const days = Array.from({ length: DAYS }, (_, n) => DAY_0 + n);
      // A first run that was asked for the later days, or the earlier ones, and one that was asked for all.
      await learnPast(days.slice(runs), byDay, world);
      await learnPast(days, byDay, world);
      const known = await world.stores.history.load(ACME);
      if (past.length === 0) expect(known).toEqual(learnedLive);
      else {
        const last = learnedLive === null ? (past.at(-1)?.[0] ?? 0) : end;
        const expected = learnAll(null, [...sorted.map(stepOf), { step: last, count: 0 }], policy);
        expect(known).toEqual(expected);
      }
    }),
    { numRuns: 60 },
  );
});

const stepOf = ([step, count]: readonly [number, number]) => ({ step, count });
const factOf = (minute: number, count: number): Fact => ({
  group: ACME,
  minute,
  batchId: `b${minute}`,
  ...{ requests: count, count, unattributed: 0, inferred: 0, firstAt: 0, lastAt: 0, reasonText: 'x', clients: [] },
});

it('leaves alone what deliveries taught for longer than facts are kept', async () => {
  const world = testWorld();
  const end = minuteOf(T0);
  const first = end - (backfillLimits.learnedDays + 2) * MINUTES_PER_DAY;
  const known = learnAll(
    null,
    [
      { step: first, count: 1 },
      { step: end, count: 1 },
    ],
    policyFor(ACME, world.config.detection),
  );
  await world.stores.history.save(ACME, known);
  const earlier = async function* (): AsyncGenerator<PastMinutes> {
    yield { group: ACME, counts: [[first - 10, 5]] };
  };
  expect(await learnPast([1], earlier, world)).toEqual({ learned: 0, leftOut: 0 });
  expect(await world.stores.history.load(ACME)).toEqual(known);
});

it('is learned again where an invocation that knew nothing of it stores what it had loaded before', async () => {
  const world = testWorld();
  const policy = policyFor(ACME, world.config.detection);
  const end = minuteOf(T0);
  await world.stores.facts.put([factOf(end - 20, 3)], []);
  const delivered = learnAll(
    null,
    [
      { step: end - 20, count: 3 },
      { step: end, count: 0 },
    ],
    policy,
  );
  await world.stores.history.save(ACME, delivered);
  let saves = 0;
  const { history } = world.stores;
  const busy = {
    ...history,
    save: async (...what: Parameters<typeof history.save>) => {
      await history.save(...what);
      if (saves++ === 0) await history.save(ACME, delivered);
    },
  };
  const earlier = async function* (): AsyncGenerator<PastMinutes> {
    yield { group: ACME, counts: [[end - 5_000, 7]] };
  };
  await learnPast([1], earlier, { ...world, stores: { ...world.stores, history: busy } });
  expect(await history.load(ACME)).toMatchObject({ firstStep: end - 5_000, lastStep: end });
});

it('a run over earlier months takes nothing away from what a later one taught', async () => {
  const world = testWorld();
  const policy = policyFor(ACME, world.config.detection);
  const end = minuteOf(T0);
  const byDay = async function* (day: number): AsyncGenerator<PastMinutes> {
    yield { group: ACME, counts: [[day, 7]] };
  };
  const days = [end - 30 * MINUTES_PER_DAY, end - 3 * MINUTES_PER_DAY];
  await learnPast(days.slice(1), byDay, world);
  await learnPast(days, byDay, world);
  expect(await world.stores.history.load(ACME)).toEqual(
    learnAll(
      null,
      days.map((step) => ({ step, count: 7 })),
      policy,
    ),
  );
});

/** A partner is refused in three hours, and as many groups of made-up names as may be learned in four hours each. */
function besideMadeUp(partner: Partial<GroupKey>): PastMinutes[] {
  const day = minuteOf(T0) - (minuteOf(T0) % MINUTES_PER_DAY) - 3 * MINUTES_PER_DAY;
  const inHours = (hours: number) => Array.from({ length: hours }, (_, n) => [day + n * 60, 2] as const);
  const madeUp = Array.from({ length: backfillLimits.learnedGroupsMax }, (_, n): GroupKey => {
    // Those that only claim the partner's name are no partners either.
    const claim = { ...ACME, reason: 'other' as const, words: `claim ${n}`, isUnverified: true as const };
    return n % 3 === 0 ? claim : { ...ACME, scope: `d${n % 8}.bank.example`, issuerDn: `CN=made up ${n}` };
  });
  return [
    ...madeUp.map((group) => ({ group, counts: inHours(4) })),
    { group: { ...ACME, ...partner }, counts: inHours(3) },
  ];
}

describe('beside as many made-up issuers as may be learned', () => {
  const held = ca({ subject: ACME.issuerDn, key: 'ec-a' });
  it.each<[string, boolean, Partial<GroupKey>, string | null]>([
    ['a partner whose CA the truststore holds is', true, {}, held.pem],
    ['one that only claims to be that partner is not', false, { isUnverified: true }, held.pem],
    ['an issuer that the truststore does not hold is not', false, { issuerDn: 'CN=zz' }, held.pem],
    ['the one with the fewest hours, where there is no truststore, is not', false, {}, null],
  ])('%s learned: %s', async (_, isLearned, partner, pem) => {
    const world = Object.assign(testWorld(pem === null ? {} : { truststores: { '*': 's3://truststores/all.pem' } }), {
      truststores: {
        read: async () => ({ text: pem ?? '', version: 'learned', versionId: null, modifiedAt: 0 }),
        earlier: async () => [],
      },
    });
    const past = besideMadeUp(partner);
    const minutes = async function* (): AsyncGenerator<PastMinutes> {
      yield* past;
    };
    expect(await learnPast([1], minutes, world)).toEqual({ learned: backfillLimits.learnedGroupsMax, leftOut: 1 });
    expect((await world.stores.history.load({ ...ACME, ...partner })) !== null).toBe(isLearned);
  });
});
