/** Clients of the local AWS. They refuse to be made for any other. */

import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createDynamoClient } from '../../../shared/adapters/dynamodb/index.js';

const endpoint = process.env.AWS_ENDPOINT_URL;
if (!endpoint?.startsWith('http://127.0.0.1:'))
  throw new Error(`AWS_ENDPOINT_URL is ${endpoint}: expected the local AWS; run npm run test:aws`);
/** The local AWS takes twelve digits in the place of a key for the account that they name. */
let accessKeyId = 'test';
const local = {
  endpoint,
  region: 'us-east-1',
  // Asked for each call, because they are never valid any more.
  credentials: async () => ({ accessKeyId, secretAccessKey: 'test', expiration: new Date(0) }),
};

/** What the clients do from now on is done in this account. */
export function actAs(account: string): void {
  accessKeyId = account;
}

export const apiGateway = new APIGatewayClient(local);
export const apiGatewayV2 = new ApiGatewayV2Client(local);
export const cloudFormation = new CloudFormationClient(local);
export const dynamo = createDynamoClient(local);
export const kinesis = new KinesisClient(local);
export const lambda = new LambdaClient(local);
export const logs = new CloudWatchLogsClient(local);
export const s3 = new S3Client({ ...local, forcePathStyle: true });
export const sns = new SNSClient(local);
export const sqs = new SQSClient(local);
