/** Tells when mtls-watch itself is in trouble, each time with what it means, what to do first, and the runbook. */

import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AlarmId } from '../../shared/config/runbooks.js';
import type { Config } from '../../shared/config/settings.js';
import { alarmDescription } from '../../shared/messages/alarms.js';
import { watchMetric } from './watch-metrics.js';

interface Canary {
  readonly scope: string;
  readonly periodMinutes: number;
}

export interface AlarmsProps {
  readonly topic: ITopic;
  readonly config: Config;
  readonly ingest: LambdaFunction;
  readonly sweep: LambdaFunction;
  readonly deadLetters: Queue;
  /** @default - no report is made */
  readonly report?: LambdaFunction | undefined;
  /** @default - no domain has a canary */
  readonly canaries?: readonly Canary[];
  /** Minutes between two runs of the function that looks after the subscription filters. @default - there is none */
  readonly reconcileMinutes?: number | undefined;
  /** The iterator age, in milliseconds, where logs come through a stream. @default - they come from CloudWatch Logs */
  readonly iteratorAge?: IMetric | undefined;
}

interface Condition {
  readonly id: AlarmId;
  readonly metric: IMetric;
  /** The alarm goes off at this value and above, or below it; then no data at all is trouble too. */
  readonly when: { readonly atLeast: number } | { readonly under: number };
  /** How many periods in a row. @default 1 */
  readonly periods?: number;
  /** @default - only where the alarm goes off below a value */
  readonly isSilenceTrouble?: boolean;
  /** What it is about where there are several of a kind. */
  readonly about?: string;
}

const fiveMinutes = { period: Duration.minutes(5) };
const sum = { ...fiveMinutes, statistic: Stats.SUM };
const largest = { ...fiveMinutes, statistic: Stats.MAXIMUM };

export class Alarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const action = new SnsAction(props.topic);
    const conditions = {
      ...ingestConditions(props),
      ...sweepConditions(props),
      ...reportConditions(props),
      ...sourceConditions(props),
    };
    const alarmsIn = (room: Construct, all: Readonly<Record<string, Condition>>): Alarm[] =>
      Object.entries(all).map(([name, condition]) => alarm(room, name, condition, props.config, action));
    this.alarms = [
      ...alarmsIn(this, conditions),
      ...(props.canaries ?? []).flatMap((canary) =>
        alarmsIn(new Construct(this, canary.scope), canaryConditions(canary)),
      ),
    ];
  }
}

function alarm(room: Construct, name: string, condition: Condition, config: Config, action: SnsAction): Alarm {
  const { id, metric, when, periods = 1, about } = condition;
  const isForLittle = 'under' in when;
  const isSilenceTrouble = condition.isSilenceTrouble ?? isForLittle;
  const made = new Alarm(room, name, {
    alarmDescription: alarmDescription(id, config, about),
    metric,
    threshold: isForLittle ? when.under : when.atLeast,
    evaluationPeriods: periods,
    comparisonOperator: isForLittle
      ? ComparisonOperator.LESS_THAN_THRESHOLD
      : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: isSilenceTrouble ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
  });
  made.addAlarmAction(action);
  return made;
}

function ingestConditions({ ingest, deadLetters }: AlarmsProps): Record<string, Condition> {
  const depth = { period: Duration.minutes(1), statistic: Stats.MAXIMUM };
  return {
    DeadLetters: {
      id: 'dead-letters',
      metric: deadLetters.metricApproximateNumberOfMessagesVisible(depth),
      when: { atLeast: 1 },
    },
    LostDeadLetters: {
      id: 'lost-dead-letters',
      metric: ingest.metric('DestinationDeliveryFailures', sum),
      when: { atLeast: 1 },
    },
    IngestErrors: {
      id: 'ingest-errors',
      metric: ingest.metricErrors(sum),
      // One batch is tried three times; a hiccup that the retry heals stays below.
      when: { atLeast: 3 },
    },
    IngestThrottles: {
      id: 'ingest-throttles',
      metric: ingest.metricThrottles(sum),
      when: { atLeast: 1 },
      // Lambda tries again after a second and then ever later; the peak of a storm is over before this.
      periods: 3,
    },
    RejectsRising: { id: 'rejects-rising', metric: rejectedPercent(), when: { atLeast: 10 } },
  };
}

/**
 * Of the records that ingest read in an hour, how many percent it could not make sense of; zero under five of them, for
 * whoever connects can break a record or two. Only refusals are streamed, so a quiet domain has few records an hour.
 */
function rejectedPercent(): MathExpression {
  const over = { period: Duration.hours(1), statistic: Stats.SUM };
  return new MathExpression({
    expression: 'IF(rejected >= 5, 100 * rejected / read, 0)',
    label: 'rejected, %',
    usingMetrics: {
      rejected: watchMetric('RecordsRejected', 'ingest', over),
      read: watchMetric('EventsRead', 'ingest', over),
    },
    period: over.period,
  });
}

function sweepConditions({ sweep }: AlarmsProps): Record<string, Condition> {
  return {
    SweepErrors: {
      id: 'sweep-errors',
      metric: sweep.metricErrors(sum),
      // Out of five runs; the next run makes a failed one good.
      when: { atLeast: 3 },
    },
    SweepNotRunning: { id: 'sweep-not-running', metric: sweep.metricInvocations(sum), when: { under: 1 }, periods: 2 },
    NoticesWaiting: {
      id: 'notices-waiting',
      metric: watchMetric('OldestNoticePending', 'sweep', largest),
      // Seconds. A notice is sent at once, and tried again every minute.
      when: { atLeast: 300 },
    },
  };
}

function reportConditions({ report }: AlarmsProps): Record<string, Condition> {
  if (report === undefined) return {};
  // One is enough: a run that dies leaves its claim on the report, and Lambda's next tries come while it holds.
  return { ReportNotMade: { id: 'report-not-made', metric: report.metricErrors(sum), when: { atLeast: 1 } } };
}

/** Whether the logs come at all. */
function sourceConditions({ reconcileMinutes, iteratorAge }: AlarmsProps): Record<string, Condition> {
  const conditions: Record<string, Condition> = {};
  if (reconcileMinutes !== undefined) {
    const once = { period: Duration.minutes(reconcileMinutes), statistic: Stats.MAXIMUM };
    conditions.LogGroupSilent = {
      id: 'log-group-silent',
      metric: watchMetric('SilentLogGroups', 'reconcile', once),
      when: { atLeast: 1 },
    };
    conditions.FiltersUnmet = {
      id: 'filters-unmet',
      metric: watchMetric('FiltersUnmet', 'reconcile', once),
      when: { atLeast: 1 },
      // A run that begins late leaves a period empty; the check that stopped leaves all of them.
      periods: 2,
      isSilenceTrouble: true,
    };
  }
  if (iteratorAge !== undefined) {
    // Ten minutes, in milliseconds: over a failing batch's retries, far under the day that a stream keeps records.
    conditions.StreamBehind = { id: 'stream-behind', metric: iteratorAge, when: { atLeast: 600_000 } };
  }
  return conditions;
}

function canaryConditions({ scope, periodMinutes }: Canary): Record<string, Condition> {
  const period = Duration.minutes(periodMinutes);
  const about = scope;
  const dimensionsMap = { scope };
  return {
    CanaryMissing: {
      id: 'canary-missing',
      about,
      // Ingest measures it, when both halves of the refusal have met in the table.
      metric: watchMetric('CanaryRoundTrip', 'ingest', { period, statistic: Stats.SAMPLE_COUNT, dimensionsMap }),
      when: { under: 1 },
      // Logs may be late once, and one call may be lost.
      periods: 3,
    },
    CanaryNotRefused: {
      id: 'canary-not-refused',
      about,
      metric: watchMetric('CanaryNotRefused', 'canary', { period, statistic: Stats.SUM, dimensionsMap }),
      when: { atLeast: 1 },
    },
  };
}
