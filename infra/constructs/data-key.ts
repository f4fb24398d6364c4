/**
 * The optional customer-managed key for state, reports, dead letters, logs and the stream of other accounts' logs.
 * Without it, AWS managed keys are used. The topic always has a key of its own, because alarms cannot publish to a
 * topic with the AWS managed key.
 */

import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** @param where the app's own key, a key's ARN, `create`, or null for none */
export function dataKey(scope: Construct, where: IKey | string | null): IKey | undefined {
  if (where === null) return undefined;
  if (typeof where !== 'string') return withLogs(scope, where);
  // The policy of an imported key is managed by its owner; docs/security.md has the statement that it needs.
  if (where !== 'create') return Key.fromKeyArn(scope, 'DataKey', where);
  return withLogs(
    scope,
    new Key(scope, 'DataKey', { description: 'mtls-watch: state, reports and logs', enableKeyRotation: true }),
  );
}

/** Lets CloudWatch Logs use the key; without an effect on an imported one. */
function withLogs(scope: Construct, key: IKey): IKey {
  const { region } = Stack.of(scope);
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': Stack.of(scope).formatArn({
            service: 'logs',
            resource: 'log-group',
            resourceName: '*',
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        },
      },
    }),
  );
  return key;
}

/** Permissions of a function on the key, only through the services that hold the data. */
export function dataKeyStatements(scope: Construct, key: IKey | undefined): PolicyStatement[] {
  if (key === undefined) return [];
  const { region } = Stack.of(scope);
  return [
    new PolicyStatement({
      actions: [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      resources: [key.keyArn],
      conditions: {
        StringEquals: {
          'kms:ViaService': ['dynamodb', 's3', 'sqs'].map((service) => `${service}.${region}.amazonaws.com`),
        },
      },
    }),
  ];
}

/**
 * Permissions on the key for roles that write or read the stream of other accounts' logs: "Permissions to use
 * user-generated KMS keys" in the Kinesis Data Streams developer guide.
 */
export function streamKeyStatements(
  scope: Construct,
  key: IKey | undefined,
  action: 'kms:GenerateDataKey' | 'kms:Decrypt',
): PolicyStatement[] {
  if (key === undefined) return [];
  return [
    new PolicyStatement({
      actions: [action],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `kinesis.${Stack.of(scope).region}.amazonaws.com` } },
    }),
  ];
}
