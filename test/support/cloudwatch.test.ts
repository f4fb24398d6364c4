/** The evaluator of alarms that other tests rely on, held to the examples that CloudWatch's user guide gives. */

import { describe, expect, it } from 'vitest';
import { type AlarmProperties, type AlarmState, createMetrics, evaluateSeries, stateOf } from './cloudwatch.js';
import { evaluateMath, type Series } from './metric-math.js';

const MINUTE = 60_000;
const TREATMENTS = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;

const seriesOf = (drawn: string): Series =>
  drawn.split(' ').map((point) => (point === '-' ? null : point === 'X' ? 1 : 0));

function alarm(changes: Partial<AlarmProperties> = {}): AlarmProperties {
  return {
    EvaluationPeriods: 3,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    ...changes,
  };
}

/** "Configuring how CloudWatch alarms treat missing data": the state for each treatment, `keep` for the one before. */
function holds(row: string, states: readonly string[], changes: Partial<AlarmProperties>): void {
  TREATMENTS.forEach((TreatMissingData, index) => {
    for (const before of ['OK', 'ALARM'] as AlarmState[]) {
      const expected = states[index] === 'keep' ? before : states[index];
      expect(
        evaluateSeries(alarm({ ...changes, TreatMissingData }), seriesOf(row), before),
        `${row} ${TreatMissingData}`,
      ).toBe(expected);
    }
  });
}

describe('the table for 3 of 3 points', () => {
  it.each([
    ['0 - X - X', ['OK', 'OK', 'OK', 'OK']],
    ['0 - - - -', ['OK', 'OK', 'OK', 'OK']],
    ['- - - - -', ['INSUFFICIENT_DATA', 'keep', 'ALARM', 'OK']],
    ['0 X X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['- - X - -', ['ALARM', 'keep', 'ALARM', 'OK']],
  ])('%s', (row, states) => holds(row, states, {}));

  it('does not alarm too soon on a first breaching point', () => {
    for (const row of ['- - - - X', '- - - X -', '- - - X 0', '- - X - 0']) {
      expect(evaluateSeries(alarm(), seriesOf(row), 'OK'), row).toBe('OK');
    }
  });
});

describe('the table for 2 of 3 points', () => {
  it.each([
    ['0 - X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0 0 X 0 X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0 - X - -', ['OK', 'OK', 'ALARM', 'OK']],
    ['- - - - 0', ['OK', 'OK', 'ALARM', 'OK']],
    ['- - - X -', ['ALARM', 'keep', 'ALARM', 'OK']],
  ])('%s', (row, states) => holds(row, states, { DatapointsToAlarm: 2 }));
});

describe('comparisons', () => {
  it.each([
    ['GreaterThanOrEqualToThreshold', [false, true, true]],
    ['GreaterThanThreshold', [false, false, true]],
    ['LessThanThreshold', [true, false, false]],
    ['LessThanOrEqualToThreshold', [true, true, false]],
  ])('%s', (ComparisonOperator, expected) => {
    const found = [4, 5, 6].map((value) =>
      evaluateSeries(alarm({ ComparisonOperator, Threshold: 5, EvaluationPeriods: 1 }), [value], 'OK'),
    );
    expect(found).toEqual(expected.map((isAlarm) => (isAlarm ? 'ALARM' : 'OK')));
  });
});

describe('statistics over periods', () => {
  const key = { namespace: 'N', name: 'M', dimensions: { a: '1', b: '2' } };
  const metrics = createMetrics();
  for (const [minute, value] of [
    [0, 1],
    [1, 5],
    [5, 2],
  ] as const)
    metrics.put(key, minute * MINUTE, value);

  it.each([
    ['Sum', 6],
    ['Maximum', 5],
    ['Minimum', 1],
    ['Average', 3],
    ['SampleCount', 2],
  ])('%s, from the beginning of a period to before its end', (statistic, expected) => {
    expect(metrics.statistic(key, statistic, 0, 5 * MINUTE)).toBe(expected);
  });

  it('are of the very metric: one that differs in a dimension has no data', () => {
    expect(metrics.statistic({ ...key, dimensions: { b: '2', a: '1' } }, 'Sum', 0, MINUTE)).toBe(1);
    for (const other of [
      { ...key, name: 'm' },
      { ...key, namespace: 'n' },
      { ...key, dimensions: { a: '1' } },
      { ...key, dimensions: { a: '1', b: '3' } },
    ]) {
      expect(metrics.statistic(other, 'Sum', 0, 10 * MINUTE)).toBeNull();
    }
  });

  it('decide the state of an alarm at a time', () => {
    const fiveMinutes = alarm({
      Namespace: 'N',
      MetricName: 'M',
      Dimensions: [
        { Name: 'a', Value: '1' },
        { Name: 'b', Value: '2' },
      ],
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 6,
      TreatMissingData: 'notBreaching',
    });
    expect([5, 10, 30].map((minute) => stateOf(fiveMinutes, metrics, minute * MINUTE, 'OK'))).toEqual([
      'ALARM',
      'OK',
      'OK',
    ]);
  });
});

describe('the embedded metric format', () => {
  it('gives a point for every value, metric and set of dimensions', () => {
    const metrics = createMetrics();
    const directive = { Namespace: 'N', Dimensions: [['service'], ['service', 'scope']], Metrics: [{ Name: 'M' }] };
    metrics.takeLine(
      JSON.stringify({
        _aws: { Timestamp: MINUTE, CloudWatchMetrics: [directive] },
        service: 's',
        scope: 'd',
        M: [1, 7],
      }),
    );
    metrics.takeLine('{"type":"failure"}');
    metrics.takeLine('INIT_START Runtime Version: nodejs:24');
    for (const dimensions of [{ service: 's' }, { service: 's', scope: 'd' }] as Record<string, string>[]) {
      expect(metrics.statistic({ namespace: 'N', name: 'M', dimensions }, 'Sum', 0, 2 * MINUTE)).toBe(8);
    }
    expect(metrics.known()).toHaveLength(2);
  });
});

describe('metric math', () => {
  const metrics = new Map<string, Series>([
    ['errors', [0, 6, 20, null, 6]],
    ['calls', [100, 12, 400, 7, 0]],
  ]);
  const math = (expression: string) => evaluateMath(expression, metrics, 5);

  it.each([
    ['errors / calls', [0, 0.5, 0.05, null, null]],
    ['100 * errors / calls + 1', [1, 51, 6, null, null]],
    ['2 + 3 * (calls - 1)', [299, 35, 1199, 20, -1]],
    ['calls - 1 - 1', [98, 10, 398, 5, -2]],
    ['errors >= 6', [0, 1, 1, null, 1]],
    ['errors > 6 OR calls < 50 AND calls > 5', [0, 1, 1, null, 0]],
    ['IF(errors >= 5, 100 * errors / calls, 0)', [0, 50, 5, null, null]],
    ['IF(calls == 7, 1, 0)', [0, 0, 0, 1, 0]],
  ])('%s', (expression, expected) => expect(math(expression)).toEqual(expected));

  it.each(['FILL(errors, 0)', 'errors +', 'errors calls', '(errors', 'other', 'errors % 2'])(
    'refuses what it does not know: %s',
    (expression) => expect(() => math(expression)).toThrow(),
  );
});
