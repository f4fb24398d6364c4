/**
 * Publishes notices to SNS: a readable text for people, the notice itself as JSON for machines, and attributes that
 * subscriptions filter by.
 */

import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { MtlsWatchError, messageOf } from '../../errors.js';
import { limits } from '../../limits.js';
import type { Messages } from '../../messages/index.js';
import { bodyOf, subjectOf } from '../../messages/text.js';
import type { Notice } from '../../model.js';
import type { Publisher } from '../../ports/index.js';

export function createSnsPublisher(client: SNSClient, topicArn: string, messages: Messages): Publisher {
  return {
    publish: async (notice) => {
      try {
        await client.send(new PublishCommand({ TopicArn: topicArn, ...snsMessage(notice, messages) }));
      } catch (error) {
        throw new MtlsWatchError('publish-failed', `SNS did not take notice ${notice.noticeId}: ${messageOf(error)}`, {
          cause: error,
          retryable: true,
        });
      }
    },
  };
}

/** What SNS is given for a notice: one text per protocol, all within one message of at most 256 KiB. */
export function snsMessage(notice: Notice, messages: Messages) {
  const text = bodyOf(notice, messages);
  const json = JSON.stringify(notice);
  const body = { default: text, email: text, sqs: json, lambda: json, http: json, https: json };
  const message = JSON.stringify(body);
  if (Buffer.byteLength(message) > limits.snsMessageBytesMax)
    throw new Error(`notice ${notice.noticeId} is too large for SNS`);
  const attributes = {
    kind: notice.kind,
    severity: notice.severity,
    reason: notice.group.reason,
    scope: notice.group.scope,
  };
  return {
    Subject: subjectOf(notice, messages),
    Message: message,
    MessageStructure: 'json',
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
    ),
  };
}
