/**
 * The windows that end at a step, and how likely each of them is by the model. Steps that were closed are in the state;
 * the later ones come with the call.
 */

import { varianceOf } from './dispersion.js';
import { log10UpperTail } from './negative-binomial.js';
import { type DetectorParameters, RING, type State } from './state.js';

/** One window that ends at the step in question. */
export interface WindowSurprise {
  readonly window: number;
  readonly count: number;
  readonly expected: number;
  /** -log10 of the chance of a count as high as this, by the model; 0 up to the expectation. */
  readonly raw: number;
  /** The highest count of one step in it. */
  readonly peak: number;
  /** Steps from the first failure in the window to the last. */
  readonly span: number;
}

/** Steps that are not closed yet: the first of them, their counts, and what is expected of each. */
export interface Later {
  readonly from: number;
  readonly counts: readonly number[];
  readonly expected: readonly number[];
  /** Variance of the logarithm of the expectation. */
  readonly doubt: number;
  /** The most that is expected of one step; small where the group is new. */
  readonly expectedMax?: number;
}

/** Evaluates the windows that end at `step`, shortest first. Called for every step with failures, so it makes no closures. */
export function windowsAt(state: State, settings: DetectorParameters, step: number, later: Later): WindowSurprise[] {
  const { from, expectedMax = Number.POSITIVE_INFINITY, doubt } = later;
  const { windows } = settings;
  const found: WindowSurprise[] = [];
  let first = step;
  let last = Number.NEGATIVE_INFINITY;
  let count = 0;
  let expected = 0;
  let length = 0;
  let peak = 0;
  for (let k = 0; k < windows.length; k++) {
    const window = windows[k] ?? 0;
    for (; length < window; length++) {
      const s = step - length;
      const i = s - from;
      const slot = mod(s, RING);
      const c = (i >= 0 ? later.counts[i] : state.counts[slot]) ?? -1;
      if (c < 0) continue;
      expected += Math.min(expectedMax, (i >= 0 ? later.expected[i] : state.expected[slot]) ?? 0);
      if (c === 0) continue;
      count += c;
      if (c > peak) peak = c;
      if (last < s) last = s;
      first = s;
    }
    const span = count > 0 ? last - first + 1 : window;
    found.push({ window, count, expected, peak, span, raw: rawOf(state, k + 1, count, expected, doubt) });
  }
  return found;
}

/** What a step had; negative where it was not recorded. */
export function countAt(state: State, { from, counts }: Later, step: number): number {
  const i = step - from;
  return (i >= 0 ? counts[i] : state.counts[mod(step, RING)]) ?? -1;
}

/** What was expected of a step. */
export function expectedOf(state: State, { from, expected }: Later, step: number): number {
  const i = step - from;
  return (i >= 0 ? expected[i] : state.expected[mod(step, RING)]) ?? 0;
}

/** -log10 of the chance that the window with index `slot` holds this many failures. */
export function rawOf(state: State, slot: number, count: number, expected: number, doubt: number): number {
  if (count <= expected) return 0;
  const { phi, psi } = varianceOf(state, slot);
  return -log10UpperTail(count, expected, phi * expected + (psi + doubt) * expected * expected);
}

/** The remainder of a division, never negative. */
export function mod(a: number, n: number): number {
  return a - Math.floor(a / n) * n;
}
