/**
 * The course of the last 24 hours. A client that is refused a few times an hour, hour after hour, fails as completely
 * as one that is refused a thousand times, and no window of an hour shows it. This keeps the sums of the last 24 hours,
 * how many failures an hour usually has, and how many of the hours usually have one.
 */

import { at, HOURS, type State } from './state.js';

const HOUR = 60;
/**
 * What is usual for an hour is learned over two weeks. Before the first failure the hours are taken to have been empty.
 */
const MEMORY_HOURS = 14 * 24;
/** Failures of one hour beyond this number are not counted for what is usual: an incident is one hour among others. */
const USUAL_MAX = 1_000;
/**
 * Refusals in this many of the last 24 hours are steady, if `STEADY_FACTOR` times as many hours as usual have some, and
 * `STEADY_MORE` hours more, because a few hours may be three times the usual by chance.
 */
const STEADY_HOURS = 8;
const STEADY_FACTOR = 3;
const STEADY_MORE = 2;
/**
 * A group that is hardly ever refused is told sooner, so that an office day is enough: as many refusals as the floor asks for, in fewer
 * hours, and not nearly all of them in one.
 */
const FEW_HOURS = 4;
const FEW_FACTOR = 6;
const FEW_MORE = 2.5;
const FEW_REST = 5;
/** With fewer refusals than this in each hour, no hour shows that they have ended: it may be night. */
const SPARSE = 10;
/**
 * A group with failures in this many hours of the day is refused around the clock; one with fewer may pause for a
 * night.
 */
const AROUND_THE_CLOCK = 20;
const NIGHT_MINUTES = 18 * HOUR;
/** This many times the mean distance between two failures is a lull. */
const LULL = 8;
/** When this many failures were expected and none came, it is not chance. */
const GONE = 15;

/** An hour with so many failures, and so many times the usual, goes on with a run. A run of more than three hours is no habit, whatever came before. */
const RUN_FAILURES = 7;
const RUN_FACTOR = 2;
export const RUN_MAX = 3;
/**
 * So many hours in a row, each with so many times the usual, are no clump of retries whatever the model says of them, where half a page
 * a month is accepted; where fewer are, the rate may wander so far once in a while, and for each tenfold it takes as many hours more.
 */
const LASTING_HOURS = 4;
const LASTING_PAGES = 0.5;
const LASTING_FACTOR = 6;
const RUN_MEMORY_HOURS = 8 * 7 * 24;

/** Scratch space: sums of the hours, the latest first. */
const scratch = new Float64Array(HOURS);

export interface Course {
  /** Failures of the last 24 hours, the unfinished hour included, and how many of these hours have one. */
  readonly day: number;
  readonly hours: number;
  /** How many failures 24 hours usually have. */
  readonly usualDay: number;
  readonly usualHours: number;
  /** Minutes since the last failure, at most those of a day. */
  readonly quietMinutes: number;
  /**
   * For a group that is refused steadily: how many minutes its hours with failures, the last `STEADY_HOURS` of them, reach back;
   * otherwise null.
   */
  readonly steadyMinutes: number | null;
  /** Whether that took fewer hours than `STEADY_HOURS`, so that it takes the whole floor. */
  readonly isFew: boolean;
  /** The same for the last hours, `LASTING_HOURS` or more, where each of them has many times the usual. */
  readonly lastingMinutes: number | null;
  /**
   * Whether it is lasting, or steady on the group's own history alone, without the silence that is assumed before its first
   * failure.
   */
  readonly isSteadyByItself: boolean;
  /** Whether failures are so rare, or so recent, that the last minutes without a failure say nothing. */
  readonly isUnderWay: boolean;
  /** Whether it has been so long since the last failure, by the mean distance, that they have stopped, unless it is night. */
  readonly isLull: boolean;
  /**
   * How many failures were expected since the last one, and whether that is so many that the failures must have
   * stopped.
   */
  readonly missing: number;
  readonly isGone: boolean;
}

/**
 * Adds a closed step. An hour is learned when the next one begins.
 * @param count null for a step that was not recorded
 */
export function learnHour(state: State, step: number, count: number | null, expected: number): void {
  const { hours, scalars: s } = state;
  const hour = Math.floor(step / HOUR);
  const slot = hour - Math.floor(hour / HOURS) * HOURS;
  if (step % HOUR === 0) {
    const before = hours[(slot + HOURS - 1) % HOURS] ?? 0;
    // An hour that was empty as far as it was recorded shows nothing where some of it was not.
    if (before > 0 || isRecorded(state.counts)) {
      s[at.usualPerHour] =
        (s[at.usualPerHour] ?? 0) + (Math.min(before, USUAL_MAX) - (s[at.usualPerHour] ?? 0)) / MEMORY_HOURS;
      s[at.usualHours] = (s[at.usualHours] ?? 0) + ((before > 0 ? 1 : 0) - (s[at.usualHours] ?? 0)) / MEMORY_HOURS;
    }
    hours[slot] = 0;
    learnRun(s, before);
  }
  if (count === null) return;
  s[at.missing] = count > 0 ? 0 : (s[at.missing] ?? 0) + expected;
  if (count <= 0) return;
  hours[slot] = (hours[slot] ?? 0) + count;
  s[at.lastFailure] = step;
}

function isRecorded(counts: Float32Array): boolean {
  for (let i = 0; i < counts.length; i++) if ((counts[i] ?? 0) < 0) return false;
  return true;
}

/** Runs of hours that have many failures each: how long they usually last shows from when on one is no retry any more. */
function learnRun(s: Float64Array, before: number): void {
  const run = s[at.run] ?? 0;
  const usual = (s[at.usualRun] ?? 0) * (1 - 1 / RUN_MEMORY_HOURS);
  const goesOn = before >= Math.max(RUN_FAILURES, RUN_FACTOR * (s[at.usualPerHour] ?? 0));
  s[at.usualRun] = goesOn ? usual : Math.max(usual, Math.min(run, RUN_MAX));
  s[at.run] = goesOn ? run + 1 : 0;
}

/**
 * Sums up the last 24 hours.
 * @param later counts of the steps after the closed ones; the last of them is `step`
 * @param pagesPerMonth the accepted rate of false pages
 */
export function courseOf(state: State, step: number, later: readonly number[], pagesPerMonth = LASTING_PAGES): Course {
  const { scalars: s } = state;
  const now = Math.floor(step / HOUR);
  const sums = scratch.fill(0);
  const closed = Math.floor(state.step / HOUR);
  for (let back = 0; back < HOURS; back++) {
    const hour = closed - back;
    if (now - hour < HOURS) sums[now - hour] = state.hours[hour - Math.floor(hour / HOURS) * HOURS] ?? 0;
  }
  let last = s[at.lastFailure] ?? 0;
  for (let i = 0; i < later.length; i++) {
    const count = later[i] ?? 0;
    const minute = step - later.length + 1 + i;
    const back = now - Math.floor(minute / HOUR);
    if (count <= 0 || minute <= state.step || back >= HOURS) continue;
    sums[back] = (sums[back] ?? 0) + count;
    last = Math.max(last, minute);
  }
  let day = 0;
  let hours = 0;
  let most = 0;
  let steadyFrom: number | null = null;
  for (let back = 0; back < HOURS; back++) {
    const sum = sums[back] ?? 0;
    if (sum <= 0) continue;
    day += sum;
    hours++;
    most = Math.max(most, sum);
    if (hours <= STEADY_HOURS) steadyFrom = (now - back) * HOUR;
  }
  const usualHours = HOURS * (s[at.usualHours] ?? 0);
  const missing = last > state.step ? 0 : (s[at.missing] ?? 0);
  const quietMinutes = Math.min(HOURS * HOUR, step - last);
  const isFew = hours >= Math.max(FEW_HOURS, FEW_FACTOR * usualHours + FEW_MORE) && day - most >= FEW_REST;
  const isLong = hours >= STEADY_HOURS && hours >= STEADY_FACTOR * usualHours + STEADY_MORE;
  const isSteady = steadyFrom !== null && (isLong || isFew);
  const ownShare = ownShareOf(state, step);
  const lasting = lastingFrom(sums, (s[at.usualPerHour] ?? 0) / ownShare, lastingHoursOf(pagesPerMonth));
  const lastingMinutes = lasting === null ? null : step - (now - lasting) * HOUR + 1;
  return {
    day,
    hours,
    usualDay: HOURS * (s[at.usualPerHour] ?? 0),
    usualHours,
    quietMinutes,
    isSteadyByItself:
      lastingMinutes !== null || (isSteady && hours >= (STEADY_FACTOR * usualHours) / ownShare + STEADY_MORE),
    isFew: !isLong,
    steadyMinutes: isSteady && steadyFrom !== null ? step - steadyFrom + 1 : null,
    lastingMinutes,
    isUnderWay: hours > 1 && quietMinutes < lullOf(day, hours),
    isLull: quietMinutes >= gapsOf(day, hours),
    missing,
    isGone: missing >= GONE && quietMinutes >= HOUR,
  };
}

function lastingHoursOf(pagesPerMonth: number): number {
  const tenfolds = Math.max(0, Math.log10(LASTING_PAGES / pagesPerMonth));
  return Math.min(HOURS - 1, Math.ceil(LASTING_HOURS * (1 + tenfolds)));
}

/** @returns how many hours ago such a run of so many hours began; null where there is none */
function lastingFrom(sums: Float64Array, usual: number, hours: number): number | null {
  const isMuch = (sum = 0): boolean => sum >= Math.max(RUN_FAILURES, LASTING_FACTOR * usual);
  // The hour that has just begun may not have many yet.
  const last = isMuch(sums[0]) ? 0 : 1;
  for (let back = last; back < last + hours; back++) if (!isMuch(sums[back])) return null;
  return last + hours - 1;
}

/** The share of the memory that the group has seen itself, from 0 to 1. */
function ownShareOf({ scalars }: State, step: number): number {
  const hours = (step - (scalars[at.firstStep] ?? 0)) / HOUR;
  return Math.max(1e-3, 1 - Math.exp(-hours / MEMORY_HOURS));
}

const gapsOf = (day: number, hours: number): number => (LULL * hours * HOUR) / day;

/** How many minutes without a failure show that it is over. */
function lullOf(day: number, hours: number): number {
  const gaps = gapsOf(day, hours);
  const mayBeNight = hours >= STEADY_HOURS || (hours >= FEW_HOURS && day < SPARSE * hours);
  return mayBeNight && hours < AROUND_THE_CLOCK ? Math.max(gaps, NIGHT_MINUTES) : gaps;
}
