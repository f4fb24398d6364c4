/**
 * Everything that one account and Region needs, as one construct. The constructor reads as a table of contents; what each
 * part is made of stands in `constructs/`. Logical ids are a contract; renaming one replaces state.
 */

import { Annotations, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Config } from '../shared/config.js';
import type { FunctionName } from './bundle.js';
import { functionEnvironment } from './config.js';
import { Alarms } from './constructs/alarms.js';
import { AlertTopic } from './constructs/alert-topic.js';
import { Canary } from './constructs/canary.js';
import { dataKey, dataKeyStatements } from './constructs/data-key.js';
import { Ingest } from './constructs/ingest.js';
import { LogSubscriptions } from './constructs/log-subscriptions.js';
import { Reconciler } from './constructs/reconcile.js';
import { StateTable } from './constructs/state-table.js';
import { Sweep } from './constructs/sweep.js';
import { WeeklyReport } from './constructs/weekly-report.js';
import { bucketStatements, explainBuckets, truststoreStatements } from './truststore-access.js';

export interface MtlsWatchProps {
  readonly config: Config;
  /** The bundled code of a function; tests put a stub here. */
  readonly code: (name: FunctionName) => Code;
}

export class MtlsWatch extends Construct {
  /** What an operator needs to know by name, for the stack's outputs. */
  readonly outputs: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, { config, code }: MtlsWatchProps) {
    super(scope, id);
    const outputs: Record<string, string> = {};
    this.outputs = outputs;
    const encryptionKey = dataKey(this, config.encryptionKey);
    const state = new StateTable(this, 'State', { encryptionKey });
    const alerts = new AlertTopic(this, 'Alerts', { emails: config.alertEmails });
    const routes = addRoutes(config, alerts, outputs);
    const truststoreBuckets = config.discover?.truststoreBuckets ?? [];
    explainBuckets(this, truststoreBuckets);
    const statements = () => [
      ...state.accessStatements(),
      ...alerts.publishStatements(),
      ...eventStatements(this, config.eventBus),
      ...truststoreStatements(this, config.truststores),
      ...dataKeyStatements(this, encryptionKey),
      ...bucketStatements(this, truststoreBuckets),
    ];
    const environment = (name: FunctionName, more: Readonly<Record<string, string>> = {}) =>
      functionEnvironment(config, {
        TABLE_NAME: state.table.tableName,
        TOPIC_ARN: alerts.topic.topicArn,
        ...routes,
        POWERTOOLS_METRICS_NAMESPACE: 'MtlsWatch',
        POWERTOOLS_SERVICE_NAME: name,
        ...more,
      });

    const ingest = new Ingest(this, 'Ingest', {
      code: code('ingest'),
      environment: environment('ingest'),
      statements: statements(),
      logRetentionDays: config.logRetentionDays,
      encryptionKey,
      reservedConcurrency: config.reservedConcurrency ?? undefined,
    });
    const sweep = new Sweep(this, 'Sweep', {
      code: code('sweep'),
      environment: environment('sweep'),
      statements: statements(),
      logRetentionDays: config.logRetentionDays,
      encryptionKey,
      reserveConcurrency: config.reservedConcurrency !== null,
    });
    if (config.report !== null) {
      const report = new WeeklyReport(this, 'WeeklyReport', {
        code: code('weekly-report'),
        environment: environment('weekly-report'),
        statements: statements(),
        logRetentionDays: config.logRetentionDays,
        encryptionKey,
        schedule: config.report,
        reportDays: config.retention.reportDays,
        ingestLogs: ingest.fn.logGroup,
      });
      outputs.ReportBucketName = report.bucket.bucketName;
      outputs.ReportFunctionName = report.fn.functionName;
    }
    if (config.canaries.length > 0) {
      const canary = new Canary(this, 'Canary', {
        ...config,
        encryptionKey,
        code: code('canary'),
        environment: functionEnvironment(config, {
          TABLE_NAME: state.table.tableName,
          POWERTOOLS_METRICS_NAMESPACE: 'MtlsWatch',
          POWERTOOLS_SERVICE_NAME: 'canary',
        }),
        table: state.table,
      });
      outputs.CanaryFunctionName = canary.fn.functionName;
    }
    const reconciler = new Reconciler(this, 'Reconciler', {
      code: code('reconcile'),
      environment: environment('reconcile', {
        INGEST_FUNCTION_ARN: ingest.fn.functionArn,
        STACK_NAME: Stack.of(this).stackName,
      }),
      config,
      encryptionKey,
      ingest: ingest.fn,
      state,
    });
    new LogSubscriptions(this, 'Subscriptions', { ingest: ingest.fn, ...config });
    new Alarms(this, 'Alarms', {
      topic: alerts.topic,
      ingest: ingest.fn,
      sweep: sweep.fn,
      deadLetters: ingest.deadLetters,
    });

    if (config.discover === null && config.executionLogGroups.length + config.accessLogGroups.length === 0) {
      Annotations.of(this).addWarningV2(
        'mtls-watch:no-log-groups',
        'No log group is watched: name some under executionLogGroups and accessLogGroups, or set discover.',
      );
    }
    outputs.TopicArn = alerts.topic.topicArn;
    outputs.TableName = state.table.tableName;
    outputs.IngestFunctionName = ingest.fn.functionName;
    outputs.SweepFunctionName = sweep.fn.functionName;
    outputs.ReconcileFunctionName = reconciler.fn.functionName;
    outputs.DeadLetterQueueUrl = ingest.deadLetters.queueUrl;
  }
}

/** The topics by severity and the one for chats, as the functions' variables. */
function addRoutes(
  { topics, chatTopic }: Config,
  alerts: AlertTopic,
  outputs: Record<string, string>,
): Record<string, string> {
  const routes: Record<string, string> = {};
  const add = (name: string, variable: string, where: string): void => {
    routes[variable] = alerts.addTopic(name, where);
    if (where === 'create') outputs[`${name}TopicArn`] = routes[variable];
  };
  for (const [severity, where] of Object.entries(topics)) {
    const name = `${severity.slice(0, 1).toUpperCase()}${severity.slice(1)}`;
    add(name, `TOPIC_ARN_${severity.toUpperCase()}`, where);
  }
  if (chatTopic !== null) add('Chat', 'CHAT_TOPIC_ARN', chatTopic);
  return routes;
}

function eventStatements(scope: Construct, bus: string | null): PolicyStatement[] {
  if (bus === null) return [];
  const arn = bus.startsWith('arn:')
    ? bus
    : Stack.of(scope).formatArn({ service: 'events', resource: 'event-bus', resourceName: bus });
  return [new PolicyStatement({ actions: ['events:PutEvents'], resources: [arn] })];
}
