/** The queue of batches that ingest could not process, and the function that takes them again. For `redrive`. */

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { MtlsWatchError, messageOf } from '../../errors.js';

export interface DeadLetter {
  readonly id: string;
  /** The event that ingest was called with. */
  readonly payload: string;
  /** Why it failed, in Lambda's words; empty where the queue does not say. */
  readonly error: string;
  remove(): Promise<void>;
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
    ...contentOf(Body),
    remove: async () => {
      await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    },
  }));
}

/** A destination's record wraps the event; a dead-letter queue's message is the event. */
function contentOf(body: string): { payload: string; error: string } {
  try {
    const record: unknown = JSON.parse(body);
    if (typeof record === 'object' && record !== null && 'requestPayload' in record) {
      const response = 'responsePayload' in record ? record.responsePayload : undefined;
      const error =
        typeof response === 'object' && response !== null && 'errorMessage' in response ? response.errorMessage : '';
      return { payload: JSON.stringify(record.requestPayload), error: String(error) };
    }
  } catch (error) {
    return { payload: body, error: `the message is not JSON: ${messageOf(error)}` };
  }
  return { payload: body, error: '' };
}

async function invoke(client: LambdaClient, functionName: string, payload: string): Promise<string | null> {
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({ FunctionName: functionName, Payload: payload }),
  );
  return FunctionError === undefined ? null : errorText(Payload);
}

function errorText(payload: Uint8Array | undefined): string {
  const text = Buffer.from(payload ?? []).toString('utf8');
  return /"errorMessage":"((?:[^"\\]|\\.){0,300})/.exec(text)?.[1] ?? text.slice(0, 300);
}
