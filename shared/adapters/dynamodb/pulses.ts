/** One item for a scope and UTC day, with the set of the day's spans. Adding to a set is safe to repeat. */

import { limits } from '../../base/limits.js';
import { dayOf, MINUTE_MS, PULSE_MINUTES } from '../../base/time.js';
import type { Clock, PulseStore } from '../../ports/index.js';
import { inParallel } from './failures.js';
import { keys, ordered, ttl } from './keys.js';
import type { Table } from './table.js';

const PULSE_MS = PULSE_MINUTES * MINUTE_MS;

export function createPulses(table: Table, clock: Clock): PulseStore {
  const noted = new Set<string>();
  return {
    note: async (scope, pulses) => {
      const nameOf = (pulse: number): string => `${pulse} ${scope}`;
      const fresh = pulses.filter((pulse) => !noted.has(nameOf(pulse)));
      await inParallel([...new Set(fresh.map(dayOfPulse))], (day) => {
        const texts = fresh.filter((pulse) => dayOfPulse(pulse) === day).map(String);
        return table.update(keys.pulses(scope, day), {
          expression: 'ADD #pulses :pulses SET #ttl = :ttl',
          values: { ':pulses': { SS: [...new Set(texts)] }, ':ttl': ttl(clock.now(), limits.pulseDaysMax) },
        });
      });
      if (noted.size + fresh.length > limits.pulsesRememberedMax) noted.clear();
      for (const pulse of fresh) noted.add(nameOf(pulse));
    },
    between: async (scope, from, to) => {
      const days = { from: ordered(dayOfPulse(from)), to: ordered(dayOfPulse(to)) };
      const items = await table.query({ pk: keys.pulsesPk(scope), ...days });
      return items
        .flatMap(({ pulses }) => (pulses?.SS ?? []).map(Number))
        .filter((pulse) => from <= pulse && pulse <= to)
        .sort((a, b) => a - b);
    },
  };
}

function dayOfPulse(pulse: number): number {
  return dayOf(pulse * PULSE_MS);
}
