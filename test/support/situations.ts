/**
 * Labelled histories of single groups that a pager meets and that averages hide: refusals that are few and steady, outages
 * that never end, habits of a week or a month, noise in clumps, gaps in the logs. Nine weeks of minutes each, on virtual time.
 */

import { type Random, randomOf } from './random.js';

/** One that is refused from some moment on for as long as the history goes. */
const OUTAGES = [
  'steady, 1 an hour',
  'steady, 4 an hour',
  'steady, 9 an hour',
  'steady, 12 an hour',
  'steady, 24 an hour',
  'steady, 40 an hour',
  'three clients in office hours',
  'one node of twenty',
  'growing for six weeks',
  'new in its first week',
  'endless',
] as const;
/** Bursts: found within minutes or not at all. */
const BURSTS = ['bursts', 'bursts on a noisy group', 'flapping'] as const;
/** Nothing worth a page from the fourth week on. */
const CALM = [
  'weekly job',
  'nightly job and a clock change',
  'monthly job',
  'clumps of retries',
  'gaps in the logs',
  'rare clumps',
  'retries over an hour',
  'a rate that wanders',
  'a clump a month',
] as const;

export const SITUATIONS = [...OUTAGES, ...BURSTS, ...CALM] as const;
export type SituationName = (typeof SITUATIONS)[number];
export const isCalm = (name: SituationName): boolean => (CALM as readonly string[]).includes(name);
export const isOutage = (name: SituationName): boolean => (OUTAGES as readonly string[]).includes(name);

export interface Situation {
  readonly name: SituationName;
  readonly counts: Float64Array;
  /** First and last minute of each outage, and how many calls an hour it refuses. */
  readonly outages: readonly { readonly from: number; readonly to: number }[];
  /** Minutes without any log. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
}

const HOUR = 60;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** The first of January, February and March, as days since the first minute. */
const FIRST_OF_MONTH = [0, 31, 59];
export const LENGTH = 9 * WEEK;
/** Pages before this are those of a group that nobody knows yet. */
export const KNOWN_FROM = 3 * WEEK;

export function situationOf(name: SituationName, seed: number): Situation {
  const random = randomOf(seed * 48_271 + SITUATIONS.indexOf(name) * 1_299_709);
  const counts = new Float64Array(LENGTH);
  const outages: { from: number; to: number }[] = [];
  const gaps: { from: number; to: number }[] = [];
  const add = (rate: (t: number) => number, from = 0, to = LENGTH - 1, clumps = 1): void => {
    for (let t = from; t <= to; t++) counts[t] = (counts[t] ?? 0) + random.negativeBinomial(rate(t), clumps);
  };
  const outage = (from: number, to: number, rate: (t: number) => number): void => {
    add(rate, from, to);
    outages.push({ from, to });
  };
  draw(name, { random, counts, add, outage, gap: (from, to) => gaps.push({ from, to }) });
  for (const { from, to } of gaps) counts.fill(0, from, to + 1);
  return { name, counts, outages, gaps };
}

interface Pen {
  readonly random: Random;
  readonly counts: Float64Array;
  readonly add: (rate: (t: number) => number, from?: number, to?: number, clumps?: number) => void;
  readonly outage: (from: number, to: number, rate: (t: number) => number) => void;
  readonly gap: (from: number, to: number) => void;
}

function draw(name: SituationName, pen: Pen): void {
  const { random, outage } = pen;
  const last = LENGTH - 1;
  const from = random.integer(WEEK, 3 * WEEK);
  const perHour = /^steady, (\d+)/.exec(name);
  if (perHour !== null) regular(pen, from, HOUR / Number(perHour[1]), () => true);
  else if (name === 'three clients in office hours') {
    for (let client = 0; client < 3; client++) regular(pen, from, random.integer(40, 70), isOffice, client === 0);
  } else if (name === 'one node of twenty') regular(pen, from, random.integer(35, 60), () => true);
  else if (name === 'growing for six weeks') {
    outage(from, last, (t) => (89 / HOUR) * Math.min(1, (t - from) / (6 * WEEK)));
  } else if (name === 'new in its first week') regular(pen, random.integer(HOUR, 6 * DAY), 5, () => true);
  else if (name === 'endless') {
    const rate = (0.2 * 20 ** random.uniform()) as number;
    outage(from, from + random.integer(3 * WEEK, 4 * WEEK), () => rate);
  } else drawBurstsAndCalm(name, pen);
}

function drawBurstsAndCalm(name: SituationName, { random, counts, add, outage, gap }: Pen): void {
  const office = (t: number): number => (isOffice(t) ? 1 : 0.15);
  const sometimes = Array.from({ length: 6 }, (_, n) => KNOWN_FROM + n * 5 * DAY + random.integer(0, 3 * DAY));
  const jobAt = random.integer(2 * HOUR, 20 * HOUR);
  const job = (at: number): void => add(() => 4 + 6 * random.uniform(), at + random.integer(-20, 20), at + 30);
  switch (name) {
    case 'bursts':
      for (const at of sometimes) outage(at, at + random.integer(15, 90), () => 4 * 10 ** random.uniform());
      return;
    case 'bursts on a noisy group':
      add((t) => 0.6 * office(t), 0, LENGTH - 1, 1.5);
      for (const at of sometimes) outage(at, at + random.integer(20, 90), () => 6 + 10 * random.uniform());
      return;
    case 'flapping':
      for (const at of sometimes.slice(0, 3)) {
        for (let n = 0; n < 6; n++) add(() => 8, at + 30 * n, at + 30 * n + 9);
        outage(at, at + 159, () => 0.01);
      }
      return;
    case 'weekly job':
      for (let week = 0; week < 9; week++) job(week * WEEK + 6 * DAY + jobAt);
      return;
    case 'nightly job and a clock change':
      for (let day = 0; day < 63; day++) job(day * DAY + jobAt + (day >= 35 ? HOUR : 0));
      return;
    case 'monthly job':
      for (const day of FIRST_OF_MONTH) job(day * DAY + jobAt);
      return;
    case 'clumps of retries':
      clumps(random, counts, 2 * DAY, [1, 15], 5);
      return;
    case 'rare clumps':
      clumps(random, counts, WEEK, [5, 20], 5);
      return;
    case 'a clump a month':
      clumps(random, counts, 28 * DAY, [10, 30], 5);
      return;
    case 'retries over an hour':
      clumps(random, counts, 2 * DAY, [5, 25], HOUR);
      return;
    case 'a rate that wanders':
      wander(random, add);
      return;
    default:
      add((t) => 0.5 * office(t), 0, LENGTH - 1, 1.3);
      for (const at of sometimes) gap(at, at + random.integer(4 * HOUR, 26 * HOUR));
  }
}

/** So many calls, within so many minutes, come together once in `every` minutes or so. */
function clumps(
  random: Random,
  counts: Float64Array,
  every: number,
  [least, most]: readonly [number, number],
  within: number,
): void {
  for (let t = 0; t < LENGTH; t++) {
    if (random.uniform() > 1 / every) continue;
    for (let n = random.integer(least, most); n > 0; n--) {
      const at = Math.min(LENGTH - 1, t + random.integer(0, within - 1));
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
}

/** A failure every five minutes or so, by turns more and less often, within hours and up to four times either way. */
function wander(random: Random, add: Pen['add']): void {
  let level = 0;
  const levels = Array.from({ length: LENGTH / 30 }, () => {
    level = 0.97 * level + 0.6 * (random.uniform() - 0.5);
    return level;
  });
  add((t) => 0.2 * Math.exp(levels[Math.floor(t / 30)] ?? 0), 0, LENGTH - 1, 1.3);
}

/** Monday to Friday, nine to five. */
export function isOffice(t: number): boolean {
  return Math.floor(t / DAY) % 7 < 5 && t % DAY >= 9 * HOUR && t % DAY < 17 * HOUR;
}

/** A client that calls every so many minutes, give or take, and is refused each time. */
function regular(
  { random, counts, outage }: Pen,
  from: number,
  every: number,
  when: (t: number) => boolean,
  isFirst = true,
): void {
  let first = LENGTH - 1;
  for (let t = from; t < LENGTH; t += every * (0.8 + 0.4 * random.uniform())) {
    const minute = Math.floor(t);
    if (!when(minute)) continue;
    counts[minute] = (counts[minute] ?? 0) + 1;
    first = Math.min(first, minute);
  }
  // Nobody can know of an outage before its first call.
  if (isFirst) outage(first, LENGTH - 1, () => 0);
}
