import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import type { Fact } from '../../shared/model/index.js';
import type { FactIntent } from '../../shared/ports/index.js';
import { CLOCK, type Containers } from './containers.js';
import { fact, group, HOSTILE, rollup } from './examples.js';

/** 00:00 UTC of some day, in minutes. */
const MIDNIGHT = 20_000 * 1440;
const BOUND = limits.issuersPerScopeMax;
const issuers = (n: number, from = 0): string[] => Array.from({ length: n }, (_, index) => `CN=issuer-${from + index}`);

export function describeFacts(containers: Containers): void {
  describe('facts', () => {
    it('only grow', async () => {
      const { facts } = containers.a;
      const window = () => facts.window(group(), MIDNIGHT, MIDNIGHT);
      await facts.put([fact(MIDNIGHT, 2)], []);
      await facts.put([fact(MIDNIGHT, 1)], []);
      expect(await window()).toEqual([fact(MIDNIGHT, 2)]);
      await facts.put([fact(MIDNIGHT, 2, { reasonText: 'a repeat' })], []);
      expect(await window()).toEqual([fact(MIDNIGHT, 2)]);
      await facts.put([fact(MIDNIGHT, 3, { count: -1.5, inferred: 0.25, clients: [] })], []);
      expect(await window()).toEqual([fact(MIDNIGHT, 3, { count: -1.5, inferred: 0.25, clients: [] })]);
    });

    it('end at the one that knows most, whoever is last', async () => {
      const { a, b } = containers;
      const puts = [3, 1, 7, 5, 7, 2].map((n, index) => (index % 2 ? a : b).facts.put([fact(MIDNIGHT, n)], []));
      await Promise.all(puts);
      expect(await a.facts.window(group(), MIDNIGHT, MIDNIGHT)).toEqual([fact(MIDNIGHT, 7)]);
    });

    it('make a window with both its ends, over midnight, in the order of minutes', async () => {
      const { facts } = containers.a;
      const minutes = [3, -2881, -1, 0, -1441, 1, 2].map((minute) => MIDNIGHT + minute);
      await facts.put(
        [
          ...minutes.map((minute) => fact(minute)),
          fact(MIDNIGHT, 1, { batchId: 'another' }),
          fact(MIDNIGHT, 1, { group: group(1) }),
        ],
        [],
      );
      const window = async (from: number, to: number) =>
        (await facts.window(group(), MIDNIGHT + from, MIDNIGHT + to)).map(({ minute }) => minute - MIDNIGHT);
      expect(await window(-1, 2)).toEqual([-1, 0, 0, 1, 2]);
      expect(await window(-2881, 3)).toEqual([-2881, -1441, -1, 0, 0, 1, 2, 3]);
      expect(await window(1, 1)).toEqual([1]);
      expect(await window(4, 9)).toEqual([]);
      expect(await window(2, 1)).toEqual([]);
    });

    it('of two kinds of sentence are two groups, and another than those without a kind', async () => {
      const { a, b } = containers;
      const kinds = [{ words: 'the partner … is gone' }, { words: HOSTILE }, {}].map((words, n) => {
        const of = group(0, { reason: 'other', ...words });
        return fact(MIDNIGHT, n + 1, { group: of, batchId: `b${n}` });
      });
      await a.facts.put(kinds, []);
      for (const one of kinds) expect(await b.facts.window(one.group, MIDNIGHT, MIDNIGHT)).toEqual([one]);
      await a.rollups.mark(kinds.map((one) => ({ group: one.group, hour: 500_000, token: 's' })));
      for (const one of kinds) {
        const sum = rollup(500_000, one.count, { group: one.group });
        await a.rollups.close({ group: one.group, hour: 500_000, token: 's', expected: [] }, sum);
        expect(await b.rollups.load(one.group, 500_000, 500_000)).toEqual([sum]);
      }
    });

    it('keep what a client put into them, and are told apart by it', async () => {
      const { facts } = containers.a;
      const hostile: Fact = fact(MIDNIGHT, 1, {
        group: group(0, { issuerDn: HOSTILE, scope: HOSTILE, reason: 'other' }),
        batchId: 'a#b~c',
        reasonText: HOSTILE,
        clients: [
          { subjectDn: HOSTILE, serialNumber: '', fingerprint: 'ab', sourceIps: [], count: 0.5 },
          // Times that no date can say, too.
          {
            subjectDn: '',
            serialNumber: '01',
            fingerprint: null,
            sourceIps: [],
            count: 1,
            notBefore: -9e15,
            notAfter: 0,
          },
        ],
      });
      await facts.put([hostile], []);
      expect(await facts.window(hostile.group, MIDNIGHT, MIDNIGHT)).toEqual([hostile]);
      expect(await facts.window({ ...hostile.group, scope: '' }, MIDNIGHT, MIDNIGHT)).toEqual([]);
    });

    it('are read however many they are', async () => {
      const { facts } = containers.a;
      const clients = Array.from({ length: 3 }, (_, index) => ({
        subjectDn: `${index}`.repeat(4000),
        serialNumber: '01',
        fingerprint: null,
        sourceIps: [],
        count: 1,
      }));
      // More than a page of one megabyte.
      const many = Array.from({ length: 110 }, (_, index) => fact(MIDNIGHT + index, 1, { clients }));
      await facts.put(many, []);
      expect(await facts.window(group(), MIDNIGHT, MIDNIGHT + 1439)).toEqual(many);
    });

    it('take other 403s as well, again and again', async () => {
      const { facts } = containers.a;
      const forbidden = {
        scope: HOSTILE,
        cause: 'waf',
        minute: MIDNIGHT,
        batchId: 'b',
        requests: 2,
        count: 2,
      } as const;
      await facts.put([fact(MIDNIGHT)], [forbidden]);
      await facts.put([], [forbidden, { ...forbidden, requests: 1, count: 1 }]);
      expect(await facts.window(group(), MIDNIGHT, MIDNIGHT)).toEqual([fact(MIDNIGHT)]);
    });
  });

  describe('groups', () => {
    it('admit up to the bound, and keep their answers', async () => {
      const { a, b } = containers;
      const some = issuers(BOUND - 1);
      expect(await a.groups.admit('s', 1, some)).toEqual(new Set(some));
      const next = await b.groups.admit('s', 1, ['CN=in', 'CN=out', some[0]!]);
      expect(next).toEqual(new Set(['CN=in', some[0]]));
      for (const { groups } of [a, b]) {
        expect(await groups.admit('s', 1, ['CN=out', 'CN=later', 'CN=in', some[3]!])).toEqual(
          new Set(['CN=in', some[3]]),
        );
        expect(await groups.admit('s', 1, ['CN=out'])).toEqual(new Set());
      }
    });

    it('admit the first of more than there is room for, and nobody to nothing', async () => {
      const { groups } = containers.a;
      expect(await groups.admit('s', 1, issuers(BOUND + 50))).toEqual(new Set(issuers(BOUND)));
      expect(await groups.admit('s', 1, [])).toEqual(new Set());
    });

    it('have room of their own for each scope and day', async () => {
      const { groups } = containers.a;
      await groups.admit('s', 1, issuers(BOUND));
      expect(await groups.admit('s', 2, ['CN=new', HOSTILE])).toEqual(new Set(['CN=new', HOSTILE]));
      expect(await groups.admit('t', 1, ['CN=new'])).toEqual(new Set(['CN=new']));
      expect(await groups.admit('s', 1, ['CN=new'])).toEqual(new Set());
    });

    it('never exceed the bound, and agree, when many ask at once', async () => {
      const { a, b } = containers;
      await a.groups.admit('s', 1, issuers(BOUND - 20));
      const asked = Array.from({ length: 30 }, (_, index) => issuers(1 + (index % 5), BOUND - 25 + index * 2));
      const ask = () =>
        Promise.all(asked.map((issuerDns, index) => (index % 2 ? a : b).groups.admit('s', 1, issuerDns)));
      const first = await ask();
      const inside = new Set([...issuers(BOUND - 20), ...first.flatMap((answer) => [...answer])]);
      expect(inside.size).toBe(BOUND);
      // Everyone who ever was told to be in is in for all, and nobody else.
      for (const answers of [first, await ask()]) {
        for (const [index, answer] of answers.entries()) {
          expect(answer).toEqual(new Set(asked[index]!.filter((issuerDn) => inside.has(issuerDn))));
        }
      }
    });
  });

  describe('expected facts', () => {
    /** Today by the stores' clock. */
    const MINUTE = CLOCK.now() / 60_000;
    const HOUR = MINUTE / 60;
    const expecting = (n = 0, changes: Partial<FactIntent> = {}): FactIntent => ({
      group: group(n),
      minute: MINUTE,
      batchId: 'b1',
      requests: 1,
      ...changes,
    });
    const day = MINUTE / 1440;
    const { scope } = group();

    it('admit their issuer for good', async () => {
      const { a, b } = containers;
      expect(await a.groups.admitWithIntent(expecting())).toBe(true);
      expect(await a.groups.admitWithIntent(expecting(0, { batchId: 'b2' }))).toBe(false);
      await b.groups.admit(scope, day, issuers(BOUND - 1, 100));
      expect(await b.groups.admitWithIntent(expecting(1))).toBe(false);
      for (const { groups } of [a, b]) {
        expect(await groups.admit(scope, day, ['CN=issuer-0', 'CN=issuer-1'])).toEqual(new Set(['CN=issuer-0']));
      }
      expect(await b.rollups.open(HOUR, 10)).toEqual([
        { group: group(), hour: HOUR, token: null, expected: [expecting()] },
      ]);
    });

    it('open their hours, after those that are marked', async () => {
      const { a, b } = containers;
      const hostile = expecting(0, { group: group(0, { scope: HOSTILE, issuerDn: HOSTILE }), batchId: 'a#b~c' });
      const early = expecting(1, { minute: MINUTE - 60 });
      for (const fact of [hostile, early, expecting(2)]) expect(await a.groups.admitWithIntent(fact)).toBe(true);
      await a.rollups.mark([2, 3].map((n) => ({ group: group(n), hour: HOUR, token: 's' })));
      const all = await b.rollups.open(HOUR, 10);
      expect(all.map(({ token, hour }) => `${token} ${hour - HOUR}`)).toEqual(['s 0', 's 0', 'null -1', 'null 0']);
      expect(all.find((open) => open.group.issuerDn === 'CN=issuer-2')?.expected).toEqual([expecting(2)]);
      expect(all.slice(2).map(({ expected }) => expected)).toEqual([[early], [hostile]]);
      expect((await b.rollups.open(HOUR, 3)).map(({ token }) => token)).toEqual(['s', 's', null]);
      expect(await b.rollups.open(HOUR - 1, 10)).toHaveLength(1);
    });

    it('are expected until a close names them', async () => {
      const { a, b } = containers;
      const later = expecting(0, { batchId: 'b2' });
      await Promise.all([a.groups.admitWithIntent(expecting()), a.groups.admitWithIntent(expecting(1))]);
      await a.rollups.mark([{ group: group(), hour: HOUR, token: 's' }]);
      const [seen] = await a.rollups.open(HOUR, 10);
      await a.rollups.close({ ...seen!, expected: [] }, rollup(HOUR, 1));
      await a.rollups.close({ ...seen!, expected: [later, expecting(0, { requests: 2 })] }, rollup(HOUR, 1));
      const open = await b.rollups.open(HOUR, 10);
      expect(open.map(({ expected }) => expected).sort()).toEqual([[expecting()], [expecting(1)]].sort());
      for (const one of open) await b.rollups.close(one, rollup(HOUR, 2, { group: one.group }));
      expect(await a.rollups.open(HOUR, 10)).toEqual([]);
      expect(await a.rollups.load(group(), HOUR, HOUR)).toEqual([rollup(HOUR, 2)]);
      expect(await b.groups.admit(scope, day, ['CN=issuer-0'])).toEqual(new Set(['CN=issuer-0']));
    });
  });

  describe('roll-ups', () => {
    const open = (hour: number, token = 's', n = 0) => ({ group: group(n), hour, token, expected: [] });

    it('are open while marked, the oldest first', async () => {
      const { rollups } = containers.a;
      const hours = [500_007, 500_001, 500_005, 500_003];
      await rollups.mark(hours.map((hour) => open(hour)));
      await containers.b.rollups.mark([open(500_002, 's', 1), open(500_004, 's', 2), open(500_004, 't', 2)]);
      expect(await rollups.open(500_005, 10)).toEqual([
        open(500_001),
        open(500_002, 's', 1),
        open(500_003),
        open(500_004, 't', 2),
        open(500_005),
      ]);
      expect((await rollups.open(500_007, 3)).map(({ hour }) => hour)).toEqual([500_001, 500_002, 500_003]);
      expect(await rollups.open(500_000, 10)).toEqual([]);
    });

    it('close what has not been marked again', async () => {
      const { a, b } = containers;
      await a.rollups.mark([open(500_001, 's1')]);
      const [seen] = await a.rollups.open(500_001, 1);
      await b.rollups.mark([open(500_001, 's2')]);
      await a.rollups.close(seen!, rollup(500_001, 1));
      expect(await a.rollups.open(500_001, 1)).toEqual([open(500_001, 's2')]);
      await a.rollups.close(open(500_001, 's2'), rollup(500_001, 2));
      expect(await a.rollups.open(500_001, 1)).toEqual([]);
      await a.rollups.close(open(500_001, 's2'), rollup(500_001, 2));
      expect(await b.rollups.load(group(), 500_001, 500_001)).toEqual([rollup(500_001, 2)]);
    });

    it('never lose a mark to a close that runs beside it', async () => {
      const { a, b } = containers;
      const hours = Array.from({ length: 10 }, (_, index) => 500_000 + index);
      await a.rollups.mark(hours.map((hour) => open(hour, 's1')));
      await Promise.all(
        hours.flatMap((hour) => [
          a.rollups.close(open(hour, 's1'), rollup(hour)),
          b.rollups.mark([open(hour, 's2')]),
          a.rollups.close(open(hour, 's1'), rollup(hour)),
        ]),
      );
      expect(await a.rollups.open(600_000, 100)).toEqual(hours.map((hour) => open(hour, 's2')));
    });

    it('are not replaced by those that know less', async () => {
      const { a, b } = containers;
      await a.rollups.close(open(500_001), rollup(500_001, 5));
      await b.rollups.close(open(500_001), rollup(500_001, 4));
      await b.rollups.close(open(500_001, 's', 1), rollup(500_001, 1, { group: group(1) }));
      await a.rollups.close(open(500_003), rollup(500_003, 1, { count: -0.5, clients: [] }));
      expect(await a.rollups.load(group(), 500_001, 500_003)).toEqual([
        rollup(500_001, 5),
        rollup(500_003, 1, { count: -0.5, clients: [] }),
      ]);
      expect(await a.rollups.load(group(), 500_002, 500_003)).toHaveLength(1);
      expect(await a.rollups.load(group(), 500_004, 500_009)).toEqual([]);
      // The first and the last hour belong to the span.
      for (const [from, to] of [
        [500_001, 500_001],
        [500_003, 500_009],
      ] as const)
        expect(await b.rollups.groups(from, to, 10)).toContainEqual(group());
    });
  });
}
