/**
 * Alarms, dashboard and runbooks look at what is really there: metrics that the functions print with these very dimensions,
 * metrics that AWS documents. One that does not exist has no data for ever, and nobody is told.
 */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRICS_NAMESPACE } from '../../infra/observability/watch-metrics.js';
import { runbookIds } from '../../shared/config/runbooks.js';
import { linksOf } from '../../shared/incidents/console-links.js';
import { insightsOf, metricsOf, nameOf } from '../support/cloudwatch.js';
import { testConfig } from '../support/world.js';
import { alarmsOf } from './alarms-of.js';
import { dashboardBody, expressionsOf, metricOf, rowsOf } from './dashboard-body.js';
import { CANARY, documented, observeStack } from './observed-stack.js';
import { resources, synthesise } from './support.js';

const observed = observeStack();
const { template } = observed;

describe('the alarms', () => {
  const alarms = alarmsOf(template);

  it('look at metrics that exist', () => {
    const looked = alarms.flatMap(({ properties }) => metricsOf(properties));
    expect(looked.length).toBeGreaterThan(8);
    expect(observed.unheardOf(looked)).toEqual([]);
  });

  it('ask Metrics Insights for metrics of filters that the stack makes', () => {
    const queries = alarms.flatMap(({ properties }) =>
      (properties.Metrics ?? []).flatMap(({ Expression = '' }) =>
        Expression.startsWith('SELECT') ? [Expression] : [],
      ),
    );
    const filters = resources(template, 'AWS::Logs::SubscriptionFilter').map(
      ([, { Properties }]) => Properties.FilterName,
    );
    const asked = queries.map(insightsOf);
    const known = documented['AWS/Logs of filters'];
    for (const { namespace, name, dimensions } of asked) {
      expect([namespace, Object.keys(dimensions).sort().join()]).toEqual(['AWS/Logs', known?.dimensions]);
      expect(known?.names).toContain(name);
    }
    expect(asked.map(({ name, dimensions }) => `${name} ${dimensions.FilterName}`).sort()).toEqual(
      [...new Set(filters)].flatMap((name) => [`DeliveryErrors ${name}`, `DeliveryThrottling ${name}`]).sort(),
    );
  });

  it('find a name, a dimension or a namespace that is not there', () => {
    const [one] = observed.emitted().filter(({ name }) => name === 'OldestNoticePending');
    if (one === undefined) throw new Error('the sweep printed no age of the oldest notice');
    const wrong = [
      { ...one, name: 'OldestNotice' },
      { ...one, dimensions: { service: 'ingest' } },
      { ...one, dimensions: {} },
      { ...one, namespace: 'mtls-watch' },
      { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: 'NoSuchFunction' } },
    ];
    expect(observed.unheardOf([one, ...wrong])).toEqual(wrong.map(nameOf));
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
    expect(observed.unheardOf(asked)).toEqual([]);
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
    const drawn = rowsOf(body).flatMap((row) => metricOf(row));
    expect(drawn.length).toBeGreaterThan(20);
    expect(observed.unheardOf(drawn)).toEqual([]);
  });

  it('shows every metric that the functions print', () => {
    const text = JSON.stringify(body);
    // What they say is in the incidents and the report, in a saved query, and in the reconciler's log.
    const left = ['HalvesSettled', 'HoursRolledUp', 'CanaryCalls', 'FiltersPut', 'FiltersRemoved'];
    const names = [...new Set(observed.emitted().map(({ name }) => name))].filter((name) => !left.includes(name));
    expect(names.filter((name) => !text.includes(name))).toEqual([]);
  });

  it('asks Metrics Insights and searches for dimensions that exist', () => {
    const shapes = observed.emitted().map(({ name, dimensions }) => `${name} ${Object.keys(dimensions).sort()}`);
    const asked = expressionsOf(body).filter((expression) => expression.startsWith('SELECT'));
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
    const searched = expressionsOf(body).filter((expression) => expression.includes('SEARCH'));
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
