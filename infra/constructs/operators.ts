/** Permissions of those who operate mtls-watch from the command line: no more than each of its verbs needs. */

import { Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { dataKeyStatements } from './data-key.js';

/** What the verbs work on. */
export interface Operated {
  readonly table: ITable;
  readonly ingest: IFunction;
  readonly encryptionKey: IKey | undefined;
}

/** Adds the statements to the policy of whoever gets them. */
export function grant(grantee: IGrantable, statements: readonly PolicyStatement[]): void {
  for (const statement of statements) grantee.grantPrincipal.addToPrincipalPolicy(statement);
}

/** For `incidents` and `silence list`: nothing is changed. */
export function readStatements(scope: Construct, { table, encryptionKey }: Operated): PolicyStatement[] {
  return [
    findStack(scope),
    new PolicyStatement({
      actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
      resources: [table.tableArn],
    }),
    ...dataKeyStatements(scope, encryptionKey),
  ];
}

/** For `silence` and `ack`: what they change are incidents, their notices, and silences; no count. */
export function operateStatements(scope: Construct, operated: Operated): PolicyStatement[] {
  return [
    ...readStatements(scope, operated),
    new PolicyStatement({
      actions: ['dynamodb:BatchWriteItem', 'dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      resources: [operated.table.tableArn],
      conditions: leadingKeys(['incident', 'outbox', 'silence', 'ended#*']),
    }),
  ];
}

/** For `canary probes`: where and how the stack runs, and to note calls and their outcome. */
export function probesStatements(scope: Construct, { table, ingest, encryptionKey }: Operated): PolicyStatement[] {
  return [
    findStack(scope),
    new PolicyStatement({ actions: ['lambda:GetFunctionConfiguration'], resources: [ingest.functionArn] }),
    new PolicyStatement({
      actions: ['dynamodb:UpdateItem'],
      resources: [table.tableArn],
      conditions: leadingKeys(['probe#*', 'probed']),
    }),
    ...dataKeyStatements(scope, encryptionKey),
  ];
}

/** For `--stack`, which finds the names of the others. */
export function findStack(scope: Construct): PolicyStatement {
  return new PolicyStatement({ actions: ['cloudformation:DescribeStacks'], resources: [Stack.of(scope).stackId] });
}

function leadingKeys(keys: readonly string[]) {
  return { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } };
}
