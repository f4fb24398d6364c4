/** The one table that holds all state, see `shared/ports`: halves, facts, incidents, outbox, history. */

import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

export interface StateTableProps {
  /** @default - a key that AWS manages */
  readonly encryptionKey?: IKey;
}

export class StateTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, { encryptionKey }: StateTableProps = {}) {
    super(scope, id);
    // Kept when the stack is deleted, as CDK does with tables by default: 13 months of history are not made again.
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: encryptionKey === undefined ? TableEncryption.AWS_MANAGED : TableEncryption.CUSTOMER_MANAGED,
      encryptionKey,
    });
  }

  /**
   * What a function needs to keep state. Scan is not among it: nothing that runs may cost in proportion to the table.
   * Transactions are allowed by the actions that they are made of.
   */
  accessStatements(): PolicyStatement[] {
    return [
      new PolicyStatement({
        actions: [
          'dynamodb:BatchGetItem',
          'dynamodb:BatchWriteItem',
          'dynamodb:DeleteItem',
          'dynamodb:GetItem',
          'dynamodb:PutItem',
          'dynamodb:Query',
          'dynamodb:UpdateItem',
        ],
        resources: [this.table.tableArn],
      }),
    ];
  }

  /** What a function needs that looks at state and changes nothing. */
  readStatements(): PolicyStatement[] {
    return [
      new PolicyStatement({
        actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
        resources: [this.table.tableArn],
      }),
    ];
  }

  /** What was found, and what was subscribed: nothing else of the table, and in a dry run nothing is written. */
  reconcilerStatements(mode: 'dry-run' | 'on'): PolicyStatement[] {
    const writes = ['dynamodb:BatchWriteItem', 'dynamodb:DeleteItem'];
    return [
      new PolicyStatement({
        actions: ['dynamodb:Query', ...(mode === 'on' ? writes : [])],
        resources: [this.table.tableArn],
        conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['inventory', 'subscribed'] } },
      }),
    ];
  }
}
