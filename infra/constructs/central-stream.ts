/**
 * Where the logs of other accounts come in: a stream, the destination of CloudWatch Logs that puts into it what their
 * subscription filters let through, and the mapping by which Lambda hands it to ingest. AWS's steps: "Cross-account
 * cross-Region log group-level subscriptions using Kinesis Data Streams" in the CloudWatch Logs user guide.
 */

import { ArnFormat, Duration, Stack, Validations } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { EventSourceMapping, type IFunction, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { CfnDestination } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Config } from '../../shared/config/settings.js';
import { streamKeyStatements } from './data-key.js';

type Central = NonNullable<Config['central']>;

/** Whether other accounts may subscribe. If none are named, accounts are only distinguished. */
export function isOpen(central: Config['central']): central is Central {
  return central !== null && (central.accounts.length > 0 || central.organizationId !== null);
}

export interface CentralStreamProps {
  readonly central: Central;
  /** @default - the AWS managed key for streams, for which CloudWatch Logs and Lambda need no permission */
  readonly encryptionKey?: IKey | undefined;
}

export class CentralStream extends Construct {
  readonly stream: Stream;
  /** The destination of the subscription filters in the other accounts. */
  readonly destinationArn: string;
  private readonly encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, { central, encryptionKey }: CentralStreamProps) {
    super(scope, id);
    this.encryptionKey = encryptionKey;
    const { shards } = central;
    this.stream = new Stream(this, 'Stream', {
      ...(shards === null
        ? { streamMode: StreamMode.ON_DEMAND }
        : { streamMode: StreamMode.PROVISIONED, shardCount: shards }),
      encryption: encryptionKey === undefined ? StreamEncryption.MANAGED : StreamEncryption.KMS,
      encryptionKey,
      // A dead letter of the stream refers to records that are still in the stream; they can be redriven for this long.
      retentionPeriod: Duration.days(7),
    });
    if (encryptionKey !== undefined) {
      Validations.of(this.stream).acknowledge({
        id: 'AwsSolutions-KDS3',
        reason: 'The rule warns of the price of a customer-managed key; whoever sets encryptionKey asks for one.',
      });
    }
    const destination = new CfnDestination(this, 'Destination', {
      destinationName: this.destinationName,
      targetArn: this.stream.streamArn,
      roleArn: this.writerRole(central).roleArn,
      destinationPolicy: Stack.of(this).toJsonString(this.accessPolicy(central)),
    });
    this.destinationArn = destination.attrArn;
  }

  /**
   * Permissions of the function that reads the stream. It is not a registered consumer, so it lists and describes only
   * this stream.
   */
  readStatements(): PolicyStatement[] {
    return [
      new PolicyStatement({
        actions: [
          'kinesis:DescribeStream',
          'kinesis:DescribeStreamSummary',
          'kinesis:GetRecords',
          'kinesis:GetShardIterator',
          'kinesis:ListShards',
        ],
        resources: [this.stream.streamArn],
      }),
      ...streamKeyStatements(this, this.encryptionKey, 'kms:Decrypt'),
    ];
  }

  /**
   * Passes the records to a function. Records that fail, or are not processed in time, are named in a message to the
   * queue.
   */
  feed(fn: IFunction, deadLetters: IQueue): void {
    new EventSourceMapping(this, 'Mapping', {
      target: fn,
      eventSourceArn: this.stream.streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      reportBatchItemFailures: true,
      // A batch that crashes the function or exceeds its timeout is halved until the rest succeeds.
      bisectBatchOnError: true,
      // A record that can never be read blocks its shard for this many attempts only.
      retryAttempts: 10,
      // As long as asynchronous batches are retried.
      maxRecordAge: Duration.hours(6),
      onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
    });
  }

  /** The maximum age, within five minutes, of the records that a function reads from the stream, in milliseconds. */
  static iteratorAge(fn: IFunction): IMetric {
    return fn.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: Duration.minutes(5) });
  }

  /** Derived from the stack's name, so that its ARN is known to the other accounts before the stack exists. */
  private get destinationName(): string {
    return Stack.of(this).stackName;
  }

  /**
   * The role with which CloudWatch Logs writes to the stream, for the accounts that may subscribe, and for this account
   * when it tests the destination. Members of an organization are recognised by `aws:SourceOrgID`.
   */
  private writerRole({ accounts, organizationId }: Central): Role {
    const logsOf = (account: string) =>
      Stack.of(this).formatArn({ service: 'logs', account, resource: '*', arnFormat: ArnFormat.NO_RESOURCE_NAME });
    const assumable = new ServicePrincipal('logs.amazonaws.com', {
      conditions: { StringLike: { 'aws:SourceArn': [Stack.of(this).account, ...accounts].map(logsOf) } },
    });
    const role = new Role(this, 'WriterRole', {
      description: 'mtls-watch: CloudWatch Logs puts the logs of other accounts into the stream',
      assumedBy: assumable,
      inlinePolicies: {
        writer: new PolicyDocument({
          statements: [
            new PolicyStatement({ actions: ['kinesis:PutRecord'], resources: [this.stream.streamArn] }),
            ...streamKeyStatements(this, this.encryptionKey, 'kms:GenerateDataKey'),
          ],
        }),
      },
    });
    if (organizationId !== null) {
      role.assumeRolePolicy?.addStatements(
        new PolicyStatement({
          principals: [new ServicePrincipal('logs.amazonaws.com')],
          actions: ['sts:AssumeRole'],
          conditions: { StringEquals: { 'aws:SourceOrgID': organizationId } },
        }),
      );
    }
    return role;
  }

  /** The accounts that may subscribe log groups to the destination, in the form of AWS's examples. */
  private accessPolicy({ accounts, organizationId }: Central): object {
    const permission = {
      Effect: 'Allow',
      Action: 'logs:PutSubscriptionFilter',
      Resource: Stack.of(this).formatArn({
        service: 'logs',
        resource: 'destination',
        resourceName: this.destinationName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    };
    const statements = [
      ...(accounts.length === 0 ? [] : [{ ...permission, Sid: 'Accounts', Principal: { AWS: accounts } }]),
      ...(organizationId === null
        ? []
        : [
            {
              ...permission,
              Sid: 'Organization',
              Principal: '*',
              Condition: { StringEquals: { 'aws:PrincipalOrgID': organizationId } },
            },
          ]),
    ];
    return { Version: '2012-10-17', Statement: statements };
  }
}
