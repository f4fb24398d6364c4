/** The detector of any count series: its rates on simulated outbreaks and streams. */

import { describe, expect, it } from 'vitest';
import { openSeries } from '../../shared/detect/series.js';
import { outbreakScores } from '../support/outbreak-scores.js';
import { CURRENT, simulate } from '../support/outbreaks.js';
import { streamOf } from '../support/streams.js';

describe('the series detector', () => {
  it('keeps the promised rate on the outbreak simulation and finds as many as one who knows the true mean', () => {
    const [ours, truth] = outbreakScores(25, 77);
    expect(ours!.falseAlarms).toBeLessThan(1.1);
    expect(ours!.detection).toBeGreaterThan(truth!.detection - 1);
  });

  it('keeps the accepted rate within a factor of three on over-dispersed, self-exciting counts', () => {
    let alarms = 0;
    let steps = 0;
    for (let seed = 50; seed < 54; seed++) {
      const { counts, events } = streamOf('mentions', seed);
      const push = openSeries({ seasons: [288, 2016], falseAlarms: 0.001 });
      for (const [i, count] of counts.entries()) {
        const { alarm } = push(count);
        if (i < 2304 || events.some((e) => i >= e.from - 3 && i <= e.to + 24)) continue;
        steps++;
        if (alarm) alarms++;
      }
    }
    expect(alarms / steps).toBeLessThan(0.003);
    expect(alarms / steps).toBeGreaterThan(0.0003);
  });

  it('does not alarm twice for what is no worse than what it alarmed for', () => {
    const { counts } = simulate(33, 0, 5);
    const push = openSeries({ seasons: [52], falseAlarms: 0.01 });
    for (const count of counts.slice(0, CURRENT)) push(count);
    expect(push(200).alarm).toBe(true);
    expect(push(60).alarm).toBe(false);
    expect(push(2000).alarm).toBe(true);
  });
});
