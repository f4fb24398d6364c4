/**
 * Judges the windows that end at a moment: whether they are a spike, whether it goes on, and why. Pure; `detect.ts` prepares what it
 * needs.
 */

import type { DetectionPolicy } from '../config/settings.js';
import { type Course, courseOf } from './course.js';
import { type Detection, type DetectionNumbers, ONE_IN_MAX, type Window } from './detection.js';
import { isHabit } from './habits.js';
import { ALLOWANCE, spreadOf } from './spread.js';
import { type DetectorParameters, RING, type State } from './state.js';
import { calibrateSpread, ownScore, withReserve } from './tail.js';
import { countAt, expectedOf, type Later, type WindowSurprise, windowsAt } from './windows.js';
import { alikeInWords, amount, inWords } from './words.js';

const DAY_MINUTES = 24 * 60;
const MINUTES_PER_MONTH = 30 * 24 * 60;
/** Steady refusals need this share of the floor within a day: eight failures with the default floor. */
const STEADY_FLOOR_SHARE = 0.8;
/** A window is back to usual when its chance is at least one in ten. */
const USUAL = 1;
/** Fewer failures than were due, by the root of so many times their variance: about one in five hundred by chance, and there are many looks. */
const ENDED = 8;
/** This many times the mean distance between two failures is a lull. */
const LULL_DISTANCES = 7;

export function judged(
  state: State,
  settings: DetectorParameters,
  window: Window,
  policy: DetectionPolicy,
  later: Later,
): Detection {
  const windows = windowsAt(state, settings, window.step, later);
  const threshold = -Math.log10(policy.falsePagesPerMonth / MINUTES_PER_MONTH);
  let first: WindowSurprise | undefined;
  let most = windows[0] as WindowSurprise;
  let mostScore = Number.NEGATIVE_INFINITY;
  let surprise = 0;
  for (const w of windows) {
    const score = scoreOf(w, state, settings, window.step, policy.floor, threshold, later);
    // What comes at its usual hour is shown, and nobody is paged for it.
    if (first === undefined && score >= threshold && !isHabit(state, window.step, w.peak)) first = w;
    surprise = Math.max(surprise, w.raw);
    if (score > mostScore || (mostScore === 0 && w.raw > most.raw)) {
      most = w;
      mostScore = score;
    }
  }
  const recent = windows.find((w) => w.window === policy.windowMinutes)?.count ?? 0;
  const course = courseOf(state, window.step, window.counts, policy.falsePagesPerMonth);
  const elevation = elevationOf(windows, course, policy, state, window.step, later);
  const goesOn = elevation >= USUAL;
  const kind = first !== undefined ? (goesOn ? 'spike' : 'over') : goesOn ? 'elevated' : 'quiet';
  const numbers: DetectionNumbers = {
    count: most.count,
    windowMinutes: most.window,
    expected: most.expected,
    oneIn: Math.min(ONE_IN_MAX, 10 ** mostScore),
    recent,
    shortestMinutes: first?.window ?? null,
    isSteady: false,
    lateMinutes: 0,
    standingMinutes: 0,
    surprise,
    lastHour: windows.at(-1)?.count ?? 0,
    elevation,
    course,
  };
  const least = policy.floor * (course.isFew ? 1 : STEADY_FLOOR_SHARE);
  const isSteady = course.steadyMinutes !== null && course.day >= least;
  const hour = windows.at(-1);
  const isLasting =
    course.lastingMinutes !== null &&
    course.day >= policy.floor &&
    hour !== undefined &&
    !isHabit(state, window.step, hour.peak);
  // Where there are many in each hour, windows show whether they go on.
  if (first === undefined && (isSteady || isLasting))
    return steady(numbers, isSteady ? course.isUnderWay : goesOn || !course.isLull);
  const alike = first === undefined ? '' : alikeInWords(state, settings, window.step, first);
  return {
    kind,
    // Most looks are told to nobody.
    get because() {
      return `${inWords(kind, numbers, policy)}${alike}`;
    },
    numbers,
  };
}

function scoreOf(
  w: WindowSurprise,
  state: State,
  settings: DetectorParameters,
  step: number,
  floor: number,
  threshold: number,
  later: Later,
): number {
  if (w.count < floor) return 0;
  const own = withReserve(state, ownScore(state, settings, w));
  if (w.window < RING || own >= threshold || w.raw + ALLOWANCE < threshold) return own;
  const spread = calibrateSpread(state, settings, spreadOf(state, settings, step, later));
  return Math.max(own, withReserve(state, spread));
}

/** Few failures in any hour, but hour after hour: no window is a spike, the day as a whole is. */
function steady(numbers: DetectionNumbers, goesOn: boolean): Detection {
  const { course } = numbers;
  const because =
    `refused in ${course.hours} of the last 24 hours, ${amount(course.day)} times in all; ` +
    `usually in ${amount(course.usualHours)}`;
  return {
    kind: goesOn ? 'spike' : 'over',
    because,
    numbers: {
      ...numbers,
      isSteady: true,
      count: course.day,
      windowMinutes: DAY_MINUTES,
      expected: course.usualDay,
      shortestMinutes: course.steadyMinutes ?? course.lastingMinutes,
    },
  };
}

/** -log10 of the chance of the least likely window that still shows the failures going on; 0 where none is above its expectation. */
function elevationOf(
  windows: readonly WindowSurprise[],
  { quietMinutes }: Course,
  { windowMinutes, floor }: DetectionPolicy,
  state: State,
  step: number,
  later: Later,
): number {
  // Where failures are minutes apart, an hour says more than the last minutes, unless the distances show that it is over.
  const isLull = (w: WindowSurprise): boolean => w.window > 15 && quietMinutes > (LULL_DISTANCES * w.span) / w.count;
  let most = 0;
  for (const w of windows) {
    if (w.window < windowMinutes || w.raw <= most || 2 * w.count < floor) continue;
    if (w.raw < USUAL || !(isLull(w) || hasEnded(w, windowMinutes, state, step, later))) most = w.raw;
  }
  return most;
}

/**
 * Whether some last minutes of a window are no worse than usual, and have so much fewer failures than what filled the window would have
 * brought that it has ended.
 */
function hasEnded(w: WindowSurprise, least: number, state: State, step: number, later: Later): boolean {
  const rate = (w.count - w.expected) / Math.max(w.span, least);
  let count = 0;
  let usual = 0;
  for (let back = 0; back < w.window - 1; back++) {
    const here = countAt(state, later, step - back);
    if (here >= 0) {
      count += here;
      usual += expectedOf(state, later, step - back);
    }
    if (back + 1 < least || count > usual + Math.sqrt(usual)) continue;
    const due = usual + rate * (back + 1);
    if (due > count && (due - count) ** 2 >= ENDED * due) return true;
  }
  return false;
}
