/**
 * Reads the records of a stream that Lambda gave up. The dead-letter message names their shard and the first and last
 * of their sequence numbers; the records themselves stay in the stream until its retention ends. For `redrive`.
 */

import { type _Record, GetRecordsCommand, GetShardIteratorCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import * as z from 'zod';
import { limits } from '../../base/limits.js';

const sequenceNumber = z.string().regex(/^\d+$/).max(limits.sequenceNumberCharsMax);

/** "Retain discarded batch records for a Kinesis Data Streams event source in Lambda" in the Lambda developer guide. */
export const streamFailureSchema = z.object({
  KinesisBatchInfo: z.object({
    shardId: z.string().min(1).max(128),
    startSequenceNumber: sequenceNumber,
    endSequenceNumber: sequenceNumber,
    batchSize: z.int().min(1),
    streamArn: z.string().startsWith('arn:'),
  }),
});

export type LostBatch = z.output<typeof streamFailureSchema>['KinesisBatchInfo'];

export interface LostRecords {
  /** One event for each record, in the form of a batch with one record. */
  readonly events: readonly string[];
  /** The number of records that are no longer in the stream, because they are older than its retention. */
  readonly gone: number;
}

/** Reads the records of a batch that are still in the stream. Throws the SDK's errors. */
export async function readLostRecords(batch: LostBatch, client: KinesisClient): Promise<LostRecords> {
  const { streamArn: StreamARN, shardId, startSequenceNumber, endSequenceNumber, batchSize } = batch;
  const last = BigInt(endSequenceNumber);
  const events: string[] = [];
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({
      StreamARN,
      ShardId: shardId,
      ShardIteratorType: 'AT_SEQUENCE_NUMBER',
      StartingSequenceNumber: startSequenceNumber,
    }),
  );
  // A closed shard has an end. An open one is read until after the batch, or until there are no more records.
  for (let iterator = ShardIterator; iterator !== undefined; ) {
    const page = await client.send(new GetRecordsCommand({ StreamARN, ShardIterator: iterator }));
    const records = page.Records ?? [];
    const ofBatch = records.filter(({ SequenceNumber = '' }) => BigInt(SequenceNumber) <= last);
    events.push(...ofBatch.map((record) => eventOf(record, batch)));
    if (ofBatch.length < records.length || page.MillisBehindLatest === 0) break;
    iterator = page.NextShardIterator;
  }
  return { events, gone: Math.max(0, batchSize - events.length) };
}

function eventOf({ SequenceNumber, PartitionKey, Data }: _Record, { shardId, streamArn }: LostBatch): string {
  const record = {
    eventSource: 'aws:kinesis',
    eventName: 'aws:kinesis:record',
    eventVersion: '1.0',
    eventID: `${shardId}:${SequenceNumber}`,
    eventSourceARN: streamArn,
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: PartitionKey,
      sequenceNumber: SequenceNumber,
      data: Buffer.from(Data ?? []).toString('base64'),
    },
  };
  return JSON.stringify({ Records: [record] });
}
