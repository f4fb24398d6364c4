/** A rise or a fall over many periods is said in words, whatever the last two periods are. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { courseOf } from '../../shared/report/course.js';
import { reportMessages } from '../../shared/report/messages/index.js';
import { sentencesOf } from '../../shared/report/page-actions.js';
import type { Report } from '../../shared/report/schema.js';

it.each([
  ['a ramp of nine weeks whose last is a little lower', [10, 22, 31, 38, 52, 61, 70, 90, 88], 'rising', 22, 88],
  ['a ramp that began when counting began', [null, null, null, 5, 9, 11, 20, 22, 30], 'rising', 9, 22],
  ['a fall', [900, 700, 650, 500, 320, 330, 200, 90, 12], 'falling', 700, 90],
  ['from nothing', [0, 0, 0, 1, 4, 9, 20, 30, 50], 'rising', 0, 30],
  ['noise', [30, 12, 25, 28, 11, 31, 14, 22, 27], null],
  ['a steady number', [40, 41, 42, 43, 44, 45, 46, 47, 48], null],
  ['one bad week', [10, 11, 9, 10, 12, 10, 9, 11, 300], null],
  ['too few weeks', [null, null, null, null, 1, 10, 100, 1000, 9000], null],
  ['nothing', [0, 0, 0, 0, 0, 0, 0, 0, 0], null],
])('%s', (_, stretches, way, from = 0, to = 0) => {
  const course = courseOf(stretches);
  if (way === null) expect(course).toBeNull();
  else expect(course).toEqual({ way, from, to, periods: stretches.filter((n) => n !== null).length });
});

it('of the same periods the other way round is the other course', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 9 }), (periods) => {
      const [there, back] = [courseOf(periods), courseOf([...periods].reverse())];
      expect(back?.way).toBe(there === null ? undefined : there.way === 'rising' ? 'falling' : 'rising');
      expect([back?.from, back?.to]).toEqual([there?.to, there?.from]);
    }),
  );
});

it('is in the first sentence, in both languages', () => {
  const stretches = [10, 22, 31, 38, 52, 61, 70, 90, 88];
  const totals = { failures: 88, before: 90, median4: 65.5, stretches, scopes: 1, issuers: 2 };
  const report = { totals, actions: [], expiring: [], incidents: [] } as unknown as Report;
  expect(sentencesOf(report, reportMessages.en)[0]).toContain(
    '2% fewer than the 90 of the period before (median of the last four: 65.5); over 9 periods they rise, from about 22 to about 88.',
  );
  expect(sentencesOf(report, reportMessages.ja)[0]).toContain('9 期を通して増加傾向（約 22 件から約 88 件）');
});
