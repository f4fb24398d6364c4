/** All channels for notices. Loaded with the first notice, because most invocations send none. */

import { SNSClient } from '@aws-sdk/client-sns';
import { createEventPublisher } from '../../shared/adapters/aws/eventbridge.js';
import { createChatPublisher, createSnsPublisher } from '../../shared/adapters/aws/sns.js';
import type { Config } from '../../shared/config/settings.js';
import { messagesIn } from '../../shared/messages/index.js';
import type { Severity } from '../../shared/model/index.js';
import { fanOut } from '../../shared/notify/fan-out.js';
import { topicsFor } from '../../shared/notify/route.js';
import type { Publisher } from '../../shared/ports/index.js';

export type TopicArns = Readonly<Record<Severity, string>> & { readonly chat: string | null };

export function createPublisher(config: Config, arns: TopicArns): Publisher {
  const messages = messagesIn[config.language];
  const sns = new SNSClient({});
  return fanOut([
    createSnsPublisher(sns, (notice) => topicsFor(notice, arns), messages),
    ...(arns.chat === null ? [] : [createChatPublisher(sns, arns.chat, messages)]),
    ...(config.eventBus === null ? [] : [createEventPublisher(config.eventBus)]),
  ]);
}
