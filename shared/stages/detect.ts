/**
 * Decides whether a group's failures are a spike. Pure: what was learned and what is in the window go in, a verdict
 * with its numbers comes out. Called for every touched group after a batch, by the sweep for firing ones, and by
 * `replay` and `backtest`.
 *
 * Time is counted in steps (production: minutes since the epoch). `learn` closes steps one after the other; `detect`
 * looks at the steps that are not closed yet. Steps that nobody mentions had no failures.
 */

import type { DetectionPolicy } from '../config.js';

/** What is remembered of a group: JSON, at most 4 KB. */
export interface History {
  /** The first step that was ever learned. */
  readonly firstStep: number;
  /** The last closed step. */
  readonly lastStep: number;
}

/** Counts of the steps after `history.lastStep`, oldest first; the last one is the current, unfinished step. */
export interface Window {
  readonly step: number;
  readonly counts: readonly number[];
}

export interface VerdictNumbers {
  /** Failures in the window. */
  readonly count: number;
  readonly windowMinutes: number;
  /** What the window usually holds. */
  readonly expected: number;
}

export type Verdict =
  | { readonly kind: 'spike'; readonly because: string; readonly numbers: VerdictNumbers }
  | { readonly kind: 'quiet'; readonly because: string; readonly numbers: VerdictNumbers };

/** Closes the steps up to `step`, the last of which had `count` failures and those before it none. */
export function learn(history: History | null, step: number, _count: number, _policy: DetectionPolicy): History {
  return { firstStep: history?.firstStep ?? step, lastStep: step };
}

export function detect(_history: History | null, window: Window, policy: DetectionPolicy): Verdict {
  const count = window.counts.slice(-policy.windowMinutes).reduce((sum, n) => sum + n, 0);
  const numbers = { count, windowMinutes: policy.windowMinutes, expected: 0 };
  return count >= policy.floor
    ? {
        kind: 'spike',
        because: `${count} failures in ${policy.windowMinutes} minutes, at least ${policy.floor}`,
        numbers,
      }
    : { kind: 'quiet', because: `${count} failures, under the floor of ${policy.floor}`, numbers };
}
