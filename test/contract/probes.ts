import { describe, expect, it } from 'vitest';
import type { Probe, ProbedGateway } from '../../shared/model/index.js';
import type { Containers } from './containers.js';
import { HOSTILE } from './examples.js';

const T = 1_800_000_000_000;
const MIDNIGHT = Date.UTC(2027, 0, 15);

const probe = (fingerprint: string, at: number, changes: Partial<Probe> = {}): Probe => ({
  fingerprint,
  scope: 'api.bank.example',
  at,
  outcome: 'calling',
  requestId: null,
  extendedRequestId: null,
  ...changes,
});

const gateway = (domain: string, at: number): ProbedGateway => ({
  domain,
  at,
  outcomes: {
    'chain-of-five': { outcome: 'refused', because: null },
    'server-only': { outcome: 'let-in', because: null },
    p521: { outcome: 'undecided', because: HOSTILE },
    pss: { outcome: 'let-in', because: null },
  },
});

export function describeProbes(containers: Containers): void {
  describe('what probes showed', () => {
    it('is kept by domain, the last time it was saved', async () => {
      const { a, b } = containers;
      expect(await a.probed.load('api.bank.example')).toBeNull();
      for (const at of [T, T + 1]) await a.probed.save(gateway('api.bank.example', at));
      await a.probed.save(gateway('other.bank.example', T));
      expect(await b.probed.load('api.bank.example')).toEqual(gateway('api.bank.example', T + 1));
      expect(await b.probed.load('other.bank.example')).toEqual(gateway('other.bank.example', T));
    });
  });

  describe('who was let in', () => {
    it('is replaced as a whole, also by fewer, by more than an item holds, and by nobody', async () => {
      const { a, b } = containers;
      const caller = (n: number) => ({
        subjectDn: `CN=${HOSTILE} ${n}`,
        issuerDn: 'CN=CA',
        serialNumber: String(n),
        notBefore: n % 2 === 0 ? null : T,
        notAfter: T + n,
        isConnection: n % 3 === 0,
        firstAt: T,
        lastAt: T + n,
      });
      expect(await a.callers.all()).toEqual([]);
      for (const many of [300, 3, 5, 0]) {
        const callers = Array.from({ length: many }, (_, n) => caller(n));
        await a.callers.replace(callers);
        await b.callers.replace(callers);
        const all = (await b.callers.all()).toSorted((one, other) => one.lastAt - other.lastAt);
        expect(all).toEqual(callers);
      }
    });
  });

  describe('probes', () => {
    it('are found by when they began, in that order, across midnight, and no more than asked for', async () => {
      const { a, b } = containers;
      const all = [-2000, -1, 0, 1, 2000].map((ms, index) => probe(`f${index}`, MIDNIGHT + ms));
      for (const one of [...all].reverse()) await a.probes.save(one);
      const unseen = all.map((one) => ({ ...one, seen: null }));
      expect(await b.probes.between(MIDNIGHT - 2000, MIDNIGHT + 2000, 10)).toEqual(unseen);
      expect(await b.probes.between(MIDNIGHT - 1, MIDNIGHT + 1, 10)).toEqual(unseen.slice(1, 4));
      expect(await b.probes.between(MIDNIGHT - 2000, MIDNIGHT + 2000, 3)).toEqual(unseen.slice(0, 3));
      expect(await b.probes.between(MIDNIGHT + 3000, MIDNIGHT + 4000, 3)).toEqual([]);
    });

    it('of one moment are told apart', async () => {
      await containers.a.probes.save(probe('f1', T));
      await containers.a.probes.save(probe('f2', T));
      const found = await containers.b.probes.between(T, T, 10);
      expect(found.map(({ fingerprint }) => fingerprint).sort()).toEqual(['f1', 'f2']);
    });

    it('are completed after their call, also when they were seen before', async () => {
      const { a, b } = containers;
      await a.probes.save(probe('f', T));
      await b.probes.see(probe('f', T), { eventId: 'e1', at: T + 5 });
      const done = probe('f', T, { outcome: 'refused', requestId: HOSTILE, extendedRequestId: 'Ext=' });
      await a.probes.save(done);
      expect(await b.probes.between(T, T, 10)).toEqual([{ ...done, seen: { eventId: 'e1', at: T + 5 } }]);
    });

    it('are seen by one log event for good, whoever asks at the same time or again', async () => {
      const { a, b } = containers;
      const called = probe('f', T);
      await a.probes.save(called);
      const tries = ['e1', 'e2', 'e3', 'e4'].map((eventId, n) =>
        (n % 2 ? a : b).probes.see(called, { eventId, at: T + n }),
      );
      const answers = await Promise.all(tries);
      const [first] = answers;
      for (const answer of answers) expect(answer).toEqual(first);
      expect(await b.probes.see(called, { eventId: 'late', at: T + 99 })).toEqual(first);
      expect((await a.probes.between(T, T, 1))[0]?.seen).toEqual(first);
    });
  });
}
