/**
 * The period of a report, and the earlier periods of the same length that it is compared with. Pure. In UTC, except for
 * a scheduled week, which is in the time zone of the schedule.
 */

import { MtlsWatchError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { DAY_MS, HOUR_MS } from '../base/time.js';

export interface Period {
  /** `2026-W42` for a calendar week (ISO 8601), otherwise both dates. */
  readonly label: string;
  /** Milliseconds since the epoch, at midnight; `to` is not part of it. */
  readonly from: number;
  readonly to: number;
  /** The first day, as midnight UTC of its date, where `from` is midnight of another time zone. */
  readonly firstDay?: number;
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

/**
 * The last calendar week that is over at `now` in a time zone: from Monday to Monday there, in whole hours, as sums are kept
 * by the hour. A week in which the clocks change has an hour more or less.
 */
export function lastWeek(now: number, timeZone = 'UTC'): Period {
  const monday = mondayOf(now + offsetAt(now, timeZone)) - WEEK_MS;
  if (timeZone === 'UTC') return weekPeriod(weekLabel(monday));
  const [from, to] = [monday, monday + WEEK_MS].map((day) => Math.floor(midnightOf(day, timeZone) / HOUR_MS) * HOUR_MS);
  return { label: weekLabel(monday), from: from ?? monday, to: to ?? monday + WEEK_MS, firstDay: monday };
}

/** When the day of a date begins in a time zone. @param date midnight UTC of the same date */
function midnightOf(date: number, timeZone: string): number {
  const near = date - offsetAt(date, timeZone);
  return date - offsetAt(near, timeZone);
}

/** How far a time zone's clocks are ahead of UTC, in milliseconds. */
function offsetAt(at: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0'] = /^GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
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
export function stretchOf(period: Period, at: number): number | null {
  const { from, to } = period;
  const current = limits.reportWeeksMax - 1;
  if (at >= from) return at < to ? current : null;
  const index = current + Math.floor((at - from) / lengthOf(period));
  return index >= 0 && index < limits.reportWeeksMax ? index : null;
}

/** Where the first of the compared stretches begins. */
export function comparedFrom(period: Period): number {
  return period.from - (limits.reportWeeksMax - 1) * lengthOf(period);
}

/** In whole days: of 24 hours each, also where the clocks change. */
function lengthOf({ from, to }: Period): number {
  return Math.round((to - from) / DAY_MS) * DAY_MS;
}

export function daysOf(period: Period): string[] {
  const { from, firstDay = from } = period;
  return Array.from({ length: lengthOf(period) / DAY_MS }, (_, n) => iso(firstDay + n * DAY_MS));
}

/** Which day of the period a time in it lies in; a last hour that is one too many belongs to the last day. */
export function dayIn(period: Period, at: number): number {
  return Math.min(lengthOf(period) / DAY_MS - 1, Math.floor((at - period.from) / DAY_MS));
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
