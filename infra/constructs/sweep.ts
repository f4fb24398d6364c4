/**
 * The function that runs every minute and finishes what ingest leaves open. Runs do not overlap: one is cut off before
 * the next is due, none is retried, and where concurrency can be reserved only one may run. The sweep picks up where the
 * last one stopped, so a failed or cut-off run is made good by the next.
 */

import { Duration, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type Code, EventInvokeConfig, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import type { CallLogs } from './call-logs.js';
import { schedulerRole } from './scheduler-role.js';
import { WatchFunction } from './watch-function.js';

export interface SweepProps {
  readonly code: Code;
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly PolicyStatement[];
  readonly logRetentionDays: number;
  /** @default - a key that AWS manages */
  readonly encryptionKey?: IKey;
  /** The access logs in which calls are looked up; null where none are. */
  readonly calls: CallLogs | null;
  /** Whether the account can reserve concurrency. */
  readonly reserveConcurrency: boolean;
}

export class Sweep extends Construct {
  readonly fn: LambdaFunction;
  private readonly calls: CallLogs | null;

  constructor(scope: Construct, id: string, props: SweepProps) {
    super(scope, id);
    this.calls = props.calls;
    const watch = new WatchFunction(this, 'Sweep', {
      ...props,
      statements: [...props.statements, ...lookUpStatements(props.calls)],
      description:
        'mtls-watch: settles unpaired log lines, resolves incidents and publishes what is left in the outbox',
      memoryMiB: 512,
      timeout: Duration.seconds(50),
      reservedConcurrency: props.reserveConcurrency ? 1 : undefined,
    });
    this.fn = watch.fn;
    if (props.calls !== null) {
      props.calls.explain(watch);
      Validations.of(watch).acknowledge({
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'Queries of Logs Insights are read and stopped by their id: IAM knows no resource for them.',
      });
    }
    // A run that could not start within its minute is dropped, because the next one is due.
    const oneMinute = Duration.minutes(1);
    new EventInvokeConfig(this, 'AsyncInvocations', { function: this.fn, retryAttempts: 0, maxEventAge: oneMinute });
    new Schedule(this, 'EveryMinute', {
      description: 'mtls-watch: runs the sweep',
      schedule: ScheduleExpression.rate(oneMinute),
      target: new LambdaInvoke(this.fn, {
        role: schedulerRole(this, this.fn),
        retryAttempts: 0,
        maxEventAge: oneMinute,
        ...(props.calls && { input: props.calls.event() }),
      }),
    });
  }

  /** Looks up calls in the access log of a watched stage too. */
  lookAt(logGroup: ILogGroup): void {
    this.calls?.lookAt(logGroup, this.fn);
  }
}

function lookUpStatements(calls: CallLogs | null): PolicyStatement[] {
  if (calls === null) return [];
  const read = new PolicyStatement({ actions: ['logs:GetQueryResults', 'logs:StopQuery'], resources: ['*'] });
  return [...calls.statements(), read];
}
