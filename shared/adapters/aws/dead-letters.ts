/** The dead-letter queue of ingest, and the function that processes its batches again. For `redrive`. */

import { InvalidArgumentException, KinesisClient, ResourceNotFoundException } from '@aws-sdk/client-kinesis';
import { InvalidRequestContentException, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  MessageNotInflight,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { MtlsWatchError, messageOf } from '../../base/errors.js';
import { jsonIn } from '../../base/json.js';
import { limits } from '../../base/limits.js';
import { type LostBatch, type LostRecords, readLostRecords, streamFailureSchema } from './stream-records.js';

export interface DeadLetter {
  readonly id: string;
  /** The event that ingest was called with, or Lambda's message about records of a stream. */
  readonly payload: string;
  remove(): Promise<void>;
  /** Makes the message visible again at once. */
  release(): Promise<void>;
}

/** How long a message stays hidden while it is processed: longer than the function's timeout. */
const VISIBILITY_SECONDS = 180;

export interface DeadLetters {
  /** At most ten messages; none if the queue is empty for now. */
  receive(): Promise<readonly DeadLetter[]>;
  /**
   * Calls the function with a payload, or with each of the stream's records that it refers to, and waits.
   * @returns why the function failed or what it refused; null if it accepted everything
   */
  retry(payload: string): Promise<string | null>;
}

/** Every method throws MtlsWatchError `unreadable-input` when the queue or the function cannot be reached. */
export function createDeadLetters(queueUrl: string, functionName: string): DeadLetters {
  const [sqs, lambda, kinesis] = [new SQSClient({}), new LambdaClient({}), new KinesisClient({})];
  const call = (payload: string) => reach(`the function ${functionName}`, () => invoke(lambda, functionName, payload));
  return {
    receive: () => reach(`the queue ${queueUrl}`, () => receive(sqs, queueUrl)),
    retry: (payload) => {
      const batch = streamBatchOf(payload);
      return batch === null ? call(payload) : retryRecords(batch, kinesis, call);
    },
  };
}

function streamBatchOf(payload: string): LostBatch | null {
  const result = streamFailureSchema.safeParse(jsonIn(payload));
  return result.success ? result.data.KinesisBatchInfo : null;
}

/** Each record alone, so that one that fails again does not affect the others; those that succeeded count once. */
async function retryRecords(
  batch: LostBatch,
  kinesis: KinesisClient,
  call: (payload: string) => Promise<string | null>,
): Promise<string | null> {
  const { shardId, streamArn, batchSize } = batch;
  const read = await reach(`the stream ${streamArn}`, () => recordsOf(batch, kinesis));
  const errors: string[] = [];
  for (const event of read.events) {
    const error = await call(event);
    if (error !== null) errors.push(error);
  }
  if (errors.length > 0) return `${errors.length} of ${batchSize} records failed again, the first with: ${errors[0]}`;
  if (read.gone > 0) {
    return `${read.gone} of ${batchSize} records are no longer in ${shardId} of the stream: older than its retention, they cannot be counted; delete the message`;
  }
  return null;
}

/** If the shard does not exist any more, its last record has expired. */
async function recordsOf(batch: LostBatch, kinesis: KinesisClient): Promise<LostRecords> {
  try {
    return await readLostRecords(batch, kinesis);
  } catch (error) {
    if (error instanceof ResourceNotFoundException || error instanceof InvalidArgumentException)
      return { events: [], gone: batch.batchSize };
    throw error;
  }
}

async function reach<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const advice = 'check its name, the Region and the credentials';
    throw new MtlsWatchError('unreadable-input', `${what} cannot be reached: ${messageOf(error)}; ${advice}`, {
      cause: error,
    });
  }
}

async function receive(client: SQSClient, queueUrl: string): Promise<DeadLetter[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
      VisibilityTimeout: VISIBILITY_SECONDS,
    }),
  );
  return Messages.map(({ MessageId = '', Body = '', ReceiptHandle }) => ({
    id: MessageId,
    payload: payloadOf(Body),
    remove: async () => {
      await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    },
    release: () => reach(`the queue ${queueUrl}`, () => release(client, queueUrl, ReceiptHandle)),
  }));
}

async function release(client: SQSClient, QueueUrl: string, ReceiptHandle: string | undefined): Promise<void> {
  try {
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  } catch (error) {
    // If its visibility timeout is over, the message is visible already.
    if (!(error instanceof MessageNotInflight)) throw error;
  }
}

/** A destination's record wraps the event; a dead-letter queue's message is the event. */
function payloadOf(body: string): string {
  const record = jsonIn(body);
  return typeof record === 'object' && record !== null && 'requestPayload' in record
    ? JSON.stringify(record.requestPayload)
    : body;
}

async function invoke(client: LambdaClient, functionName: string, payload: string): Promise<string | null> {
  try {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: payload }),
    );
    return FunctionError === undefined ? refusalIn(Payload) : errorText(Payload);
  } catch (error) {
    // A message that is not JSON must not stop the processing of the others.
    if (error instanceof InvalidRequestContentException) return error.message;
    throw error;
  }
}

/** The function counts what it can of a batch; this is what it refused as too old. */
function refusalIn(payload: Uint8Array | undefined): string | null {
  const answer = refusalSchema.safeParse(jsonIn(Buffer.from(payload ?? []).toString('utf8')));
  if (!answer.success) return null;
  return `${answer.data.tooOld} records are older than ${limits.countableDaysMax} days: whether they were counted is no longer known, and they were refused; read them from the log with replay, then delete the message`;
}

const refusalSchema = z.object({ tooOld: z.int().min(1) });

function errorText(payload: Uint8Array | undefined): string {
  const text = Buffer.from(payload ?? []).toString('utf8');
  return /"errorMessage":"((?:[^"\\]|\\.){0,300})/.exec(text)?.[1] ?? text.slice(0, 300);
}
