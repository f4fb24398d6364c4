/** Builds what both functions need from their environment, once per container. No network call is made here. */

import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { createEventPublisher } from '../shared/adapters/aws/eventbridge.js';
import { createFailureLog } from '../shared/adapters/aws/failure-log.js';
import { createLog } from '../shared/adapters/aws/log.js';
import { createMeter } from '../shared/adapters/aws/metrics.js';
import { createChatPublisher, createSnsPublisher } from '../shared/adapters/aws/sns.js';
import { createS3Truststores } from '../shared/adapters/aws/truststore.js';
import { systemClock } from '../shared/adapters/clock.js';
import { createDynamoClient, createDynamoStores } from '../shared/adapters/dynamodb/index.js';
import { type Config, parseConfig } from '../shared/config.js';
import { MtlsWatchError } from '../shared/errors.js';
import { messagesIn } from '../shared/messages/index.js';
import type { Place } from '../shared/model.js';
import type { Log, Meter, Publisher, World } from '../shared/ports/index.js';
import { toAll } from '../shared/publishers.js';
import { topicsFor } from '../shared/stages/route.js';

export interface Wired {
  readonly world: World;
  readonly meter: Meter;
  readonly log: Log;
}

/** @throws MtlsWatchError `bad-config` when a variable is missing or wrong */
export function wire(env: NodeJS.ProcessEnv): Wired {
  const config = parseConfig(JSON.parse(variable(env, 'MTLS_WATCH_CONFIG')), 'the variable MTLS_WATCH_CONFIG');
  return {
    world: {
      config,
      clock: systemClock,
      stores: createDynamoStores(createDynamoClient(), variable(env, 'TABLE_NAME'), systemClock, {
        retention: config.retention,
      }),
      truststores: createS3Truststores(new S3Client({}), systemClock),
      failureLog: createFailureLog(process.stdout),
      publisher: publisherOf(config, env),
      place: placeOf(env),
    },
    meter: createMeter(),
    log: createLog(process.stderr),
  };
}

function publisherOf(config: Config, env: NodeJS.ProcessEnv): Publisher {
  const messages = messagesIn[config.language];
  const sns = new SNSClient({});
  const usual = variable(env, 'TOPIC_ARN');
  const topics = {
    low: env.TOPIC_ARN_LOW ?? usual,
    medium: env.TOPIC_ARN_MEDIUM ?? usual,
    high: env.TOPIC_ARN_HIGH ?? usual,
    critical: env.TOPIC_ARN_CRITICAL ?? usual,
  };
  const { CHAT_TOPIC_ARN: chatTopic } = env;
  return toAll([
    createSnsPublisher(sns, (notice) => topicsFor(notice, topics), messages),
    ...(chatTopic === undefined ? [] : [createChatPublisher(sns, chatTopic, messages)]),
    ...(config.eventBus === null ? [] : [createEventPublisher(config.eventBus)]),
  ]);
}

function placeOf(env: NodeJS.ProcessEnv): Place {
  return {
    region: variable(env, 'AWS_REGION'),
    tableName: variable(env, 'TABLE_NAME'),
    dashboardName: env.DASHBOARD_NAME ?? null,
  };
}

export function variable(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new MtlsWatchError('bad-config', `the variable ${name} is not set`);
  return value;
}
