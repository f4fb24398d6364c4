/** The function that calls domains with a certificate that must be refused, and its schedule. */

import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type Code, EventInvokeConfig, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import type { Config } from '../../shared/config/settings.js';
import { dataKeyStatements } from './data-key.js';
import { schedulerRole } from './scheduler-role.js';
import { WatchFunction } from './watch-function.js';

export interface CanaryProps {
  readonly code: Code;
  readonly environment: Readonly<Record<string, string>>;
  readonly table: Table;
  readonly logRetentionDays: number;
  /** @default - a key that AWS manages */
  readonly encryptionKey?: IKey;
  readonly canaries: Config['canaries'];
  readonly canaryMinutes: number;
}

export class Canary extends Construct {
  readonly fn: LambdaFunction;
  /** The time between two calls of a domain. */
  readonly period: Duration;
  /** The domains that are called; they are the values of the metric dimension `scope`. */
  readonly scopes: readonly string[];

  constructor(scope: Construct, id: string, props: CanaryProps) {
    super(scope, id);
    this.period = Duration.minutes(props.canaryMinutes);
    this.scopes = props.canaries.map(({ domain }) => domain);
    this.fn = new WatchFunction(this, 'Canary', {
      ...props,
      description:
        'mtls-watch: calls domains with a certificate that they must refuse, so that the way of a refusal is seen',
      statements: [
        // It stores its own calls, and reads nothing.
        new PolicyStatement({
          actions: ['dynamodb:UpdateItem'],
          resources: [props.table.tableArn],
          conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['probe#*'] } },
        }),
        ...dataKeyStatements(this, props.encryptionKey),
      ],
      memoryMiB: 256,
      // A call takes ten seconds at most, and all calls are parallel.
      timeout: Duration.seconds(30),
    }).fn;
    // No retry: the next call is due soon, and a repeated one would count twice.
    new EventInvokeConfig(this, 'AsyncInvocations', {
      function: this.fn,
      retryAttempts: 0,
      maxEventAge: this.period,
    });
    new Schedule(this, 'EveryFewMinutes', {
      description: 'mtls-watch: calls the domains of the canary',
      schedule: ScheduleExpression.rate(this.period),
      target: new LambdaInvoke(this.fn, {
        role: schedulerRole(this, this.fn),
        retryAttempts: 0,
        maxEventAge: this.period,
      }),
    });
  }
}
