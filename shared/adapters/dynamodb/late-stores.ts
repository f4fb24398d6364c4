/** Stores that most deliveries do not need: ingest loads them at the first call. */

import type { Clock, Stores } from '../../ports/index.js';
import type { ReadEach } from './items.js';
import { createPrivacy } from './privacy.js';
import { createProbed } from './probed.js';
import { createProbes } from './probes.js';
import { createPulses } from './pulses.js';
import { createStorm } from './storm.js';
import type { Table } from './table.js';

type Late = Pick<Stores, 'storm' | 'pulses' | 'privacy' | 'probes' | 'probed'>;

export function createLateStores(table: Table, clock: Clock, readEach: ReadEach): Late {
  return {
    storm: createStorm(table, clock),
    pulses: createPulses(table, clock),
    privacy: createPrivacy(table),
    probes: createProbes(table, clock),
    probed: createProbed(table, clock, readEach),
  };
}
