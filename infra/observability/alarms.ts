/** Alarms on mtls-watch itself, each with what it means, what to do first, and the runbook. */

import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
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
  /**
   * Minutes between two runs of the function that maintains the subscription filters.
   * @default - there is none
   */
  readonly reconcileMinutes?: number | undefined;
  /**
   * The iterator age, in milliseconds, if logs come through a stream.
   * @default - they come from CloudWatch Logs
   */
  readonly iteratorAge?: IMetric | undefined;
  /** The names of the subscription filters, the same in every log group. */
  readonly filterNames: readonly string[];
  /** All functions that write metrics into their logs, by the names of their services. */
  readonly meters: Readonly<Record<string, LambdaFunction>>;
}

interface Condition {
  readonly id: AlarmId;
  readonly metric: IMetric;
  /**
   * The alarm goes off at this value and above, or below this value; in the second case missing data counts as a
   * failure.
   */
  readonly when: { readonly atLeast: number } | { readonly under: number };
  /**
   * The number of consecutive periods.
   * @default 1
   */
  readonly periods?: number;
  /** @default - true only if the alarm goes off below a value */
  readonly isSilenceTrouble?: boolean;
  /** The subject of the alarm if there are several of a kind. */
  readonly about?: string;
}

const fiveMinutes = { period: Duration.minutes(5) };
const sum = { ...fiveMinutes, statistic: Stats.SUM };
const largest = { ...fiveMinutes, statistic: Stats.MAXIMUM };

export class Alarms extends Construct {
  private readonly made: Alarm[];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: AlarmsProps,
  ) {
    super(scope, id);
    const conditions = {
      ...ingestConditions(props),
      ...sweepConditions(props),
      ...reportConditions(props),
      ...sourceConditions(props),
    };
    this.made = [
      ...this.alarmsIn(this, conditions),
      // In a nested stack the names are not known yet, so that they cannot be in an id.
      ...props.filterNames.flatMap((name, index) =>
        this.alarmsIn(new Construct(this, `Filter${index + 1}`), filterConditions(name)),
      ),
      ...Object.entries(props.meters).flatMap(([service, fn]) =>
        this.alarmsIn(new Construct(this, `Metrics ${service}`), meterConditions(service, fn)),
      ),
      ...(props.canaries ?? []).flatMap((canary) =>
        this.alarmsIn(new Construct(this, canary.scope), canaryConditions(canary)),
      ),
    ];
  }

  /** On deliveries by a filter that is put later than this is made; once, however often it is asked for. */
  addFilter(filterName: string): void {
    const id = 'LaterFilter';
    if (this.props.filterNames.includes(filterName) || this.node.tryFindChild(id) !== undefined) return;
    this.made.push(...this.alarmsIn(new Construct(this, id), filterConditions(filterName)));
  }

  get alarms(): readonly Alarm[] {
    return this.made;
  }

  private alarmsIn(room: Construct, all: Readonly<Record<string, Condition>>): Alarm[] {
    const action = new SnsAction(this.props.topic);
    return Object.entries(all).map(([name, condition]) => alarm(room, name, condition, this.props.config, action));
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
      // One batch is tried three times, so a failure that a retry repairs stays below this.
      when: { atLeast: 3 },
    },
    IngestThrottles: {
      id: 'ingest-throttles',
      metric: ingest.metricThrottles(sum),
      when: { atLeast: 1 },
      // Lambda retries after a second and then with growing delays; the peak of a storm is shorter than this.
      periods: 3,
    },
    RejectsRising: { id: 'rejects-rising', metric: rejectedPercent(), when: { atLeast: 10 } },
  };
}

/**
 * The percentage of records in an hour that ingest could not read. It is zero for fewer than five such records, because
 * any client can cause a few. Only refusals are streamed, so a quiet domain has few records an hour.
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
      // Of five runs; the next run repairs a failed one.
      when: { atLeast: 3 },
    },
    SweepNotRunning: { id: 'sweep-not-running', metric: sweep.metricInvocations(sum), when: { under: 1 }, periods: 2 },
    NoticesWaiting: {
      id: 'notices-waiting',
      metric: watchMetric('OldestNoticePending', 'sweep', largest),
      // In seconds. A notice is sent at once, and retried every minute.
      when: { atLeast: 300 },
    },
  };
}

function reportConditions({ report }: AlarmsProps): Record<string, Condition> {
  if (report === undefined) return {};
  // One failure is enough: a run that dies leaves its claim on the report, and Lambda's retries come while the claim is
  // in force.
  return { ReportNotMade: { id: 'report-not-made', metric: report.metricErrors(sum), when: { atLeast: 1 } } };
}

/** Conditions on whether logs arrive at all. */
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
      // A late run leaves one period empty; a check that stopped leaves all periods empty.
      periods: 2,
      isSilenceTrouble: true,
    };
  }
  if (iteratorAge !== undefined) {
    // Ten minutes, in milliseconds: longer than a failing batch's retries, and much shorter than the stream's
    // retention.
    conditions.StreamBehind = { id: 'stream-behind', metric: iteratorAge, when: { atLeast: 600_000 } };
  }
  return conditions;
}

/**
 * On what CloudWatch Logs could not deliver by a filter, in whichever log group: "Monitoring with CloudWatch metrics". Metrics
 * Insights knows no OR, so that each name has alarms of its own.
 */
function filterConditions(filterName: string): Record<string, Condition> {
  const total = (metricName: string): MathExpression =>
    new MathExpression({
      ...fiveMinutes,
      expression: `SELECT SUM(${metricName}) FROM SCHEMA("AWS/Logs", DestinationType, FilterName, LogGroupName) WHERE FilterName = '${filterName}'`,
      label: `${metricName}, ${filterName}`,
    });
  return {
    // A single one may be lost for good.
    DeliveryErrors: {
      id: 'delivery-errors',
      about: filterName,
      metric: total('DeliveryErrors'),
      when: { atLeast: 1 },
    },
    DeliveryThrottled: {
      id: 'delivery-throttled',
      about: filterName,
      metric: total('DeliveryThrottling'),
      when: { atLeast: 1 },
      // It is tried again for 24 hours; the peak of a storm is shorter than this.
      periods: 3,
    },
  };
}

/** On lines of a function in embedded metric format of which CloudWatch made no metric. */
function meterConditions(service: string, { logGroup }: LambdaFunction): Record<string, Condition> {
  const failed = (metricName: string): Metric =>
    new Metric({
      namespace: 'AWS/Logs',
      metricName,
      dimensionsMap: { LogGroupName: logGroup.logGroupName },
      ...sum,
    });
  return {
    MetricsLost: {
      id: 'metrics-lost',
      about: service,
      metric: new MathExpression({
        ...fiveMinutes,
        expression: 'SUM(METRICS())',
        label: 'lines without metrics',
        usingMetrics: {
          disabled: failed('EMFDisabledErrors'),
          parsing: failed('EMFParsingErrors'),
          validation: failed('EMFValidationErrors'),
        },
      }),
      when: { atLeast: 1 },
    },
  };
}

function canaryConditions({ scope, periodMinutes }: Canary): Record<string, Condition> {
  const period = Duration.minutes(periodMinutes);
  const about = scope;
  const dimensionsMap = { scope };
  return {
    CanaryMissing: {
      id: 'canary-missing',
      about,
      // Ingest writes this metric when both halves of the refusal were joined in the table.
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
