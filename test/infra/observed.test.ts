/**
 * Alarms, dashboard and saved queries look at what is really there: metrics that the functions print with these very
 * dimensions, fields of records that they write, metrics that AWS documents. One that does not exist has no data for ever,
 * and nobody is told.
 */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { METRICS_NAMESPACE } from '../../infra/watch-metrics.js';
import { runbookIds } from '../../shared/runbooks.js';
import { linksOf } from '../../shared/stages/console-links.js';
import { type MetricKey, metricsOf, nameOf } from '../support/cloudwatch.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch } from '../support/logs.js';
import { eventOf, type PlayedStack, playStack } from '../support/played-stack.js';
import { testConfig } from '../support/world.js';
import { alarmsOf, resolved } from './alarms-of.js';
import { resources, synthesise } from './support.js';

const CANARY = 'api.example.com';
const { template } = synthesise({ canaries: [{ domain: CANARY }], central: { accounts: ['111122223333'] } });
let stack: PlayedStack;
let emitted: readonly MetricKey[];

/** Everything that a function can have to tell happens once. */
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  stack = playStack(template);
  const access = accessBatch([
    accessEvent({ n: 1 }),
    accessEvent({ n: 2 }, { 'error.responseType': 'WAF_FILTERED' }),
    accessEvent({ n: 3 }, { requestId: '-' }),
  ]);
  for (const batch of [executionBatch([denialAsOneEvent({ n: 1 })]), access]) {
    stack.call('ingest', eventOf(batch));
  }
  await stack.minute();
  // Of the canary's next call one log is there alone, which the sweep settles when its grace is over.
  stack.faults.isAccessLogOff = true;
  for (let minute = 1; minute < 25; minute++) await stack.minute();
  emitted = stack.metrics.known().filter(({ namespace }) => namespace === METRICS_NAMESPACE);
});
afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/**
 * The metrics of AWS's own that are looked at, with their dimensions: "Types of metrics for Lambda functions", "Available
 * CloudWatch metrics for Amazon SQS", "DynamoDB Metrics and dimensions", "Monitoring CloudWatch Logs usage with metrics".
 */
const documented: Readonly<Record<string, { readonly names: readonly string[]; readonly dimensions: string }>> = {
  'AWS/Lambda': {
    names: [
      'Invocations',
      'Errors',
      'Throttles',
      'Duration',
      'ConcurrentExecutions',
      'DestinationDeliveryFailures',
      'IteratorAge',
    ],
    dimensions: 'FunctionName',
  },
  'AWS/SQS': { names: ['ApproximateNumberOfMessagesVisible'], dimensions: 'QueueName' },
  'AWS/DynamoDB': { names: ['ConsumedWriteCapacityUnits', 'ConsumedReadCapacityUnits'], dimensions: 'TableName' },
  'AWS/Logs': { names: ['IncomingBytes'], dimensions: 'LogGroupName' },
  'AWS/Logs of filters': { names: ['ForwardedBytes'], dimensions: 'DestinationType,FilterName,LogGroupName' },
};

/** Those that neither a function printed nor AWS documents. */
function unheardOf(metrics: readonly MetricKey[]): string[] {
  const known = new Set(emitted.map(nameOf));
  const isDocumented = ({ namespace, name, dimensions }: MetricKey): boolean =>
    documented[namespace]?.names.includes(name) === true &&
    documented[namespace]?.dimensions === Object.keys(dimensions).sort().join() &&
    Object.values(dimensions).every((value) => template.findResources('*')[value] !== undefined || isResource(value));
  return metrics.filter((metric) => !known.has(nameOf(metric)) && !isDocumented(metric)).map(nameOf);
}

function isResource(logicalId: string): boolean {
  return Object.hasOwn((template.toJSON() as { Resources: object }).Resources, logicalId);
}

describe('the alarms', () => {
  const alarms = alarmsOf(template);

  it('look at metrics that exist', () => {
    const looked = alarms.flatMap(({ properties }) => metricsOf(properties));
    expect(looked.length).toBeGreaterThan(8);
    expect(unheardOf(looked)).toEqual([]);
  });

  it('find a name, a dimension or a namespace that is not there', () => {
    const [one] = emitted.filter(({ name }) => name === 'OldestNoticePending');
    if (one === undefined) throw new Error('the sweep printed no age of the oldest notice');
    const wrong = [
      { ...one, name: 'OldestNotice' },
      { ...one, dimensions: { service: 'ingest' } },
      { ...one, dimensions: {} },
      { ...one, namespace: 'mtls-watch' },
      { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: 'NoSuchFunction' } },
    ];
    expect(unheardOf([one, ...wrong])).toEqual(wrong.map(nameOf));
  });
});

describe('the runbooks', () => {
  it('ask for metrics that exist', () => {
    const commands = runbookIds.flatMap(
      (id) =>
        readFileSync(`runbooks/en/${id}.md`, 'utf8').match(
          /^aws cloudwatch get-metric-statistics --namespace MtlsWatch .*$/gm,
        ) ?? [],
    );
    const asked = commands.map((command) => {
      const name = /--metric-name (\w+)/.exec(command)?.[1] ?? '';
      const dimensions = [...command.matchAll(/Name=(\w+),Value=([\w.]+)/g)].map(([, key = '', value = '']) => [
        key,
        value,
      ]);
      const named = Object.fromEntries(dimensions) as Record<string, string>;
      return {
        namespace: METRICS_NAMESPACE,
        name,
        dimensions: { ...named, ...('scope' in named && { scope: CANARY }) },
      };
    });
    expect(asked.length).toBeGreaterThan(8);
    expect(unheardOf(asked)).toEqual([]);
  });
});

const body = dashboardBody(template);

describe('the dashboard', () => {
  it('has widgets that fit the page, and do not lie on each other', () => {
    expect(body.widgets.length).toBeGreaterThan(10);
    const cells = new Set<string>();
    for (const { x, y, width, height } of body.widgets) {
      expect(x + width).toBeLessThanOrEqual(24);
      for (let column = x; column < x + width; column++) {
        for (let row = y; row < y + height; row++) {
          expect(cells.has(`${column} ${row}`)).toBe(false);
          cells.add(`${column} ${row}`);
        }
      }
    }
  });

  it('shows all alarms', () => {
    const shown = body.widgets.flatMap((widget) => (widget.type === 'alarm' ? widget.properties.alarms : []));
    expect(shown).toEqual(alarmsOf(template).map(({ name }) => name));
  });

  it('draws metrics that exist', () => {
    const drawn = rows().flatMap((row) => metricOf(row));
    expect(drawn.length).toBeGreaterThan(20);
    expect(unheardOf(drawn)).toEqual([]);
  });

  it('shows every metric that the functions print', () => {
    const text = JSON.stringify(body);
    // What they say is in the incidents and the report, in a saved query, and in the reconciler's log.
    const left = ['HalvesSettled', 'HoursRolledUp', 'CanaryCalls', 'FiltersPut', 'FiltersRemoved'];
    const names = [...new Set(emitted.map(({ name }) => name))].filter((name) => !left.includes(name));
    expect(names.filter((name) => !text.includes(name))).toEqual([]);
  });

  it('asks Metrics Insights and searches for dimensions that exist', () => {
    const shapes = emitted.map(({ name, dimensions }) => `${name} ${Object.keys(dimensions).sort()}`);
    const asked = expressions().filter((expression) => expression.startsWith('SELECT'));
    expect(asked).toHaveLength(6);
    for (const expression of asked) {
      const [, name, namespace, schema = '', by] =
        /^SELECT SUM\((\w+)\) FROM SCHEMA\((\w+), ([\w, ]+)\)(?: GROUP BY (\w+) ORDER BY SUM\(\) DESC LIMIT 10)?$/.exec(
          expression,
        ) ?? [];
      const dimensions = schema.split(', ').sort();
      expect(namespace).toBe(METRICS_NAMESPACE);
      expect(shapes).toContain(`${name} ${dimensions}`);
      expect(dimensions).toContain(by ?? 'service');
    }
    const searched = expressions().filter((expression) => expression.includes('SEARCH'));
    const filters = resources(template, 'AWS::Logs::SubscriptionFilter').map(
      ([, { Properties }]) => Properties.FilterName,
    );
    expect(searched).toHaveLength(filters.length);
    searched.forEach((expression, index) => {
      const [, schema, name, filter] =
        /^SUM\(SEARCH\('\{([\w/,]+)\} MetricName="(\w+)" FilterName="([\w-]+)"', 'Sum', 3600\)\)$/.exec(expression) ??
        [];
      const known = documented['AWS/Logs of filters'];
      expect(schema).toBe(`AWS/Logs,${known?.dimensions}`);
      expect(known?.names).toContain(name);
      expect(filter).toBe(filters[index]);
    });
  });

  it('is what alerts link to, in the Region of the stack', () => {
    const [[, dashboard] = []] = resources(template, 'AWS::CloudWatch::Dashboard');
    const name = dashboard?.Properties.DashboardName;
    expect(name).toEqual({ 'Fn::Join': ['', ['mtls-watch-', { Ref: 'AWS::Region' }]] });
    const variables = resources(template, 'AWS::Lambda::Function').map(
      ([, { Properties }]) => (Properties.Environment as { Variables: Record<string, unknown> }).Variables,
    );
    // Only these write notices; the canary does not.
    for (const service of ['ingest', 'sweep']) {
      expect(variables).toContainEqual(
        expect.objectContaining({ POWERTOOLS_SERVICE_NAME: service, DASHBOARD_NAME: name }),
      );
    }
    const group = { scope: 's', issuerDn: 'i', reason: 'expired' } as const;
    const about = { group, reasonText: 'r', since: 0, at: 0 };
    const place = { region: 'eu-central-1', tableName: 't', dashboardName: 'mtls-watch-eu-central-1' };
    // The notation of a link that the console's own "Share" gives.
    expect(linksOf(about, testConfig(), place).dashboard).toMatch(
      /^https:\/\/eu-central-1\.console\.aws\.amazon\.com\/cloudwatch\/home\?region=eu-central-1#dashboards[:/]\S*name=mtls-watch-eu-central-1/,
    );
  });

  it('is not there where it is not wanted, and no link to it', () => {
    const without = synthesise({ dashboard: false }).template;
    without.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
    expect(JSON.stringify(without.toJSON())).not.toContain('DASHBOARD_NAME');
  });
});

describe('the saved queries', () => {
  const queries = resources(template, 'AWS::Logs::QueryDefinition').map(([, { Properties }]) => ({
    name: String(Properties.Name),
    text: String(Properties.QueryString),
    asked: ((Properties.Parameters ?? []) as { Name: string }[]).map(({ Name }) => Name),
    logGroups: resolved(Properties.LogGroupNames) as string[],
  }));
  const widgets = body.widgets.flatMap((widget) => (widget.type === 'log' ? [widget.properties.query] : []));

  it('stand in a folder of the stack', () => {
    expect(queries.map(({ name }) => name)).toEqual([
      'mtls-watch/refused clients of a domain',
      'mtls-watch/refused clients of an issuer',
      'mtls-watch/other 403s by cause',
      'mtls-watch/both logs of a request',
      'mtls-watch/rejects',
      'mtls-watch/canary',
    ]);
  });

  it.each(queries)('$name asks for the words in its braces, and for no others', ({ text, asked }) => {
    expect([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name)).toEqual(asked);
  });

  it.each(queries)('$name uses fields of records that are written where it looks', ({ text, logGroups }) => {
    expect(recordsFor(text, logGroups).length).toBeGreaterThan(0);
  });

  it('is asked by the dashboard as well', () => {
    expect(widgets).toHaveLength(1);
    for (const query of widgets) {
      const sources = [...query.matchAll(/SOURCE '(\w+)'/g)].map(([, name]) => name ?? '');
      expect(recordsFor(query.replace(/SOURCE '\w+' \| /g, ''), sources).length).toBeGreaterThan(0);
    }
  });

  it('would find a field that no record has', () => {
    const ingest = queries[0]?.logGroups ?? [];
    expect(recordsFor('filter type = "failure" | stats count(*) by issuer', ingest)).toEqual([]);
    expect(recordsFor('filter type = "failed" | stats count(*) by issuerDn', ingest)).toEqual([]);
    expect(recordsFor('filter type = "failure" | stats count(*) by issuerDn', ['elsewhere'])).toEqual([]);
  });

  /**
   * The records in these log groups that have the fields of a query and the values that it filters by. A query that takes
   * several kinds of records (`or`) needs each field in one of them.
   */
  function recordsFor(query: string, logGroups: readonly string[]): object[] {
    const fields = fieldsOf(query);
    const filters = [...query.matchAll(/(\w+) = "([^"{]*)"/g)].map(([, field = '', value]) => [field, value] as const);
    const records = linesIn(logGroups)
      .map(recordOf)
      .filter((record) => filters.every(([field, value]) => record[field] === value));
    if (/\) or /.test(query)) {
      const known = new Set(records.flatMap((record) => Object.keys(record)));
      return fields.every((field) => known.has(field)) ? records : [];
    }
    return records.filter((record) => fields.every((field) => Object.hasOwn(record, field)));
  }

  function linesIn(logGroups: readonly string[]): string[] {
    const functions = resources(template, 'AWS::Lambda::Function').filter(([, { Properties }]) =>
      logGroups.includes((Properties.LoggingConfig as { LogGroup: { Ref: string } }).LogGroup.Ref),
    );
    const printed = functions.flatMap(([, { Properties }]) => {
      const { Variables } = Properties.Environment as { Variables: Record<string, string> };
      return stack.printed.get(Variables.POWERTOOLS_SERVICE_NAME ?? '') ?? [];
    });
    const isGateway = logGroups.some((name) => name.startsWith('API-Gateway') || name.startsWith('/aws/apigateway'));
    return isGateway ? [...printed, accessEvent({ n: 1 }).message] : printed;
  }
});

function recordOf(line: string): Record<string, unknown> {
  const value: unknown = JSON.parse(line);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** The fields of records that a query names: no keyword, no function, no alias, nothing that CloudWatch itself adds. */
function fieldsOf(query: string): string[] {
  const KEYWORDS = new Set(
    'fields filter stats sort limit display by as and or like desc asc dedup count count_distinct sum min max avg ispresent bin 1h'.split(
      ' ',
    ),
  );
  const bare = query.replace(/"[^"]*"/g, '');
  const aliases = new Set([...bare.matchAll(/ as (\w+)/g)].map(([, alias]) => alias));
  const names = bare.match(/(?<!\w)@?[A-Za-z]\w*/g) ?? [];
  return [...new Set(names)].filter((name) => !name.startsWith('@') && !KEYWORDS.has(name) && !aliases.has(name));
}

/** "Dashboard body structure and syntax", as far as it is used. */
function dashboardBody(from: typeof template) {
  const place = {
    x: z.int().min(0),
    y: z.int().min(0),
    width: z.int().min(1).max(24),
    height: z.int().min(1).max(1000),
  };
  const metric = z.array(z.union([z.string(), z.record(z.string(), z.unknown())])).min(1);
  const axis = z.strictObject({ left: z.strictObject({ min: z.number() }) });
  const schema = z.strictObject({
    start: z.literal('-PT12H'),
    widgets: z
      .array(
        z.discriminatedUnion('type', [
          z.strictObject({
            type: z.literal('metric'),
            ...place,
            properties: z.strictObject({
              view: z.literal('timeSeries'),
              title: z.string().min(1),
              region: z.string(),
              stacked: z.boolean().optional(),
              metrics: z.array(metric).min(1).max(500),
              yAxis: axis,
            }),
          }),
          z.strictObject({
            type: z.literal('log'),
            ...place,
            properties: z.strictObject({
              view: z.literal('table'),
              title: z.string().min(1),
              region: z.string(),
              query: z.string(),
            }),
          }),
          z.strictObject({
            type: z.literal('alarm'),
            ...place,
            properties: z.strictObject({ title: z.string().min(1), alarms: z.array(z.string()).max(100) }),
          }),
        ]),
      )
      .max(500),
  });
  const [[, dashboard] = []] = resources(from, 'AWS::CloudWatch::Dashboard');
  return schema.parse(JSON.parse(joined(dashboard?.Properties.DashboardBody)));
}

/** The text that CloudFormation makes, with logical ids in place of names. */
function joined(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Join': join } = value as { 'Fn::Join'?: [string, unknown[]] };
  return join === undefined ? String(resolved(value)) : join[1].map(joined).join(join[0]);
}

type Row = (string | Record<string, unknown>)[];

function rows(): Row[] {
  return body.widgets.flatMap((widget) => (widget.type === 'metric' ? widget.properties.metrics : []));
}

function expressions(): string[] {
  return rows().flatMap(([first]) =>
    typeof first === 'object' && typeof first.expression === 'string' ? [first.expression] : [],
  );
}

/** `[namespace, name, dimension, value, …, options]`. */
function metricOf(row: Row): MetricKey[] {
  const [namespace, name, ...rest] = row.filter((part) => typeof part === 'string');
  if (namespace === undefined || name === undefined) return [];
  const dimensions: Record<string, string> = {};
  for (let index = 0; index + 1 < rest.length; index += 2) dimensions[rest[index] ?? ''] = rest[index + 1] ?? '';
  return [{ namespace, name, dimensions }];
}
