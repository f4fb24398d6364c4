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
import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import type { Config } from '../../shared/config/settings.js';
import { streamKeyStatements } from './data-key.js';

type Central = NonNullable<Config['central']>;

/** Whether other accounts may subscribe. If none are named, accounts are only distinguished. */
export function isOpen(central: Config['central']): central is Central {
  return central !== null && sendersOf(central).length > 0;
}

/** Who sends to one destination. */
interface Senders {
  /** Behind the destination's name; empty for the one that has the stack's name alone. */
  readonly suffix: string;
  readonly accounts: readonly string[];
  readonly organizations: readonly string[];
}

/**
 * The destinations and who may send to each. Which one an account has depends on its id alone, so that another account that comes
 * or goes changes nothing for it.
 * @throws MtlsWatchError `bad-config` for more than the policies of one destination have room for
 */
function sendersOf({ accounts, spreadAccounts, organizationId, organizationIds }: Central): Senders[] {
  const organizations = [...new Set([...(organizationId === null ? [] : [organizationId]), ...organizationIds])];
  const named = { suffix: '', accounts: [...new Set(accounts)], organizations };
  const spread = new Map<string, Set<string>>();
  for (const account of spreadAccounts) {
    const suffix = account.slice(-2);
    spread.set(suffix, (spread.get(suffix) ?? new Set()).add(account));
  }
  checkRoom(named, spread);
  return [
    ...(accounts.length + organizations.length === 0 ? [] : [named]),
    ...[...spread].sort().map(([suffix, some]) => ({ suffix, accounts: [...some].sort(), organizations: [] })),
  ];
}

function checkRoom({ accounts, organizations }: Senders, spread: ReadonlyMap<string, ReadonlySet<string>>): void {
  const { centralAccountsMax, centralOrganizationsMax } = limits;
  const beside = 20;
  const room = 'a trust policy of IAM has 2,048 characters, of which an account takes about 50 and an organization 20';
  if (organizations.length > centralOrganizationsMax || (organizations.length > 1 && accounts.length > beside)) {
    throw new MtlsWatchError(
      'bad-config',
      `central names ${organizations.length} organizations and ${accounts.length} accounts; expected at most ${centralOrganizationsMax} organizations, and beside several at most ${beside} accounts: ${room}.\n` +
        '  Name the accounts in spreadAccounts.',
    );
  }
  const full = [...spread].filter(([, some]) => some.size > centralAccountsMax);
  if (full.length === 0) return;
  const which = full.map(([suffix, some]) => `${some.size} whose id ends in ${suffix}`).join(', ');
  throw new MtlsWatchError(
    'bad-config',
    `central.spreadAccounts has ${which}; expected at most ${centralAccountsMax} for each of the 100 endings: ${room}.\n` +
      `  Name up to ${centralAccountsMax} of them in accounts, or their organization.`,
  );
}

export interface CentralStreamProps {
  readonly central: Central;
  /** @default - the AWS managed key for streams, for which CloudWatch Logs and Lambda need no permission */
  readonly encryptionKey?: IKey | undefined;
}

export class CentralStream extends Construct {
  readonly stream: Stream;
  /** The destinations of the subscription filters in the other accounts, for the stack's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
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
    const senders = sendersOf(central);
    for (const one of senders) this.destination(one);
    this.outputs = {
      ...(senders.some(({ suffix }) => suffix === '') && { DestinationArn: this.destinationArn('') }),
      ...(senders.some(({ suffix }) => suffix !== '') && { SpreadDestinationArn: this.destinationArn('NN') }),
      StreamName: this.stream.streamName,
    };
  }

  private destination(senders: Senders): void {
    new CfnDestination(this, `Destination${senders.suffix}`, {
      destinationName: this.destinationName(senders.suffix),
      targetArn: this.stream.streamArn,
      roleArn: this.writerRole(senders).roleArn,
      destinationPolicy: Stack.of(this).toJsonString(this.accessPolicy(senders)),
    });
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

  /** Derived from the stack's name and the account's id, so that its ARN is known to the other accounts before the stack exists. */
  private destinationName(suffix: string): string {
    const { stackName } = Stack.of(this);
    return suffix === '' ? stackName : `${stackName}-${suffix}`;
  }

  private destinationArn(suffix: string): string {
    return Stack.of(this).formatArn({
      service: 'logs',
      resource: 'destination',
      resourceName: this.destinationName(suffix),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  /**
   * The role with which CloudWatch Logs writes to the stream, for the accounts that may subscribe, and for this account
   * when it tests the destination. Members of an organization are recognised by `aws:SourceOrgID`.
   */
  private writerRole({ suffix, accounts, organizations }: Senders): Role {
    const logsOf = (account: string) =>
      Stack.of(this).formatArn({ service: 'logs', account, resource: '*', arnFormat: ArnFormat.NO_RESOURCE_NAME });
    const assumable = new ServicePrincipal('logs.amazonaws.com', {
      conditions: { StringLike: { 'aws:SourceArn': [Stack.of(this).account, ...accounts].map(logsOf) } },
    });
    const role = new Role(this, `WriterRole${suffix}`, {
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
    if (organizations.length > 0) {
      role.assumeRolePolicy?.addStatements(
        new PolicyStatement({
          principals: [new ServicePrincipal('logs.amazonaws.com')],
          actions: ['sts:AssumeRole'],
          conditions: { StringEquals: { 'aws:SourceOrgID': oneOrMany(organizations) } },
        }),
      );
    }
    return role;
  }

  /** The accounts that may subscribe log groups to the destination, in the form of AWS's examples. */
  private accessPolicy({ suffix, accounts, organizations }: Senders): object {
    const permission = {
      Effect: 'Allow',
      Action: 'logs:PutSubscriptionFilter',
      Resource: this.destinationArn(suffix),
    };
    const statements = [
      ...(accounts.length === 0 ? [] : [{ ...permission, Sid: 'Accounts', Principal: { AWS: accounts } }]),
      ...(organizations.length === 0
        ? []
        : [
            {
              ...permission,
              Sid: 'Organization',
              Principal: '*',
              Condition: { StringEquals: { 'aws:PrincipalOrgID': oneOrMany(organizations) } },
            },
          ]),
    ];
    return { Version: '2012-10-17', Statement: statements };
  }
}

/** A single value is written without a list, as IAM itself writes it. */
function oneOrMany(values: readonly string[]): string | readonly string[] {
  const [first = '', ...others] = values;
  return others.length === 0 ? first : values;
}
