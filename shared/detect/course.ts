/**
 * The long look: who is refused a few times an hour, hour after hour, fails as totally as one who is refused a thousand
 * times, and no window of an hour shows it. Sums of the last 24 hours are kept, with how many failures an hour usually has
 * and how many of the hours have one.
 */

import { at, HOURS, type State } from './state.js';

const HOUR = 60;
/** What is usual of an hour is learned over two weeks, and taken to have been nothing before the first one. */
const MEMORY_HOURS = 14 * 24;
/** So many failures in one hour count no further for what is usual: an incident is one hour among others. */
const USUAL_MAX = 1_000;
/** Refused in so many of the last 24 hours is steady, unless so many times fewer are usual. */
const STEADY_HOURS = 8;
const STEADY_FACTOR = 3;
/** From so many hours on it is refused around the clock; otherwise it may sleep for a night. */
const AROUND_THE_CLOCK = 20;
const NIGHT_MINUTES = 18 * HOUR;
/** So many times the mean distance of two failures is a lull. */
const LULL = 6;
/** None where so many were to be expected is no chance. */
const GONE = 15;

/** Scratch space: sums of hours, the latest first. */
const scratch = new Float64Array(HOURS);

export interface Course {
  /** Failures of the last 24 hours, the unfinished one included, and how many of the hours have one. */
  readonly day: number;
  readonly hours: number;
  /** What 24 hours usually have. */
  readonly usualDay: number;
  readonly usualHours: number;
  /** Minutes since the last failure; those of a day where it is longer ago. */
  readonly quietMinutes: number;
  /** Of a group that is refused steadily, the minutes that its last `STEADY_HOURS` hours with failures go back; else null. */
  readonly steadyMinutes: number | null;
  /** Whether it is so by its own time alone, without the silence that is taken to have been before its first failure. */
  readonly isSteadyByItself: boolean;
  /** Whether failures come so seldom, or have come so lately, that the last minutes without any say nothing. */
  readonly isUnderWay: boolean;
  /** What was expected since the last failure; and whether it was so much that what used to come has stopped. */
  readonly missing: number;
  readonly isGone: boolean;
}

/** Adds a closed step; the hour before it is learned when another begins. */
export function learnHour(state: State, step: number, count: number, expected: number): void {
  const { hours, scalars: s } = state;
  const hour = Math.floor(step / HOUR);
  const slot = hour - Math.floor(hour / HOURS) * HOURS;
  if (step % HOUR === 0) {
    const before = hours[(slot + HOURS - 1) % HOURS] ?? 0;
    s[at.usualPerHour] =
      (s[at.usualPerHour] ?? 0) + (Math.min(before, USUAL_MAX) - (s[at.usualPerHour] ?? 0)) / MEMORY_HOURS;
    s[at.usualHours] = (s[at.usualHours] ?? 0) + ((before > 0 ? 1 : 0) - (s[at.usualHours] ?? 0)) / MEMORY_HOURS;
    hours[slot] = 0;
  }
  s[at.missing] = count > 0 ? 0 : (s[at.missing] ?? 0) + expected;
  if (count <= 0) return;
  hours[slot] = (hours[slot] ?? 0) + count;
  s[at.lastFailure] = step;
}

/** @param later counts of the steps after the closed ones, the last of which is `step` */
export function courseOf(state: State, step: number, later: readonly number[]): Course {
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
  let steadyFrom: number | null = null;
  for (let back = 0; back < HOURS; back++) {
    const sum = sums[back] ?? 0;
    if (sum <= 0) continue;
    day += sum;
    hours++;
    if (hours === STEADY_HOURS) steadyFrom = (now - back) * HOUR;
  }
  const usualHours = HOURS * (s[at.usualHours] ?? 0);
  const missing = last > state.step ? 0 : (s[at.missing] ?? 0);
  const quietMinutes = Math.min(HOURS * HOUR, step - last);
  const isSteady = steadyFrom !== null && hours >= STEADY_FACTOR * usualHours;
  return {
    day,
    hours,
    usualDay: HOURS * (s[at.usualPerHour] ?? 0),
    usualHours,
    quietMinutes,
    isSteadyByItself: isSteady && hours >= (STEADY_FACTOR * usualHours) / ownShareOf(state, step),
    steadyMinutes: isSteady && steadyFrom !== null ? step - steadyFrom + 1 : null,
    isUnderWay: hours > 1 && quietMinutes < lullOf(day, hours),
    missing,
    isGone: missing >= GONE && quietMinutes >= HOUR,
  };
}

/** How much of what is remembered the group has seen itself. */
function ownShareOf({ scalars }: State, step: number): number {
  const hours = (step - (scalars[at.firstStep] ?? 0)) / HOUR;
  return Math.max(1e-3, 1 - Math.exp(-hours / MEMORY_HOURS));
}

/** Minutes without a failure that say it is over. */
function lullOf(day: number, hours: number): number {
  const gaps = (LULL * hours * HOUR) / day;
  return hours >= STEADY_HOURS && hours < AROUND_THE_CLOCK ? Math.max(gaps, NIGHT_MINUTES) : gaps;
}
