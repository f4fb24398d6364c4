/**
 * Builds what the functions need from their environment, once per container. Makes no network call. Modules that most
 * invocations do not need, such as the clients of SNS and S3, are loaded when they are first used.
 */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createFailureLog } from '../../shared/adapters/aws/failure-log.js';
import { createLog } from '../../shared/adapters/aws/log.js';
import { createMeter } from '../../shared/adapters/aws/metrics.js';
import { systemClock } from '../../shared/adapters/clock.js';
import { createDynamoClient, createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import { once } from '../../shared/base/lazily.js';
import { type Config, parseConfig } from '../../shared/config/settings.js';
import type { Deployment } from '../../shared/model/index.js';
import type { Log, Meter, Publisher, World } from '../../shared/ports/index.js';
import type { InventoryStore } from '../../shared/ports/inventory.js';
import type { TruststoreSource } from '../../shared/ports/truststore.js';
import { variable } from './variable.js';

export interface Wired {
  readonly world: World;
  readonly meter: Meter;
  readonly log: Log;
  /** Present if discovery is on; see `withInventory`. */
  readonly inventory?: Pick<InventoryStore, 'domains'>;
}

/** @throws MtlsWatchError `bad-config` if a variable is missing or invalid */
export function wire(env: NodeJS.ProcessEnv): Wired {
  const config = configIn(env);
  const dynamo = createDynamoClient();
  const tableName = variable(env, 'TABLE_NAME');
  return {
    world: {
      config,
      clock: systemClock,
      stores: createDynamoStores(dynamo, tableName, systemClock, { retention: config.retention }),
      truststores: truststoresOf(),
      failureLog: createFailureLog(process.stdout),
      publisher: publisherOf(config, env),
      deployment: placeOf(env),
    },
    meter: meterIn(env),
    log: createLog(process.stderr),
    ...(config.discover !== null && { inventory: inventoryOf(dynamo, tableName) }),
  };
}

/** @throws MtlsWatchError `bad-config` */
export function configIn(env: NodeJS.ProcessEnv): Config {
  return parseConfig(JSON.parse(variable(env, 'MTLS_WATCH_CONFIG')), 'the variable MTLS_WATCH_CONFIG');
}

export function meterIn(env: NodeJS.ProcessEnv): Meter {
  return createMeter(process.stdout, systemClock, {
    namespace: variable(env, 'POWERTOOLS_METRICS_NAMESPACE'),
    service: variable(env, 'POWERTOOLS_SERVICE_NAME'),
  });
}

function publisherOf(config: Config, env: NodeJS.ProcessEnv): Publisher {
  const usual = variable(env, 'TOPIC_ARN');
  const arns = {
    low: env.TOPIC_ARN_LOW ?? usual,
    medium: env.TOPIC_ARN_MEDIUM ?? usual,
    high: env.TOPIC_ARN_HIGH ?? usual,
    critical: env.TOPIC_ARN_CRITICAL ?? usual,
    chat: env.CHAT_TOPIC_ARN ?? null,
  };
  const load = once(async () => (await import('./publisher.js')).createPublisher(config, arns));
  return { publish: async (notice) => (await load()).publish(notice) };
}

function inventoryOf(dynamo: DynamoDBClient, tableName: string): Pick<InventoryStore, 'domains'> {
  const load = once(async () =>
    (await import('../../shared/adapters/dynamodb/inventory.js')).createDynamoInventory(dynamo, tableName),
  );
  return { domains: async () => (await load()).domains() };
}

function truststoresOf(): TruststoreSource {
  const load = once(async () => (await import('./truststores.js')).createTruststores());
  return {
    read: async (uri) => (await load()).read(uri),
    earlier: async (uri) => (await load()).earlier(uri),
  };
}

function placeOf(env: NodeJS.ProcessEnv): Deployment {
  return {
    region: variable(env, 'AWS_REGION'),
    tableName: variable(env, 'TABLE_NAME'),
    dashboardName: env.DASHBOARD_NAME ?? null,
    accountId: env.ACCOUNT_ID ?? null,
    operatorFunction: env.OPERATOR_FUNCTION ?? null,
  };
}
