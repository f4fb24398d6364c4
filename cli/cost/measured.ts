/** What the cost model takes from the benchmarks: units and bytes, which depend on no machine. `npm run bench -- state` writes it. */

import * as z from 'zod';
import values from './measured.json' with { type: 'json' };

const units = z.strictObject({ writeUnits: z.number(), readUnits: z.number() });

export const measuredSchema = z.strictObject({
  /** A refused request that comes alone, with the sweep after it; issuer and certificate known to the table. */
  failureAlone: units,
  /** A hundred of one group in a batch of each log, all new, with the sweep. */
  hundredInABatch: units,
  /** Closing the hour of a group. */
  groupHour: units,
  /** A sweep that finds nothing. */
  idleSweep: units,
  /** Bytes in the table, times the days that they stay there. */
  byteDays: z.strictObject({ failureAlone: z.number(), hundredInABatch: z.number() }),
  /** Bytes that ingest writes to its log: for each failure, and for each invocation. */
  logBytes: z.strictObject({ failure: z.number(), invocation: z.number(), sweep: z.number() }),
});

export type Measured = z.output<typeof measuredSchema>;

export const measured: Measured = measuredSchema.parse(values);
