/** Publishes notices to SNS: to the topics of the route, and to the topic for chats. */

import { PublishCommand, type PublishCommandInput, type SNSClient } from '@aws-sdk/client-sns';
import { MtlsWatchError, messageOf } from '../../base/errors.js';
import { fifoOf, snsChatMessage, snsMessage } from '../../messages/sns.js';
import type { Messages } from '../../messages/types.js';
import type { Notice } from '../../model/index.js';
import type { Publisher } from '../../ports/index.js';

/** @param topicsFor the ARNs of the topics of a notice */
export function createSnsPublisher(
  client: SNSClient,
  topicsFor: (notice: Notice) => readonly string[],
  messages: Messages,
): Publisher {
  return {
    publish: async (notice) => {
      const message = snsMessage(notice, messages);
      for (const arn of topicsFor(notice)) await send(client, arn, notice, message);
    },
  };
}

export function createChatPublisher(client: SNSClient, topicArn: string, messages: Messages): Publisher {
  return { publish: (notice) => send(client, topicArn, notice, snsChatMessage(notice, messages)) };
}

async function send(
  client: SNSClient,
  topicArn: string,
  notice: Notice,
  message: Omit<PublishCommandInput, 'TopicArn'>,
): Promise<void> {
  try {
    await client.send(new PublishCommand({ TopicArn: topicArn, ...fifoOf(topicArn, notice), ...message }));
  } catch (error) {
    throw new MtlsWatchError(
      'publish-failed',
      `SNS did not take notice ${notice.noticeId} for ${topicArn}: ${messageOf(error)}`,
      { cause: error, retryable: true },
    );
  }
}
