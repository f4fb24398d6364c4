/** What a replay holds does not follow its input, and what it forgets nobody would have looked at again. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deduplicator } from '../../cli/inputs/seen.js';
import { compactCells } from '../../cli/replay/compact-cells.js';
import { type CountedHour, type CountedHours, createCountedHours } from '../../cli/replay/hours.js';
import { type PlayedWorld, playHours, type VirtualClock } from '../../cli/replay/play.js';
import { rejectTally } from '../../cli/replay/rejects.js';
import { summarySums } from '../../cli/replay/summary.js';
import { createWaitingQueue } from '../../cli/replay/waiting.js';
import { createJoin, createMemoryStores } from '../../shared/adapters/memory/index.js';
import { boundedMap } from '../../shared/base/bounded-map.js';
import type { Fact, ForbiddenFact, LogBatch, Notice } from '../../shared/model/index.js';
import { access, denial, HOSTILE } from '../contract/examples.js';
import { accessBatch, T0 } from '../support/logs.js';
import { testConfig } from '../support/world.js';

const FIRST_HOUR = Math.floor(T0 / 86_400_000) * 24;
const range = (n: number): number[] => Array.from({ length: n }, (_, index) => index);

/** A fact of one of a few groups; `count` may take back, as the unknown ones do in a storm. */
function factAt(minute: number, count: number, changes: Partial<Fact> & { readonly issuer?: string } = {}): Fact {
  const { issuer = 'CN=steady', ...rest } = changes;
  const at = minute * 60_000;
  return {
    group: { scope: 'api.bank.example', issuerDn: issuer, reason: 'issuer-not-found' },
    minute,
    batchId: `batch-${minute}`,
    requests: Math.abs(count),
    count,
    unattributed: 0,
    inferred: 0,
    firstAt: at + 1_000,
    lastAt: at + 59_000,
    reasonText: 'Could not find issuer for certificate',
    clients: [
      {
        subjectDn: `CN=client of ${issuer}`,
        serialNumber: '1',
        fingerprint: null,
        sourceIps: ['203.0.113.7'],
        count: 1,
      },
    ],
    ...rest,
  };
}

/** Every day the same: one group fails for four hours, one for ten minutes, one now and then, and one as in a storm. */
function* daysOf(days: number): Generator<Fact> {
  for (const minute of range(days * 1440)) {
    const at = FIRST_HOUR * 60 + minute;
    const ofDay = minute % 1440;
    if (ofDay >= 360 && ofDay < 600) yield factAt(at, 30);
    if (ofDay >= 600 && ofDay < 610) yield factAt(at, 40, { issuer: 'CN=spiky' });
    if (ofDay % 97 === 0) yield factAt(at, 1, { issuer: 'CN=sparse' });
    if (ofDay >= 600 && ofDay < 640) {
      yield factAt(at, 25, { issuer: 'unknown' });
      yield factAt(at, -20, { issuer: 'unknown', batchId: `taken back ${at}` });
    }
  }
}

interface Played {
  readonly notices: Notice[];
  readonly world: PlayedWorld;
  readonly failures: number;
  /** The largest number of facts that were held at the beginning of an hour. */
  readonly factsMax: number;
}

async function play(counted: CountedHours, isForgetful = true, rollupHoursMax = 9_600): Promise<Played> {
  const notices: Notice[] = [];
  const stage: VirtualClock = { now: 0 };
  const stores = createMemoryStores();
  const world: PlayedWorld = {
    config: testConfig({ detection: { repeatMinutes: 720 } }),
    stores: isForgetful ? stores : { ...stores, facts: { ...stores.facts, take: () => [] } },
    clock: { now: () => stage.now },
    publisher: { publish: async (notice) => void notices.push(notice) },
    truststores: { read: async () => Promise.reject(new Error('no truststore')), earlier: async () => [] },
  };
  const sums = summarySums();
  let factsMax = 0;
  const onHour: typeof sums.add = (facts, forbidden) => {
    sums.add(facts, forbidden);
    factsMax = Math.max(factsMax, [...stores.facts.all()].length);
  };
  await playHours(counted, world, stage, onHour, { rollupHoursMax });
  await counted.close();
  const { failures } = sums.summary(
    {
      accessRecords: true,
      executionLines: true,
      connectionRecords: false,
      events: 0,
      recovered: 0,
      duplicates: 0,
      unreadableFiles: 0,
      ...rejectTally().read(),
    },
    0,
  );
  return { notices, world, failures, factsMax };
}

async function countedOf(facts: Iterable<Fact>, heldCharsMax = 50_000): Promise<CountedHours> {
  const counted = createCountedHours(heldCharsMax);
  for (const fact of facts) await counted.facts.put([fact], []);
  return counted;
}

describe('the play of what was counted', () => {
  it('tells the same, forgetful or not, of an incident that lasts for hours', { timeout: 30_000 }, async () => {
    const played = await play(await countedOf(daysOf(1)));
    const whole = await play(await countedOf(daysOf(1)), false);
    expect(played.notices).toEqual(whole.notices);
    // Told at the end, hours after the facts of its beginning were added up.
    const resolved = played.notices.find(({ kind, group }) => kind === 'resolved' && group.issuerDn === 'CN=steady');
    expect(resolved?.count).toBe(30 * 240);
    const [first, last] = [FIRST_HOUR, FIRST_HOUR + 24];
    for (const group of await whole.world.stores.rollups.groups(first, last, 100)) {
      const load = ({ world }: Played) => world.stores.rollups.load(group, first, last);
      expect(await load(played)).toEqual(await load(whole));
    }
  });

  it('holds as many facts after twice as many days', { timeout: 30_000 }, async () => {
    const six = await play(await countedOf(daysOf(6)), true, 0);
    const twelve = await play(await countedOf(daysOf(12)), true, 0);
    expect(twelve.failures).toBe(2 * six.failures);
    // Of an incident of one of the four groups the last two days are held by the hour, and what was before as one fact.
    expect(twelve.factsMax).toBeLessThanOrEqual(six.factsMax + 4);
    for (const [days, { rollups }] of [[6, six.world.stores] as const, [12, twelve.world.stores] as const]) {
      // Without a report, only of the hours that were not summed up when the last one began.
      expect(await rollups.groups(FIRST_HOUR, FIRST_HOUR + days * 24 - 4, 100)).toEqual([]);
      expect(await rollups.open(Number.POSITIVE_INFINITY, 100)).toEqual([]);
    }
  });

  it('counts a fact once that was put again, with what it knew at most', async () => {
    const minute = FIRST_HOUR * 60;
    const facts = [factAt(minute, 5), factAt(minute, 7), factAt(minute, 5), factAt(minute, 2, { batchId: 'another' })];
    const { failures } = await play(await countedOf([...facts, factAt(minute + 60, 1), ...facts], 300));
    expect(failures).toBe(7 + 2 + 1);
  });

  it('adds up the facts of a minute, but not what one brought with what another took back', async () => {
    const minute = FIRST_HOUR * 60;
    const facts = [40, -35, 2, -1].map((count, n) => factAt(minute, count, { batchId: `batch ${n}` }));
    const { world } = await play(await countedOf(facts));
    expect([...world.stores.facts.all()].map(({ count, requests }) => [count, requests])).toEqual([
      [42, 42],
      [-36, 36],
    ]);
  });

  it('keeps other 403s by the day', async () => {
    const counted = createCountedHours();
    const forbidden = (minute: number, count: number): ForbiddenFact => ({
      ...{ scope: 'api.bank.example', cause: 'waf', batchId: `batch-${minute}` },
      ...{ minute: FIRST_HOUR * 60 + minute, requests: count, count },
    });
    const put = [forbidden(0, 1), forbidden(1439, 2), forbidden(700, 4), forbidden(700, 4), forbidden(1440, 8)];
    for (const fact of put) await counted.facts.put([], [fact]);
    const { world } = await play(counted);
    const days = [...world.stores.facts.allForbidden()].map(({ minute, count }) => [minute / 1440, count]);
    expect(days).toEqual([
      [FIRST_HOUR / 24, 7],
      [FIRST_HOUR / 24 + 1, 8],
    ]);
  });
});

describe('counted hours', () => {
  const hoursOf = async (counted: CountedHours): Promise<CountedHour[]> => {
    const hours: CountedHour[] = [];
    for await (const hour of counted.hours()) hours.push(hour);
    await counted.close();
    return hours;
  };

  it('come in order, each as it was put, from the file as from memory', async () => {
    const issuer = fc.constantFrom('CN=a', 'CN=b', HOSTILE, '\u2028 \n\r 日本');
    const put = fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: -3, max: 9 }), issuer);
    await fc.assert(
      fc.asyncProperty(fc.array(put, { maxLength: 60 }), async (puts) => {
        const facts = puts.map(([minute, count, name], n) => factAt(minute, count, { issuer: name, batchId: `b${n}` }));
        const hours = await hoursOf(await countedOf(facts, 2_000));
        const wanted = [...new Set(facts.map(({ minute }) => Math.floor(minute / 60)))].sort((a, b) => a - b);
        expect(hours.map(({ hour }) => hour)).toEqual(wanted);
        for (const { hour, facts: of } of hours) {
          expect(of).toEqual(
            JSON.parse(JSON.stringify(facts.filter(({ minute }) => Math.floor(minute / 60) === hour))),
          );
        }
      }),
      { numRuns: 50 },
    );
  });

  it('hold as much in memory after twice as many facts', async () => {
    const sizes = [];
    for (const days of [2, 4]) {
      const counted = await countedOf(daysOf(days));
      sizes.push(counted.size());
      await counted.close();
    }
    const [two, four] = sizes;
    expect(two?.held).toBeLessThanOrEqual(50_000);
    expect(four?.held).toBeLessThanOrEqual(50_000);
    expect(four?.spilled).toBeGreaterThan(1.9 * (two?.spilled ?? Number.NaN));
  });

  it('write nothing to the disk while they are few', async () => {
    const counted = await countedOf(range(20).map((n) => factAt(n, 1)));
    expect(counted.size().spilled).toBe(0);
    expect(await hoursOf(counted)).toHaveLength(1);
  });
});

describe('what a replay remembers while it counts', () => {
  it('holds as many cells after twice as many requests, and knows the latest again', async () => {
    const sizes = [];
    for (const requests of [1_000, 2_000]) {
      const cells = compactCells(80);
      let most = 0;
      const join = createJoin(cells);
      for (const n of range(requests)) {
        await join.put([{ key: `k${n}`, half: denial(n), batchId: `b${n}` }]);
        await join.put([{ key: `k${n}`, half: access(n), batchId: `c${n}` }]);
        most = Math.max(most, cells.size().held);
      }
      sizes.push(most);
      const [oldest, latest] = [requests - 170, requests - 1];
      const whole = await join.read([`k${oldest}`, `k${latest}`, 'k0']);
      expect(whole.map(({ denial: of }) => of?.half.eventId)).toEqual([
        denial(oldest).eventId,
        denial(latest).eventId,
        undefined,
      ]);
      expect(whole[1]).toEqual({
        denial: { half: denial(latest), batchId: `b${latest}`, second: false },
        access: { half: access(latest), batchId: `c${latest}`, second: true },
        claimedBy: null,
      });
      cells.close();
    }
    expect(sizes[1]).toBe(sizes[0]);
  });

  it('holds the cells whole in which half a request waits, and those that were claimed', async () => {
    const cells = compactCells(80);
    const join = createJoin(cells);
    const keys = range(300).map((n) => `k${n}`);
    for (const n of range(300)) {
      await join.put([{ key: `k${n}`, half: n % 2 === 0 ? denial(n) : access(n), batchId: `b${n}` }]);
      if (n % 3 === 0) await join.claim([`k${n}`], `c${n}`);
    }
    const held = await join.read(keys);
    const known = held.flatMap((cell, n) => (cell.denial === null && cell.access === null ? [] : [n]));
    expect(known).toEqual(range(300).slice(-known.length));
    expect(known.length).toBeGreaterThanOrEqual(100);
    for (const n of known) {
      const half = { half: n % 2 === 0 ? denial(n) : access(n), batchId: `b${n}`, second: false };
      const [of, record] = n % 2 === 0 ? [half, null] : [null, half];
      expect(held[n]).toEqual({ denial: of, access: record, claimedBy: n % 3 === 0 ? `c${n}` : null });
    }
    cells.close();
  });

  it('knows a half that waits until as many others came, although those before it are claimed meanwhile', async () => {
    const most = 400;
    const cells = compactCells(most);
    const join = createJoin(cells);
    for (const n of range(10 * most)) {
      await join.put([{ key: `k${n}`, half: denial(n), batchId: `b${n}` }]);
      const due = n - most;
      if (due < 0) continue;
      const [cell] = await join.claim([`k${due}`], `c${due}`);
      expect(cell).toEqual({
        denial: { half: denial(due), batchId: `b${due}`, second: false },
        access: null,
        claimedBy: `c${due}`,
      });
    }
    cells.close();
  });

  it('gives back a list when it is due, the oldest first, and forgets it when it is removed', async () => {
    const queue = createWaitingQueue();
    const list = (n: number) => ({
      ...{ id: `list-${n}`, batchId: `b${n}`, dueAt: n },
      halves: [{ key: `k${n}`, kind: 'denial' as const, event: `e${n}` }],
    });
    for (const n of range(100)) {
      await queue.save(list(n));
      expect(await queue.due(n - 10, 5)).toEqual(n < 10 ? [] : [list(n - 10)]);
      for (const due of await queue.due(n - 10, 5)) await queue.remove(due);
    }
    expect(await queue.due(Number.POSITIVE_INFINITY, 100)).toHaveLength(10);
    expect(await queue.due(Number.POSITIVE_INFINITY, 3)).toEqual([list(90), list(91), list(92)]);
    await queue.remove(list(91));
    expect((await queue.due(Number.POSITIVE_INFINITY, 3)).map(({ id }) => id)).toEqual([
      'list-90',
      'list-92',
      'list-93',
    ]);
  });

  it('knows the last event ids again, and forgets the oldest', () => {
    const batch: LogBatch = accessBatch([]);
    const other: LogBatch = { ...batch, logStream: 'another' };
    const isNew = deduplicator(100);
    expect(range(950).every((n) => isNew(batch, `e${n}`))).toBe(true);
    expect(range(100).some((n) => isNew(batch, `e${n + 850}`))).toBe(false);
    expect(isNew(other, 'e949')).toBe(true);
    expect(isNew(batch, 'e0')).toBe(true);
    expect(isNew(batch, 'e0')).toBe(false);
  });

  it('keeps the last entries of a map, and about an eighth more at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 300 }), (most, sets) => {
        const map = boundedMap<number>(most);
        for (const n of range(sets)) map.set(`k${n}`, n);
        const held = range(sets).filter((n) => map.get(`k${n}`) === n);
        expect(held.length).toBe(map.size());
        expect(held).toEqual(range(sets).slice(sets - held.length));
        expect(held.length).toBeGreaterThanOrEqual(Math.min(most, sets));
        expect(held.length).toBeLessThanOrEqual(most + 2 * Math.ceil(most / 8) - 2);
      }),
    );
  });
});
