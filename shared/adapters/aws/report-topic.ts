/** Sends a report's summary through SNS; filter policies distinguish it from notices by the attribute `kind`. */

import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { MtlsWatchError, messageOf } from '../../base/errors.js';
import { limits } from '../../base/limits.js';
import type { ReportSummary } from '../../report/summary.js';

export function createAnnounce(
  client: Pick<SNSClient, 'send'>,
  topicArn: string,
): (summary: ReportSummary) => Promise<void> {
  return async ({ noticeId, subject, text }) => {
    const MessageAttributes = {
      kind: { DataType: 'String', StringValue: 'report' },
      noticeId: { DataType: 'String', StringValue: noticeId },
    };
    const message = new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: text, MessageAttributes });
    try {
      await client.send(message, { abortSignal: AbortSignal.timeout(limits.announceMsMax) });
    } catch (error) {
      throw new MtlsWatchError('publish-failed', `SNS did not take the report's summary: ${messageOf(error)}`, {
        cause: error,
        retryable: true,
      });
    }
  };
}
