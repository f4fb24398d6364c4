/**
 * Lambda's side of a Kinesis event source mapping, for the local AWS's own takes no notice of a partial batch response, of
 * tries or of the destination. It does what "Configuring partial batch response with Kinesis Data Streams and Lambda" and
 * "Retain discarded batch records for a Kinesis Data Streams event source in Lambda" (Lambda developer guide) say, with the
 * settings of the mapping that was deployed; it does not wait between tries.
 */

import { type _Record, GetRecordsCommand, GetShardIteratorCommand, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { type EventSourceMappingConfiguration, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { KinesisStreamBatchResponse } from 'aws-lambda';
import { kinesis, lambda, sqs } from './clients.js';
import { invoke } from './functions.js';

/** One call of the function, and what came of it. */
export interface Call {
  readonly sequenceNumbers: readonly string[];
  /** Reported back; null where the whole call failed. */
  readonly failed: readonly string[] | null;
}

/** Goes on where the last drain of the stream ended. */
export type Drain = (afterCall?: (call: Call) => Promise<void> | void) => Promise<Call[]>;

/** Hands the function all that came to the stream since the last time, until each record went through or was given up. */
export async function eventSource(functionName: string, streamName: string): Promise<Drain> {
  const { EventSourceMappings: [mapping] = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: functionName }),
  );
  if (mapping === undefined) throw new Error(`no event source mapping of ${functionName}`);
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: streamName }));
  const iterators = new Map<string, string | undefined>();
  for (const { ShardId = '' } of Shards) {
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({ StreamName: streamName, ShardId, ShardIteratorType: mapping.StartingPosition }),
    );
    iterators.set(ShardId, ShardIterator);
  }
  return async (afterCall = () => {}) => {
    const calls: Call[] = [];
    for (const [shardId, iterator] of iterators) {
      const { Records = [], NextShardIterator } = await kinesis.send(
        new GetRecordsCommand({ ShardIterator: iterator }),
      );
      iterators.set(shardId, NextShardIterator);
      const shard: Shard = { functionName, mapping, shardId, calls, afterCall };
      for (let from = 0; from < Records.length; from += mapping.BatchSize ?? 100)
        await work(Records.slice(from, from + (mapping.BatchSize ?? 100)), 0, shard);
    }
    return calls;
  };
}

interface Shard {
  readonly functionName: string;
  readonly mapping: EventSourceMappingConfiguration;
  readonly shardId: string;
  readonly calls: Call[];
  readonly afterCall: (call: Call) => Promise<void> | void;
}

/** @param tries how often these records were tried before; cutting a batch in two takes none off */
async function work(batch: readonly _Record[], tries: number, shard: Shard): Promise<void> {
  const { mapping, calls } = shard;
  const call = await callWith(batch, shard);
  calls.push(call);
  await shard.afterCall(call);
  if (call.failed?.length === 0) return;
  const reports = mapping.FunctionResponseTypes?.includes('ReportBatchItemFailures') === true;
  const rest = call.failed === null || !reports ? batch : fromCheckpoint(batch, call.failed);
  const isWhole = rest.length === batch.length;
  if (isWhole && call.failed === null && mapping.BisectBatchOnFunctionError === true && batch.length > 1) {
    const half = Math.ceil(batch.length / 2);
    await work(batch.slice(0, half), tries, shard);
    await work(batch.slice(half), tries, shard);
  } else if (tries < (mapping.MaximumRetryAttempts ?? Number.POSITIVE_INFINITY)) await work(rest, tries + 1, shard);
  else await giveUp(rest, tries + 1, shard);
}

/** The lowest sequence number that was reported is the checkpoint: everything from it on is delivered again. */
function fromCheckpoint(batch: readonly _Record[], failed: readonly string[]): readonly _Record[] {
  const indices = failed.map((one) => batch.findIndex(({ SequenceNumber }) => SequenceNumber === one));
  // An identifier that Lambda does not know fails the whole batch.
  return indices.includes(-1) ? batch : batch.slice(Math.min(...indices));
}

async function callWith(batch: readonly _Record[], { functionName, mapping, shardId }: Shard): Promise<Call> {
  const sequenceNumbers = batch.map(({ SequenceNumber = '' }) => SequenceNumber);
  const Records = batch.map(({ SequenceNumber = '', Data, PartitionKey, ApproximateArrivalTimestamp }) => ({
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: PartitionKey,
      sequenceNumber: SequenceNumber,
      data: Buffer.from(Data ?? []).toString('base64'),
      approximateArrivalTimestamp: (ApproximateArrivalTimestamp?.getTime() ?? 0) / 1000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${shardId}:${SequenceNumber}`,
    eventName: 'aws:kinesis:record',
    awsRegion: 'us-east-1',
    eventSourceARN: mapping.EventSourceArn,
  }));
  try {
    const { batchItemFailures } = (await invoke(functionName, { Records })) as KinesisStreamBatchResponse;
    return { sequenceNumbers, failed: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) };
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('failed:'))) throw error;
    return { sequenceNumbers, failed: null };
  }
}

/** The message as Lambda writes it: where the records are, not the records. */
async function giveUp(
  batch: readonly _Record[],
  calls: number,
  { mapping, shardId, functionName }: Shard,
): Promise<void> {
  const arn = mapping.DestinationConfig?.OnFailure?.Destination;
  if (arn === undefined) throw new Error('the mapping has no destination for records that fail');
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: arn.split(':').at(-1) }));
  const message = {
    requestContext: {
      requestId: 'c9b8fa9f-5a7f-4c36-af9c-0c604cde93a5',
      functionArn: functionName,
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: calls,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: new Date().toISOString(),
    KinesisBatchInfo: {
      shardId,
      startSequenceNumber: batch[0]?.SequenceNumber,
      endSequenceNumber: batch.at(-1)?.SequenceNumber,
      approximateArrivalOfFirstRecord: batch[0]?.ApproximateArrivalTimestamp?.toISOString(),
      approximateArrivalOfLastRecord: batch.at(-1)?.ApproximateArrivalTimestamp?.toISOString(),
      batchSize: batch.length,
      streamArn: mapping.EventSourceArn,
    },
  };
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message) }));
}
