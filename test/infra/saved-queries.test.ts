/** The saved queries ask for fields of records that the functions write, where they write them. */

import { describe, expect, it } from 'vitest';
import { recordFieldsOf } from '../../shared/discovery/connection-fields.js';
import { accessEvent } from '../support/logs.js';
import { resolved } from './alarms-of.js';
import { dashboardBody } from './dashboard-body.js';
import { observeStack } from './observed-stack.js';
import { resources } from './support.js';

const observed = observeStack();
const { template } = observed;

describe('the saved queries', () => {
  const queries = resources(template, 'AWS::Logs::QueryDefinition').map(([, { Properties }]) => ({
    name: String(Properties.Name),
    text: String(Properties.QueryString),
    asked: ((Properties.Parameters ?? []) as { Name: string }[]).map(({ Name }) => Name),
    logGroups: resolved(Properties.LogGroupNames) as string[],
  }));
  const widgets = dashboardBody(template).widgets.flatMap((widget) =>
    widget.type === 'log' ? [widget.properties.query] : [],
  );

  it('stand in a folder of the stack', () => {
    expect(queries.map(({ name }) => name)).toEqual([
      'mtls-watch/refused clients of a domain',
      'mtls-watch/refused clients of an issuer',
      'mtls-watch/other 403s by cause',
      'mtls-watch/both logs of a request',
      'mtls-watch/rejects',
      'mtls-watch/canary',
      'mtls-watch/connections that failed',
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

  it('never add clients that only use a name to those of its issuer', () => {
    const failures = linesIn(queries[0]?.logGroups ?? [])
      .map(recordOf)
      .filter(({ type, issuerDn }) => type === 'failure' && issuerDn === 'C=US,O=Acme,CN=Acme CA');
    const isClaim = (record: Record<string, unknown>) => record.isUnverified === true;
    expect(failures.some(isClaim) && !failures.every(isClaim)).toBe(true);
    const counting = [...queries.map(({ text }) => text), ...widgets].filter((text) => text.includes('issuerDn'));
    expect(counting).toHaveLength(3);
    for (const text of counting) {
      const rows = new Map<string, boolean>();
      for (const failure of failures) {
        // Who it was is left out: two clients may well have the same subject and address.
        const row = groupedBy(text).filter((field) => !['subjectDn', 'serialNumber', 'sourceIp'].includes(field));
        const key = JSON.stringify(row.map((field) => failure[field]));
        expect(rows.get(key) ?? isClaim(failure)).toBe(isClaim(failure));
        rows.set(key, isClaim(failure));
      }
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
   * several kinds of records (`or`, `coalesce`) needs each field in one of them, and so do the fields that rows are grouped by:
   * Logs Insights leaves them empty where a record lacks them.
   */
  function recordsFor(query: string, logGroups: readonly string[]): object[] {
    const fields = fieldsOf(query);
    const filters = [...query.matchAll(/(\w+) = "([^"{]*)"/g)].map(([, field = '', value]) => [field, value] as const);
    const records = linesIn(logGroups)
      .map(recordOf)
      .filter((record) => filters.every(([field, value]) => record[field] === value));
    if (/\) or |coalesce\(/.test(query)) {
      const known = new Set(records.flatMap((record) => Object.keys(record)));
      return fields.every((field) => known.has(field)) ? records : [];
    }
    const groupedFields = groupedBy(query);
    if (!groupedFields.every((field) => records.some((record) => Object.hasOwn(record, field)))) return [];
    const needed = fields.filter((field) => !groupedFields.includes(field));
    return records.filter((record) => needed.every((field) => Object.hasOwn(record, field)));
  }

  function linesIn(logGroups: readonly string[]): string[] {
    const functions = resources(template, 'AWS::Lambda::Function').filter(([, { Properties }]) =>
      logGroups.includes((Properties.LoggingConfig as { LogGroup: { Ref: string } }).LogGroup.Ref),
    );
    const printed = functions.flatMap(([, { Properties }]) => {
      const { Variables } = Properties.Environment as { Variables: Record<string, string> };
      return observed.printedBy(Variables.POWERTOOLS_SERVICE_NAME ?? '');
    });
    const isGateway = logGroups.some((name) => name.startsWith('API-Gateway') || name.startsWith('/aws/apigateway'));
    const isDoor = logGroups.some((name) => name.startsWith('/aws/vendedlogs/'));
    return [...printed, ...(isGateway ? [accessEvent({ n: 1 }).message] : []), ...(isDoor ? connectionRecords() : [])];
  }
});

/** A record of each door, with the fields of a delivery that mtls-watch makes. */
function connectionRecords(): string[] {
  return (['cloudfront', 'load-balancer'] as const).map((kind) =>
    JSON.stringify(Object.fromEntries(recordFieldsOf(kind).map((field) => [field, '-']))),
  );
}

function recordOf(line: string): Record<string, unknown> {
  const value: unknown = JSON.parse(line);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** The fields by which `stats` groups. */
function groupedBy(query: string): string[] {
  const [, by = ''] = /\bstats .*? by ([\w, ()]+)/.exec(query) ?? [];
  return by.split(',').flatMap((field) => (/^\w+$/.test(field.trim()) ? [field.trim()] : []));
}

/** The fields of records that a query names: no keyword, no function, no alias, nothing that CloudWatch itself adds. */
function fieldsOf(query: string): string[] {
  const KEYWORDS = new Set(
    'coalesce fields filter stats sort limit display by as and or like desc asc dedup count count_distinct sum min max avg ispresent bin 1h'.split(
      ' ',
    ),
  );
  const bare = query.replace(/"[^"]*"/g, '');
  const aliases = new Set([...bare.matchAll(/ as (\w+)/g)].map(([, alias]) => alias));
  const names = bare.match(/(?<!\w)@?[A-Za-z]\w*/g) ?? [];
  return [...new Set(names)].filter((name) => !name.startsWith('@') && !KEYWORDS.has(name) && !aliases.has(name));
}
