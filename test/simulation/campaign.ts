/** Many runs, one seed after the other, and what they injected. */

import { type SimulateOptions, simulate } from './simulation.js';

export interface Campaign {
  readonly seeds: number;
  readonly failed: readonly { readonly seed: number; readonly violations: readonly string[] }[];
  readonly counts: ReadonlyMap<string, number>;
  /** Of the first seed that failed. */
  readonly trace: readonly string[];
}

/** After so many failures the point is made. */
const FAILURES_MAX = 20;

export async function campaign(
  first: number,
  seeds: number,
  options: Pick<SimulateOptions, 'store'> = {},
): Promise<Campaign> {
  const counts = new Map<string, number>();
  const failed: { seed: number; violations: readonly string[] }[] = [];
  let seed = first;
  for (; seed < first + seeds && failed.length < FAILURES_MAX; seed++) {
    const result = await simulate(seed, options);
    for (const [what, count] of result.counts) counts.set(what, (counts.get(what) ?? 0) + count);
    if (result.violations.length > 0) failed.push({ seed, violations: result.violations });
  }
  const [one] = failed;
  const trace = one === undefined ? [] : (await simulate(one.seed, { ...options, trace: true })).trace;
  return { seeds: seed - first, failed, counts, trace };
}
