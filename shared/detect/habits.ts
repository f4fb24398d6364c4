/**
 * What has come at the same hour before. A job with an expired certificate that runs every night, week or month is news
 * at first, and later no more, even when clocks change by an hour. The last times at which a group was unusual are
 * kept; what falls into the same span of time for the third time, or on the same date of the next
 * month, and is no larger, is a habit.
 */

import { MINUTE_MS } from '../base/time.js';
import { at, EPISODE, EPISODES, type State } from './state.js';

const DAY = 24 * 60;
/** Tolerance in minutes: clocks change by an hour, and jobs do not start to the minute. */
const PLAY = 75;
/** The same where only one time came before: with more, other incidents would be taken for the habit. */
const PLAY_OF_ONE = 45;
/** Bins further apart than this many minutes are separate episodes. */
const APART = 60;
/** A bin is unusual from this score on. */
const OUT_OF_LINE = 4;
/** A bin is also unusual when it has this many failures and this many times the mean of all hours. */
const CROWD = 6;
/** More than this many times what came before is not the habit. */
const SIZE = 3;
/** In standard deviations of a count. */
const BY_CHANCE = 2;
/** In days: every day, every week, and a month in each of its lengths. */
const MONTH = [28, 29, 30, 31] as const;
const PERIODS = [[1], [7], MONTH] as const;
const ALL_DAYS = PERIODS.flat();

/** Adds a closed bin that ends at `step`. */
export function learnEpisode(state: State, step: number, binSteps: number, count: number, score: number): void {
  const { episodes, scalars: s } = state;
  // A bin that is expected by now still counts as an episode, because it may be unusual again some night.
  const isCrowded = count >= CROWD && count >= CROWD * ((s[at.usualPerHour] ?? 0) / 60) * binSteps;
  if (score < OUT_OF_LINE && !isCrowded) return;
  let slot = s[at.episode] ?? 0;
  const isNext = step - (episodes[slot * EPISODE + 1] ?? 0) > APART;
  if (isNext) {
    slot = (slot + 1) % EPISODES;
    s[at.episode] = slot;
    episodes[slot * EPISODE] = step - binSteps + 1;
    episodes[slot * EPISODE + 2] = 0;
  }
  episodes[slot * EPISODE + 1] = step;
  episodes[slot * EPISODE + 2] = Math.max(episodes[slot * EPISODE + 2] ?? 0, count / binSteps);
}

/**
 * Whether as much came around this time twice before, a day, a week or a month apart. On the same date one month before is
 * enough, when it comes nearly to the hour.
 */
export function isHabit(state: State, step: number, perStep: number): boolean {
  // Most groups have had no episode.
  if ((state.episodes[EPISODE] ?? 0) <= 0) return false;
  const came = (days: number, play = PLAY): boolean => cameAt(state, step - days * DAY, perStep, play);
  return (
    PERIODS.some((days) => [1, 2].every((back) => days.some((length) => came(back * length)))) ||
    MONTH.some((days) => came(days, PLAY_OF_ONE) && isSameDate(step, step - days * DAY))
  );
}

/** What came about a day, a week or a month before, and was neither much smaller nor much larger. */
export interface Alike {
  /** The step at which it began, exact to a few minutes. */
  readonly step: number;
  /** Its most failures of a step. */
  readonly perStep: number;
}

/** @returns the latest that is alike; null where there is none */
export function alikeBefore({ episodes }: State, step: number, perStep: number): Alike | null {
  for (const days of ALL_DAYS) {
    const then = step - days * DAY;
    for (let i = 0; i < episodes.length; i += EPISODE) {
      const from = episodes[i] ?? 0;
      if (from <= 0 || then < from - PLAY || then > (episodes[i + 1] ?? 0) + PLAY) continue;
      const size = episodes[i + 2] ?? 0;
      if (perStep <= SIZE * size && size <= SIZE * perStep) return { step: from, perStep: size };
    }
  }
  return null;
}

/** Whether both days have the same date, or are the last of their month. */
function isSameDate(one: number, other: number): boolean {
  const dateOf = (step: number): number => new Date(step * MINUTE_MS).getUTCDate();
  const isLast = (step: number): boolean => dateOf(step + DAY) === 1;
  return dateOf(one) === dateOf(other) || (isLast(one) && isLast(other));
}

function cameAt({ episodes }: State, step: number, perStep: number, play: number): boolean {
  for (let i = 0; i < episodes.length; i += EPISODE) {
    const from = episodes[i] ?? 0;
    if (from <= 0 || step < from - play || step > (episodes[i + 1] ?? 0) + play) continue;
    // What was kept is the mean of a few steps, and one step has more by chance.
    const most = SIZE * (episodes[i + 2] ?? 0);
    if (perStep <= most + BY_CHANCE * Math.sqrt(most)) return true;
  }
  return false;
}
