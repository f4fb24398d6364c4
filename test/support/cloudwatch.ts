/**
 * CloudWatch as far as alarms need it: datapoints (out of embedded metric format, or put), statistics over periods, metric
 * math, and the state of an alarm. The local AWS keeps alarms and never evaluates them. Rules and examples are those of the
 * CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data", "Alarm evaluation" and "Metric math".
 */

import { evaluateMath, type Series } from './metric-math.js';

export interface MetricKey {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface Metrics {
  /** Points of one metric come in the order of time. */
  put(metric: MetricKey, at: number, value: number): void;
  /** Takes a line of a function's log; whatever is not in embedded metric format is passed over. */
  takeLine(line: string): void;
  statistic(metric: MetricKey, statistic: string, from: number, to: number): number | null;
  known(): readonly MetricKey[];
}

interface Point {
  readonly at: number;
  readonly value: number;
}

interface Emf {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
  readonly [name: string]: unknown;
}

export function createMetrics(): Metrics {
  const store = new Map<string, { key: MetricKey; points: Point[] }>();
  const put = (key: MetricKey, at: number, value: number): void => {
    const name = nameOf(key);
    const known = store.get(name) ?? { key, points: [] };
    known.points.push({ at, value });
    store.set(name, known);
  };
  return {
    put,
    takeLine: (line) => {
      for (const { key, at, values } of emittedIn(line)) for (const value of values) put(key, at, value);
    },
    statistic: (key, statistic, from, to) => {
      const points = store.get(nameOf(key))?.points ?? [];
      const values: number[] = [];
      // Time goes on from point to point, and what is asked for is recent.
      for (let index = points.length - 1; index >= 0; index--) {
        const { at, value } = points[index] as Point;
        if (at < from) break;
        if (at < to) values.push(value);
      }
      return values.length === 0 ? null : statisticOf(values, statistic);
    },
    known: () => [...store.values()].map(({ key }) => key),
  };
}

/** What a line emits: for each set of dimensions, each metric. "Specification: Embedded metric format". */
export function emittedIn(line: string): { key: MetricKey; at: number; values: readonly number[] }[] {
  if (!line.startsWith('{"_aws"')) return [];
  const record = JSON.parse(line) as Emf;
  return record._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.map(({ Name }) => ({
        key: {
          namespace: Namespace,
          name: Name,
          dimensions: Object.fromEntries(names.map((name) => [name, String(record[name])])),
        },
        at: record._aws.Timestamp,
        values: [record[Name] as number | number[]].flat(),
      })),
    ),
  );
}

export function nameOf({ namespace, name, dimensions }: MetricKey): string {
  const entries = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${namespace} ${name} ${entries.map(([key, value]) => `${key}=${value}`).join(',')}`;
}

function statisticOf(values: readonly number[], statistic: string): number {
  const total = values.reduce((sum, value) => sum + value, 0);
  switch (statistic) {
    case 'Sum':
      return total;
    case 'Maximum':
      return Math.max(...values);
    case 'Minimum':
      return Math.min(...values);
    case 'Average':
      return total / values.length;
    case 'SampleCount':
      return values.length;
    default:
      throw new Error(`the statistic ${statistic} is not known here`);
  }
}

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** The part of `AWS::CloudWatch::Alarm` that decides. References are resolved to names. */
export interface AlarmProperties {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
  readonly Statistic?: string;
  readonly Period?: number;
  readonly Metrics?: readonly AlarmMetric[];
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly Threshold: number;
  readonly ComparisonOperator: string;
  readonly TreatMissingData?: string;
}

interface AlarmMetric {
  readonly Id: string;
  readonly Expression?: string;
  readonly Period?: number;
  readonly ReturnData?: boolean;
  readonly MetricStat?: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions?: AlarmProperties['Dimensions'];
    };
    readonly Period: number;
    readonly Stat: string;
  };
}

/**
 * How many periods further back CloudWatch looks for real data: it says that it retrieves more than the evaluation periods
 * without saying how many; in all its examples two more.
 */
const FURTHER_BACK = 2;

/** The metrics that an alarm looks at. */
export function metricsOf(alarm: AlarmProperties): MetricKey[] {
  if (alarm.Metrics === undefined) return [keyOf(alarm)];
  return alarm.Metrics.flatMap(({ MetricStat }) => (MetricStat === undefined ? [] : [keyOf(MetricStat.Metric)]));
}

function keyOf(metric: Pick<AlarmProperties, 'Namespace' | 'MetricName' | 'Dimensions'>): MetricKey {
  return {
    namespace: metric.Namespace ?? '',
    name: metric.MetricName ?? '',
    dimensions: Object.fromEntries((metric.Dimensions ?? []).map(({ Name, Value }) => [Name, Value])),
  };
}

/** `SELECT SUM(name) FROM SCHEMA("namespace", dimensions) WHERE key = 'value'`, and no other query of Metrics Insights. */
export function insightsOf(expression: string): MetricKey {
  const [, name, namespace, schema = '', key, value = ''] =
    /^SELECT SUM\((\w+)\) FROM SCHEMA\("([\w/]+)", ([\w, ]+)\) WHERE (\w+) = '([^']+)'$/.exec(expression) ?? [];
  if (name === undefined || namespace === undefined || key === undefined) throw new Error(`not known: ${expression}`);
  const dimensions = Object.fromEntries(schema.split(', ').map((dimension) => [dimension, '*']));
  return { namespace, name, dimensions: { ...dimensions, [key]: value } };
}

/** The dimensions of the schema, all of them and no others; `*` stands for every value. */
function matches({ namespace, name, dimensions }: MetricKey, asked: MetricKey): boolean {
  const keys = Object.keys(asked.dimensions);
  return (
    namespace === asked.namespace &&
    name === asked.name &&
    Object.keys(dimensions).length === keys.length &&
    keys.every((key) => asked.dimensions[key] === '*' || asked.dimensions[key] === dimensions[key])
  );
}

/** @param before the state that an alarm keeps where data that is missing is ignored */
export function stateOf(alarm: AlarmProperties, metrics: Metrics, at: number, before: AlarmState): AlarmState {
  return evaluateSeries(alarm, seriesOf(alarm, metrics, at), before);
}

function seriesOf(alarm: AlarmProperties, metrics: Metrics, at: number): Series {
  const count = alarm.EvaluationPeriods + FURTHER_BACK;
  const over = (key: MetricKey, statistic: string, periodSeconds: number): Series =>
    Array.from({ length: count }, (_, index) => {
      const to = at - (count - 1 - index) * periodSeconds * 1000;
      return metrics.statistic(key, statistic, to - periodSeconds * 1000, to);
    });
  if (alarm.Metrics === undefined) return over(keyOf(alarm), alarm.Statistic ?? '', alarm.Period ?? 0);
  const known = new Map<string, Series>();
  for (const { Id, MetricStat } of alarm.Metrics) {
    if (MetricStat !== undefined) known.set(Id, over(keyOf(MetricStat.Metric), MetricStat.Stat, MetricStat.Period));
  }
  const result = alarm.Metrics.filter(({ ReturnData }) => ReturnData !== false);
  const [{ Expression, Period } = {}] = result;
  if (result.length !== 1 || Expression === undefined) throw new Error('an alarm has one expression that it returns');
  if (Expression.startsWith('SELECT ')) {
    const asked = insightsOf(Expression);
    const each = metrics
      .known()
      .filter((key) => matches(key, asked))
      .map((key) => over(key, 'Sum', Period ?? 0));
    return evaluateMath('SUM(METRICS())', new Map(each.map((series, index) => [`m${index}`, series])), count);
  }
  return evaluateMath(Expression, known, count);
}

/**
 * The rules, on the points of the evaluation range:
 * - as many real points as evaluation periods: the newest of them decide, and nothing is filled in;
 * - fewer: all of them count, and what is missing is filled in as the alarm treats missing data;
 * - a breaching point that is old enough alarms alone when all that came after it breaches or is missing
 *   ("Avoiding premature transitions to alarm state"), unless missing points are good ones.
 */
export function evaluateSeries(alarm: AlarmProperties, series: Series, before: AlarmState): AlarmState {
  const { EvaluationPeriods: periods, TreatMissingData: missing = 'missing' } = alarm;
  const needed = alarm.DatapointsToAlarm ?? periods;
  const real = series.flatMap((value, index) =>
    value === null ? [] : [{ isBreaching: breaches(alarm, value), age: series.length - 1 - index }],
  );
  const used = real.slice(-periods);
  const breaching = used.filter(({ isBreaching }) => isBreaching).length;
  const toFill = periods - used.length;
  if (toFill === 0) return breaching >= needed ? 'ALARM' : 'OK';
  if (missing === 'breaching') return breaching + toFill >= needed ? 'ALARM' : 'OK';
  if (missing === 'notBreaching') return breaching >= needed ? 'ALARM' : 'OK';
  const [oldest] = used;
  if (oldest === undefined) return missing === 'ignore' ? before : 'INSUFFICIENT_DATA';
  if (breaching >= needed) return 'ALARM';
  const isLasting = breaching === used.length && oldest.age + 1 >= Math.min(needed, periods);
  if (!isLasting) return 'OK';
  return missing === 'ignore' ? before : 'ALARM';
}

function breaches({ ComparisonOperator: operator, Threshold: threshold }: AlarmProperties, value: number): boolean {
  switch (operator) {
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'LessThanThreshold':
      return value < threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
    default:
      throw new Error(`the comparison ${operator} is not known here`);
  }
}
