/** Runs the outbreak simulation through the detector and through what it is compared with. */

import { log10UpperTail } from '../../shared/detect/negative-binomial.js';
import { openSeries } from '../../shared/detect/series.js';
import { CURRENT, K2, meanOf, type OutbreakSeries, SCENARIOS, simulate } from './outbreaks.js';

export interface OutbreakScore {
  readonly method: string;
  /** In per cent of the weeks without a current outbreak. */
  readonly falseAlarms: number;
  /** In per cent of the runs. */
  readonly detection: number;
  readonly detectionWithCase: number;
  readonly byK2: readonly number[];
}

/** The accepted rate of false alarms, as the reference methods are set. */
const RATE = 0.01;

/** Alarms of the weeks from `CURRENT` on. */
type Method = (series: OutbreakSeries) => boolean[];

function product({ counts }: OutbreakSeries): boolean[] {
  const push = openSeries({ seasons: [52], falseAlarms: RATE });
  return counts.map((count) => push(count).alarm).slice(CURRENT);
}

/** What nobody can have: the true mean and dispersion, so many weeks at a time. */
const truth =
  (weeks: number): Method =>
  ({ counts, scenario }) => {
    const s = SCENARIOS[scenario];
    if (s === undefined) return [];
    return counts.slice(CURRENT).map((_, i) => {
      const last = CURRENT + i;
      const window = counts.slice(last - weeks + 1, last + 1);
      const mean = window.reduce((sum, _, k) => sum + meanOf(s, last - weeks + 2 + k), 0);
      const count = window.reduce((sum, n) => sum + n, 0);
      return log10UpperTail(count, mean, s.phi * mean) <= Math.log10(RATE);
    });
  };

function earsC1({ counts }: OutbreakSeries): boolean[] {
  return counts.slice(CURRENT).map((count, i) => {
    const week = CURRENT + i;
    const baseline = counts.slice(week - 7, week);
    const mean = baseline.reduce((a, b) => a + b, 0) / 7;
    const sd = Math.sqrt(baseline.reduce((a, b) => a + (b - mean) ** 2, 0) / 6);
    return count > mean + 3 * sd;
  });
}

const METHODS: readonly { name: string; method: Method }[] = [
  { name: 'mtls-watch', method: product },
  { name: 'knowing the true mean', method: truth(1) },
  { name: 'knowing it, two weeks together', method: truth(2) },
  { name: 'EARS C1', method: earsC1 },
];

export function outbreakScores(runs: number, seed: number): OutbreakScore[] {
  const tallies = METHODS.map(({ name, method }) => ({
    name,
    method,
    weeks: 0,
    falseAlarms: 0,
    withCase: 0,
    detectedWithCase: 0,
    runs: K2.map(() => 0),
    detected: K2.map(() => 0),
  }));
  for (let scenario = 0; scenario < SCENARIOS.length; scenario++) {
    for (let run = 0; run < runs; run++) {
      const series = simulate(scenario, run, seed);
      const k = (K2 as readonly number[]).indexOf(series.k2);
      for (const tally of tallies) {
        const alarms = tally.method(series);
        const current = (i: number): boolean => i + CURRENT >= series.from && i + CURRENT <= series.to;
        tally.weeks += alarms.filter((_, i) => !current(i)).length;
        tally.falseAlarms += alarms.filter((alarm, i) => alarm && !current(i)).length;
        const detected = alarms.some((alarm, i) => alarm && current(i)) ? 1 : 0;
        tally.runs[k] = (tally.runs[k] ?? 0) + 1;
        tally.detected[k] = (tally.detected[k] ?? 0) + detected;
        if (series.cases > 0) {
          tally.withCase++;
          tally.detectedWithCase += detected;
        }
      }
    }
  }
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  return tallies.map((t) => ({
    method: t.name,
    falseAlarms: (100 * t.falseAlarms) / t.weeks,
    detection: (100 * sum(t.detected)) / sum(t.runs),
    detectionWithCase: (100 * t.detectedWithCase) / t.withCase,
    byK2: t.detected.map((n, i) => (100 * n) / (t.runs[i] ?? 1)),
  }));
}
