/**
 * What mtls-watch sees and how it is, on one page. Rows from what a user asks first to what an operator asks last: who is
 * refused and why; does the watching work; what does it cost. Issuers are no dimension of a metric, because whoever
 * connects chooses them; the table of issuers is a query over the failure records that the functions write.
 */

import { Aws, Duration, Stack } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IAlarm,
  type IMetric,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  Metric,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { CfnFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { METRICS_NAMESPACE, watchMetric } from './watch-metrics.js';

export interface DashboardProps {
  readonly alarms: readonly IAlarm[];
  /** All functions of the stack by their names in metrics, including `ingest` and `sweep`. */
  readonly functions: Readonly<Record<string, LambdaFunction>>;
  readonly table: ITable;
  /** The names of the subscription filters whose volume is shown. */
  readonly filterNames: readonly string[];
  /**
   * Domains with a canary.
   * @default - none
   */
  readonly canaryScopes?: readonly string[];
}

/**
 * Dashboards belong to an account, not to a Region ("Using Amazon CloudWatch dashboards"), so the name contains the
 * Region: a second stack in another Region must not overwrite this one's.
 */
export function dashboardName(scope: Construct): string {
  return `${Stack.of(scope).stackName}-${Aws.REGION}`;
}

/** A widget's unit is a 24th of the page's width. */
const THIRD = 8;
const HEIGHT = 6;

const ofFiveMinutes = { period: Duration.minutes(5) };
const sum = { ...ofFiveMinutes, statistic: Stats.SUM };
const largest = { ...ofFiveMinutes, statistic: Stats.MAXIMUM };

export class Dashboard extends Construct {
  readonly dashboard: CloudWatchDashboard;

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const { functions, table, filterNames, alarms, canaryScopes = [] } = props;
    this.dashboard = new CloudWatchDashboard(this, 'Dashboard', {
      dashboardName: dashboardName(this),
      defaultInterval: Duration.hours(12),
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms of mtls-watch itself', alarms: [...alarms], width: 24, height: 3 })],
        refusals(),
        [topIssuers(functions), incidents()],
        delivery('reconcile' in functions),
        ...(canaryScopes.length === 0 ? [] : [[roundTrips(canaryScopes)]]),
        functionHealth(functions),
        cost(functions, table, filterNames),
      ],
    });
  }
}

function refusals(): GraphWidget[] {
  return [
    graph('Refused clients, by reason', [insights('Failures', ['scope', 'reason'], 'reason')], { stacked: true }),
    graph('Refused clients, by domain', [insights('Failures', ['scope', 'reason'], 'scope')], { stacked: true }),
    graph(
      'Other 403s, and connections that broke off, by cause',
      [insights('OtherForbidden', ['scope', 'cause'], 'cause')],
      { stacked: true },
    ),
  ];
}

/** The ten largest values, summed over all other dimensions: "Metrics Insights query components and syntax". */
function insights(metricName: string, dimensions: readonly string[], by: string): MathExpression {
  const schema = [METRICS_NAMESPACE, 'service', ...dimensions].join(', ');
  return new MathExpression({
    ...ofFiveMinutes,
    expression: `SELECT SUM(${metricName}) FROM SCHEMA(${schema}) GROUP BY ${by} ORDER BY SUM() DESC LIMIT 10`,
    // CloudWatch labels each line with the value that it is grouped by.
    label: '',
  });
}

/** The sum over all domains. */
function total(metricName: string, label: string): MathExpression {
  const expression = `SELECT SUM(${metricName}) FROM SCHEMA(${METRICS_NAMESPACE}, service, scope)`;
  return new MathExpression({ ...ofFiveMinutes, expression, label });
}

function topIssuers(functions: DashboardProps['functions']): LogQueryWidget {
  return new LogQueryWidget({
    title: 'Issuers most refused (a storm is sampled; a query over the log of ingest and sweep)',
    logGroupNames: logGroupsOf(functions, ['ingest', 'sweep']),
    view: LogQueryVisualizationType.TABLE,
    queryLines: [
      'filter type = "failure"',
      'stats count_distinct(failureId) as refused, count_distinct(subjectDn) as clients by issuerDn, isUnverified, scope, door, reason, words',
      'sort refused desc',
      'limit 20',
    ],
    width: 2 * THIRD,
    height: HEIGHT,
  });
}

function incidents(): GraphWidget {
  return graph(
    'Incidents, and notices that wait to be sent',
    [
      watchMetric('IncidentsFiring', 'sweep', { ...largest, label: 'incidents that fire' }),
      watchMetric('NoticesPending', 'sweep', { ...largest, label: 'notices that wait' }),
    ],
    { right: [watchMetric('OldestNoticePending', 'sweep', { ...largest, label: 'the oldest of them, seconds' })] },
  );
}

function delivery(hasReconcile: boolean): GraphWidget[] {
  const lag = (statistic: string, label: string) =>
    watchMetric('DeliveryLag', 'ingest', { ...ofFiveMinutes, statistic, label });
  const checked = (metricName: string, label: string) => watchMetric(metricName, 'reconcile', { ...largest, label });
  return [
    graph('From refusal to ingest, seconds', [
      lag(Stats.p(50), 'half of the batches'),
      lag(Stats.MAXIMUM, 'the slowest'),
    ]),
    graph(
      'Log records',
      [
        watchMetric('EventsRead', 'ingest', { ...sum, label: 'read' }),
        watchMetric('HalvesDeliveredAgain', 'ingest', { ...sum, label: 'delivered again' }),
      ],
      { right: [watchMetric('RecordsRejected', 'ingest', { ...sum, label: 'rejected' })] },
    ),
    ...(hasReconcile
      ? [
          graph('Where logs should come from', [
            checked('FiltersUnmet', 'filters missing'),
            checked('SilentLogGroups', 'log groups gone silent'),
          ]),
        ]
      : []),
  ];
}

function roundTrips(scopes: readonly string[]): GraphWidget {
  const trips = scopes.map((scope) =>
    watchMetric('CanaryRoundTrip', 'ingest', { ...largest, label: scope, dimensionsMap: { scope } }),
  );
  return graph('Round trip of the canaries, seconds', trips, {
    width: 24,
    right: [
      total('CanaryFailed', 'calls that failed'),
      total('CanaryNotRefused', 'calls that were let in'),
      total('CanaryHalfSeen', 'refusals known by one log only'),
    ],
  });
}

function functionHealth(functions: DashboardProps['functions']): GraphWidget[] {
  const each = (metric: (fn: LambdaFunction, label: string) => IMetric): IMetric[] =>
    Object.entries(functions).map(([label, fn]) => metric(fn, label));
  return [
    graph(
      'Duration, 95 of 100 below, ms',
      each((fn, label) => fn.metricDuration({ ...ofFiveMinutes, statistic: Stats.p(95), label })),
    ),
    graph(
      'Errors and throttles',
      each((fn, label) => fn.metricErrors({ ...sum, label: `${label} errors` })),
      { right: each((fn, label) => fn.metricThrottles({ ...sum, label: `${label} throttles` })) },
    ),
    graph(
      'Running at once',
      each((fn, label) => fn.metric('ConcurrentExecutions', { ...largest, label })),
    ),
  ];
}

/** The main items of the bill, by the hour. */
function cost(functions: DashboardProps['functions'], table: ITable, filterNames: readonly string[]): GraphWidget[] {
  const hourly = { period: Duration.hours(1), statistic: Stats.SUM };
  const units = (metricName: string, label: string) =>
    new Metric({
      namespace: 'AWS/DynamoDB',
      metricName,
      dimensionsMap: { TableName: table.tableName },
      label,
      ...hourly,
    });
  return [
    graph('Cost: DynamoDB units an hour', [
      units('ConsumedWriteCapacityUnits', 'write'),
      units('ConsumedReadCapacityUnits', 'read'),
    ]),
    graph('Cost: Lambda, GB-seconds an hour', [gbSeconds(functions, hourly)]),
    graph('Cost: log bytes an hour', [
      ...filterNames.map(
        (name) =>
          new MathExpression({
            period: hourly.period,
            expression: `SUM(SEARCH('{AWS/Logs,DestinationType,FilterName,LogGroupName} MetricName="ForwardedBytes" FilterName="${name}"', 'Sum', 3600))`,
            label: `sent by the filters ${name}`,
          }),
      ),
      ...Object.entries(functions).map(
        ([label, fn]) =>
          new Metric({
            namespace: 'AWS/Logs',
            metricName: 'IncomingBytes',
            dimensionsMap: { LogGroupName: fn.logGroup.logGroupName },
            label: `written by ${label}`,
            ...hourly,
          }),
      ),
    ]),
  ];
}

/** Duration is in milliseconds; what is paid for is the time times the memory. */
function gbSeconds(
  functions: DashboardProps['functions'],
  hourly: { readonly period: Duration; readonly statistic: string },
): MathExpression {
  const all = Object.values(functions).map((fn, index) => ({ id: `d${index}`, gb: memoryMiB(fn) / 1024, fn }));
  return new MathExpression({
    period: hourly.period,
    expression: `(${all.map(({ id, gb }) => `FILL(${id}, 0) * ${gb}`).join(' + ')}) / 1000`,
    label: 'all functions',
    usingMetrics: Object.fromEntries(all.map(({ id, fn }) => [id, fn.metricDuration(hourly)])),
  });
}

function memoryMiB(fn: LambdaFunction): number {
  const { memorySize } = fn.node.defaultChild as CfnFunction;
  if (memorySize === undefined) throw new Error(`${fn.node.path} has no memory size`);
  return memorySize;
}

function logGroupsOf(functions: DashboardProps['functions'], services: readonly string[]): string[] {
  return services.flatMap((service) => functions[service]?.logGroup.logGroupName ?? []);
}

function graph(
  title: string,
  left: IMetric[],
  more: Pick<GraphWidgetProps, 'right' | 'stacked' | 'width'> = {},
): GraphWidget {
  return new GraphWidget({ title, left, width: THIRD, ...more, height: HEIGHT, leftYAxis: { min: 0 } });
}
