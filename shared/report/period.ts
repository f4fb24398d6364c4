/** The time that a report is about, and the stretches of the same length before it that it is compared with. Pure; UTC. */

import { MtlsWatchError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { DAY_MS } from '../base/time.js';

export interface Period {
  /** `2026-W42` for a calendar week (ISO 8601), otherwise both dates. */
  readonly label: string;
  /** Milliseconds since the epoch, at midnight; `to` is not part of it. */
  readonly from: number;
  readonly to: number;
}

const WEEK_MS = 7 * DAY_MS;
const PERIOD_DAYS_MAX = 31;

/** @throws MtlsWatchError `usage` */
export function weekPeriod(label: string): Period {
  const [, year, week] = /^(\d{4})-W(\d\d)$/.exec(label) ?? [];
  const from = firstMonday(Number(year)) + (Number(week) - 1) * WEEK_MS;
  if (year === undefined || weekLabel(from) !== label) {
    throw new MtlsWatchError('usage', `--week got ${label}; expected an ISO week that exists, such as 2026-W46`);
  }
  return { label, from, to: from + WEEK_MS };
}

/** The last calendar week that is over at `now`. */
export function lastWeek(now: number): Period {
  return weekPeriod(weekLabel(mondayOf(now) - WEEK_MS));
}

/** @throws MtlsWatchError `usage` */
export function daysPeriod(from: number, to: number): Period {
  const days = (to - from) / DAY_MS;
  if (from % DAY_MS !== 0 || !Number.isInteger(days) || days < 1 || days > PERIOD_DAYS_MAX) {
    throw new MtlsWatchError(
      'usage',
      `--from and --to got ${iso(from)} and ${iso(to)}; expected dates (UTC) such as 2026-11-09 and 2026-11-16, 1 to ${PERIOD_DAYS_MAX} days apart; the second one is not part of it`,
    );
  }
  if (days === 7 && mondayOf(from) === from) return { label: weekLabel(from), from, to };
  return { label: `${iso(from)} – ${iso(to - DAY_MS)}`, from, to };
}

/** The seven days that end with the day of `at`. */
export function weekUntil(at: number): Period {
  const to = Math.floor(at / DAY_MS) * DAY_MS + DAY_MS;
  return daysPeriod(to - WEEK_MS, to);
}

/** Which of the compared stretches a time lies in: the last one is the period itself. Null outside of all. */
export function stretchOf({ from, to }: Period, at: number): number | null {
  const index = limits.reportWeeksMax - 1 + Math.floor((at - from) / (to - from));
  return index >= 0 && index < limits.reportWeeksMax ? index : null;
}

/** Where the first of the compared stretches begins. */
export function comparedFrom({ from, to }: Period): number {
  return from - (limits.reportWeeksMax - 1) * (to - from);
}

export function daysOf({ from, to }: Period): string[] {
  return Array.from({ length: (to - from) / DAY_MS }, (_, n) => iso(from + n * DAY_MS));
}

function iso(at: number): string {
  return Number.isFinite(at) ? new Date(at).toISOString().slice(0, 10) : 'no date';
}

function mondayOf(at: number): number {
  const day = Math.floor(at / DAY_MS);
  // The epoch began on a Thursday.
  return (day - ((day + 3) % 7)) * DAY_MS;
}

/** The first week of a year is the one with its first Thursday, so the one with the fourth of January. */
function firstMonday(year: number): number {
  return mondayOf(Date.UTC(year, 0, 4));
}

function weekLabel(monday: number): string {
  const year = Number.isFinite(monday) ? new Date(monday + 3 * DAY_MS).getUTCFullYear() : Number.NaN;
  const week = 1 + (monday - firstMonday(year)) / WEEK_MS;
  return `${year}-W${String(week).padStart(2, '0')}`;
}
