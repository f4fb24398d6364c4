/** Resources of the app that an `MtlsWatch` works with. */

import { Stack, Token } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { MtlsWatchError } from '../shared/base/errors.js';
import type { Config } from '../shared/config/settings.js';
import type { Severity } from '../shared/model/index.js';

/** In place of what the settings of the same name say. Their names may be known at deployment only. */
export interface AppResources {
  /**
   * Where notices and alarms go. Its key, if it has one, must be the app's own and not `alias/aws/sns`.
   * @default - a new topic with a key of its own
   */
  readonly topic?: ITopic;
  /** Topics for notices of a severity, in place of the main one. @default - those of the settings */
  readonly severityTopics?: Readonly<Partial<Record<Severity, ITopic>>>;
  /** A topic for Amazon Q Developer in chat applications. @default - that of the settings */
  readonly chatTopic?: ITopic;
  /** A bus that gets an event for every notice. @default - that of the settings */
  readonly eventBus?: IEventBus;
  /** The key of all state and logs. @default - that of the settings */
  readonly encryptionKey?: IKey;
}

/** @throws MtlsWatchError `bad-config` where a setting and an object say the same */
export function withResources(
  config: Config,
  { encryptionKey, eventBus, chatTopic, severityTopics = {} }: AppResources,
): Config {
  const both = [
    ...(encryptionKey !== undefined && config.encryptionKey !== null ? ['encryptionKey'] : []),
    ...(eventBus !== undefined && config.eventBus !== null ? ['eventBus'] : []),
    ...(chatTopic !== undefined && config.chatTopic !== null ? ['chatTopic'] : []),
    ...Object.keys(severityTopics).flatMap((severity) => (severity in config.topics ? [`topics.${severity}`] : [])),
  ];
  if (both.length > 0) {
    throw new MtlsWatchError(
      'bad-config',
      `${both.join(', ')}: given as an object and in the settings; expected one of the two`,
    );
  }
  return eventBus === undefined ? config : { ...config, eventBus: eventBus.eventBusArn };
}

/** Permission to put events on the bus; none without one. @param bus its name or ARN */
export function eventStatements(scope: Construct, bus: string | null): PolicyStatement[] {
  if (bus === null) return [];
  const arn =
    Token.isUnresolved(bus) || bus.startsWith('arn:')
      ? bus
      : Stack.of(scope).formatArn({ service: 'events', resource: 'event-bus', resourceName: bus });
  return [new PolicyStatement({ actions: ['events:PutEvents'], resources: [arn] })];
}
