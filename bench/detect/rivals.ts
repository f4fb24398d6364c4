/**
 * The methods that mtls-watch is compared with, each on the same minutes, with the same floor and followed by the same
 * incident stage. Parameters are the ones their documents give; where a document leaves them open, the budget of false
 * pages sets them.
 */

import { log10UpperTail } from '../../shared/detect/negative-binomial.js';

export interface Alarm {
  readonly alarm: boolean;
  /** Failures in the last window. */
  readonly recent: number;
}

export interface Rival {
  readonly name: string;
  /**
   * A new instance for each group. `push` is called for every minute with all counts so far; the last one is the
   * current minute.
   */
  start(): (counts: ArrayLike<number>, now: number) => Alarm;
}

const WINDOW = 5;
const FLOOR = 10;
const MEMORY = 7 * 1440;

function windowSum(counts: ArrayLike<number>, now: number, length = WINDOW): number {
  let sum = 0;
  for (let t = Math.max(0, now - length + 1); t <= now; t++) sum += counts[t] ?? 0;
  return sum;
}

/** A CloudWatch alarm on the metric's sum: 3 of 5 one-minute periods at the floor's rate or more. */
const staticAlarm: Rival = {
  name: 'static alarm, 3 of 5',
  start: () => (counts, now) => {
    let breaching = 0;
    for (let t = Math.max(0, now - 4); t <= now; t++) if ((counts[t] ?? 0) >= FLOOR / WINDOW) breaching++;
    return { alarm: breaching >= 3, recent: windowSum(counts, now) };
  },
};

/** ElastAlert's `spike` rule: `spike_height: 3`, `timeframe` of a window, `threshold_cur` at the floor. */
const ratio: Rival = {
  name: 'ratio to previous window',
  start: () => (counts, now) => {
    const recent = windowSum(counts, now);
    return { alarm: recent >= FLOOR && recent >= 3 * windowSum(counts, now - WINDOW), recent };
  },
};

/** Hutwagner et al. 2003: mean and standard deviation of seven baseline windows, alarm above three of them. */
function earsExcess(counts: ArrayLike<number>, now: number, guard: number): number {
  const baseline = Array.from({ length: 7 }, (_, i) => windowSum(counts, now - (i + 1 + guard) * WINDOW));
  const mean = baseline.reduce((a, b) => a + b, 0) / 7;
  const sd = Math.sqrt(baseline.reduce((a, b) => a + (b - mean) ** 2, 0) / 6);
  return (windowSum(counts, now) - mean) / Math.max(sd, 0.5);
}

const ears = (name: string, guard: number): Rival => ({
  name,
  start: () => (counts, now) => {
    const recent = windowSum(counts, now);
    return { alarm: recent >= FLOOR && earsExcess(counts, now, guard) > 3, recent };
  },
});

const earsC3: Rival = {
  name: 'EARS C3',
  start: () => (counts, now) => {
    const recent = windowSum(counts, now);
    if (recent < FLOOR) return { alarm: false, recent };
    let sum = 0;
    for (let i = 0; i < 3; i++) sum += Math.max(0, earsExcess(counts, now - i * WINDOW, 2) - 1);
    return { alarm: sum > 2, recent };
  },
};

/** Mean and variance of the windows of the last seven days, updated as minutes enter and leave. */
function momentsOf(): (counts: ArrayLike<number>, now: number) => { mean: number; variance: number } {
  let n = 0;
  let sum = 0;
  let squares = 0;
  return (counts, now) => {
    const entering = windowSum(counts, now - WINDOW);
    n++;
    sum += entering;
    squares += entering * entering;
    if (now - WINDOW - MEMORY >= 0) {
      const leaving = windowSum(counts, now - WINDOW - MEMORY);
      n--;
      sum -= leaving;
      squares -= leaving * leaving;
    }
    const mean = sum / n;
    return { mean, variance: Math.max(0, squares / n - mean * mean) };
  };
}

/** One chance in a hundred thousand, the product's own budget of half a page a month. */
const CHANCE = 1e-5;
const Z = 4.26;

const negativeBinomial: Rival = {
  name: 'negative binomial, 7 days',
  start: () => {
    const moments = momentsOf();
    return (counts, now) => {
      const { mean, variance } = moments(counts, now);
      const recent = windowSum(counts, now);
      const alarm = recent >= FLOOR && log10UpperTail(recent, Math.max(mean, 0.01), variance) < Math.log10(CHANCE);
      return { alarm, recent };
    };
  },
};

const gaussian: Rival = {
  name: 'Gaussian z-score, 7 days',
  start: () => {
    const moments = momentsOf();
    return (counts, now) => {
      const { mean, variance } = moments(counts, now);
      const recent = windowSum(counts, now);
      return { alarm: recent >= FLOOR && recent > mean + Z * Math.sqrt(variance), recent };
    };
  },
};

export const RIVALS: readonly Rival[] = [
  staticAlarm,
  ratio,
  ears('EARS C1', 0),
  ears('EARS C2', 2),
  earsC3,
  negativeBinomial,
  gaussian,
];
