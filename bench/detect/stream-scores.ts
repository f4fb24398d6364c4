/** Runs generated five-minute streams at several accepted rates of false alarms. */

import { openSeries } from '../../shared/detect/series.js';
import { FAMILIES, streamOf } from '../../test/support/streams.js';

export interface StreamScore {
  readonly family: string;
  readonly events: number;
  /** The share of steps without a count. */
  readonly zeros: number;
  readonly at: readonly { readonly falseAlarms: number; readonly found: number }[];
}

const RATES = [6e-5, 5e-4, 1e-3, 2e-3] as const;
const JUDGED_FROM = 8 * 288;
/** An alarm belongs to an event from a quarter of an hour before it to two hours after. */
const BEFORE = 3;
const AFTER = 24;

export function streamScores(runs: number, seed: number): StreamScore[] {
  return FAMILIES.map((family) => {
    let steps = 0;
    let zeros = 0;
    let events = 0;
    const falseAlarms = RATES.map(() => 0);
    const found = RATES.map(() => 0);
    for (let run = 0; run < runs; run++) {
      const stream = streamOf(family, seed + run);
      // One pass serves every rate: an alarm is a score of -log10(rate) or more.
      const push = openSeries({ seasons: [288, 2016], falseAlarms: 1e-3 });
      const best = stream.events.map(() => 0);
      for (const [i, count] of stream.counts.entries()) {
        const { score } = push(count);
        if (i < JUDGED_FROM) continue;
        steps++;
        if (count === 0) zeros++;
        const event = stream.events.findIndex((e) => i >= e.from - BEFORE && i <= e.to + AFTER);
        if (event >= 0) best[event] = Math.max(best[event] ?? 0, score);
        else
          for (const [k, rate] of RATES.entries())
            if (score >= -Math.log10(rate)) falseAlarms[k] = (falseAlarms[k] ?? 0) + 1;
      }
      events += best.length;
      for (const [k, rate] of RATES.entries())
        found[k] = (found[k] ?? 0) + best.filter((s) => s >= -Math.log10(rate)).length;
    }
    const at = RATES.map((_, k) => ({
      falseAlarms: (1000 * (falseAlarms[k] ?? 0)) / steps,
      found: (found[k] ?? 0) / events,
    }));
    return { family, events, zeros: zeros / steps, at };
  });
}
