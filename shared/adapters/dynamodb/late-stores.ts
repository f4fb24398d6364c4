/** Stores that most deliveries do not need: ingest loads them at the first call. */

import type { Clock, Stores } from '../../ports/index.js';
import { createPrivacy } from './privacy.js';
import { createProbes } from './probes.js';
import { createPulses } from './pulses.js';
import { createStorm } from './storm.js';
import type { Table } from './table.js';

export function createLateStores(table: Table, clock: Clock): Pick<Stores, 'storm' | 'pulses' | 'privacy' | 'probes'> {
  return {
    storm: createStorm(table, clock),
    pulses: createPulses(table, clock),
    privacy: createPrivacy(table),
    probes: createProbes(table, clock),
  };
}
