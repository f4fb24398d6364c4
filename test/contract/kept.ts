import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { markOf } from '../../shared/ports/event-marks.js';
import type { Waiting } from '../../shared/ports/index.js';
import { pemOf } from '../../shared/x509/pem.js';
import type { Containers } from './containers.js';
import { group, HOSTILE, silence } from './examples.js';

const T = 1_800_000_000_000;

const list = (id: string, dueAt: number): Waiting => ({
  id,
  batchId: `batch of ${id}`,
  dueAt,
  halves: [
    { key: `key-${id}`, kind: 'denial', event: `event-${id}` },
    { key: `key-${id}`, kind: 'access', event: HOSTILE },
  ],
});

export function describeKept(containers: Containers): void {
  describe('waiting lists', () => {
    it('fall due in their order', async () => {
      const { waiting } = containers.a;
      // Ids that differ in their last character, so that they spread over partitions.
      const lists = ['e', 'a', 'c', 'b', 'd'].map((id, index) => list(id, T + index * 1000));
      for (const one of [...lists].reverse()) await waiting.save(one);
      expect(await containers.b.waiting.due(T - 1, 10)).toEqual([]);
      expect(await waiting.due(T + 2000, 10)).toEqual(lists.slice(0, 3));
      expect(await waiting.due(T + 9000, 2)).toEqual(lists.slice(0, 2));
      expect(await waiting.due(T + 9000, 10)).toEqual(lists);
    });

    it('are saved once and removed for good', async () => {
      const { a, b } = containers;
      await Promise.all([a.waiting.save(list('a', T)), b.waiting.save(list('a', T)), b.waiting.save(list('b', T))]);
      expect(await a.waiting.due(T, 10)).toHaveLength(2);
      await a.waiting.remove(list('a', T));
      await b.waiting.remove(list('a', T));
      expect(await b.waiting.due(T, 10)).toEqual([list('b', T)]);
    });

    it('hold as many halves as one list may', async () => {
      const halves = Array.from({ length: limits.waitingPerListMax }, (_, index) => ({
        key: String(index).padStart(22, 'k'),
        kind: index % 3 === 0 ? ('access' as const) : ('denial' as const),
        event: String(index).padStart(22, 'e'),
      }));
      await containers.a.waiting.save({ ...list('a', T), halves });
      expect(await containers.a.waiting.due(T, 1)).toEqual([{ ...list('a', T), halves }]);
    });
  });

  describe("the key of the addresses' hash", () => {
    it('is made once, also when two make it at the same time', async () => {
      const { a, b } = containers;
      const keys = await Promise.all([a.privacy.key(), b.privacy.key(), a.privacy.key()]);
      expect(new Set(keys).size).toBe(1);
      expect(keys[0]?.length).toBeGreaterThanOrEqual(32);
    });
  });

  describe('histories', () => {
    it('are kept as they are, the last one', async () => {
      const { a, b } = containers;
      expect(await a.history.load(group())).toBeNull();
      const history = { lastStep: 5, rates: [0.1, 1e-12, null], nested: { text: HOSTILE } };
      await a.history.save(group(), { lastStep: 4 });
      await b.history.save(group(), history);
      expect(await a.history.load(group())).toEqual(history);
      expect(await a.history.load(group(1))).toBeNull();
    });
  });

  describe('certificates', () => {
    it('are found by their fingerprint', async () => {
      const { a, b } = containers;
      await a.certificates.save(new Map());
      expect(await a.certificates.load('f1')).toBeNull();
      const long = pemOf(randomBytes(limits.pemCharsMax / 2));
      await a.certificates.save(
        new Map([
          ['f1', pemOf(Buffer.from('1'))],
          ['f2', long],
        ]),
      );
      await b.certificates.save(new Map([['f1', pemOf(Buffer.from('1'))]]));
      expect(await b.certificates.load('f1')).toBe(pemOf(Buffer.from('1')));
      expect(await b.certificates.load('f2')).toBe(long);
      expect(await a.certificates.load('f3')).toBeNull();
    });

    it('are all kept that one batch may save', async () => {
      const { certificates } = containers.a;
      const many = Array.from({ length: limits.certificatesPerBatchMax }, (_, index) => `f${index}`);
      const pemOfOne = (fingerprint: string): string => pemOf(Buffer.from(fingerprint));
      await certificates.save(new Map(many.map((fingerprint) => [fingerprint, pemOfOne(fingerprint)])));
      const found = await Promise.all(many.map((fingerprint) => containers.b.certificates.load(fingerprint)));
      expect(found).toEqual(many.map(pemOfOne));
    });
  });

  describe('issuers of a truststore', () => {
    it('are fixed once for a scope and day', async () => {
      const { a, b } = containers;
      expect(await a.groups.trusted('s', 7, ['CN=a'])).toBeNull();
      await Promise.all([a.groups.fixTrusted('s', 7, ['CN=a', HOSTILE]), b.groups.fixTrusted('s', 8, [])]);
      await b.groups.fixTrusted('s', 7, ['CN=b']);
      for (const { groups } of [a, b]) {
        expect(await groups.trusted('s', 7, ['CN=a', 'CN=b', HOSTILE])).toEqual(new Set(['CN=a', HOSTILE]));
        expect(await groups.trusted('s', 8, ['CN=a'])).toEqual(new Set());
        expect(await groups.trusted('other', 7, ['CN=a'])).toBeNull();
      }
    });
  });

  describe('silences', () => {
    it('are listed until long after their end, the last one saved under an id', async () => {
      const { a, b } = containers;
      expect(await a.silences.list()).toEqual([]);
      const one = silence('s1', { comment: HOSTILE, issuerDn: `CN=${HOSTILE}` });
      const other = silence('s2', { window: { days: [1, 5], fromMinute: 120, minutes: 30 }, reason: null });
      await a.silences.save(one);
      await b.silences.save(other);
      const listed = await b.silences.list();
      expect(listed).toHaveLength(2);
      expect(listed).toEqual(expect.arrayContaining([one, other]));
      await b.silences.save({ ...one, endsAt: T });
      expect(await a.silences.list()).toContainEqual({ ...one, endsAt: T });
      expect(await a.silences.list()).toHaveLength(2);
    });
  });

  describe('pulses', () => {
    it('are noted by all, once each, and found by scope, across midnight', async () => {
      const { a, b } = containers;
      const midnight = (20_000 * 24 * 60) / 5;
      await Promise.all([
        a.pulses.note('api.bank.example', [midnight - 1, midnight]),
        b.pulses.note('api.bank.example', [midnight, midnight + 1, midnight + 1]),
        a.pulses.note(HOSTILE, [midnight + 7]),
      ]);
      await a.pulses.note('api.bank.example', [midnight - 300, midnight]);
      const found = (from: number, to: number) => b.pulses.between('api.bank.example', midnight + from, midnight + to);
      expect(await found(-300, 9)).toEqual([midnight - 300, midnight - 1, midnight, midnight + 1]);
      expect(await found(-1, 0)).toEqual([midnight - 1, midnight]);
      expect(await b.pulses.between(HOSTILE, midnight, midnight + 9)).toEqual([midnight + 7]);
      expect(await b.pulses.between('other', midnight, midnight + 9)).toEqual([]);
    });
  });

  describe('storms', () => {
    it('add up what all bring in a minute, by kind', async () => {
      const { a, b } = containers;
      const sums = await Promise.all(
        [1, 20, 300, 4000].map((halves, index) => (index % 2 ? a : b).storm.addLoad(7, 'denial', halves)),
      );
      expect(Math.max(...sums)).toBe(4321);
      expect(new Set(sums).size).toBe(4);
      expect(await a.storm.addLoad(7, 'access', 5)).toBe(5);
      expect(await a.storm.addLoad(8, 'denial', 6)).toBe(6);
    });

    it('fix once what a batch does with its denials', async () => {
      const { a, b } = containers;
      const first = { rate: 0.5, scopes: { 'abc123/prod': 'abc123/prod', 'def456/null': HOSTILE } };
      expect(await a.storm.fixDenials('x', { ...first, events: [] })).toEqual(first);
      const later = { rate: 1, scopes: { 'abc123/prod': 'api.bank.example' }, events: [] };
      expect(await b.storm.fixDenials('x', later)).toEqual(first);
      expect(await b.storm.fixDenials('y', { rate: 1 / 3, scopes: {}, events: [] })).toEqual({
        rate: 1 / 3,
        scopes: {},
      });
    });

    it('tell a batch what those in front of it brought that overlap with it, and always the same', async () => {
      const { a, b } = containers;
      const marks = (...ids: string[]) => ids.map(markOf);
      for (const [batch, events] of Object.entries({ x: ['1', '2'], y: ['2', '3'], z: ['4'], w: ['1'] }))
        await a.storm.fixDenials(batch, { rate: 1, scopes: {}, events: marks(...events) });
      expect(await a.storm.enrol('here', 'x', [0, 9])).toEqual(new Set());
      expect(await b.storm.enrol('here', 'y', [9, 20])).toEqual(new Set(marks('1', '2')));
      expect(await b.storm.enrol('here', 'z', [30, 31])).toEqual(new Set());
      expect(await b.storm.enrol('there', 'w', [0, 31])).toEqual(new Set());
      expect(await a.storm.enrol('here', 'w', [0, 31])).toEqual(new Set(marks('1', '2', '3', '4')));
      // Whoever only asks is told of all of them, and stands on no list.
      expect(await b.storm.brought('nowhere', [0, 31])).toEqual(new Set());
      expect(await b.storm.brought('here', [9, 9])).toEqual(new Set(marks('1', '2', '3')));
      expect(await a.storm.brought('here', [40, 50])).toEqual(new Set());
      expect(await a.storm.enrol('here', 'x', [0, 9])).toEqual(new Set());
      expect(await a.storm.enrol('here', 'y', [9, 20])).toEqual(new Set(marks('1', '2')));
    });

    it('have one order when several enrol at once', async () => {
      const { a, b } = containers;
      const batches = Array.from({ length: 8 }, (_, n) => `b${n}`);
      for (const batch of batches) await a.storm.fixDenials(batch, { rate: 1, scopes: {}, events: [markOf(batch)] });
      const told = await Promise.all(batches.map((batch, n) => (n % 2 ? a : b).storm.enrol('here', batch, [0, 1])));
      expect(told.map(({ size }) => size).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      const again = await Promise.all(batches.map((batch) => b.storm.enrol('here', batch, [0, 1])));
      expect(again).toEqual(told);
    });

    it('fix the rate of a batch once', async () => {
      const { a, b } = containers;
      const rates = await Promise.all([0.5, 0.25, 0.125, 1].map((rate, n) => (n % 2 ? a : b).storm.fixRate('x', rate)));
      expect(new Set(rates).size).toBe(1);
      expect(await a.storm.fixRate('x', 0.0625)).toBe(rates[0]);
      expect(await a.storm.fixRate('y', 1 / 3)).toBe(1 / 3);
    });
  });
}
