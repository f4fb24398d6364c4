/** Sends a report's summary through SNS; subscriptions tell it from notices by the attribute `kind`. */

import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { MtlsWatchError, messageOf } from '../../errors.js';
import type { Summary } from '../../report/summary.js';

export function createAnnounce(client: Pick<SNSClient, 'send'>, topicArn: string): (summary: Summary) => Promise<void> {
  return async ({ subject, text }) => {
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'report' } };
    try {
      await client.send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: text, MessageAttributes }));
    } catch (error) {
      throw new MtlsWatchError('publish-failed', `SNS did not take the report's summary: ${messageOf(error)}`, {
        cause: error,
        retryable: true,
      });
    }
  };
}
