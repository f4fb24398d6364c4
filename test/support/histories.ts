/**
 * Labelled histories of groups, minute by minute, eight weeks each, on virtual time. Every class is one situation that
 * a pager meets; `quiet` classes hold nothing worth a page. All numbers are failures.
 */

import { type Random, randomOf } from './random.js';

export const CLASSES = [
  'quiet',
  'sparse noise',
  'daily and weekly rhythm',
  'nightly failures',
  'slow growth',
  'late flood',
  'sustained spike',
  'CA rotation',
  'retry with back-off',
  'burst of one minute',
  'slow burn',
  'flapping',
  'scanner',
  'two in a row',
] as const;
export type ClassName = (typeof CLASSES)[number];
export const QUIET: ReadonlySet<ClassName> = new Set<ClassName>([
  'quiet',
  'sparse noise',
  'daily and weekly rhythm',
  'nightly failures',
  'slow growth',
  'late flood',
]);

export interface Labelled {
  /** First and last minute. */
  readonly from: number;
  readonly to: number;
}

export interface GroupHistory {
  readonly className: ClassName;
  readonly counts: readonly number[];
  readonly incidents: readonly Labelled[];
  /** Times without logs; what happened in them is delivered in the minute after `to`, with its own timestamps. */
  readonly outages: readonly Labelled[];
}

const HOUR = 60;
const DAY = 1440;
const WEEK = 7 * DAY;
export const MINUTES = 8 * WEEK;
/** Incidents begin in the third week or later: before, no method knows what is usual. */
export const LEARNED = 2 * WEEK;

type Rate = (t: number) => number;

export function historyOf(className: ClassName, seed: number): GroupHistory {
  const random = randomOf(seed * 31_337 + CLASSES.indexOf(className) * 1_000_003);
  const { rate, clumps } = usualOf(className, random);
  const added: Rate[] = [];
  const incidents: Labelled[] = [];
  const outages: Labelled[] = [];
  for (const from of startsOf(className, random)) add(className, random, from, rate, { added, incidents, outages });
  const counts = Array.from({ length: MINUTES }, (_, t) => {
    const usual = random.negativeBinomial(rate(t), clumps);
    const extra = added.reduce((sum, of) => sum + of(t), 0);
    return usual + (extra > 0 ? random.negativeBinomial(extra, 1.3) : 0);
  });
  if (className === 'burst of one minute') for (const { from } of incidents) counts[from] = random.integer(20, 120);
  return { className, counts, incidents, outages };
}

/** What the group has on a usual day: the rate per minute, and how much failures come in clumps. */
function usualOf(className: ClassName, random: Random): { rate: Rate; clumps: number } {
  const office = officeHours(random);
  const busy = 0.3 * 15 ** random.uniform();
  const kind = className === 'quiet' ? 0 : className === 'sparse noise' ? 1 : random.integer(0, 2);
  switch (className) {
    case 'daily and weekly rhythm':
    case 'late flood':
      return { rate: (t) => busy * office(t), clumps: 1.2 + 2 * random.uniform() };
    case 'slow growth':
      return { rate: (t) => busy * office(t) * 6 ** (t / MINUTES), clumps: 1.5 };
    case 'nightly failures':
      return { rate: nightly(random), clumps: 1.3 };
    default:
      if (kind === 0) return { rate: () => 0.001, clumps: 1.5 };
      if (kind === 1) return { rate: (t) => 0.005 + 0.04 * office(t), clumps: 4 };
      return { rate: (t) => busy * office(t), clumps: 1.5 };
  }
}

/** Between a tenth at night and one at the height of a working day. */
function officeHours(random: Random): Rate {
  const height = 11 + 5 * random.uniform();
  const width = 2.5 + 2 * random.uniform();
  const weekend = 0.15 + 0.5 * random.uniform();
  return (t) => {
    const hour = (t % DAY) / HOUR;
    const weekday = Math.floor(t / DAY) % 7 < 5;
    return (0.1 + 0.9 * Math.exp(-(((hour - height) / width) ** 2))) * (weekday ? 1 : weekend);
  };
}

/** A job with an expired certificate that runs every night, give or take a few minutes, and now and then not at all. */
function nightly(random: Random): Rate {
  const start = random.integer(0, DAY - 60);
  const length = random.integer(6, 20);
  const height = 4 + 12 * random.uniform();
  const days = Array.from({ length: MINUTES / DAY }, () => ({
    shift: random.integer(-2, 2),
    runs: random.uniform() > 0.05,
  }));
  return (t) => {
    const day = days[Math.floor(t / DAY)];
    const minute = (t % DAY) - start - (day?.shift ?? 0);
    return 0.01 + (day?.runs && minute >= 0 && minute < length ? height : 0);
  };
}

/** When things happen: a few times in the six weeks, at least two days apart. */
function startsOf(className: ClassName, random: Random): number[] {
  if (QUIET.has(className) && className !== 'late flood') return [];
  const n = className === 'CA rotation' ? 2 : 5;
  const slot = Math.floor((MINUTES - LEARNED) / n);
  return Array.from({ length: n }, (_, i) => LEARNED + i * slot + random.integer(0, slot - 2 * DAY));
}

interface Into {
  readonly added: Rate[];
  readonly incidents: Labelled[];
  readonly outages: Labelled[];
}

function add(className: ClassName, random: Random, from: number, usual: Rate, into: Into): void {
  const during = (start: number, end: number, rate: Rate): void => {
    into.added.push((t) => (t >= start && t <= end ? rate(t) : 0));
  };
  const incident = (start: number, minutes: number, rate: Rate): void => {
    during(start, start + minutes - 1, rate);
    into.incidents.push({ from: start, to: start + minutes - 1 });
  };
  /** Five to fifty times the usual, and enough for the floor within three minutes. */
  const high = Math.max((5 * 10 ** random.uniform() - 1) * usual(from), 4 * 15 ** random.uniform());
  switch (className) {
    case 'late flood':
      into.outages.push({ from, to: from + random.integer(20, 180) });
      return;
    case 'sustained spike':
      incident(from, random.integer(20, 180), () => high);
      return;
    case 'CA rotation':
      incident(from, random.integer(6 * HOUR, 30 * HOUR), (t) => high * (0.5 + usual(t) / (usual(from) + usual(t))));
      return;
    case 'retry with back-off':
      // Fifty or so clients whose waits double: the rate falls like 1/t.
      incident(from, 60, (t) => (10 * high) / (1 + (t - from)));
      return;
    case 'burst of one minute':
      into.incidents.push({ from, to: from });
      return;
    case 'slow burn': {
      // Up to five times the usual within four hours, and a failure every minute or three where the usual is next to none.
      const least = 0.3 + 0.7 * random.uniform();
      incident(from, 8 * HOUR, (t) => Math.min(1, (t - from) / (4 * HOUR)) * (least + 4 * usual(t)));
      return;
    }
    case 'flapping':
      for (let i = 0; i < 6; i++) during(from + 30 * i, from + 30 * i + 9, () => high);
      into.incidents.push({ from, to: from + 159 });
      return;
    case 'scanner':
      incident(from, random.integer(10, 60), () => high);
      return;
    case 'two in a row':
      incident(from, random.integer(20, 60), () => high);
      incident(from + random.integer(200, 420), random.integer(20, 60), () => high * (0.5 + random.uniform()));
      return;
    default:
  }
}
