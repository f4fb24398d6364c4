/**
 * The function that silences, acknowledges and lists for somebody who has the AWS CLI and nothing else. It may change incidents
 * and silences and nothing else; who may call it is for the account to say.
 */

import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Code, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { dataKeyStatements } from './data-key.js';
import { WatchFunction } from './watch-function.js';

export interface OperatorProps {
  readonly code: Code;
  readonly environment: Readonly<Record<string, string>>;
  readonly table: Table;
  readonly logRetentionDays: number;
  /** @default - a key that AWS manages */
  readonly encryptionKey?: IKey;
}

export class Operator extends Construct {
  readonly fn: LambdaFunction;

  constructor(scope: Construct, id: string, props: OperatorProps) {
    super(scope, id);
    this.fn = new WatchFunction(this, 'Operate', {
      ...props,
      description: 'mtls-watch: silences, acknowledges and lists incidents for an operator with the AWS CLI',
      statements: [
        new PolicyStatement({
          // An incident that ended is archived by whoever lists those that fire.
          actions: ['dynamodb:BatchWriteItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
          resources: [props.table.tableArn],
          conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['incident', 'silence', 'ended#*'] } },
        }),
        ...dataKeyStatements(this, props.encryptionKey),
      ],
      memoryMiB: 256,
      timeout: Duration.seconds(30),
    }).fn;
  }
}
