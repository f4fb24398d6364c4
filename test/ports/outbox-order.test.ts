import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Notice } from '../../shared/model/index.js';
import { inSendingOrder, inTryingOrder } from '../../shared/ports/outbox-order.js';

const pending = fc
  .array(
    fc.record({ group: fc.constantFrom('a', 'b', 'c'), minute: fc.nat(9), isTried: fc.boolean(), version: fc.nat(4) }),
    { maxLength: 12 },
  )
  .map((all) =>
    all.map(({ group, minute, isTried, version }, n) => ({
      notice: { at: `2026-11-20T10:0${minute}:00.000Z`, noticeId: `n${n}` } as Notice,
      groupId: group,
      version,
      isTried,
    })),
  );

const isSorted = (values: readonly number[]): boolean =>
  values.every((value, index) => index === 0 || (values[index - 1] ?? 0) <= value);

it('sends each notice once, and those of an incident in the order of its versions', () => {
  fc.assert(
    fc.property(pending, (all) => {
      for (const ordered of [inSendingOrder(all), inTryingOrder(all)]) {
        expect(ordered).toHaveLength(all.length);
        expect(new Set(ordered)).toEqual(new Set(all));
        for (const group of ['a', 'b', 'c']) {
          const versions = ordered.filter((one) => one.groupId === group).map(({ version }) => version);
          expect(isSorted(versions)).toBe(true);
        }
      }
    }),
  );
});

it('tries first what was never tried, with all notices of its incident', () => {
  fc.assert(
    fc.property(pending, (all) => {
      const tried = new Set(all.filter(({ isTried }) => isTried).map(({ groupId }) => groupId));
      expect(isSorted(inTryingOrder(all).map(({ groupId }) => Number(tried.has(groupId))))).toBe(true);
    }),
  );
});

it('goes by time, then by the id of the notice, and never behind an earlier version', () => {
  const one = (noticeId: string, groupId: string, version: number, second: number) => ({
    notice: { at: `2026-11-20T10:00:0${second}.000Z`, noticeId } as Notice,
    groupId,
    version,
  });
  const ordered = inSendingOrder([one('z', 'b', 1, 3), one('b', 'a', 2, 1), one('a', 'a', 1, 4), one('y', 'c', 1, 3)]);
  expect(ordered.map(({ notice }) => notice.noticeId)).toEqual(['y', 'z', 'a', 'b']);
});
