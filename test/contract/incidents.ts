import { describe, expect, it } from 'vitest';
import type { Containers } from './containers.js';
import { group, HOSTILE, incident, notice } from './examples.js';

const T = 1_800_000_000_000;
const idsOf = (notices: readonly { noticeId: string }[]): string[] => notices.map(({ noticeId }) => noticeId);
const of = (n: number, version: number, state: 'firing' | 'resolved' = 'firing') =>
  incident(version, { group: group(n), incidentId: `i${n}`, state });
const told = (n: number, id: string, at = T) => notice(id, at, { group: group(n), incidentId: `i${n}` });

export function describeIncidents(containers: Containers): void {
  describe('incidents', () => {
    it('go from one version to the next', async () => {
      const { a, b } = containers;
      expect(await a.incidents.load(group())).toBeNull();
      expect(await a.incidents.transition(incident(2), null)).toBe(false);
      expect(await a.incidents.transition(incident(1), null)).toBe(true);
      expect(await b.incidents.transition(incident(1), null)).toBe(false);
      const allRefused = { refused: 3, since: T - 60_000, letInAt: T - 90_000 };
      const next = incident(2, { calmSince: T, noticedCount: 0.5, severity: 'critical', allRefused });
      expect(await b.incidents.transition(next, null)).toBe(true);
      expect(await a.incidents.transition(incident(4), null)).toBe(false);
      expect(await a.incidents.load(group())).toEqual(next);
      expect(await a.incidents.load(group(1))).toBeNull();
    });

    it('let exactly one of many through, with its notice', async () => {
      const { a, b } = containers;
      for (const version of [1, 2, 3]) {
        const tries = Array.from({ length: 12 }, (_, index) => `v${version}-${index}`);
        const results = await Promise.all(
          tries.map((id, index) =>
            (index % 2 ? a : b).incidents.transition(incident(version, { incidentId: id }), notice(id, T + version)),
          ),
        );
        expect(results.filter(Boolean)).toHaveLength(1);
        const winner = tries[results.indexOf(true)]!;
        expect((await a.incidents.load(group()))?.incidentId).toBe(winner);
        expect(idsOf(await b.outbox.pending(100)).at(-1)).toBe(winner);
        expect(await a.outbox.pending(100)).toHaveLength(version);
      }
    });

    it('are listed while they fire', async () => {
      const { incidents } = containers.a;
      for (const n of [1, 2, 3]) await incidents.transition(of(n, 1), null);
      await incidents.transition(of(2, 2, 'resolved'), null);
      const firing = await containers.b.incidents.firing(10);
      expect(firing).toHaveLength(2);
      expect(firing).toEqual(expect.arrayContaining([of(1, 1), of(3, 1)]));
      expect(await incidents.firing(1)).toHaveLength(1);
      await incidents.transition(of(2, 3), null);
      expect(await incidents.firing(10)).toHaveLength(3);
    });
  });

  describe('outbox', () => {
    it('holds a notice until it is cleared', async () => {
      const { a, b } = containers;
      expect(await a.outbox.pending(10)).toEqual([]);
      const allRefused = { refused: 3, since: new Date(T).toISOString(), letInAt: new Date(T - 1).toISOString() };
      const hostileGroup = group(0, { issuerDn: HOSTILE });
      const hostile = notice('n1', T, { group: hostileGroup, because: HOSTILE, verdict: null, allRefused });
      expect(await a.incidents.transition(incident(1, { group: hostile.group }), hostile)).toBe(true);
      expect(await b.outbox.pending(10)).toEqual([hostile]);
      expect(await a.outbox.sent(hostile.incidentId)).toEqual([]);
      await b.outbox.clear('n1');
      expect(await a.outbox.pending(10)).toEqual([]);
      expect(await a.outbox.sent(hostile.incidentId)).toEqual([hostile]);
      await a.outbox.clear('n1');
      await a.outbox.clear('never was');
    });

    it('holds one notice of a transition that several tried a moment apart, and hands it out once', async () => {
      const { a, b } = containers;
      // The id is made of the incident and its version: all who try have the same one.
      const tries = Array.from({ length: 8 }, (_, index) => notice('same', T + index));
      const results = await Promise.all(
        tries.map((one, index) => (index % 2 ? a : b).incidents.transition(incident(1), one)),
      );
      expect(results.filter(Boolean)).toHaveLength(1);
      const winner = tries[results.indexOf(true)]!;
      expect(await a.outbox.pending(10)).toEqual([winner]);
      expect(await b.outbox.take('same', T, T + 1000)).toBe(true);
      // One who is late, in the very moment of the winner and in another.
      expect(await a.incidents.transition(incident(1), winner)).toBe(false);
      expect(await a.incidents.transition(incident(1), notice('same', T - 1))).toBe(false);
      expect(await a.outbox.pending(10)).toEqual([winner]);
      expect(await a.outbox.take('same', T, T + 1000)).toBe(false);
      await b.outbox.clear('same');
      expect(await a.outbox.pending(10)).toEqual([]);
    });

    it('gives a notice into one hand at a time', async () => {
      const { a, b } = containers;
      await a.incidents.transition(of(1, 1), told(1, 'n1'));
      const takers = Array.from({ length: 8 }, (_, index) => (index % 2 ? a : b).outbox.take('n1', T, T + 1_000));
      expect((await Promise.all(takers)).filter(Boolean)).toHaveLength(1);
      expect(await b.outbox.take('n1', T + 999, T + 2_000)).toBe(false);
      expect(await b.outbox.take('n1', T + 1_000, T + 2_000)).toBe(true);
      await b.outbox.clear('n1');
      expect(await a.outbox.take('n1', T + 9_000, T + 9_999)).toBe(false);
      expect(await a.outbox.take('never was', T, T)).toBe(false);
    });

    it('clears what another container found', async () => {
      const { a, b } = containers;
      await a.incidents.transition(of(1, 1), told(1, 'n1'));
      await a.incidents.transition(of(2, 1), told(2, 'n2'));
      await a.outbox.pending(10);
      await b.outbox.clear('n1');
      await a.outbox.clear('n1');
      expect(idsOf(await a.outbox.pending(10))).toEqual(['n2']);
      expect(await a.incidents.load(group(1))).toEqual(of(1, 1));
    });

    it('gives the oldest first', async () => {
      const { incidents, outbox } = containers.a;
      await incidents.transition(of(2, 1), told(2, 'z', T));
      await incidents.transition(of(1, 1), told(1, 'y', T + 1));
      await incidents.transition(of(2, 2), told(2, 'x', T + 2));
      await incidents.transition(of(3, 1), told(3, 'w', T + 3));
      expect(idsOf(await outbox.pending(10))).toEqual(['z', 'y', 'x', 'w']);
      expect(idsOf(await containers.b.outbox.pending(2))).toEqual(['z', 'y']);
      await outbox.clear('y');
      expect(idsOf(await outbox.pending(2))).toEqual(['z', 'x']);
    });

    it('gives notices of one moment by id, in whatever order they came', async () => {
      const { incidents, outbox } = containers.a;
      await incidents.transition(of(1, 1), told(1, 'c', T - 1));
      await incidents.transition(of(1, 2), told(1, 'a', T));
      for (const [n, id] of ['e', 'b', 'f', 'd'].entries()) {
        await incidents.transition(of(n + 2, 1), told(n + 2, id, T));
      }
      expect(idsOf(await outbox.pending(10))).toEqual(['c', 'a', 'b', 'd', 'e', 'f']);
      expect(idsOf(await containers.b.outbox.pending(3))).toEqual(['c', 'a', 'b']);
    });

    it('gives the notices of one incident in their order, whatever the clocks said', async () => {
      const { incidents, outbox } = containers.a;
      await incidents.transition(of(1, 1), told(1, 'spike', T + 5000));
      await incidents.transition(of(1, 2), told(1, 'escalated', T + 1000));
      await incidents.transition(of(1, 3, 'resolved'), told(1, 'resolved', T + 3000));
      expect(idsOf(await outbox.pending(10))).toEqual(['spike', 'escalated', 'resolved']);
    });

    it('knows nothing of transitions that did not happen', async () => {
      const { incidents, outbox } = containers.a;
      await incidents.transition(of(1, 2), told(1, 'too early'));
      expect(await outbox.pending(10)).toEqual([]);
      await incidents.transition(of(1, 1), told(1, 'spike', T + 1));
      await incidents.transition(of(1, 1), told(1, 'too late', T + 2));
      expect(idsOf(await outbox.pending(10))).toEqual(['spike']);
      await outbox.clear('spike');
      // A repeat of the transition that was published and cleared brings nothing back.
      expect(await incidents.transition(of(1, 1), told(1, 'spike', T + 1))).toBe(false);
      expect(await outbox.pending(10)).toEqual([]);
      expect(await containers.b.outbox.pending(10)).toEqual([]);
    });

    it('finds what lies behind more of those than it may give', async () => {
      const { incidents, outbox } = containers.a;
      for (let n = 0; n < 8; n++) await incidents.transition(of(n, 2), told(n, `early-${n}`, T + n));
      await incidents.transition(of(9, 1), told(9, 'spike', T + 100));
      expect(idsOf(await outbox.pending(2))).toEqual(['spike']);
    });
  });
}
