/** The function that makes the weekly report, its schedule, and the bucket for the reports. */

import { Duration, Stack, TimeZone, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type Code, EventInvokeConfig, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket, type CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { identitiesOf } from '../../shared/config/report-mail.js';
import type { Config } from '../../shared/config/settings.js';
import type { CallLogs } from './call-logs.js';
import { privateBucket } from './private-bucket.js';
import { schedulerRole } from './scheduler-role.js';
import { WatchFunction } from './watch-function.js';

export interface WeeklyReportProps {
  readonly code: Code;
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly PolicyStatement[];
  readonly logRetentionDays: number;
  /** @default - a key that AWS manages */
  readonly encryptionKey?: IKey;
  /** How long a report is kept. */
  readonly reportDays: number;
  readonly schedule: NonNullable<Config['report']>;
  /** The log group with ingest's failure records. */
  readonly ingestLogs: ILogGroup;
  /** The access logs whose calls are counted; null where none are. */
  readonly calls: CallLogs | null;
}

export class WeeklyReport extends Construct {
  readonly fn: LambdaFunction;
  readonly bucket: Bucket;
  private readonly calls: CallLogs | null;

  constructor(scope: Construct, id: string, props: WeeklyReportProps) {
    super(scope, id);
    this.bucket = this.reportBucket(props);
    this.calls = props.calls;
    const watch = new WatchFunction(this, 'Report', {
      ...props,
      description: 'mtls-watch: writes the weekly report and sends its summary',
      environment: {
        ...props.environment,
        REPORT_BUCKET: this.bucket.bucketName,
        INGEST_LOG_GROUP: props.ingestLogs.logGroupName,
      },
      statements: [
        ...props.statements,
        ...this.statements(props.ingestLogs),
        ...(props.calls?.statements() ?? []),
        ...this.mailStatements(props.schedule),
      ],
      memoryMiB: 1024,
      // Time for two queries of up to a minute, those that count calls, and a read for each group.
      timeout: Duration.minutes(10),
    });
    this.fn = watch.fn;
    const bucketId = Stack.of(this).getLogicalId(this.bucket.node.defaultChild as CfnBucket);
    Validations.of(watch).acknowledge(
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'Queries of Logs Insights are read and stopped by their id: IAM knows no resource for them.',
      },
      {
        id: `AwsSolutions-IAM5[Resource::<${bucketId}.Arn>/reports/*]`,
        reason: 'The function makes a folder for each week below this prefix.',
      },
    );
    props.calls?.explain(watch);
    new EventInvokeConfig(this, 'AsyncInvocations', { function: this.fn, retryAttempts: 2 });
    const { day, hour, timeZone } = props.schedule;
    new Schedule(this, 'EveryWeek', {
      description: 'mtls-watch: makes the weekly report',
      schedule: ScheduleExpression.cron({
        minute: '0',
        hour: String(hour),
        weekDay: day,
        timeZone: TimeZone.of(timeZone),
      }),
      target: new LambdaInvoke(this.fn, {
        role: schedulerRole(this, this.fn),
        ...(props.calls && { input: props.calls.event() }),
      }),
    });
  }

  /** Counts the calls in the access log of a watched stage too. */
  lookAt(logGroup: ILogGroup): void {
    this.calls?.lookAt(logGroup, this.fn);
  }

  private statements(ingestLogs: ILogGroup): PolicyStatement[] {
    return [
      new PolicyStatement({
        actions: ['s3:GetObject', 's3:PutObject'],
        resources: [this.bucket.arnForObjects('reports/*')],
      }),
      // Without it S3 answers 403 instead of 404 for a report that does not exist yet.
      new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }),
      new PolicyStatement({ actions: ['logs:StartQuery'], resources: [ingestLogs.logGroupArn] }),
      new PolicyStatement({ actions: ['logs:GetQueryResults', 'logs:StopQuery'], resources: ['*'] }),
    ];
  }

  /**
   * Only in the name of this sender, and to these recipients. SES asks about the address itself where it is verified, and else
   * about its domain; by the content it asks for the one action or the other.
   */
  private mailStatements({ mail }: WeeklyReportProps['schedule']): PolicyStatement[] {
    if (mail === null) return [];
    const identity = (resourceName: string) =>
      Stack.of(this).formatArn({ service: 'ses', resource: 'identity', resourceName });
    return [
      new PolicyStatement({
        actions: ['ses:SendEmail', 'ses:SendRawEmail'],
        resources: identitiesOf(mail.from).map(identity),
        conditions: {
          StringEquals: { 'ses:FromAddress': mail.from },
          'ForAllValues:StringEquals': { 'ses:Recipients': mail.to },
        },
      }),
    ];
  }

  private reportBucket({ encryptionKey, reportDays }: WeeklyReportProps): Bucket {
    // Retained when the stack is deleted, as by CDK's default.
    const bucket = new Bucket(this, 'Reports', {
      ...privateBucket(encryptionKey),
      versioned: true,
      lifecycleRules: [
        {
          expiration: Duration.days(reportDays),
          noncurrentVersionExpiration: Duration.days(Math.min(90, reportDays)),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'A few objects a week; CloudTrail data events tell who read them where an account wants to know.',
    });
    return bucket;
  }
}
