/** `mtls-watch notify-test`: sends a marked example notice through the real renderings, to test the delivery. */

import { Command, Option } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import { messagesIn } from '../../shared/messages/index.js';
import type { NoticeKind } from '../../shared/model/index.js';
import { sampleNotice } from '../../shared/notify/sample-notice.js';
import { languageOption, withLanguage } from '../terminal/options.js';
import { jsonLine } from '../terminal/table.js';

interface Options {
  readonly topic: string;
  readonly kind: NoticeKind;
  readonly lang?: string;
  readonly chat?: boolean;
  readonly json?: boolean;
}

export function notifyTestCommand(): Command {
  return withLanguage(new Command('notify-test'), 'en')
    .requiredOption('--topic <arn>', "the topic's ARN, such as the stack's output TopicArn")
    .addOption(
      new Option('--kind <kind>', 'which notice')
        .choices(['spike', 'ongoing', 'escalated', 'resolved'])
        .default('spike'),
    )
    .option('--chat', 'as a card for Amazon Q Developer in chat applications')
    .option('--json', 'print what was sent as one line of JSON')
    .action(async ({ topic, kind, lang, chat = false, json = false }: Options) => {
      const messages = messagesIn[languageOption(lang, 'en')];
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
          : `sent ${notice.noticeId}, marked as a test, to ${topic}\n`,
      );
    });
}
