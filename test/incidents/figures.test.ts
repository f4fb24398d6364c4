/** The figures of an incident begin where its rise began, over however many minutes that was seen. */

import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../shared/base/time.js';
import type { Notice } from '../../shared/model/index.js';
import { refusalsOf, throughFunctions, throughReplay } from '../support/both-ways.js';
import { T0 } from '../support/logs.js';
import { randomOf } from '../support/random.js';

const HOUR = 60;
const DAY = 24 * HOUR;

/** One refusal in every so many minutes, for so many hours. */
function risen(every: number, hours: number): number[] {
  return Array.from({ length: hours * HOUR }, (_, minute) => (minute % every === 0 ? 1 : 0));
}

describe.each([
  ['minutes', 1, 1],
  ['an hour', 5, 4],
  ['an hour, hardly', 6, 3],
  ['a day', 60, 14],
  ['a day, from the middle of an hour', 50, 30],
])('a rise that is seen over %s', (_, every, hours) => {
  const counts = [...new Array<number>(90).fill(0), ...risen(every, hours)];
  const refusals = refusalsOf([counts], 3);
  const began = new Date(T0 + 90 * MINUTE_MS).toISOString();
  const clients = new Set(refusals.map(({ subjectDn }) => subjectDn)).size;

  const check = (notices: readonly Notice[]): void => {
    expect(notices.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['spike', 'resolved']));
    for (const { since } of notices) expect(since).toBe(began);
    const [spike] = notices;
    const sum = spike?.clients.reduce((all, { count }) => all + count, 0);
    expect(sum).toBe(spike?.count);
    const end = notices.at(-1);
    expect(end).toMatchObject({ kind: 'resolved', count: refusals.length, clientCount: clients });
  };

  it('is told from its first refusal on, and its end sums up all of them', async () => {
    check(await throughFunctions(refusals, counts.length + DAY, { random: randomOf(every), delay: 0 }));
  });

  it('is told the same by replay', async () => {
    check(await throughReplay(refusals));
  });
});
