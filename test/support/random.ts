/** Seeded random numbers for the benchmarks: the same seed gives the same suite on every machine. */

export interface Random {
  /** In [0, 1). */
  uniform(): number;
  /** An integer with `from <= n <= to`. */
  integer(from: number, to: number): number;
  normal(): number;
  /** Shape `shape`, scale 1. */
  gamma(shape: number): number;
  poisson(mean: number): number;
  /** With variance `dispersion` times the mean; Poisson at 1. */
  negativeBinomial(mean: number, dispersion: number): number;
}

/** Mulberry32. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  function uniform(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
  function normal(): number {
    return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  }
  /** Marsaglia and Tsang, 2000. */
  function gamma(shape: number): number {
    if (shape < 1) return gamma(shape + 1) * (1 - uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }
  function poisson(mean: number): number {
    if (mean <= 0) return 0;
    // Halving by a gamma variate keeps the product method's loop short (Ahrens and Dieter, 1974).
    if (mean > 30) {
      const m = Math.floor((mean * 7) / 8);
      const x = gamma(m);
      return x > mean ? binomial(m - 1, mean / x) : m + poisson(mean - x);
    }
    const limit = Math.exp(-mean);
    let n = 0;
    for (let product = uniform(); product > limit; product *= uniform()) n++;
    return n;
  }
  function binomial(n: number, p: number): number {
    let successes = 0;
    for (let i = 0; i < n; i++) if (uniform() < p) successes++;
    return successes;
  }
  return {
    uniform,
    integer: (from, to) => from + Math.floor(uniform() * (to - from + 1)),
    normal,
    gamma,
    poisson,
    negativeBinomial: (mean, dispersion) =>
      mean <= 0 ? 0 : poisson(dispersion <= 1 ? mean : gamma(mean / (dispersion - 1)) * (dispersion - 1)),
  };
}
