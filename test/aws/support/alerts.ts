/** A queue that is subscribed to the topic, as a chat bot's or a pager's would be. */

import { SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { Notice } from '../../../shared/model/index.js';
import { noticeSchema } from '../../../shared/schemas/lines.js';
import { sns, sqs } from './clients.js';

export interface Received {
  readonly notice: Notice;
  /** The attributes that subscriptions filter by. */
  readonly attributes: Readonly<Record<string, string | undefined>>;
}

export interface Subscription {
  /** The queue's name; one that ends in `.fifo` keeps the order. */
  readonly queue?: string;
  /** What the subscription lets through, by message attribute. */
  readonly filter?: Readonly<Record<string, readonly string[]>>;
}

/** @returns all that came to the topic so far, in the order of receipt; each checked against the published schema */
export async function subscribe(
  TopicArn: string,
  subscription: Subscription = {},
): Promise<() => Promise<readonly Received[]>> {
  const QueueUrl = await queueOf(TopicArn, subscription);
  const received: Received[] = [];
  return async () => {
    for (const { Body = '', MessageAttributes = {} } of await taken(QueueUrl)) {
      const attributes = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]);
      received.push({ notice: noticeSchema.parse(JSON.parse(Body)), attributes: Object.fromEntries(attributes) });
    }
    return received;
  };
}

/** @returns the bodies of all that came to the topic so far, whatever they are */
export async function subscribeRaw(TopicArn: string, queue: string): Promise<() => Promise<readonly string[]>> {
  const QueueUrl = await queueOf(TopicArn, { queue });
  const received: string[] = [];
  return async () => {
    received.push(...(await taken(QueueUrl)).map(({ Body = '' }) => Body));
    return received;
  };
}

async function queueOf(TopicArn: string, { queue = 'alerts', filter }: Subscription): Promise<string | undefined> {
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: queue, ...(queue.endsWith('.fifo') && { Attributes: { FifoQueue: 'true' } }) }),
  );
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: Attributes?.QueueArn,
      Attributes: { RawMessageDelivery: 'true', ...(filter && { FilterPolicy: JSON.stringify(filter) }) },
    }),
  );
  return QueueUrl;
}

/** Takes everything out of a queue. */
async function taken(QueueUrl: string | undefined): Promise<Message[]> {
  const all: Message[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    );
    if (Messages.length === 0) return all;
    for (const message of Messages) {
      all.push(message);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    }
  }
}
