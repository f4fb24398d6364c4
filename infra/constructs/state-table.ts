/** The table for all state (see `shared/ports`): halves, facts, incidents, outbox, history. */

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
    // Retained when the stack is deleted, as by CDK's default, because 13 months of history cannot be restored.
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
   * Permissions for reading and writing state. Scan is not among them, because no function may cost in proportion to
   * the table. Transactions need only the permissions of their actions.
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

  /** Permissions for reading state only. */
  readStatements(): PolicyStatement[] {
    return [
      new PolicyStatement({
        actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
        resources: [this.table.tableArn],
      }),
    ];
  }

  /** Permissions for the inventory and the subscribed log groups only; in a dry run, read-only. */
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
