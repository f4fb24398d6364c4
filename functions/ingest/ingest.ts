/** The ingest function: decode, pipeline, alert, metrics. */

import type { KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import pMap from 'p-map';
import { limits } from '../../shared/base/limits.js';
import { measure } from '../../shared/count/metrics.js';
import { type OnGroupsGrown, writtenBefore } from '../../shared/count/record.js';
import { withInventory } from '../../shared/discovery/known-world.js';
import { type DecodedDelivery, subscriptionData } from '../../shared/logs/decode.js';
import { unpack, unpackRecord } from '../../shared/logs/unpack.js';
import type { Fact, Measure, Rejected } from '../../shared/model/index.js';
import { alert, ingest } from '../../shared/pipeline.js';
import type { Log } from '../../shared/ports/index.js';
import type { Wired } from '../wiring/wiring.js';

/**
 * The answer for records of a subscription's batch that are too old to be counted. `redrive` reads it; CloudWatch Logs
 * ignores it.
 */
interface Refusal {
  readonly tooOld: number;
}

type Answer = KinesisStreamBatchResponse | Refusal | undefined;

/**
 * @returns for Kinesis, the records to deliver again; for a subscription's batch, a rejected call is delivered again
 */
export function createIngest(wired: Wired): (event: unknown) => Promise<Answer> {
  const inWorld = withInventory(wired);
  return (event) => inWorld((world) => handleEvent(event, { ...wired, world }));
}

async function handleEvent(event: unknown, wired: Wired): Promise<Answer> {
  if (isKinesis(event)) return handleRecords(event, wired);
  const look: OnGroupsGrown = (groups, written) => alert(groups, wired.world, written);
  const counted = await count(unpack(subscriptionData(event)), wired, look);
  for (const { measures } of counted) wired.meter.record(measures);
  const tooOld = counted.reduce((sum, one) => sum + one.tooOld, 0);
  return tooOld === 0 ? undefined : { tooOld };
}

/** What remains to be done for a delivery that was counted; its log lines are dropped. */
interface CountedDelivery {
  readonly facts: readonly Pick<Fact, 'group' | 'minute'>[];
  readonly measures: readonly Measure[];
  readonly tooOld: number;
}

/** The sweep reports such items too, and fails. */
const PASSED_OVER = 'an item of the table cannot be read and was passed over';

async function count(
  deliveries: AsyncIterable<DecodedDelivery>,
  { world, log }: Wired,
  look?: OnGroupsGrown,
): Promise<CountedDelivery[]> {
  const counted: CountedDelivery[] = [];
  for await (const batch of deliveries) {
    if (batch.kind === 'control') continue;
    const ingested = await ingest(batch, world, look);
    for (const error of world.stores.takeUnreadable()) log.error(PASSED_OVER, { error });
    tellRejected(batch.logGroup, ingested.parsed.rejected, log);
    counted.push({
      facts: ingested.facts.map(({ group, minute }) => ({ group, minute })),
      measures: measure({ batch, ...ingested, counted: ingested.correlated.counted }, world.clock.now()),
      tooOld: ingested.parsed.rejected.filter(({ code }) => code === 'too-old').length,
    });
  }
  return counted;
}

/**
 * Alerts once for all records of a stream: if each record did it by itself, several would evaluate the same groups at
 * the same time and could send a notice twice.
 */
async function finish(counted: readonly CountedDelivery[], { world, meter }: Wired): Promise<void> {
  const facts = counted.flatMap((one) => one.facts);
  await alert(
    facts.map(({ group }) => group),
    world,
    writtenBefore(facts),
  );
  for (const { measures } of counted) meter.record(measures);
}

/** One line for each batch, so that an operator can find the log group whose format changed. */
function tellRejected(logGroup: string, rejected: readonly Rejected[], log: Log): void {
  if (rejected.length === 0) return;
  const error = [...new Set(rejected.map(({ code }) => code))].sort().join(', ');
  // For too old records, the detail says how old they are; the other codes need no detail.
  const old = rejected.find(({ code }) => code === 'too-old');
  const details = { error, logGroup, rejected: rejected.length, ...(old !== undefined && { first: old.detail }) };
  log.error('log records could not be read', details);
}

/**
 * One broken record costs the others nothing: every record is tried, whatever became of the one before, and those that
 * failed are reported back. Lambda takes the lowest sequence number among them for its checkpoint and delivers from there
 * on again ("Configuring partial batch response with Kinesis Data Streams and Lambda"); what had gone through by then
 * counts nothing the second time. Where nothing went through, or the alert failed, the call fails, so that Lambda counts
 * an error and cuts the batch in two.
 */
async function handleRecords({ Records }: KinesisStreamEvent, wired: Wired): Promise<KinesisStreamBatchResponse> {
  const concurrency = { concurrency: limits.recordsInParallelMax };
  const outcomes = await pMap(Records, (record) => handleRecord(record ?? {}, wired), concurrency);
  const failures = outcomes.filter((outcome) => outcome.kind === 'failed');
  if (failures.length > 0 && failures.length === Records.length) throw failures[0]?.error;
  const counted = outcomes.flatMap((outcome) => (outcome.kind === 'counted' ? outcome.counted : []));
  await finish(counted, wired);
  return { batchItemFailures: failures.map(({ sequenceNumber }) => ({ itemIdentifier: sequenceNumber })) };
}

type RecordOutcome =
  | { readonly kind: 'counted'; readonly counted: readonly CountedDelivery[] }
  | { readonly kind: 'failed'; readonly sequenceNumber: string; readonly error: unknown };

async function handleRecord({ kinesis }: Partial<KinesisStreamRecord>, wired: Wired): Promise<RecordOutcome> {
  const { sequenceNumber, data } = kinesis ?? {};
  if (typeof sequenceNumber !== 'string' || typeof data !== 'string') {
    // Without a sequence number it cannot be redelivered, and failing the call would redeliver its neighbours.
    const error = 'expected kinesis.sequenceNumber and kinesis.data';
    wired.log.error('a record that is none of Kinesis was passed over', { error });
    return { kind: 'counted', counted: [] };
  }
  try {
    return { kind: 'counted', counted: await count(unpackRecord(data), wired) };
  } catch (error) {
    wired.log.error('a Kinesis record could not be processed', { sequenceNumber, error });
    return { kind: 'failed', sequenceNumber, error };
  }
}

function isKinesis(event: unknown): event is KinesisStreamEvent {
  return typeof event === 'object' && event !== null && 'Records' in event && Array.isArray(event.Records);
}
