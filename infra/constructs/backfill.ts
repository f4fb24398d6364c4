/**
 * The backfill: a state machine that has exported logs read object by object, and then summed up day by day; the function that
 * does both; a bucket for what it keeps in between. `mtls-watch backfill` starts it by an event, and nothing else does.
 */

import { Duration, Names, Stack, Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Code, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { DefinitionBody, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Config } from '../../shared/config/settings.js';
import { wildcardFinding } from '../support/nag-names.js';
import { backfillStates } from './backfill-states.js';
import { dataKeyStatements } from './data-key.js';
import { privateBucket } from './private-bucket.js';
import { WatchFunction } from './watch-function.js';

export interface BackfillProps {
  readonly code: Code;
  readonly environment: Readonly<Record<string, string>>;
  /** To read the truststores. */
  readonly statements: readonly PolicyStatement[];
  readonly table: Table;
  readonly logRetentionDays: number;
  /** @default - a key that AWS manages */
  readonly encryptionKey?: IKey;
  /** How long roll-ups are kept, and what they were made of. */
  readonly rollupDays: number;
  readonly history: NonNullable<Config['history']>;
}

/** The keys of the table that are read, and those that are also written. */
const READ = ['mark#*', 'issuers#*', 'probe#*', 'inventory', 'fact#*'];
const WRITTEN = ['rollup#*', 'groups#*', 'counted', 'certificate#*', 'history#*', 'callers'];

export class Backfill extends Construct {
  readonly fn: LambdaFunction;
  readonly bucket: Bucket;
  private readonly history: BackfillProps['history'];
  private readonly encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, props: BackfillProps) {
    super(scope, id);
    const { encryptionKey, history } = props;
    [this.history, this.encryptionKey] = [history, encryptionKey];
    this.bucket = this.keptBucket(props);
    const watch = new WatchFunction(this, 'Work', {
      ...props,
      description: 'mtls-watch: reads exported logs of the past, and sums them up',
      environment: { ...props.environment, BACKFILL_BUCKET: this.bucket.bucketName },
      statements: [...props.statements, ...this.statements(props)],
      // A day of 200,000 refused requests is joined in memory; with it come two processors.
      memoryMiB: 3008,
      timeout: Duration.minutes(15),
    });
    this.fn = watch.fn;
    const finding = (arn: string) => wildcardFinding(this, arn);
    Validations.of(watch).acknowledge(
      ...['callers', 'halves', 'minutes', 'read', 'runs'].map((folder) => ({
        id: finding(this.bucket.arnForObjects(`${folder}/*`)),
        reason: 'What is kept of the objects is named after them.',
      })),
      ...this.exported(history).map((arn) => ({
        id: finding(arn),
        reason: 'The settings name the prefix; which objects lie behind it, whoever exported them knows.',
      })),
    );
    const machine = this.machine(history.concurrency, encryptionKey);
    const role = new Role(this, 'StartRole', {
      assumedBy: new ServicePrincipal('events.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      inlinePolicies: {
        start: new PolicyDocument({
          statements: [
            new PolicyStatement({ actions: ['states:StartExecution'], resources: [machine.stateMachineArn] }),
          ],
        }),
      },
    }).withoutPolicyUpdates();
    new Rule(this, 'Start', {
      description: 'mtls-watch: starts a backfill',
      eventPattern: {
        source: ['mtls-watch'],
        detailType: ['Backfill'],
        detail: { bucket: [this.bucket.bucketName] },
      },
      targets: [new SfnStateMachine(machine, { role, input: RuleTargetInput.fromEventPath('$.detail') })],
    });
  }

  private machine(concurrency: number, encryptionKey: IKey | undefined): StateMachine {
    const stack = Stack.of(this);
    // Its role may start executions of the machine itself: that is what a distributed map does. So its name is known before it.
    const stateMachineName = Names.uniqueResourceName(this, { maxLength: 60, separator: '-' });
    const arn = (resource: string, name: string) =>
      `arn:${stack.partition}:states:${stack.region}:${stack.account}:${resource}:${name}`;
    const role = new Role(this, 'StatesRole', {
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
      }),
      inlinePolicies: {
        states: new PolicyDocument({
          statements: [
            new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.fn.functionArn] }),
            new PolicyStatement({ actions: ['s3:GetObject'], resources: [this.bucket.arnForObjects('runs/*')] }),
            new PolicyStatement({
              actions: ['states:StartExecution'],
              resources: [arn('stateMachine', stateMachineName)],
            }),
            new PolicyStatement({
              actions: ['states:DescribeExecution', 'states:StopExecution'],
              resources: [arn('execution', `${stateMachineName}/*`)],
            }),
            ...dataKeyStatements(this, encryptionKey),
          ],
        }),
      },
    });
    const definition = backfillStates({
      partition: stack.partition,
      functionArn: this.fn.functionArn,
      bucketName: this.bucket.bucketName,
      concurrency,
    });
    const machine = new StateMachine(this, 'States', {
      stateMachineName,
      comment: 'mtls-watch: counts exported logs of the past',
      definitionBody: DefinitionBody.fromString(stack.toJsonString(definition)),
      role: role.withoutPolicyUpdates(),
    });
    Validations.of(machine).acknowledge(
      {
        id: 'AwsSolutions-SF1',
        reason: 'What fails is in the log of the function and in the bucket, object by object.',
      },
      { id: 'AwsSolutions-SF2', reason: 'It runs when somebody asks for it, and each step says what it did.' },
    );
    Validations.of(role).acknowledge(
      {
        id: wildcardFinding(this, this.bucket.arnForObjects('runs/*')),
        reason: 'The list of objects of each run is named after it.',
      },
      {
        id: wildcardFinding(this, arn('execution', `${stateMachineName}/*`)),
        reason: 'Step Functions names the executions that a distributed map starts.',
      },
    );
    return machine;
  }

  /** For `mtls-watch backfill`: to list the exports, to say what is to be read, to start, and to see how it ended. */
  startStatements(): PolicyStatement[] {
    const { partition, region, account } = Stack.of(this);
    const buckets = this.history.exports.map((uri) => uri.slice('s3://'.length).split('/'));
    return [
      ...buckets.map(
        ([bucket = '', ...prefix]) =>
          new PolicyStatement({
            actions: ['s3:ListBucket'],
            resources: [`arn:${partition}:s3:::${bucket}`],
            conditions: { StringLike: { 's3:prefix': `${prefix.join('/')}*` } },
          }),
      ),
      new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }),
      new PolicyStatement({
        actions: ['s3:GetObject', 's3:PutObject'],
        resources: [this.bucket.arnForObjects('runs/*')],
      }),
      new PolicyStatement({
        actions: ['events:PutEvents'],
        resources: [`arn:${partition}:events:${region}:${account}:event-bus/default`],
        conditions: { StringEquals: { 'events:source': 'mtls-watch', 'events:detail-type': 'Backfill' } },
      }),
      ...dataKeyStatements(this, this.encryptionKey),
    ];
  }

  private exported({ exports }: BackfillProps['history']): string[] {
    return exports.map((uri) => `arn:${Stack.of(this).partition}:s3:::${uri.slice('s3://'.length)}*`);
  }

  private statements({ table, encryptionKey, history }: BackfillProps): PolicyStatement[] {
    const keys = (leading: readonly string[]) => ({
      resources: [table.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': leading } },
    });
    return [
      new PolicyStatement({ actions: ['s3:GetObject'], resources: this.exported(history) }),
      new PolicyStatement({
        actions: ['s3:GetObject', 's3:PutObject'],
        resources: ['callers/*', 'halves/*', 'minutes/*', 'read/*', 'runs/*'].map((objects) =>
          this.bucket.arnForObjects(objects),
        ),
      }),
      new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }),
      new PolicyStatement({
        actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
        ...keys([...READ, ...WRITTEN]),
      }),
      new PolicyStatement({ actions: ['dynamodb:BatchWriteItem', 'dynamodb:DeleteItem'], ...keys(WRITTEN) }),
      new PolicyStatement({ actions: ['dynamodb:UpdateItem'], ...keys(['addressKey']) }),
      ...dataKeyStatements(this, encryptionKey),
    ];
  }

  private keptBucket({ encryptionKey, rollupDays }: BackfillProps): Bucket {
    const bucket = new Bucket(this, 'Kept', {
      ...privateBucket(encryptionKey),
      lifecycleRules: [
        { expiration: Duration.days(rollupDays), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'It holds less than the exports that it was made of; CloudTrail data events tell who read them.',
    });
    return bucket;
  }
}
