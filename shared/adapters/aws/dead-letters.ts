/** The queue of batches that ingest could not process, and the function that takes them again. For `redrive`. */

import { InvalidRequestContentException, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  MessageNotInflight,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { MtlsWatchError, messageOf } from '../../errors.js';

export interface DeadLetter {
  readonly id: string;
  /** The event that ingest was called with. */
  readonly payload: string;
  remove(): Promise<void>;
  /** Gives it back: whoever looks next sees it at once. */
  release(): Promise<void>;
}

/** How long a message stays hidden while it is put through: longer than the function's timeout. */
const VISIBILITY_SECONDS = 180;

export interface DeadLetters {
  /** At most ten messages; none when the queue is empty for now. */
  receive(): Promise<readonly DeadLetter[]>;
  /** Calls the function with a payload and waits; answers why the function failed, or null when it succeeded. */
  retry(payload: string): Promise<string | null>;
}

/** Every method throws MtlsWatchError `unreadable-input` when the queue or the function cannot be reached. */
export function createDeadLetters(queueUrl: string, functionName: string): DeadLetters {
  const [sqs, lambda] = [new SQSClient({}), new LambdaClient({})];
  return {
    receive: () => reach(`the queue ${queueUrl}`, () => receive(sqs, queueUrl)),
    retry: (payload) => reach(`the function ${functionName}`, () => invoke(lambda, functionName, payload)),
  };
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
    // Its time was over: it is back already.
    if (!(error instanceof MessageNotInflight)) throw error;
  }
}

/** A destination's record wraps the event; a dead-letter queue's message is the event. */
function payloadOf(body: string): string {
  try {
    const record: unknown = JSON.parse(body);
    if (typeof record === 'object' && record !== null && 'requestPayload' in record)
      return JSON.stringify(record.requestPayload);
  } catch (error) {
    // Lambda says of it what is wrong, as of every other event that it cannot use.
    if (!(error instanceof SyntaxError)) throw error;
  }
  return body;
}

async function invoke(client: LambdaClient, functionName: string, payload: string): Promise<string | null> {
  try {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: payload }),
    );
    return FunctionError === undefined ? null : errorText(Payload);
  } catch (error) {
    // One message that is no JSON must not keep the others in the queue.
    if (error instanceof InvalidRequestContentException) return error.message;
    throw error;
  }
}

function errorText(payload: Uint8Array | undefined): string {
  const text = Buffer.from(payload ?? []).toString('utf8');
  return /"errorMessage":"((?:[^"\\]|\\.){0,300})/.exec(text)?.[1] ?? text.slice(0, 300);
}
