/**
 * Five-minute counts as busy services see them, with labelled events: three families that differ in what makes them
 * hard. Invented, not taken from any record.
 *
 *   mentions   over-dispersed, self-exciting, wandering level, heavy-tailed bursts that are no event; from 2 failures
 *              an hour (most steps are zero) to a hundred a step
 *   doors      a building: empty at night, busy on weekdays; events are one to three hours of modestly more people, often
 *              at hours that are usually calm
 *   loop       a road: a steady flow with rush hours; events of half an hour to two hours add a third to a whole of the
 *              flow; some records are missing
 */

import { type Random, randomOf } from './random.js';

export const FAMILIES = ['mentions', 'doors', 'loop'] as const;
export type Family = (typeof FAMILIES)[number];

export interface Stream {
  readonly family: Family;
  /** Null where the record is missing. */
  readonly counts: readonly (number | null)[];
  /** First and last step of each event. */
  readonly events: readonly { readonly from: number; readonly to: number }[];
}

const DAY = 288;
const WEEK = 2016;
/** Eight weeks. */
const LENGTH = 8 * WEEK;

export function streamOf(family: Family, seed: number): Stream {
  const random = randomOf(seed * 7_919 + FAMILIES.indexOf(family) * 104_729);
  if (family === 'mentions') return mentions(random);
  if (family === 'doors') return doors(random);
  return loop(random);
}

function mentions(random: Random): Stream {
  const mean = Math.exp(Math.log(0.25) + random.uniform() * Math.log(400));
  const depth = 0.3 + 0.8 * random.uniform();
  const peak = random.uniform() * DAY;
  const weekend = 0.4 + 0.5 * random.uniform();
  const branching = 0.2 + 0.4 * random.uniform();
  const scatter = 0.15 + 0.25 * random.uniform();
  const events = eventsOf(random, random.integer(2, 5), 12, 96);
  let wander = 0;
  let memory = 0;
  let slow = 0;
  let burst = 0;
  const counts = Array.from({ length: LENGTH }, (_, t) => {
    wander = 0.97 * wander + scatter * 0.24 * random.normal();
    slow = 0.9995 * slow + 0.01 * random.normal();
    // A burst that is no event: Pareto-sized, over within half an hour.
    if (random.uniform() < 1 / 700) burst += mean * Math.min(8, (1 - random.uniform()) ** (-1 / 1.6));
    burst *= 0.6;
    const daily =
      depth * Math.cos((2 * Math.PI * (t - peak)) / DAY) +
      0.3 * depth * Math.cos((4 * Math.PI * (t - peak * 1.3)) / DAY);
    const day = Math.floor(t / DAY) % 7;
    const rate = mean * Math.exp(daily + wander + slow) * (day >= 5 ? weekend : 1) * (1 - branching) + burst;
    memory = 0.75 * memory;
    const extra = eventShape(events, t, true);
    const n = random.negativeBinomial(rate * (1 + extra) + branching * memory * 0.25 * 4 * 0.25, 1.3 + 0.02 * mean);
    memory += n;
    return n;
  });
  return { family: 'mentions', counts, events: events.map(({ from, to }) => ({ from, to })) };
}

function doors(random: Random): Stream {
  const scale = 1.5 + 6 * random.uniform();
  const events = eventsOf(random, 4, 12, 36, 0.6, 2.2, (t) => hourOf(t) >= 9 && hourOf(t) <= 20);
  let busy = 0;
  const counts = Array.from({ length: LENGTH }, (_, t) => {
    if (t % DAY === 0) busy = 0.12 * random.normal();
    const hour = hourOf(t);
    const weekday = Math.floor(t / DAY) % 7 < 5;
    const hump = (at: number, width: number) => Math.exp(-(((hour - at) / width) ** 2));
    const rate =
      scale *
      Math.exp(busy) *
      (weekday ? 0.02 + hump(9, 1.2) + 0.9 * hump(12.5, 1.5) + 0.8 * hump(16, 2) : 0.015 + 0.12 * hump(13, 3));
    const extra = eventShape(events, t, false) * (rate + 0.25 * scale);
    return random.negativeBinomial(rate + extra, 1.4);
  });
  return { family: 'doors', counts, events: events.map(({ from, to }) => ({ from, to })) };
}

function loop(random: Random): Stream {
  const scale = 12 + 25 * random.uniform();
  const events = eventsOf(random, 6, 6, 24, 0.35, 1);
  let wander = 0;
  let missing = 0;
  const counts = Array.from({ length: LENGTH }, (_, t) => {
    wander = 0.95 * wander + 0.03 * random.normal();
    if (random.uniform() < 1 / 1500) missing = random.integer(6, 200);
    const hour = hourOf(t);
    const weekday = Math.floor(t / DAY) % 7 < 5;
    const hump = (at: number, width: number) => Math.exp(-(((hour - at) / width) ** 2));
    const rate =
      scale * Math.exp(wander) * (0.12 + (weekday ? 0.9 * hump(8, 1.8) + 1 * hump(17, 2.5) : 0) + 0.6 * hump(14, 5));
    const n = random.negativeBinomial(rate * (1 + eventShape(events, t, false)), 1.3);
    return missing-- > 0 ? null : n;
  });
  const there = events.filter(
    ({ from, to }) => counts.slice(from, to + 1).filter((n) => n === null).length * 2 < to - from,
  );
  return { family: 'loop', counts, events: there.map(({ from, to }) => ({ from, to })) };
}

interface Event {
  readonly from: number;
  readonly to: number;
  /** How much is added at its height, as a multiple of the usual. */
  readonly size: number;
}

const hourOf = (t: number): number => (t % DAY) / 12;

/** Events after the second week, at least a day apart. */
function eventsOf(
  random: Random,
  n: number,
  shortest: number,
  longest: number,
  smallest = 2,
  largest = 14,
  allowed: (t: number) => boolean = () => true,
): Event[] {
  const events: Event[] = [];
  while (events.length < n) {
    const from = random.integer(2 * WEEK, LENGTH - longest - 1);
    if (!allowed(from) || events.some((e) => Math.abs(e.from - from) < DAY)) continue;
    const size = smallest * (largest / smallest) ** random.uniform();
    events.push({ from, to: from + random.integer(shortest, longest), size });
  }
  return events.sort((a, b) => a.from - b.from);
}

function eventShape(events: readonly Event[], t: number, fades: boolean): number {
  for (const { from, to, size } of events) {
    if (t >= from && t <= to) return fades ? size * Math.exp((-2.5 * (t - from)) / (to - from)) : size;
  }
  return 0;
}
