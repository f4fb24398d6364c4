/** Stores that most deliveries do not need: ingest loads them at the first call. */

import type { Clock, RollupStore, Stores } from '../../ports/index.js';
import { createCallers } from './callers.js';
import type { ReadEach } from './items.js';
import { createPrivacy } from './privacy.js';
import { createProbed } from './probed.js';
import { createProbes } from './probes.js';
import { createPulses } from './pulses.js';
import { createRollups } from './rollups.js';
import { createStorm } from './storm.js';
import type { Table } from './table.js';

type Late = Pick<Stores, 'storm' | 'pulses' | 'privacy' | 'probes' | 'probed' | 'callers'> & {
  readonly rollups: Omit<RollupStore, 'mark'>;
};

/** @param rollupDays how long roll-ups are kept, from their hour on */
export function createLateStores(table: Table, clock: Clock, readEach: ReadEach, rollupDays: number): Late {
  return {
    storm: createStorm(table, clock),
    rollups: createRollups(table, clock, rollupDays, readEach),
    pulses: createPulses(table, clock),
    privacy: createPrivacy(table),
    probes: createProbes(table, clock),
    probed: createProbed(table, clock, readEach),
    callers: createCallers(table, clock, readEach, rollupDays),
  };
}
