/**
 * The function that looks whether the logs that are to be watched are written and subscribed. As long as nothing is to be
 * discovered it may look at the configured log groups and those of watched stages, and nothing else. With `discover` it may look at the account, and
 * with `discover.mode` `on` also put and remove subscription filters, and tell the other functions what it found.
 */

import { Duration, Lazy, Stack, Validations } from 'aws-cdk-lib';
import { Match, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnPermission, type Code, EventSourceMapping, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type Config, configuredLogGroups } from '../../shared/config/settings.js';
import type { LogKind } from '../../shared/logs/filter-patterns.js';
import { wildcardFinding } from '../support/nag-names.js';
import { identityOf } from '../support/references.js';
import { dataKeyStatements } from './data-key.js';
import { discoveryStatements, explainDiscovery, LOOK_AT_A_GROUP, logsArn } from './discovery-statements.js';
import { schedulerRole } from './scheduler-role.js';
import type { StateTable } from './state-table.js';
import { WatchFunction } from './watch-function.js';

export interface ReconcilerProps {
  readonly code: Code;
  readonly environment: Readonly<Record<string, string>>;
  readonly config: Config;
  /** @default - a key that AWS manages */
  readonly encryptionKey?: IKey;
  /** The destination of subscriptions on discovered log groups. */
  readonly ingest: LambdaFunction;
  readonly state: StateTable;
}

/** The interval without discovery. CloudWatch Logs reports throttled or failing filters with a similar delay. */
const MINUTES_BETWEEN_LOOKS = 60;

/** API calls that may change a stage, its logs or its mappings (API references, versions 1 and 2). */
const API_CALLS = [
  'CreateStage',
  'UpdateStage',
  'DeleteStage',
  'CreateDeployment',
  'DeleteRestApi',
  'DeleteApi',
  'CreateDomainName',
  'UpdateDomainName',
  'DeleteDomainName',
  'CreateBasePathMapping',
  'UpdateBasePathMapping',
  'DeleteBasePathMapping',
  'CreateApiMapping',
  'UpdateApiMapping',
  'DeleteApiMapping',
  'CreateRoutingRule',
  'PutRoutingRule',
  'DeleteRoutingRule',
];

export class Reconciler extends Construct {
  readonly fn: LambdaFunction;
  /** The time between two runs. */
  readonly everyMinutes: number;
  private readonly config: Config;
  /** The log groups of watched stages. */
  private readonly watched: Readonly<Record<LogKind, Map<string, ILogGroup>>> = {
    execution: new Map(),
    access: new Map(),
    connection: new Map(),
  };
  private readonly looks: PolicyStatement;
  private readonly listed: PolicyStatement;

  constructor(scope: Construct, id: string, props: ReconcilerProps) {
    super(scope, id);
    this.config = props.config;
    this.looks = new PolicyStatement({ actions: LOOK_AT_A_GROUP });
    this.listed = new PolicyStatement({ actions: ['logs:DescribeLogGroups'], resources: [this.logGroupArn('*')] });
    const { discover } = props.config;
    this.everyMinutes = discover?.everyMinutes ?? MINUTES_BETWEEN_LOOKS;
    const changes = discover === null ? null : this.changes();
    const watch = new WatchFunction(this, 'Reconcile', {
      ...props,
      description: 'mtls-watch: looks whether the logs are written and subscribed, and subscribes those it discovers',
      statements: this.statements(props, changes),
      logRetentionDays: props.config.logRetentionDays,
      memoryMiB: 512,
      // Time for a thousand filters at five a second, after reading a large account.
      timeout: FUNCTION_TIMEOUT,
    });
    this.fn = watch.fn;
    this.explainWildcards(watch, props.config);
    new Schedule(this, 'Regularly', {
      description: 'mtls-watch: looks at the logs',
      schedule: ScheduleExpression.rate(Duration.minutes(this.everyMinutes)),
      target: new LambdaInvoke(this.fn, {
        role: schedulerRole(this, this.fn),
        input: ScheduleTargetInput.fromText(Lazy.string({ produce: () => this.watchedLogGroups() })),
      }),
    });
    if (changes !== null) this.callOn(changes);
    if (discover?.mode === 'on') this.letLogsCall(props.ingest);
  }

  /** Checks a log group of a watched stage too. Not needed with discovery, which finds it. */
  lookAt(kind: LogKind, logGroup: ILogGroup): void {
    if (this.config.discover !== null) return;
    const { logGroupArn } = logGroup;
    const identity = identityOf(logGroup.logGroupName);
    const configured = configuredLogGroups(this.config);
    const known = [configured, ...Object.values(this.watched).map((groups) => [...groups.keys()])].flat();
    if (!known.includes(identity)) {
      const isFirst = !this.looks.hasResource;
      this.looks.addResources(logGroupArn);
      if (logGroupArn.endsWith('*')) this.explain(this, logGroupArn, ONE_GROUP);
      // One statement for all of them, because the size of a role's policies is limited.
      if (isFirst) this.fn.addToRolePolicy(this.looks);
      if (isFirst && configured.length === 0) this.fn.addToRolePolicy(this.listed);
    }
    this.watched[kind].set(identity, logGroup);
  }

  /** The event of the schedule, in the form of settings, because Lambda's environment has no room for all names. */
  private watchedLogGroups(): string | undefined {
    const { execution, access, connection } = this.watched;
    if (execution.size + access.size + connection.size === 0) return undefined;
    const named = (groups: ReadonlyMap<string, ILogGroup>) =>
      [...groups.values()].map(({ logGroupName }) => ({ name: logGroupName }));
    return Stack.of(this).toJsonString({
      executionLogGroups: named(execution),
      accessLogGroups: named(access),
      connectionLogGroups: named(connection),
    });
  }

  private statements(
    { config, state, encryptionKey, ingest }: ReconcilerProps,
    changes: Queue | null,
  ): PolicyStatement[] {
    const { discover } = config;
    const { listed } = this;
    if (discover === null) {
      const arns = configuredLogGroups(config).map((name) => this.logGroupArn(`${name}:*`));
      return arns.length === 0 ? [] : [listed, new PolicyStatement({ actions: LOOK_AT_A_GROUP, resources: arns })];
    }
    return [
      listed,
      new PolicyStatement({ actions: LOOK_AT_A_GROUP, resources: [this.logGroupArn('*')] }),
      ...this.discoveryStatements(discover.truststoreBuckets),
      ...state.reconcilerStatements(discover.mode),
      ...dataKeyStatements(this, encryptionKey),
      ...(discover.mode === 'on'
        ? [
            // Only with ingest as destination, so that this role cannot be used to send logs to other services.
            new PolicyStatement({
              actions: ['logs:PutSubscriptionFilter'],
              resources: [this.logGroupArn('*')],
              conditions: { ArnEquals: { 'logs:DestinationArn': ingest.functionArn } },
            }),
            new PolicyStatement({
              actions: ['logs:DeleteSubscriptionFilter'],
              resources: [this.logGroupArn('*')],
            }),
          ]
        : []),
      ...(changes === null
        ? []
        : [
            new PolicyStatement({
              actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
              resources: [changes.queueArn],
            }),
          ]),
    ];
  }

  /** The permissions to discover. All are read-only. */
  private discoveryStatements(truststoreBuckets: readonly string[]): PolicyStatement[] {
    const { partition } = Stack.of(this);
    return [
      ...discoveryStatements(this),
      ...(truststoreBuckets.length === 0
        ? []
        : [
            new PolicyStatement({
              actions: ['s3:GetBucketVersioning'],
              resources: truststoreBuckets.map((bucket) => `arn:${partition}:s3:::${bucket}`),
            }),
            // Only the version of an object is needed, but S3 has no smaller permission for it.
            new PolicyStatement({
              actions: ['s3:GetObject'],
              resources: truststoreBuckets.map((bucket) => `arn:${partition}:s3:::${bucket}/*`),
            }),
          ]),
    ];
  }

  /** Changes are delayed by a minute in a queue, so that the many calls of one deployment cause one run. */
  private changes(): Queue {
    const queue = new Queue(this, 'Changes', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: FUNCTION_TIMEOUT,
      // A change that failed this long is covered by the next scheduled run.
      retentionPeriod: Duration.hours(1),
    });
    Validations.of(queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'Its messages only say that something changed; the next scheduled run looks at everything again.',
    });
    const target = new SqsQueue(queue);
    const rule = (id: string, source: string, detail: object): void => {
      new Rule(this, id, {
        description: 'mtls-watch: looks at the account again after a change',
        eventPattern: {
          source: [source],
          detailType: ['AWS API Call via CloudTrail'],
          // A failed call changed nothing.
          detail: { errorCode: Match.doesNotExist(), ...detail },
        },
        targets: [target],
      });
    };
    rule('GatewayChanges', 'aws.apigateway', { eventName: API_CALLS });
    rule('DeliveryChanges', 'aws.logs', { eventName: ['CreateDelivery', 'DeleteDelivery'] });
    // API Gateway creates the log group of an execution log when it is first needed.
    rule('ExecutionLogMade', 'aws.logs', {
      eventName: ['CreateLogGroup'],
      requestParameters: { logGroupName: Match.prefix('API-Gateway-Execution-Logs_') },
    });
    return queue;
  }

  private callOn(changes: Queue): void {
    new EventSourceMapping(this, 'OnChanges', {
      target: this.fn,
      eventSourceArn: changes.queueArn,
      batchSize: 1_000,
      maxBatchingWindow: Duration.minutes(1),
      // The minimum; two parallel runs do no harm.
      maxConcurrency: 2,
    });
  }

  /** One permission for all log groups of the account, so that none has to be added when a stage is subscribed. */
  private letLogsCall(ingest: LambdaFunction): void {
    new CfnPermission(this, 'LogsMayInvokeIngest', {
      action: 'lambda:InvokeFunction',
      functionName: ingest.functionArn,
      principal: new ServicePrincipal('logs.amazonaws.com').service,
      sourceAccount: Stack.of(this).account,
      sourceArn: this.logGroupArn('*'),
    });
  }

  private explainWildcards(watch: WatchFunction, config: Config): void {
    const { discover } = config;
    const explain = (resource: string, reason: string): void => this.explain(watch, resource, reason);
    explain(
      this.logGroupArn('*'),
      'The list of log groups is one resource. With `discover`, which log groups there will be is not known when the stack is made.',
    );
    if (discover === null) {
      for (const name of configuredLogGroups(config)) {
        explain(this.logGroupArn(`${name}:*`), ONE_GROUP);
      }
      return;
    }
    explainDiscovery(watch);
  }

  private explain(scope: Construct, resource: string, reason: string): void {
    Validations.of(scope).acknowledge({ id: wildcardFinding(this, resource), reason });
  }

  private logGroupArn(rest: string): string {
    return logsArn(this, 'log-group', rest);
  }
}

const ONE_GROUP = 'This is how CloudWatch Logs names one log group to IAM.';

const FUNCTION_TIMEOUT = Duration.minutes(10);
