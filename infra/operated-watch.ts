/** What an app may hold of an `MtlsWatch`: its resources, permissions for those who operate it, and its metrics. */

import {
  type Alarm,
  type Dashboard,
  MathExpression,
  type Metric,
  type MetricOptions,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ForbiddenCause, ReasonId } from '../shared/model/reasons.js';
import type { FunctionName } from './build/bundle.js';
import { findStack, grant, operateStatements, probesStatements, readStatements } from './constructs/operators.js';
import { watchMetric } from './observability/watch-metrics.js';

/** The functions that are always there, and those that the settings ask for. */
export type WatchFunctions = Readonly<
  Record<'ingest' | 'sweep' | 'reconcile' | 'operator', IFunction> & Partial<Record<FunctionName, IFunction>>
>;

export abstract class OperatedWatch extends Construct {
  /** Where notices and alarms go; subscribe to it. */
  abstract readonly topic: ITopic;
  /** All state. */
  abstract readonly table: ITable;
  /** Batches of logs that could not be processed; `mtls-watch redrive` puts them through again. */
  abstract readonly deadLetterQueue: IQueue;
  /** The alarms on mtls-watch itself; each tells the topic. */
  abstract readonly alarms: readonly Alarm[];
  /** Undefined where the settings ask for none. */
  abstract readonly dashboard: Dashboard | undefined;
  /** The weekly reports, under `reports/`; undefined where none is made. */
  abstract readonly reportBucket: IBucket | undefined;
  abstract readonly functions: WatchFunctions;
  /** The key of state and logs; undefined for those that AWS manages. */
  abstract readonly encryptionKey: IKey | undefined;

  /** Lets somebody run `mtls-watch incidents`, `silence list` and `diagnose --domain`; changes nothing. */
  grantRead(grantee: IGrantable): void {
    grant(grantee, readStatements(this, this.operated()));
  }

  /** Lets somebody run `mtls-watch silence` and `ack` as well. */
  grantOperate(grantee: IGrantable): void {
    grant(grantee, operateStatements(this, this.operated()));
  }

  /** Lets somebody silence and acknowledge with nothing but the AWS CLI, by the commands for CloudShell in alerts. */
  grantInvokeOperator(grantee: IGrantable): void {
    this.functions.operator.grantInvoke(grantee);
  }

  /** Lets somebody run `mtls-watch redrive`. */
  grantRedrive(grantee: IGrantable): void {
    this.deadLetterQueue.grantConsumeMessages(grantee);
    this.functions.ingest.grantInvoke(grantee);
    grant(grantee, [findStack(this)]);
  }

  /** Lets somebody read the weekly reports. */
  grantReadReports(grantee: IGrantable): void {
    this.reportBucket?.grantRead(grantee, 'reports/*');
  }

  /** Lets somebody run `mtls-watch canary probes`, whose domain needs `probes` in its canary's settings. */
  grantProbes(grantee: IGrantable): void {
    grant(grantee, probesStatements(this, this.operated()));
  }

  /**
   * Refused certificates of a domain for one reason, whichever function counted them.
   * @param scope the custom domain, as alerts name it
   */
  metricFailures(scope: string, reason: ReasonId, options: MetricOptions = {}): MathExpression {
    return ofBoth('Failures', { scope, reason }, options);
  }

  /** Other 403s of a domain, by their cause. */
  metricOtherForbidden(scope: string, cause: ForbiddenCause, options: MetricOptions = {}): MathExpression {
    return ofBoth('OtherForbidden', { scope, cause }, options);
  }

  /** Seconds from a log event to its processing. @default - the maximum */
  metricDeliveryLag(options: MetricOptions = {}): Metric {
    return watchMetric('DeliveryLag', 'ingest', { statistic: 'Maximum', ...options });
  }

  /** Records that could not be read. @default - the sum */
  metricRecordsRejected(options: MetricOptions = {}): Metric {
    return watchMetric('RecordsRejected', 'ingest', { statistic: 'Sum', ...options });
  }

  /** Batches in the dead-letter queue. */
  metricDeadLetters(options: MetricOptions = {}): Metric {
    return this.deadLetterQueue.metricApproximateNumberOfMessagesVisible(options);
  }

  private operated() {
    return { table: this.table, ingest: this.functions.ingest, encryptionKey: this.encryptionKey };
  }
}

/** Ingest counts what it joins, the sweep what came alone. */
function ofBoth(name: string, dimensionsMap: Record<string, string>, options: MetricOptions): MathExpression {
  const { period, label, color, account, region, ...rest } = options;
  const of = (service: string) => watchMetric(name, service, { statistic: 'Sum', ...rest, dimensionsMap });
  return new MathExpression({
    expression: 'FILL(ingest, 0) + FILL(sweep, 0)',
    usingMetrics: { ingest: of('ingest'), sweep: of('sweep') },
    label: label ?? name,
    ...(period && { period }),
    ...(color && { color }),
    ...(account && { searchAccount: account }),
    ...(region && { searchRegion: region }),
  });
}
