/** Builds what both functions need from their environment, once per container. No network call is made here. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { createFailureLog } from '../shared/adapters/aws/failure-log.js';
import { createLog } from '../shared/adapters/aws/log.js';
import { createMeter } from '../shared/adapters/aws/metrics.js';
import { createSnsPublisher } from '../shared/adapters/aws/sns.js';
import { createS3Truststores } from '../shared/adapters/aws/truststore.js';
import { systemClock } from '../shared/adapters/clock.js';
import { createDynamoStores } from '../shared/adapters/dynamodb/index.js';
import { parseConfig } from '../shared/config.js';
import { MtlsWatchError } from '../shared/errors.js';
import { en } from '../shared/messages/index.js';
import type { Log, Meter, World } from '../shared/ports/index.js';

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
      stores: createDynamoStores(new DynamoDBClient({}), variable(env, 'TABLE_NAME'), systemClock),
      truststores: createS3Truststores(new S3Client({}), systemClock),
      failureLog: createFailureLog(process.stdout),
      publisher: createSnsPublisher(new SNSClient({}), variable(env, 'TOPIC_ARN'), en),
    },
    meter: createMeter(),
    log: createLog(process.stderr),
  };
}

export function variable(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new MtlsWatchError('bad-config', `the variable ${name} is not set`);
  return value;
}
