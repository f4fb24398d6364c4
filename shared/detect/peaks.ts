/**
 * How often a group has a cluster of failures as surprising as the present one, by the clusters that it had. Whatever the sizes of its
 * clusters are distributed like, the next one is among the r largest of n + 1 with chance r / (n + 1), as conformal prediction has it.
 * So the accepted rate of false pages says how many of the largest clusters of the last weeks would have been pages. Where that is less
 * than one, it must be larger than all of them, by as much as the largest differ from each other.
 */

import { at, PEAK, type Shape, type State } from './state.js';

/** A score from here on begins a cluster: by the model, one step in three hundred has one. */
export const CLUSTER_FROM = 2.5;
/** Clusters older than eight weeks say nothing about the present. */
export const MEMORY_MINUTES = 8 * 7 * 24 * 60;
/** What came once in the first days may have come once in two weeks. */
const MEMORY_MINUTES_MIN = 14 * 24 * 60;
/** The largest clusters of which the differences show how much larger the next one may be. */
const LARGEST = 8;
/** The difference that is assumed besides those that were seen: this share of the largest, or at least so much. */
const DIFFERENCE_SHARE = 0.2;
const DIFFERENCE_MIN = 0.6;

/** Adds a cluster that is over, with its highest score. The largest are kept, in descending order, without those that are too old. */
export function learnPeak(peaks: Float32Array, step: number, { binSteps }: Shape, score: number): void {
  if (score <= 0) return;
  const bin = Math.floor(step / binSteps);
  const kept: (readonly [number, number])[] = [[score, bin]];
  for (let i = 0; i < peaks.length; i += PEAK) {
    const one = [peaks[i] ?? 0, peaks[i + 1] ?? 0] as const;
    if (isRecent(one[1], step, binSteps)) kept.push(one);
  }
  kept.sort(([a], [b]) => b - a);
  peaks.fill(0);
  peaks.set(kept.slice(0, peaks.length / PEAK).flat());
}

const isRecent = (bin: number, step: number, binSteps: number): boolean => step - bin * binSteps < MEMORY_MINUTES;

/**
 * @param peaks those of the state, or its spread hours
 * @returns -log10 of how often a step begins a cluster that is as surprising as `raw`, and how many clusters say so
 */
export function peakScore(
  { scalars, step }: State,
  peaks: Float32Array,
  raw: number,
  binSteps: number,
  differenceMin = DIFFERENCE_MIN,
): { score: number; seen: number } {
  const scores: number[] = [];
  for (let i = 0; i < peaks.length; i += PEAK) {
    if ((peaks[i] ?? 0) > 0 && isRecent(peaks[i + 1] ?? 0, step, binSteps)) scores.push(peaks[i] ?? 0);
  }
  const minutes = minutesOf({ scalars, step });
  return { score: -Math.log10(rankOf(scores, raw, peaks.length / PEAK, differenceMin) / minutes), seen: scores.length };
}

/** In how many minutes the clusters came. */
export function minutesOf({ scalars, step }: Pick<State, 'scalars' | 'step'>): number {
  return Math.max(MEMORY_MINUTES_MIN, Math.min(MEMORY_MINUTES, step - (scalars[at.firstStep] ?? 0)));
}

/** The same for the first cluster of so many minutes. */
export const firstScore = (raw: number, minutes: number): number =>
  -Math.log10(beyond([], raw, DIFFERENCE_MIN) / minutes);

/** The place of a score among the largest, interpolated: 1 for the largest of all, less for one beyond. */
function rankOf(scores: readonly number[], raw: number, most: number, differenceMin: number): number {
  const above = scores.filter((score) => score >= raw).length;
  const upper = scores[above - 1];
  if (upper === undefined) return beyond(scores, raw, differenceMin);
  // Below the last one that is known, the model says how much more frequent they are.
  if (above === most) return above * 10 ** (upper - raw);
  const lower = scores[above] ?? CLUSTER_FROM;
  return above + Math.min(1, (upper - raw) / Math.max(1e-6, upper - lower));
}

/** The chance that a cluster is so much larger than all that were seen: exponential differences of an unknown scale. */
function beyond(scores: readonly number[], raw: number, differenceMin: number): number {
  const [largest = CLUSTER_FROM] = scores;
  const k = Math.min(LARGEST, Math.max(0, scores.length - 1));
  let sum = Math.max(differenceMin, DIFFERENCE_SHARE * largest);
  for (let i = 0; i < k; i++) sum += (scores[i] ?? 0) - (scores[k] ?? 0);
  return (1 + Math.max(0, raw - largest) / sum) ** -Math.max(2, k);
}
