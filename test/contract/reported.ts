/** What reports read: groups by week, incidents that are over, other 403s. */

import { describe, expect, it } from 'vitest';
import type { ForbiddenFact } from '../../shared/model/index.js';
import { endedOf } from '../../shared/ports/ended.js';
import { markOf } from '../../shared/ports/event-marks.js';
import type { Containers } from './containers.js';
import { group, HOSTILE, incident, notice, rollup } from './examples.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T = 1_800_000_000_000;
/** The first hour of one of the index's weeks. */
const WEEK = 168 * 2976;

export function describeReported(containers: Containers): void {
  describe('groups with roll-ups', () => {
    const close = async (n: number, hour: number, requests = 1) => {
      const open = { group: group(n, n === 3 ? { issuerDn: HOSTILE } : {}), hour, token: 's', expected: [] };
      await containers.a.rollups.mark([open]);
      await containers.a.rollups.close(open, rollup(hour, requests, { group: open.group }));
    };
    const issuers = async (from: number, to: number, limit = 100) =>
      (await containers.b.rollups.groups(from, to, limit)).map(({ issuerDn }) => issuerDn).sort();

    it('are found by their hours, each once', async () => {
      expect(await issuers(WEEK, WEEK + 167)).toEqual([]);
      await close(1, WEEK - 1);
      await close(1, WEEK);
      await close(1, WEEK + 3, 2);
      await close(2, WEEK + 167);
      await close(3, WEEK + 168);
      expect(await issuers(WEEK - 168, WEEK - 1)).toEqual(['CN=issuer-1']);
      expect(await issuers(WEEK, WEEK + 167)).toEqual(['CN=issuer-1', 'CN=issuer-2']);
      expect(await issuers(WEEK - 168, WEEK + 335)).toEqual(['CN=issuer-1', 'CN=issuer-2', HOSTILE].sort());
      expect(await issuers(WEEK - 168, WEEK + 335, 2)).toHaveLength(2);
      expect(await issuers(WEEK + 336, WEEK + 500)).toEqual([]);
    });
  });

  describe('incidents that are over', () => {
    const resolved = (n: number, version: number, endedAt: number, id = `i${n}`) =>
      incident(version, { group: group(n), incidentId: id, state: 'resolved', lastNoticeAt: endedAt, calmSince: T });
    const told = (n: number, id: string, at: number) =>
      notice(id, at, { group: group(n), kind: 'resolved', count: 7, since: new Date(T - HOUR).toISOString() });
    const fire = (n: number, version: number, id = `i${n}`) =>
      containers.a.incidents.transition(incident(version, { group: group(n), incidentId: id }), null);
    const all = (from: number, to: number) => containers.b.incidents.ended(from, to, 100);

    it('are kept with what was told of their end', async () => {
      await fire(1, 1);
      expect(await all(T - DAY, T + DAY)).toEqual([]);
      const end = resolved(1, 2, T + 5);
      const last = told(1, 'n1', T + 5);
      expect(await containers.a.incidents.transition(end, last)).toBe(true);
      await fire(2, 1);
      await containers.a.incidents.transition(resolved(2, 2, T + 9 * DAY), null);
      expect(await all(T, T + 10 * DAY)).toEqual([
        endedOf(end, last),
        expect.objectContaining({ incidentId: 'i2', count: null, firstFailureAt: null, endedAt: T + 9 * DAY }),
      ]);
      expect(await all(T, T + 5)).toEqual([]);
      expect(await all(T + 6, T + 9 * DAY)).toEqual([]);
      expect(await all(T + 5, T + 6)).toHaveLength(1);
      expect(await containers.b.incidents.ended(T, T + 10 * DAY, 1)).toHaveLength(1);
    });

    it('stay when another one of the group follows, and count once when they come back', async () => {
      await fire(1, 1);
      await containers.a.incidents.transition(resolved(1, 2, T), told(1, 'n1', T));
      await fire(1, 3);
      await containers.a.incidents.transition(resolved(1, 4, T + HOUR), told(1, 'n2', T + HOUR));
      await fire(1, 5, 'next');
      await containers.a.incidents.transition(resolved(1, 6, T + 2 * HOUR, 'next'), null);
      const ended = await all(T, T + DAY);
      expect(ended.map(({ incidentId, endedAt }) => [incidentId, endedAt - T])).toEqual([
        ['i1', HOUR],
        ['next', 2 * HOUR],
      ]);
    });

    it('are written once by whoever wins the transition, with a hostile name', async () => {
      const hostile = group(1, { issuerDn: HOSTILE });
      await containers.a.incidents.transition(incident(1, { group: hostile }), null);
      const end = (at: number) => incident(2, { group: hostile, state: 'resolved', lastNoticeAt: at });
      const wins = await Promise.all(
        Array.from({ length: 8 }, (_, n) => containers[n % 2 ? 'a' : 'b'].incidents.transition(end(T + n), null)),
      );
      const winner = wins.indexOf(true);
      expect(await containers.a.incidents.transition(end(T + 20), null)).toBe(false);
      expect((await all(T - DAY, T + DAY)).map(({ endedAt, group: { issuerDn } }) => [endedAt, issuerDn])).toEqual([
        [T + winner, HOSTILE],
      ]);
    });
  });

  describe('other 403s', () => {
    const day = Math.floor(T / DAY);
    const forbidden = (n: number, onDay: number, changes: Partial<ForbiddenFact> = {}): ForbiddenFact => ({
      scope: `scope-${n}`,
      cause: 'waf',
      minute: onDay * 1440 + n,
      batchId: `b${n}`,
      requests: n,
      count: n,
      ...changes,
    });

    it('are kept apart by their doors, of which there are none in what an earlier version wrote', async () => {
      const broken = forbidden(2, day, { cause: 'connection-failed' });
      const facts = [broken, { ...broken, door: 'cloudfront' }, { ...broken, door: 'load-balancer' }];
      await containers.a.facts.put([], facts);
      const found = await containers.b.facts.forbidden(day, day, 100);
      expect(found).toHaveLength(3);
      expect(found).toEqual(expect.arrayContaining(facts));
    });

    it('are found by their days, in all scopes, and grow', async () => {
      const facts = [
        forbidden(1, day),
        forbidden(2, day + 1, { cause: 'invalid-api-key', scope: HOSTILE }),
        forbidden(3, day + 2),
      ];
      await containers.a.facts.put([], facts);
      await containers.a.facts.put([], [forbidden(1, day, { requests: 5, count: 5 }), forbidden(3, day + 2)]);
      const found = await containers.b.facts.forbidden(day, day + 1, 100);
      expect(found).toHaveLength(2);
      expect(found).toEqual(expect.arrayContaining([{ ...facts[0], requests: 5, count: 5 }, facts[1]]));
      expect(await containers.b.facts.forbidden(day - 5, day - 1, 100)).toEqual([]);
      expect(await containers.b.facts.forbidden(day, day + 2, 2)).toHaveLength(2);
    });

    it('count an event once that several batches brought, where they name it', async () => {
      const named = (batchId: string, ids: readonly string[], changes: Partial<ForbiddenFact> = {}): ForbiddenFact => ({
        ...forbidden(1, day),
        batchId,
        requests: ids.length,
        count: ids.length,
        events: ids.map(markOf).join(''),
        ...changes,
      });
      await containers.a.facts.put(
        [],
        [
          named('a', ['1', '2', '3']),
          named('b', ['3', '4']),
          named('c', ['1', '4']),
          // Another minute, cause or scope, and a fact that names none.
          named('a', ['1'], { minute: day * 1440 + 2 }),
          named('a', ['1'], { cause: 'invalid-api-key' }),
          named('a', ['1'], { scope: HOSTILE }),
          { ...forbidden(1, day), batchId: 'd', requests: 100, count: 100 },
        ],
      );
      // Of the first minute, after another minute was counted.
      await containers.b.facts.put([], [named('e', ['2', '4'])]);
      const found = await containers.b.facts.forbidden(day, day, 100);
      const sum = (of: Partial<ForbiddenFact>): number =>
        found
          .filter((fact) => Object.entries(of).every(([key, value]) => fact[key as keyof ForbiddenFact] === value))
          .reduce((total, { count }) => total + count, 0);
      expect(sum({ cause: 'waf', scope: 'scope-1', minute: day * 1440 + 1 })).toBe(104);
      expect(sum({})).toBe(107);
      expect(found.every((fact) => !('events' in fact))).toBe(true);
    });
  });
}
