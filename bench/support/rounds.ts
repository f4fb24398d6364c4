/**
 * Times several ways of doing one thing against each other on a machine that others use too: they take turns, each round
 * starts with another one, and what counts is the median over the rounds. A ratio is taken within each round, between
 * neighbours in time, before its median is.
 */

import { performance } from 'node:perf_hooks';

export interface Timings<Name extends string> {
  /** Milliseconds of one run. */
  readonly median: (name: Name) => number;
  /** How many times as long `name` takes as `other`. */
  readonly ratio: (name: Name, other: Name) => number;
}

export interface Effort {
  readonly rounds: number;
  /**
   * Each sample repeats the work until it has taken this long, so that the clock's resolution does not matter for short
   * work.
   */
  readonly sampleMs: number;
}

/** For `--quick`: checks that it runs, not how fast. */
export const once: Effort = { rounds: 1, sampleMs: 0 };

export function interleaved<Name extends string>(
  contenders: Readonly<Record<Name, () => unknown>>,
  { rounds, sampleMs }: Effort,
): Timings<Name> {
  const names = Object.keys(contenders) as Name[];
  // The first run compiles and fills caches; the second tells how often to repeat.
  for (const name of names) contenders[name]();
  const repeats = new Map(
    names.map((name) => [name, Math.max(1, Math.ceil(sampleMs / Math.max(0.001, timed(contenders[name], 1))))]),
  );
  const samples = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length] as Name;
      samples.get(name)?.push(timed(contenders[name], repeats.get(name) ?? 1));
    }
  }
  const of = (name: Name) => samples.get(name) ?? [];
  return {
    median: (name) => median(of(name)),
    ratio: (name, other) => median(of(name).map((ms, round) => ms / (of(other)[round] ?? Number.NaN))),
  };
}

/** Milliseconds of one run, on average over `repeats`. */
function timed(work: () => unknown, repeats: number): number {
  const start = performance.now();
  for (let run = 0; run < repeats; run++) work();
  return (performance.now() - start) / repeats;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
