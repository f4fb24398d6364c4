/** Which hours a sweep closes first: the marked ones, the oldest first; then those in which facts are only expected. */

import { expect, it } from 'vitest';
import { dirtyHoursOf } from '../../shared/ports/dirty-hours.js';
import { group } from '../contract/examples.js';

const mark = (hour: number, n = 0) => ({ group: group(n), hour, token: `${hour} ${n}` });
const fact = (hour: number, n = 0, minute = 0) => ({
  group: group(n),
  minute: hour * 60 + minute,
  batchId: 'b',
  requests: 1,
});
const shown = (...asked: Parameters<typeof dirtyHoursOf>) =>
  dirtyHoursOf(...asked).map(({ hour, token, expected }) => [hour, token, expected.length]);

it('each hour of a group once, with the facts that are expected in it', () => {
  const expected = [fact(5), fact(5, 0, 59), fact(6), fact(5, 1)];
  expect(shown([mark(7), mark(5)], expected, 9, 9)).toEqual([
    [5, '5 0', 2],
    [7, '7 0', 0],
    [5, null, 1],
    [6, null, 1],
  ]);
});

it('none after the hour that is asked for, and no more than asked for', () => {
  const marks = [mark(9), mark(8), mark(7)];
  expect(shown(marks, [fact(6), fact(9)], 8, 9)).toEqual([
    [7, '7 0', 0],
    [8, '8 0', 0],
    [6, null, 1],
  ]);
  expect(shown(marks, [fact(6)], 9, 2)).toEqual([
    [7, '7 0', 0],
    [8, '8 0', 0],
  ]);
});
