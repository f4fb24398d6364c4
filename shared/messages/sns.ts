/** The SNS message for a notice: one text per protocol, in one message of at most 256 KiB. Pure. */

import { limits } from '../base/limits.js';
import type { Notice } from '../model/index.js';
import { chatOf } from './chat.js';
import { bodyOf, smsOf, subjectOf } from './text.js';
import type { Messages } from './types.js';

export function snsMessage(notice: Notice, messages: Messages) {
  // All other protocols (SQS, Lambda, HTTP(S), Firehose) take the default, so one copy of the JSON is enough.
  const body = { default: JSON.stringify(notice), email: bodyOf(notice, messages), sms: smsOf(notice, messages) };
  const Message = JSON.stringify(body);
  if (Buffer.byteLength(Message) > limits.snsMessageBytesMax) {
    throw new Error(`notice ${notice.noticeId} is too large for SNS`);
  }
  return {
    Subject: subjectOf(notice, messages),
    Message,
    MessageStructure: 'json',
    MessageAttributes: attributesOf(notice),
  };
}

/** For a topic that is subscribed by Amazon Q Developer in chat applications. */
export function snsChatMessage(notice: Notice, messages: Messages) {
  return { Message: JSON.stringify(chatOf(notice, messages)), MessageAttributes: attributesOf(notice) };
}

/** For filter policies. Control characters are removed from scopes, which may be any text. */
function attributesOf({ kind, severity, group, incidentId }: Notice) {
  const { reason, scope } = group;
  const attributes = { kind, severity, reason, scope: scope === '' ? 'unknown' : scope, incidentId };
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
}

/**
 * A FIFO topic keeps the order within an incident, and drops a second message of the same id within five minutes: the id
 * is the transition's, so a retry is dropped and a resolve never is, however close to its trigger.
 */
export function fifoOf(topicArn: string, { incidentId, noticeId }: Pick<Notice, 'incidentId' | 'noticeId'>) {
  return topicArn.endsWith('.fifo') ? { MessageGroupId: incidentId, MessageDeduplicationId: noticeId } : {};
}
