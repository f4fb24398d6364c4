/** The DynamoDB client as the stores want it. Region, credentials and endpoint come from the environment. */

import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { limits } from '../../base/limits.js';

export function createDynamoClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  return new DynamoDBClient({
    maxAttempts: limits.storeAttemptsMax,
    // DynamoDB answers within milliseconds; a request that hangs is better sent again.
    requestHandler: {
      connectionTimeout: limits.storeConnectMsMax,
      requestTimeout: limits.storeAnswerMsMax,
      throwOnRequestTimeout: true,
      httpsAgent: { maxSockets: limits.storeSocketsMax, keepAlive: true },
    },
    ...config,
  });
}
