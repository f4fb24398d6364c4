/**
 * The function that runs every minute and finishes what ingest leaves open. Runs do not overlap: one is cut off before
 * the next is due, none is retried, and where concurrency can be reserved only one may run. The sweep picks up where the
 * last one stopped, so a failed or cut-off run is made good by the next.
 */

import { Duration } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type Code, EventInvokeConfig, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { schedulerRole } from './scheduler-role.js';
import { WatchFunction } from './watch-function.js';

export interface SweepProps {
  readonly code: Code;
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly PolicyStatement[];
  readonly logRetentionDays: number;
  /** @default - a key that AWS manages */
  readonly encryptionKey?: IKey;
  /** Whether the account can reserve concurrency. */
  readonly reserveConcurrency: boolean;
}

export class Sweep extends Construct {
  readonly fn: LambdaFunction;

  constructor(scope: Construct, id: string, props: SweepProps) {
    super(scope, id);
    this.fn = new WatchFunction(this, 'Sweep', {
      ...props,
      description:
        'mtls-watch: settles unpaired log lines, resolves incidents and publishes what is left in the outbox',
      memoryMiB: 512,
      timeout: Duration.seconds(50),
      reservedConcurrency: props.reserveConcurrency ? 1 : undefined,
    }).fn;
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
      }),
    });
  }
}
