/** Tells when mtls-watch itself is in trouble. */

import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface AlarmsProps {
  readonly topic: ITopic;
  readonly ingest: LambdaFunction;
  readonly sweep: LambdaFunction;
  readonly deadLetters: Queue;
}

interface Condition {
  readonly description: string;
  readonly metric: IMetric;
  /** The alarm goes off at this value. */
  readonly atLeast: number;
}

export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { topic, ingest, sweep, deadLetters }: AlarmsProps) {
    super(scope, id);
    const action = new SnsAction(topic);
    const sum = { period: Duration.minutes(5), statistic: Stats.SUM };
    const conditions: Record<string, Condition> = {
      DeadLetters: {
        description: 'Batches of log lines could not be processed and wait in the dead-letter queue: not counted yet.',
        metric: deadLetters.metricApproximateNumberOfMessagesVisible({
          period: Duration.minutes(1),
          statistic: Stats.MAXIMUM,
        }),
        atLeast: 1,
      },
      LostDeadLetters: {
        description: 'A batch of log lines could not be processed and did not reach the dead-letter queue: it is lost.',
        metric: ingest.metric('DestinationDeliveryFailures', sum),
        atLeast: 1,
      },
      IngestErrors: {
        description: 'Ingest fails again and again: alerts are late, and batches become dead letters.',
        metric: ingest.metricErrors(sum),
        // One batch is tried three times; a hiccup that the retry heals stays below.
        atLeast: 3,
      },
      SweepErrors: {
        description: 'The sweep fails again and again: incidents are not resolved, unpaired refusals are not counted.',
        metric: sweep.metricErrors(sum),
        // Out of five runs; the next run makes a failed one good.
        atLeast: 3,
      },
    };
    for (const [name, condition] of Object.entries(conditions)) {
      new Alarm(this, name, {
        alarmDescription: `mtls-watch: ${condition.description}`,
        metric: condition.metric,
        threshold: condition.atLeast,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }).addAlarmAction(action);
    }
    new Alarm(this, 'SweepNotRunning', {
      alarmDescription: 'mtls-watch: The sweep has not run for ten minutes: its schedule is off or may not call it.',
      metric: sweep.metricInvocations(sum),
      threshold: 1,
      evaluationPeriods: 2,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    }).addAlarmAction(action);
  }
}
