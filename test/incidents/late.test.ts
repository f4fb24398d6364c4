/** What comes late is told late: batches of refusals that are delivered long after they happened. */

import { describe, expect, it } from 'vitest';
import type { Notice } from '../../shared/model/index.js';
import { alert, ingest, sweep } from '../../shared/pipeline.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch, type Refusal, T0 } from '../support/logs.js';
import { testWorld } from '../support/world.js';

const MINUTE = 60_000;
const DAY = 24 * 60;

interface Course {
  /** How many refusals a minute has. */
  readonly refusedAt: (minute: number) => number;
  /** When the lines of a minute are delivered. */
  readonly deliveredAt: (minute: number) => number;
  /** Whether the domain has a line in the minute that is no refusal. */
  readonly isHeardAt?: (minute: number) => boolean;
  readonly minutes: number;
  /** The status of the other lines: 403 by a firewall, or a success. */
  readonly other?: '200' | '403';
}

/** Every minute a batch of each log with what is due, and a sweep. */
async function play({ refusedAt, deliveredAt, isHeardAt = () => false, minutes, other = '403' }: Course) {
  const world = testWorld();
  const due = new Map<number, { refusals: Refusal[]; heard: Refusal[] }>();
  for (let minute = 0; minute < minutes; minute++) {
    const lines = due.get(deliveredAt(minute)) ?? { refusals: [], heard: [] };
    due.set(deliveredAt(minute), lines);
    for (let n = 0; n < refusedAt(minute); n++) {
      lines.refusals.push({ n: minute * 1_000 + n, at: T0 + minute * MINUTE + n * 50 });
    }
    if (isHeardAt(minute)) lines.heard.push({ n: minute * 1_000 + 999, at: T0 + minute * MINUTE + 20_000 });
  }
  const last = Math.max(minutes, ...due.keys());
  for (let minute = 0; minute <= last; minute++) {
    world.at = T0 + minute * MINUTE + 30_000;
    const { refusals = [], heard = [] } = due.get(minute) ?? {};
    const look = (groups: Parameters<typeof alert>[0], written: Parameters<typeof alert>[2]) =>
      alert(groups, world, written);
    if (refusals.length > 0) await ingest(executionBatch(refusals.map((one) => denialAsOneEvent(one))), world, look);
    const filtered = other === '403' ? { 'error.responseType': 'WAF_FILTERED' } : { status: '200' };
    const accesses = [
      ...refusals.map((one) => accessEvent(one)),
      ...heard.map((one) => accessEvent(one, { errorResponseType: 'WAF_FILTERED', ...filtered })),
    ];
    if (accesses.length > 0) await ingest(accessBatch(accesses), world, look);
    world.at += 20_000;
    expect((await sweep(world)).failures).toEqual([]);
  }
  return world.published;
}

const kindsOf = (notices: readonly Notice[]) => notices.map(({ kind }) => kind).filter((kind) => kind !== 'escalated');
const minuteOf = (notice: Notice | undefined): number => (Date.parse(notice?.at ?? '') - T0) / MINUTE;

describe.each([0, 12, 30, 60, 65, 180, 360])('logs that come %d minutes late', (lag) => {
  it('are told with their first batches, and resolved once', async () => {
    const notices = await play({
      refusedAt: (minute) => (minute < 30 ? 6 : 0),
      deliveredAt: (minute) => minute + lag,
      minutes: 120 + lag,
    });
    expect(kindsOf(notices)).toEqual(['spike', 'resolved']);
    expect(minuteOf(notices[0])).toBeLessThan(lag + 5);
    expect(notices[0]?.because.includes('late')).toBe(lag > 10);
    expect(minuteOf(notices.at(-1))).toBeGreaterThanOrEqual(30 + lag);
    expect(minuteOf(notices.at(-1))).toBeLessThan(30 + lag + 20);
  });

  it('are told of each burst, in batches of nine minutes and on top of one another', async () => {
    const starts = [100, 400, 700];
    const notices = await play({
      refusedAt: (minute) => (starts.some((from) => minute >= from && minute < from + 9) ? 8 : 0),
      deliveredAt: (minute) => Math.ceil((minute + 1) / 9) * 9 + lag,
      minutes: 900 + lag,
    });
    const spikes = notices.filter(({ kind }) => kind === 'spike').map(minuteOf);
    expect(spikes).toHaveLength(3);
    for (const [n, from] of starts.entries()) {
      expect((spikes[n] ?? 0) - from).toBeGreaterThanOrEqual(lag);
      expect((spikes[n] ?? 0) - from).toBeLessThan(lag + 20);
    }
  });
});

it('ends an incident of a group that is never silent, late as its log', async () => {
  const notices = await play({
    refusedAt: (minute) => (minute >= DAY && minute < DAY + 30 ? 20 : minute % 7 === 0 ? 1 : 0),
    deliveredAt: (minute) => minute + 30,
    minutes: DAY + 200,
  });
  const burst = notices.filter((one) => minuteOf(one) >= DAY + 30);
  expect(burst.at(0)?.kind).toMatch(/spike|escalated/);
  expect(burst.at(-1)?.kind).toBe('resolved');
  expect(minuteOf(burst.at(-1)) - (DAY + 60)).toBeLessThan(30);
});

it('does not end an incident whose log comes later and later', async () => {
  const notices = await play({
    refusedAt: (minute) => (minute < 120 ? 6 : 0),
    deliveredAt: (minute) => minute + Math.max(0, Math.floor((minute - 10) / 2)),
    minutes: 260,
  });
  expect(kindsOf(notices)).toEqual(['spike', 'resolved']);
  expect(minuteOf(notices.at(-1))).toBeGreaterThan(120 + 54);
});

describe('a delivery that stands still during an incident', () => {
  const standing = (other: '200' | '403', isHeardAt: (minute: number) => boolean) =>
    play({
      refusedAt: (minute) => (minute >= DAY + 60 && minute < DAY + 180 ? 6 : 0),
      deliveredAt: (minute) => (minute >= DAY + 80 && minute < DAY + 200 ? DAY + 200 : minute),
      isHeardAt,
      minutes: DAY + 300,
      other,
    });

  it.each(['200', '403'] as const)('is no calm, where other lines show it (%s)', async (other) => {
    const notices = await standing(other, (minute) => minute % 5 === 0);
    expect(kindsOf(notices)).toEqual(['spike', 'resolved']);
    expect(minuteOf(notices.at(-1))).toBeGreaterThanOrEqual(DAY + 200);
    expect(minuteOf(notices.at(-1))).toBeLessThan(DAY + 230);
  });

  it('cannot be told from a calm without other lines', async () => {
    expect(kindsOf(await standing('403', () => false)).slice(0, 2)).toEqual(['spike', 'resolved']);
  });
});

it('ends an incident in time where other lines keep coming', async () => {
  const notices = await play({
    refusedAt: (minute) => (minute >= DAY + 60 && minute < DAY + 90 ? 6 : 0),
    deliveredAt: (minute) => minute,
    isHeardAt: (minute) => minute % 5 === 0,
    minutes: DAY + 150,
  });
  expect(kindsOf(notices)).toEqual(['spike', 'resolved']);
  expect(minuteOf(notices.at(-1)) - (DAY + 90)).toBeLessThanOrEqual(15);
});
