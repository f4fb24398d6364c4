/** The bytes that the functions write to their own logs: failure records and metrics. */

import { measureSweep } from '../../functions/sweep/sweep.js';
import { createFailureLog } from '../../shared/adapters/aws/failure-log.js';
import { createMeter } from '../../shared/adapters/aws/metrics.js';
import { measure } from '../../shared/count/metrics.js';
import { ingest, sweep } from '../../shared/pipeline.js';
import { createTestTable, type LocalDynamo } from '../../test/support/local-table.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch, T0 } from '../../test/support/logs.js';
import { worldOn } from '../../test/support/state-cost.js';

const FAILURES = 100;

export async function logBytes(dynamo: LocalDynamo) {
  const clock = { now: () => T0 + 60_000 };
  const world = worldOn(dynamo.client, await createTestTable(dynamo.client), clock);
  const records = scale();
  const failureLog = createFailureLog(records.stream as unknown as NodeJS.WritableStream);
  const metrics = scale();
  const meter = createMeter(metrics.stream, clock, { namespace: 'MtlsWatch', service: 'ingest' });
  const numbers = Array.from({ length: FAILURES }, (_, n) => n);
  await ingest(executionBatch(numbers.map((n) => denialAsOneEvent({ n }))), world);
  const batch = accessBatch(numbers.map((n) => accessEvent({ n })));
  const ingested = await ingest(batch, { ...world, failureLog });
  meter.record(measure({ batch, counted: ingested.correlated.counted, ...ingested }, clock.now()));
  const ofSweep = scale();
  createMeter(ofSweep.stream, clock, { namespace: 'MtlsWatch', service: 'sweep' }).record(
    measureSweep(await sweep(world)),
  );
  return { failure: Math.round(records.bytes() / FAILURES), invocation: metrics.bytes(), sweep: ofSweep.bytes() };
}

function scale() {
  let sum = 0;
  const write = (text: string): boolean => {
    sum += Buffer.byteLength(text);
    return true;
  };
  return { stream: { write }, bytes: () => sum };
}
