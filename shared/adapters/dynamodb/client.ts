/** The DynamoDB client with the settings of the stores. Region, credentials and endpoint come from the environment. */

import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { limits } from '../../base/limits.js';

export function createDynamoClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  return new DynamoDBClient({
    maxAttempts: limits.storeAttemptsMax,
    // DynamoDB answers within milliseconds, so a request that hangs is aborted and retried.
    requestHandler: {
      connectionTimeout: limits.storeConnectMsMax,
      requestTimeout: limits.storeAnswerMsMax,
      throwOnRequestTimeout: true,
      httpsAgent: { maxSockets: limits.storeSocketsMax, keepAlive: true },
    },
    ...config,
  });
}
