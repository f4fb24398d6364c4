/** The ingest function on whatever world it is wired to: decode, pipeline, alert, measure. */

import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { alert, ingest } from '../../shared/pipeline.js';
import { type Delivery, subscriptionData } from '../../shared/stages/decode.js';
import { measure } from '../../shared/stages/measure.js';
import { unpack } from '../../shared/unpack.js';
import type { Wired } from '../wiring.js';

/** @returns for Kinesis, the records to deliver again; a subscription's batch is delivered again when the call rejects */
export function createIngest(wired: Wired): (event: unknown) => Promise<KinesisStreamBatchResponse | undefined> {
  return async (event) => {
    if (isKinesis(event)) return handleRecords(event, wired);
    for await (const delivery of unpack(subscriptionData(event))) await handle(delivery, wired);
    return undefined;
  };
}

async function handle(delivery: Delivery, { world, meter }: Wired): Promise<void> {
  if (delivery.kind === 'control') return;
  const ingested = await ingest(delivery, world);
  await alert(
    ingested.facts.map((fact) => fact.group),
    world,
  );
  meter.record(measure({ batch: delivery, counted: ingested.correlated.counted, ...ingested }, world.clock.now()));
}

/** One broken record costs the others nothing: it is reported back, and Lambda delivers from it on again. */
async function handleRecords({ Records }: KinesisStreamEvent, wired: Wired): Promise<KinesisStreamBatchResponse> {
  const batchItemFailures: KinesisStreamBatchResponse['batchItemFailures'] = [];
  for (const { kinesis } of Records) {
    try {
      for await (const delivery of unpack(kinesis.data)) await handle(delivery, wired);
    } catch (error) {
      batchItemFailures.push({ itemIdentifier: kinesis.sequenceNumber });
      wired.log.error('a Kinesis record could not be processed', { sequenceNumber: kinesis.sequenceNumber, error });
    }
  }
  return { batchItemFailures };
}

function isKinesis(event: unknown): event is KinesisStreamEvent {
  return typeof event === 'object' && event !== null && 'Records' in event && Array.isArray(event.Records);
}
