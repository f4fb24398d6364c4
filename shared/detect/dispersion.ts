/**
 * How far counts scatter around their expectation: variance = phi · mean + psi · mean². phi is the noise of single
 * failures that come in clumps; psi is the variation of the rate itself. Both are learned for a bin and for every
 * window by weighted least squares on squared residuals, with priors. A squared residual is cut, so that an incident
 * adds no more than any other surprise. Each window length has sums of its own: where neighbouring steps rise and fall
 * together, long windows scatter more than independent steps would.
 */

import { type State, SUMS } from './state.js';

export interface Variance {
  readonly phi: number;
  readonly psi: number;
}

/** The priors weigh as much as this many observations. */
const PRIOR_WEIGHT = 20;
const PHI_PRIOR = 1.2;
const PSI_PRIOR = 0.1;
/** A residual counts as at most this many standard deviations. */
const RESIDUAL_MAX = 4;

/** What was asked for last, so that nothing is allocated for each window of each step. */
const found = { phi: 0.5, psi: 0.5 };

/** The result is valid until the next call. */
export function varianceOf(state: State, slot: number): Variance {
  const d = state.dispersion;
  const i = slot * SUMS;
  const s11 = (d[i] as number) + PRIOR_WEIGHT;
  const s12 = d[i + 1] as number;
  const s22 = (d[i + 2] as number) + PRIOR_WEIGHT;
  const t1 = (d[i + 3] as number) + PRIOR_WEIGHT * PHI_PRIOR;
  const t2 = (d[i + 4] as number) + PRIOR_WEIGHT * PSI_PRIOR;
  const det = s11 * s22 - s12 * s12;
  let phi = (t1 * s22 - t2 * s12) / det;
  let psi = (t2 * s11 - t1 * s12) / det;
  if (psi < 0) {
    psi = 0;
    phi = t1 / s11;
  }
  if (phi < 1) {
    phi = 1;
    psi = Math.max(0, (t2 - s12) / s22);
  }
  found.phi = phi;
  found.psi = psi;
  return found;
}

/**
 * Learns from one bin or window.
 * @param doubt variance of the logarithm of `mean`, which is not scatter of the counts
 * @param news whether an outlier is the first of its incident; the rest of an incident teaches nothing
 */
export function learnVariance(
  state: State,
  slot: number,
  count: number,
  mean: number,
  doubt: number,
  memory: number,
  news: boolean,
): void {
  // None of its steps was recorded.
  if (mean <= 0) return;
  const { phi, psi } = varianceOf(state, slot);
  const variance = phi * mean + (psi + doubt) * mean * mean;
  const cut = RESIDUAL_MAX ** 2 * (variance + phi);
  const residual = (count - mean) ** 2;
  if (residual > cut && !news) return;
  const square = Math.max(0, Math.min(residual, cut) - doubt * mean * mean);
  // The variance of a squared residual is about V + 2V².
  const weight = 1 / (variance + 2 * variance * variance);
  const d = state.dispersion;
  const i = slot * SUMS;
  const keep = 1 - 1 / memory;
  const m2 = mean * mean;
  d[i] = (d[i] as number) * keep + m2 * weight;
  d[i + 1] = (d[i + 1] as number) * keep + m2 * mean * weight;
  d[i + 2] = (d[i + 2] as number) * keep + m2 * m2 * weight;
  d[i + 3] = (d[i + 3] as number) * keep + square * mean * weight;
  d[i + 4] = (d[i + 4] as number) * keep + square * m2 * weight;
}
