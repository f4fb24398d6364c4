/** `mtls-watch notify-test`: sends a marked example notice through the real renderings, to test the delivery. */

import { Command, Option } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import { messagesIn } from '../../shared/messages/index.js';
import type { NoticeKind } from '../../shared/model/index.js';
import { sampleNotice } from '../../shared/notify/sample-notice.js';
import { outputOf, type StackOptions, withStack } from '../deployed/stack.js';
import { languageOption, withLanguage } from '../terminal/options.js';
import { folded, jsonLine } from '../terminal/table.js';

interface Options extends StackOptions {
  readonly topic?: string;
  readonly kind: NoticeKind;
  readonly lang?: string;
  readonly chat?: boolean;
  readonly json?: boolean;
}

export function notifyTestCommand(): Command {
  return withStack(withLanguage(new Command('notify-test'), 'en'))
    .option('--topic <arn>', "the topic's ARN, which names its Region; in place of the topic of a stack")
    .addOption(
      new Option('--kind <kind>', 'which notice')
        .choices(['spike', 'ongoing', 'escalated', 'resolved'])
        .default('spike'),
    )
    .option('--chat', 'as a card for Amazon Q Developer in chat applications')
    .option('--json', 'print what was sent as one line of JSON')
    .action(async ({ kind, lang, chat = false, json = false, ...options }: Options) => {
      const messages = messagesIn[languageOption(lang, 'en')];
      const topic = options.topic ?? (await outputOf(chat ? 'ChatTopicArn' : 'TopicArn', '--topic ARN', options));
      // The SDK is loaded only here, so that the other verbs start without it.
      const [{ SNSClient }, sns] = await Promise.all([
        import('@aws-sdk/client-sns'),
        import('../../shared/adapters/aws/sns.js'),
      ]);
      const region = topic.split(':')[3];
      const client = new SNSClient(region === undefined || region === '' ? {} : { region });
      const notice = sampleNotice(kind, systemClock.now(), null);
      const publisher = chat
        ? sns.createChatPublisher(client, topic, messages)
        : sns.createSnsPublisher(client, () => [topic], messages);
      await publisher.publish(notice);
      process.stdout.write(
        json
          ? jsonLine({ type: 'sent', topic, noticeId: notice.noticeId })
          : folded(`sent ${notice.noticeId}, marked as a test, to ${topic}\n`),
      );
    });
}
