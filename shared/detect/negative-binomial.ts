/**
 * The upper tail of the negative binomial distribution, on a logarithmic scale: the detector needs probabilities far
 * below what a double can hold as `1 - cdf`.
 */

/** Lanczos' approximation with g = 7 and nine terms; relative error about 1e-15 for x > 0. */
const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;

export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  let sum = 0.99999999999980993;
  // The detector spends most of its time here, so no list is copied.
  for (let i = 0; i < LANCZOS.length; i++) sum += (LANCZOS[i] as number) / (x + i);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/**
 * log10 of the probability that a negative binomial count with this mean and variance reaches `count` or more.
 * P(X >= c) is the regularised incomplete beta function I_q(c, size) with q = mean / (mean + size) and size = mean² /
 * (variance - mean). A variance below the mean is treated as Poisson, which a very large size gives.
 * @param count may be fractional (sampled failures are weighted)
 */
export function log10UpperTail(count: number, mean: number, variance: number): number {
  if (count <= 0) return 0;
  if (mean <= 0) return -Infinity;
  const extra = Math.max(variance - mean, 1e-4 * mean);
  const size = (mean * mean) / extra;
  return logIncompleteBeta(count, size, mean / (mean + size)) / Math.LN10;
}

/** ln I_x(a, b), by the continued fraction on the side of the mean where it converges quickly. */
function logIncompleteBeta(a: number, b: number, x: number): number {
  const logFront = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  if (x < (a + 1) / (a + b + 2)) return logFront + Math.log(betaFraction(a, b, x) / a);
  const complement = (Math.exp(logFront) * betaFraction(b, a, 1 - x)) / b;
  return complement < 1 ? Math.log1p(-complement) : -Infinity;
}

/** Lentz's evaluation of the incomplete beta's continued fraction (Numerical Recipes, 6.4). */
function betaFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1), tiny);
  let h = d;
  // About sqrt(max(a, b)) terms are needed; the bound stops the loop for absurd arguments.
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d, tiny);
    c = nonZero(1 + even / c, tiny);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d, tiny);
    c = nonZero(1 + odd / c, tiny);
    const factor = d * c;
    h *= factor;
    if (Math.abs(factor - 1) < 1e-10) break;
  }
  return h;
}

function nonZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}
