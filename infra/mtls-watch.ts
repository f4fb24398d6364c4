/**
 * Everything that one account and Region needs, as one construct. The constructor reads as a table of contents; what each
 * part is made of stands in `constructs/`. Logical ids are a contract; renaming one replaces state.
 */

import { Annotations, Aspects, Lazy, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { Alarm, Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Code, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { MtlsWatchError } from '../shared/base/errors.js';
import { nearKey } from '../shared/config/near-key.js';
import { type Config, parseConfig, type Settings } from '../shared/config/settings.js';
import { type AppResources, eventStatements, withResources } from './app-resources.js';
import type { FunctionName } from './build/bundle.js';
import { prebuilt } from './build/prebuilt.js';
import { functionEnvironment, settingsText } from './config.js';
import { AlertTopic } from './constructs/alert-topic.js';
import { Backfill } from './constructs/backfill.js';
import { CallLogs } from './constructs/call-logs.js';
import { Canary } from './constructs/canary.js';
import { CentralStream, isOpen } from './constructs/central-stream.js';
import { dataKey, dataKeyStatements } from './constructs/data-key.js';
import { Ingest } from './constructs/ingest.js';
import { LogSubscriptions } from './constructs/log-subscriptions.js';
import { Operator } from './constructs/operator.js';
import { findStack, grant } from './constructs/operators.js';
import { Reconciler } from './constructs/reconciler.js';
import { StateTable } from './constructs/state-table.js';
import { Sweep } from './constructs/sweep.js';
import { WeeklyReport } from './constructs/weekly-report.js';
import { type ConnectionLogOptions, deliverConnectionLog, type WatchableDoor } from './gateway/connection-logs.js';
import { domainPartsOf, type WatchableDomain } from './gateway/domains.js';
import { type LogKeeping, type StageLogOptions, stageLogs } from './gateway/stage-logs.js';
import { type GatewayStage, partsOf } from './gateway/stages.js';
import {
  bucketStatements,
  explainBuckets,
  type TruststoreLocation,
  truststoreReadStatements,
  truststoreStatements,
} from './gateway/truststore-access.js';
import { Watched } from './gateway/watched.js';
import type { Alarms } from './observability/alarms.js';
import { dashboardName } from './observability/dashboard.js';
import { observe } from './observability/observe.js';
import { METRICS_NAMESPACE } from './observability/watch-metrics.js';
import { OperatedWatch, type WatchFunctions } from './operated-watch.js';

export interface MtlsWatchProps extends AppResources {
  /**
   * All settings; see docs/configuration.md. `watch` and `watchDomain` add to them. An invalid setting stops the synth
   * with a line that names it.
   */
  readonly config: Settings;
  /**
   * The bundled code of a function.
   * @default - the code in the package
   */
  readonly code?: (name: FunctionName) => Code;
}

export interface WatchDomainOptions {
  /**
   * The CA bundle of the domain.
   * @default - the truststore that the domain is set to
   */
  readonly truststore?: TruststoreLocation;
}

/** The properties that the functions share. */
interface Common {
  readonly config: Config;
  readonly code: NonNullable<MtlsWatchProps['code']>;
  readonly encryptionKey: IKey | undefined;
  readonly state: StateTable;
  readonly alerts: AlertTopic;
  /** The environment variables that name the topics in addition to the main one. */
  readonly routes: Readonly<Record<string, string>>;
}

export class MtlsWatch extends OperatedWatch {
  readonly topic: ITopic;
  readonly table: ITable;
  readonly deadLetterQueue: IQueue;
  readonly dashboard: Dashboard | undefined;
  readonly reportBucket: IBucket | undefined;
  readonly functions: WatchFunctions;
  readonly encryptionKey: IKey | undefined;
  /** Names and ARNs that an operator needs, for the stack's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Properties of the log groups that are created for watched stages. */
  readonly logKeeping: LogKeeping;
  private readonly watched: Watched;
  private readonly subscriptions: LogSubscriptions;
  private readonly reconciler: Reconciler;
  private readonly ownAlarms: Alarms;
  private readonly doors = new Set<WatchableDoor>();
  /** Whether logs also come from log groups that are not named: discovered ones, or those of other accounts. */
  private readonly hasOtherSources: boolean;
  /** The environments of the functions, without the settings. */
  private readonly environments: Readonly<Record<string, string>>[] = [];
  private readonly operator: LambdaFunction;
  private readonly report: WeeklyReport | undefined;
  private readonly sweep: Sweep;
  private readonly backfill: Backfill | undefined;
  /** The functions that read truststores. */
  private readonly readers: readonly LambdaFunction[];

  /** @throws MtlsWatchError `bad-config`, with each invalid setting, its value and what was expected */
  constructor(scope: Construct, id: string, { config: settings, code = prebuilt, ...given }: MtlsWatchProps) {
    super(scope, id);
    const config = withResources(parseConfig(settings, `the config of ${this.node.path}`, nearKey), given);
    this.watched = new Watched(this, config);
    const encryptionKey = dataKey(this, given.encryptionKey ?? config.encryptionKey);
    this.encryptionKey = encryptionKey;
    this.logKeeping = { retentionDays: config.logRetentionDays, encryptionKey };
    const state = new StateTable(this, 'State', { encryptionKey });
    const alerts = new AlertTopic(this, 'Alerts', { emails: config.alertEmails, topic: given.topic });
    const routes = alerts.addRoutes({
      topics: { ...config.topics, ...given.severityTopics },
      chatTopic: given.chatTopic ?? config.chatTopic,
    });
    explainBuckets(this, bucketsOf(config));
    const common = { config, code, encryptionKey, state, alerts, routes: routes.environment };
    const central = isOpen(config.central)
      ? new CentralStream(this, 'Central', { central: config.central, encryptionKey })
      : null;
    const ingest = new Ingest(this, 'Ingest', {
      ...this.functionParts('ingest', common, central?.readStatements()),
      reservedConcurrency: config.reservedConcurrency ?? undefined,
    });
    const sweep = new Sweep(this, 'Sweep', {
      ...this.functionParts('sweep', common),
      calls: CallLogs.of(this, config),
      reserveConcurrency: config.reservedConcurrency !== null,
    });
    this.sweep = sweep;
    const report = this.addReport(common, ingest.fn.logGroup);
    this.report = report;
    const canary = this.addCanary(common);
    this.backfill = this.addBackfill(common);
    this.readers = [ingest.fn, sweep.fn, ...[report, this.backfill].flatMap((one) => one?.fn ?? [])];
    this.reconciler = this.addReconciler(common, ingest.fn);
    this.operator = this.addOperator(common);
    central?.feed(ingest.fn, ingest.deadLetters);
    this.subscriptions = new LogSubscriptions(this, 'Subscriptions', {
      ...config,
      encryptionKey,
      target: { kind: 'function', fn: ingest.fn, emitsAccount: config.central !== null },
    });
    this.hasOtherSources = config.discover !== null || central !== null;
    [this.topic, this.table, this.deadLetterQueue] = [alerts.topic, state.table, ingest.deadLetters];
    this.reportBucket = report?.bucket;
    this.functions = {
      ...{ ingest: ingest.fn, sweep: sweep.fn, reconcile: this.reconciler.fn, operator: this.operator },
      ...(report && { 'weekly-report': report.fn }),
      ...(canary && { canary: canary.fn }),
      ...(this.backfill && { backfill: this.backfill.fn }),
    };
    const observed = observe(this, {
      config,
      topic: alerts.topic,
      table: state.table,
      ...{ ingest: ingest.fn, deadLetters: ingest.deadLetters, sweep: sweep.fn },
      ...{ report: report?.fn, canary: canary?.fn, reconcile: this.reconciler },
      iteratorAge: central === null ? undefined : CentralStream.iteratorAge(ingest.fn),
      filterNames: this.subscriptions.filterNames,
    });
    [this.ownAlarms, this.dashboard] = [observed.alarms, observed.dashboard];
    this.checkAtSynth();
    this.outputs = this.outputsOf(routes.outputs, central);
  }

  get alarms(): readonly Alarm[] {
    return this.ownAlarms.alarms;
  }

  private outputsOf(topics: Readonly<Record<string, string>>, central: CentralStream | null): Record<string, string> {
    const { ingest, sweep, reconcile, canary, 'weekly-report': report } = this.functions;
    return {
      ...topics,
      ...(this.reportBucket && { ReportBucketName: this.reportBucket.bucketName }),
      ...(report && { ReportFunctionName: report.functionName }),
      ...(canary && { CanaryFunctionName: canary.functionName }),
      ...(this.backfill && {
        BackfillBucketName: this.backfill.bucket.bucketName,
        BackfillFunctionName: this.backfill.fn.functionName,
      }),
      ...central?.outputs,
      TopicArn: this.topic.topicArn,
      TableName: this.table.tableName,
      IngestFunctionName: ingest.functionName,
      SweepFunctionName: sweep.functionName,
      ReconcileFunctionName: reconcile.functionName,
      OperatorFunctionName: this.operator.functionName,
      DeadLetterQueueUrl: this.deadLetterQueue.queueUrl,
    };
  }

  private addReconciler(common: Common, ingest: LambdaFunction): Reconciler {
    const { config, code, encryptionKey, state } = common;
    return new Reconciler(this, 'Reconciler', {
      code: code('reconcile'),
      environment: this.environmentOf('reconcile', common, {
        INGEST_FUNCTION_ARN: ingest.functionArn,
        STACK_NAME: Stack.of(this).stackName,
      }),
      ...{ config, encryptionKey, ingest, state },
    });
  }

  /**
   * Watches a stage of a REST or HTTP API: switches on its logs where they are off, subscribes to them, and lets the stage wait
   * for the subscriptions, so that its first request is seen. Only the API of another stack may be deployed before that.
   * @throws MtlsWatchError `bad-config` for a stage of another account or Region, and where its logs cannot be named
   */
  watch(stage: GatewayStage, options: StageLogOptions = {}): void {
    this.refuseElsewhere(stage);
    const logs = stageLogs(stage, this.logKeeping, options);
    const { resource } = partsOf(stage);
    for (const kind of ['execution', 'access'] as const) {
      const logGroup = logs[kind];
      if (logGroup === null) continue;
      const filter = this.subscriptions.add(kind, logGroup, logGroup.node.path, logs.accessFormat);
      this.reconciler.lookAt(kind, logGroup);
      if (kind === 'access') for (const one of [this.report, this.sweep]) one?.lookAt(logGroup);
      if (resource !== undefined && Stack.of(resource) === Stack.of(this)) resource.node.addDependency(filter);
    }
    this.watched.addStage(stage, logs);
  }

  /**
   * Watches a CloudFront distribution with viewer mutual TLS, or an Application Load Balancer with a listener in verify mode:
   * delivers its connection log to a log group and subscribes to that before the first record. CloudFront takes the delivery
   * only once the distribution has mutual TLS.
   * @throws MtlsWatchError `bad-config` for a distribution where the stack is known to be outside us-east-1
   */
  watchConnections(door: WatchableDoor, options: ConnectionLogOptions = {}): void {
    if (this.doors.has(door)) return;
    this.doors.add(door);
    const { logGroup, delivery } = deliverConnectionLog(this, door, this.logKeeping, options);
    const filter = this.subscriptions.add('connection', logGroup, logGroup.node.path);
    delivery?.node.addDependency(filter);
    this.reconciler.lookAt('connection', logGroup);
    this.ownAlarms.addFilter(this.subscriptions.filterName('connection'));
  }

  /**
   * Watches a custom domain with mutual TLS: names its refusals after it, and explains them by its truststore, which the
   * functions may then read. Its stages are watched by `watch`, but for those of an `MtlsDomain`, which come with it.
   * @throws MtlsWatchError `bad-config` where its truststore is not known
   */
  watchDomain(domain: WatchableDomain, { truststore }: WatchDomainOptions = {}): void {
    const parts = domainPartsOf(this, domain, truststore);
    this.watched.addDomain(parts);
    for (const fn of this.readers) {
      for (const statement of truststoreReadStatements(parts.truststore)) fn.addToRolePolicy(statement);
    }
    if ('onStage' in domain) domain.onStage((stage) => this.watch(stage));
  }

  private addOperator({ config, code, encryptionKey, state: { table } }: Common): LambdaFunction {
    const { logRetentionDays } = config;
    const environment = { TABLE_NAME: table.tableName, POWERTOOLS_SERVICE_NAME: 'operator' };
    return new Operator(this, 'Operator', {
      code: code('operator'),
      environment,
      table,
      logRetentionDays,
      encryptionKey,
    }).fn;
  }

  private addReport(common: Common, ingestLogs: ILogGroup): WeeklyReport | undefined {
    const { report: schedule, retention } = common.config;
    if (schedule === null) return undefined;
    return new WeeklyReport(this, 'WeeklyReport', {
      ...this.functionParts('weekly-report', common),
      schedule,
      reportDays: retention.reportDays,
      ingestLogs,
      calls: CallLogs.of(this, common.config),
    });
  }

  /** Lets somebody run `mtls-watch backfill`, where the settings have `history`. */
  grantBackfill(grantee: IGrantable): void {
    if (this.backfill === undefined) return;
    const settings = new PolicyStatement({
      actions: ['lambda:GetFunctionConfiguration'],
      resources: [this.functions.ingest.functionArn],
    });
    grant(grantee, [findStack(this), settings, ...this.backfill.startStatements()]);
  }

  private addBackfill(common: Common): Backfill | undefined {
    const { config, code, encryptionKey, state } = common;
    if (config.history === null) return undefined;
    return new Backfill(this, 'Backfill', {
      code: code('backfill'),
      environment: this.environmentOf('backfill', common),
      statements: [...truststoreStatements(this, config.truststores), ...bucketStatements(this, bucketsOf(config))],
      ...{ table: state.table, encryptionKey, history: config.history },
      logRetentionDays: config.logRetentionDays,
      rollupDays: config.retention.rollupDays,
    });
  }

  private addCanary({ config, code, encryptionKey, state }: Common): Canary | undefined {
    const { canaries, canaryMinutes, logRetentionDays } = config;
    if (canaries.length === 0) return undefined;
    const environment = this.environment({
      TABLE_NAME: state.table.tableName,
      POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
      POWERTOOLS_SERVICE_NAME: 'canary',
    });
    const { table } = state;
    return new Canary(this, 'Canary', {
      ...{ code: code('canary'), environment, table, encryptionKey },
      ...{ logRetentionDays, canaries, canaryMinutes },
    });
  }

  /**
   * The parts of a function that reads the state, sends messages, and explains refusals by the truststores. The report
   * changes no state.
   */
  private functionParts(name: FunctionName, common: Common, more: readonly PolicyStatement[] = []) {
    const { config, code, encryptionKey, state, alerts } = common;
    const isReport = name === 'weekly-report';
    return {
      code: code(name),
      environment: this.environmentOf(name, common),
      statements: [
        ...(isReport ? state.readStatements() : state.accessStatements()),
        ...alerts.publishStatements(isReport ? 'the first' : 'all'),
        ...(isReport ? [] : eventStatements(this, config.eventBus)),
        ...truststoreStatements(this, config.truststores),
        ...dataKeyStatements(this, encryptionKey),
        ...bucketStatements(this, bucketsOf(config)),
        ...more,
      ],
      logRetentionDays: config.logRetentionDays,
      encryptionKey,
    };
  }

  private environmentOf(
    name: FunctionName,
    { config, state, alerts, routes }: Common,
    more: Readonly<Record<string, string>> = {},
  ): Record<string, string> {
    return this.environment({
      TABLE_NAME: state.table.tableName,
      ...(name === 'ingest' || name === 'sweep'
        ? { OPERATOR_FUNCTION: Lazy.string({ produce: () => this.operator.functionName }) }
        : {}),
      TOPIC_ARN: alerts.topic.topicArn,
      ...(name === 'weekly-report' && config.report?.mail ? { REPORT_MAIL: JSON.stringify(config.report.mail) } : {}),
      ACCOUNT_ID: Stack.of(this).account,
      ...routes,
      ...(config.dashboard ? { DASHBOARD_NAME: dashboardName(this) } : {}),
      POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
      POWERTOOLS_SERVICE_NAME: name,
      ...more,
    });
  }

  /**
   * Stages and domains can be watched until the template is written, so the settings are filled in and measured then.
   */
  private environment(values: Readonly<Record<string, string>>): Record<string, string> {
    this.environments.push(values);
    return {
      ...functionEnvironment(this.watched.settings(), values),
      MTLS_WATCH_CONFIG: Lazy.string({ produce: () => settingsText(this.watched.settings()) }),
    };
  }

  private checkAtSynth(): void {
    this.node.addValidation({ validate: () => this.checkEnvironments() });
    Aspects.of(this).add({
      visit: (node) => {
        if (node === this) this.warnOfGaps();
      },
    });
  }

  private checkEnvironments(): string[] {
    try {
      for (const values of this.environments) functionEnvironment(this.watched.settings(), values);
      return [];
    } catch (error) {
      if (error instanceof MtlsWatchError) return [error.message];
      throw error;
    }
  }

  private refuseElsewhere(stage: GatewayStage): void {
    const { account, region } = Stack.of(this);
    const isOther = (a: string, b: string) => Token.compareStrings(a, b) === TokenComparison.DIFFERENT;
    if (!isOther(stage.env.account, account) && !isOther(stage.env.region, region)) return;
    throw new MtlsWatchError(
      'bad-config',
      `the stage ${stage.node.path} is in ${stage.env.account}/${stage.env.region}, mtls-watch in ${account}/${region}; ` +
        'expected both in one account and Region.\n  Give each account and Region an MtlsWatch of its own.',
    );
  }

  private warnOfGaps(): void {
    this.watched.warnOfGaps();
    if (this.hasOtherSources || !this.subscriptions.isEmpty) return;
    Annotations.of(this).addWarningV2(
      'mtls-watch:no-log-groups',
      'No log group is watched: call watch(stage) or watchConnections(door), name some under executionLogGroups, accessLogGroups or connectionLogGroups, or set discover.',
    );
  }
}

function bucketsOf({ discover }: Config): readonly string[] {
  return discover?.truststoreBuckets ?? [];
}
