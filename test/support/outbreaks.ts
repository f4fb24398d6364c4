/**
 * The standard simulation of epidemiology: 42 scenarios of weekly counts with trend, seasons, past outbreaks and one
 * current outbreak. Source: Noufaily et al., "An improved algorithm for outbreak detection in multiple surveillance
 * systems", Statistics in Medicine 32 (2013), section 4.
 */

import { type Random, randomOf } from './random.js';

export interface Scenario {
  readonly theta: number;
  readonly phi: number;
  readonly beta: number;
  readonly g1: number;
  readonly g2: number;
  readonly harmonics: 0 | 1 | 2;
}

export interface OutbreakSeries {
  readonly scenario: number;
  /** Strength of the past outbreaks and of the current one, in standard deviations. */
  readonly k1: number;
  readonly k2: number;
  readonly counts: readonly number[];
  /** First and last week of the current outbreak, 0-based. */
  readonly from: number;
  readonly to: number;
  /** Cases of the current outbreak: 0 where chance gave none, and there was nothing to detect. */
  readonly cases: number;
}

export const WEEKS = 624;
/** The first of the evaluated weeks, 0-based. */
export const CURRENT = 575;
export const K1 = [0, 2, 3, 5, 10] as const;
export const K2 = [1, 3, 5, 7, 10] as const;

const PARAMETERS = [
  [0.1, 1.5, 0.0025, 0.6, 0.6],
  [-2, 2, 0.005, 0.1, 0.3],
  [1.5, 1, 0.003, 0.2, -0.4],
  [0.5, 5, 0.002, 0.5, 0.5],
  [2.5, 3, 0.001, 1, 0.1],
  [3.75, 1.1, 0.001, 0.1, -0.1],
  [5, 1.2, 0.0001, 0.05, 0.01],
] as const;

export const SCENARIOS: readonly Scenario[] = PARAMETERS.flatMap(([theta, phi, beta, g1, g2]) =>
  [true, false].flatMap((trend) =>
    ([0, 1, 2] as const).map((harmonics) => ({ theta, phi, beta: trend ? beta : 0, g1, g2, harmonics })),
  ),
);

/** The mean of week `t` (1-based) without outbreaks. */
export function meanOf(s: Scenario, t: number): number {
  let eta = s.theta + s.beta * t;
  for (let j = 1; j <= s.harmonics; j++) {
    eta += s.g1 * Math.cos((2 * Math.PI * j * t) / 52) + s.g2 * Math.sin((2 * Math.PI * j * t) / 52);
  }
  return Math.exp(eta);
}

/** Run `run` of a scenario: k1 and k2 go round all 25 combinations, so `runs` should be a multiple of 25. */
export function simulate(scenario: number, run: number, seed: number): OutbreakSeries {
  const s = SCENARIOS[scenario];
  if (s === undefined) throw new RangeError(`there is no scenario ${scenario}`);
  const random = randomOf(seed + scenario * 100_003 + run * 7_919);
  const k1 = K1[run % 5] ?? 0;
  const k2 = K2[Math.floor(run / 5) % 5] ?? 1;
  const counts = Array.from({ length: WEEKS }, (_, i) => random.negativeBinomial(meanOf(s, i + 1), s.phi));
  for (let i = 0; i < 4; i++) addOutbreak(random, counts, s, random.integer(312, 574), k1);
  const from = random.integer(CURRENT, WEEKS - 1);
  const before = total(counts);
  const to = addOutbreak(random, counts, s, from, k2);
  return { scenario, k1, k2, counts, from, to, cases: total(counts) - before };
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, n) => sum + n, 0);
}

/** Adds the cases and returns the last week that has one (the first week if there is none). */
function addOutbreak(random: Random, counts: number[], s: Scenario, start: number, k: number): number {
  const size = random.poisson(k * Math.sqrt(s.phi * meanOf(s, start + 1)));
  let last = start;
  for (let i = 0; i < size; i++) {
    const week = start + Math.floor(Math.exp(0.5 * random.normal()));
    if (week >= WEEKS) continue;
    counts[week] = (counts[week] ?? 0) + 1;
    last = Math.max(last, week);
  }
  return last;
}
