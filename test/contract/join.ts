import { describe, expect, it } from 'vitest';
import type { Cell } from '../../shared/model/index.js';
import type { Containers } from './containers.js';
import { access, client, denial, HOSTILE } from './examples.js';

const EMPTY: Cell = { denial: null, access: null, claimedBy: null };
const range = (n: number): number[] => Array.from({ length: n }, (_, index) => index);
const seconds = ({ denial, access }: Cell): number => Number(denial?.second ?? 0) + Number(access?.second ?? 0);

export function describeJoin(containers: Containers): void {
  describe('join', () => {
    it('fills a slot once, and answers in the order of the writes', async () => {
      const { join } = containers.a;
      const first = await join.put([
        { key: 'k1', half: denial(1), batchId: 'b1' },
        { key: 'k2', half: access(2), batchId: 'b1' },
      ]);
      expect(first).toEqual([
        { denial: { half: denial(1), batchId: 'b1', second: false }, access: null, claimedBy: null },
        { denial: null, access: { half: access(2), batchId: 'b1', second: false }, claimedBy: null },
      ]);
      const then = await join.put([
        { key: 'k2', half: denial(2), batchId: 'b2' },
        { key: 'k1', half: denial(9), batchId: 'b2' },
        { key: 'k1', half: access(1), batchId: 'b2' },
      ]);
      const whole = {
        denial: { half: denial(1), batchId: 'b1', second: false },
        access: { half: access(1), batchId: 'b2', second: true },
        claimedBy: null,
      };
      expect(then).toEqual([
        {
          denial: { half: denial(2), batchId: 'b2', second: true },
          access: { half: access(2), batchId: 'b1', second: false },
          claimedBy: null,
        },
        whole,
        whole,
      ]);
      expect(await join.read(['k1', 'nothing', 'k1'])).toEqual([whole, EMPTY, whole]);
    });

    it('keeps that the id of a denial comes from another line', async () => {
      const half = denial(1, { isIdBorrowed: true });
      await containers.a.join.put([{ key: 'k', half, batchId: 'b' }]);
      expect(await containers.b.join.read(['k'])).toEqual([
        { denial: { half, batchId: 'b', second: false }, access: null, claimedBy: null },
      ]);
    });

    it('keeps at which door a connection was refused', async () => {
      const half = access(1, { door: 'cloudfront', client: null });
      await containers.a.join.put([{ key: 'k', half, batchId: 'b' }]);
      expect(await containers.b.join.read(['k'])).toEqual([
        { denial: null, access: { half, batchId: 'b', second: false }, claimedBy: null },
      ]);
    });

    it('takes the halves of one call in their order', async () => {
      const { join } = containers.a;
      const cells = await join.put([
        { key: 'k', half: access(1), batchId: 'b' },
        { key: 'k', half: access(2), batchId: 'b' },
        { key: 'k', half: denial(1), batchId: 'b' },
      ]);
      const cell = {
        denial: { half: denial(1), batchId: 'b', second: true },
        access: { half: access(1), batchId: 'b', second: false },
        claimedBy: null,
      };
      expect(cells).toEqual([cell, cell, cell]);
    });

    it('answers nothing to nothing', async () => {
      const { join } = containers.a;
      expect([await join.put([]), await join.claim([], 'b'), await join.read([])]).toEqual([[], [], []]);
    });

    it('keeps every field, whatever a client put into it', async () => {
      const { join } = containers.a;
      const halves = [
        denial(1, { requestId: '', extendedRequestId: null, api: { apiId: null, stage: null }, rate: 0.125 }),
        denial(2, { reason: 'other', reasonText: HOSTILE, requestId: HOSTILE, scope: HOSTILE }),
        access(3, { client: null, extendedRequestId: null }),
        access(4, { client: client(4, { fingerprint: null, notBefore: null, notAfter: null, userAgent: '' }) }),
        access(5, { client: client(5, { subjectDn: HOSTILE, issuerDn: HOSTILE.repeat(30), userAgent: HOSTILE }) }),
      ];
      await join.put(halves.map((half) => ({ key: half.eventId, half, batchId: 'b' })));
      const cells = await containers.b.join.read(halves.map((half) => half.eventId));
      expect(cells.map((cell) => (cell.denial ?? cell.access)?.half)).toEqual(halves);
    });

    it('makes exactly one half the second, however many bring them at once', async () => {
      const { a, b } = containers;
      const bring = (batch: string, from: Containers['a'], kinds: ('denial' | 'access')[]) =>
        Promise.all(
          range(25).flatMap((n) =>
            kinds.map(async (kind) => {
              const half = kind === 'denial' ? denial(n) : access(n);
              const [cell] = await from.join.put([{ key: `k${n}`, half, batchId: batch }]);
              return cell!;
            }),
          ),
        );
      const seen = await Promise.all([
        bring('b1', a, ['denial']),
        bring('b2', b, ['access']),
        bring('b3', b, ['denial', 'access']),
        bring('b4', a, ['access', 'denial']),
      ]);
      const cells = await a.join.read(range(25).map((n) => `k${n}`));
      for (const cell of cells) expect(seconds(cell)).toBe(1);
      // Whoever saw both halves saw the same owner as everybody else.
      for (const cell of seen.flat().filter((cell) => cell.denial !== null && cell.access !== null)) {
        expect(cells).toContainEqual(cell);
      }
    });

    it('claims what stands alone, once and for good', async () => {
      const { join } = containers.a;
      await join.put([
        { key: 'alone', half: denial(1), batchId: 'b1' },
        { key: 'whole', half: denial(2), batchId: 'b1' },
        { key: 'whole', half: access(2), batchId: 'b1' },
      ]);
      const order = ['whole', 'alone', 'empty', 'alone'];
      const claimed = await join.claim(order, 's1');
      expect(claimed.map((cell) => cell.claimedBy)).toEqual([null, 's1', 's1', 's1']);
      expect(claimed[1]?.denial?.half).toEqual(denial(1));
      const again = await containers.b.join.claim(order, 's2');
      expect(again).toEqual(claimed);
      const [late] = await join.put([{ key: 'alone', half: access(1), batchId: 'b2' }]);
      expect(late).toEqual({
        denial: { half: denial(1), batchId: 'b1', second: false },
        access: { half: access(1), batchId: 'b2', second: true },
        claimedBy: 's1',
      });
      const [first] = await join.put([{ key: 'empty', half: access(3), batchId: 'b2' }]);
      expect(first).toMatchObject({ access: { second: false }, claimedBy: 's1' });
    });

    it('gives a half to the claim or to its other half, never to both', async () => {
      const { a, b } = containers;
      const order = range(25).map((n) => `k${n}`);
      await a.join.put(order.map((key, n) => ({ key, half: denial(n), batchId: 'b1' })));
      const [first, second] = await Promise.all([
        a.join.claim(order, 's1'),
        b.join.claim(order, 's2'),
        Promise.all(order.map((key, n) => b.join.put([{ key, half: access(n), batchId: 'b2' }]))),
      ]);
      const cells = await a.join.read(order);
      for (const [n, cell] of cells.entries()) {
        expect(seconds(cell)).toBe(1);
        expect([first[n]?.claimedBy, second[n]?.claimedBy]).toEqual([cell.claimedBy, cell.claimedBy]);
        if (cell.claimedBy === null) expect([first[n]?.access, second[n]?.access]).not.toContain(null);
      }
    });

    it('reads many cells', async () => {
      const { join } = containers.a;
      const order = range(230).map((n) => `k${n}`);
      await join.put(order.map((key, n) => ({ key, half: denial(n), batchId: 'b' })));
      const cells = await join.read([...order].reverse());
      expect(cells.map((cell) => cell.denial?.half.eventId)).toEqual(range(230).map((n) => `d${229 - n}`));
    });
  });
}
