/**
 * What came at the same hour before: a job with an expired certificate that runs every night, every week or every month is
 * news at first, and then none, also when the clocks are changed by an hour. The last times at which a group was out of line
 * are kept; what falls into the same span of time for the third time, and is no larger, is a habit.
 */

import { at, EPISODE, EPISODES, type State } from './state.js';

const DAY = 24 * 60;
/** Clocks are changed by an hour, and jobs do not start to the minute. */
const PLAY = 75;
/** Bins further apart are another episode. */
const APART = 60;
/** A bin is out of line from this score on. */
const OUT_OF_LINE = 4;
/** Or where it has so many failures, and so many times the mean of all hours. */
const CROWD = 6;
/** More than so many times what came before is something else. */
const SIZE = 3;
/** Every day, every week, and a month in each of its lengths. */
const PERIODS = [[1], [7], [28, 29, 30, 31]] as const;

/** Adds a closed bin that ends at `step`. */
export function learnEpisode(state: State, step: number, binSteps: number, count: number, score: number): void {
  const { episodes, scalars: s } = state;
  // What is expected by now is still one: it may be out of line again some night.
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

/** Whether as much came around this time twice before, a day, a week or a month apart. */
export function isHabit(state: State, step: number, perStep: number): boolean {
  return PERIODS.some((days) =>
    [1, 2].every((back) => days.some((length) => cameAt(state, step - back * length * DAY, perStep))),
  );
}

function cameAt({ episodes }: State, step: number, perStep: number): boolean {
  for (let i = 0; i < episodes.length; i += EPISODE) {
    const from = episodes[i] ?? 0;
    if (from <= 0 || step < from - PLAY || step > (episodes[i + 1] ?? 0) + PLAY) continue;
    if (perStep <= SIZE * (episodes[i + 2] ?? 0)) return true;
  }
  return false;
}
