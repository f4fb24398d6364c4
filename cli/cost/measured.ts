/**
 * The measured inputs of the cost model: units and bytes, which do not depend on the machine. `npm run bench -- state`
 * writes them.
 */

import * as z from 'zod';
import values from './measured.json' with { type: 'json' };

const units = z.strictObject({ writeUnits: z.number(), readUnits: z.number() });

export const measuredSchema = z.strictObject({
  /** A single refused request, with the sweep after it; the table knows its issuer and certificate. */
  failureAlone: units,
  /** A hundred requests of one group in one batch of each log, all new, with the sweep. */
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
