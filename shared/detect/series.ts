/**
 * The detector over any regular series of counts, one step after the other. `backtest` and the benchmarks of public
 * series run it. The mathematics and its constants are those of `detect`; what only concerns paging (the floor, what
 * counts as an incident) does not apply.
 */

import { type DetectorParameters, shapeOf } from './state.js';
import { closeStep, expectedAt, start } from './surprise.js';

export interface SeriesOptions {
  /** Lengths of the seasons in steps, ascending, at most two. */
  readonly seasons: readonly number[];
  /** The accepted rate of false alarms per step. */
  readonly falseAlarms: number;
}

export interface ScoredStep {
  /** What was expected of the step before it was seen. */
  readonly expected: number;
  /**
   * -log10 of how often a step of this series is as surprising, windows that end here included. 0 where the step has
   * nothing new: no more than expected, less than the last hours already had, or a series that is not known yet.
   */
  readonly score: number;
  /** Whether the score reaches -log10 of the accepted rate. */
  readonly alarm: boolean;
}

/** Windows in steps. Those longer than a 24th of the shorter season (an hour of a day) are left out. */
const WINDOWS = [1, 2, 5, 15] as const;

function seriesSettings({ seasons }: SeriesOptions): DetectorParameters {
  const hour = Math.min(60, Math.floor((seasons[0] ?? 48) / 24));
  const windows = [...new Set([1, 2, ...WINDOWS.filter((w) => w <= hour), Math.max(2, hour)])];
  return { seasons, windows, incidentFrom: Number.POSITIVE_INFINITY, recentSeasons: 0.5, emptyBefore: false };
}

/** Starts a series. Call the result with one count after the other, or null for a step without a record. */
export function openSeries(options: SeriesOptions): (count: number | null) => ScoredStep {
  const settings = seriesSettings(options);
  const shape = shapeOf(settings);
  const state = start(settings, 0);
  const threshold = -Math.log10(options.falseAlarms);
  return (count) => {
    const expected = expectedAt(state, settings, shape, state.step + 1).mean;
    const result = closeStep(state, settings, shape, count);
    const score = result?.news ? result.score : 0;
    return { expected, score, alarm: score > 0 && score >= threshold };
  };
}
