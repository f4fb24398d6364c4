/** The function that CloudWatch Logs calls with batches of log lines, and the queue for batches that it cannot process. */

import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type Code, EventInvokeConfig, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { WatchFunction } from './watch-function.js';

export interface IngestProps {
  readonly code: Code;
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly PolicyStatement[];
  readonly logRetentionDays: number;
  /** @default - a key that AWS manages */
  readonly encryptionKey?: IKey;
  /** @default - unreserved */
  readonly reservedConcurrency?: number;
}

export class Ingest extends Construct {
  readonly fn: LambdaFunction;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: IngestProps) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: props.encryptionKey === undefined ? QueueEncryption.SQS_MANAGED : QueueEncryption.KMS,
      encryptionMasterKey: props.encryptionKey,
      enforceSSL: true,
      // The longest retention, so that batches can still be redriven after an absence of two weeks.
      retentionPeriod: Duration.days(14),
      // Its batches are not counted yet, so the queue is retained when the stack is deleted or replaced.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(this.deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        'It is the dead-letter queue, of asynchronous invocations, which the rule cannot see; an alarm watches it.',
    });
    this.fn = new WatchFunction(this, 'Ingest', {
      ...props,
      description: 'mtls-watch: counts refused client certificates out of API Gateway logs and alerts on spikes',
      statements: [
        ...props.statements,
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.deadLetters.queueArn] }),
      ],
      // Memory stays under 160 MB for any payload (`npm run bench -- memory`); more memory means more CPU.
      memoryMiB: 1024,
      timeout: Duration.minutes(2),
    }).fn;
    new EventInvokeConfig(this, 'AsyncInvocations', {
      function: this.fn,
      retryAttempts: 2,
      // Six hours is the maximum, so that throttled batches are retried as long as possible before they become dead
      // letters.
      maxEventAge: Duration.hours(6),
      onFailure: { bind: () => ({ destination: this.deadLetters.queueArn }) },
    });
  }
}
