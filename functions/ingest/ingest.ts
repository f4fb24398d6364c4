/** The ingest function on whatever world it is wired to: decode, pipeline, alert, measure. */

import type { KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import pMap from 'p-map';
import { knownWorld } from '../../shared/known-world.js';
import { limits } from '../../shared/limits.js';
import type { Rejected } from '../../shared/model.js';
import { alert, ingest } from '../../shared/pipeline.js';
import type { Log } from '../../shared/ports/index.js';
import { type Delivery, decodeKinesisData, decodeSubscription } from '../../shared/stages/decode.js';
import { measure } from '../../shared/stages/measure.js';
import type { Wired } from '../wiring.js';

/** @returns for Kinesis, the records to deliver again; a subscription's batch is delivered again when the call rejects */
export function createIngest(wired: Wired): (event: unknown) => Promise<KinesisStreamBatchResponse | undefined> {
  const inWorld = knownWorld(wired);
  return (event) => inWorld((world) => handleEvent(event, { ...wired, world }));
}

async function handleEvent(event: unknown, wired: Wired): Promise<KinesisStreamBatchResponse | undefined> {
  if (isKinesis(event)) return handleRecords(event, wired);
  await handle(decodeSubscription(event), wired);
  return undefined;
}

async function handle(delivery: Delivery, { world, meter, log }: Wired): Promise<void> {
  if (delivery.kind === 'control') return;
  const ingested = await ingest(delivery, world);
  tellRejected(delivery.logGroup, ingested.parsed.rejected, log);
  await alert(
    ingested.facts.map((fact) => fact.group),
    world,
  );
  meter.record(measure({ batch: delivery, counted: ingested.correlated.counted, ...ingested }, world.clock.now()));
}

/** One line a batch, so that whoever is told of rejects finds the log group whose format changed, and how. */
function tellRejected(logGroup: string, rejected: readonly Rejected[], log: Log): void {
  if (rejected.length === 0) return;
  const error = [...new Set(rejected.map(({ code }) => code))].sort().join(', ');
  log.error('log records could not be read', { error, logGroup, rejected: rejected.length });
}

/**
 * One broken record costs the others nothing: every record is tried, whatever became of the one before, and those that
 * failed are reported back. Lambda takes the lowest sequence number among them for its checkpoint and delivers from there
 * on again ("Configuring partial batch response with Kinesis Data Streams and Lambda"); what had gone through by then
 * counts nothing the second time. Where nothing went through the call fails, so that Lambda counts an error, waits longer
 * between its tries and cuts the batch in two.
 */
async function handleRecords({ Records }: KinesisStreamEvent, wired: Wired): Promise<KinesisStreamBatchResponse> {
  const concurrency = { concurrency: limits.recordsInParallelMax };
  const failures = (await pMap(Records, (record) => failureOf(record, wired), concurrency)).filter(
    (one) => one !== null,
  );
  if (failures.length > 0 && failures.length === Records.length) throw failures[0]?.error;
  return { batchItemFailures: failures.map(({ sequenceNumber }) => ({ itemIdentifier: sequenceNumber })) };
}

/** What a record failed with, or null. */
async function failureOf({ kinesis: { sequenceNumber, data } }: KinesisStreamRecord, wired: Wired) {
  try {
    for (const delivery of decodeKinesisData(data)) await handle(delivery, wired);
    return null;
  } catch (error) {
    wired.log.error('a Kinesis record could not be processed', { sequenceNumber, error });
    return { sequenceNumber, error };
  }
}

function isKinesis(event: unknown): event is KinesisStreamEvent {
  return typeof event === 'object' && event !== null && 'Records' in event && Array.isArray(event.Records);
}
