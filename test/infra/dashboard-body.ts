/** What the dashboard of a template is made of. */

import type { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import type { MetricKey } from '../support/cloudwatch.js';
import { resolved } from './alarms-of.js';
import { resources } from './support.js';

/** "Dashboard body structure and syntax", as far as it is used. */
export function dashboardBody(template: Template) {
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
  const [[, dashboard] = []] = resources(template, 'AWS::CloudWatch::Dashboard');
  return schema.parse(JSON.parse(joined(dashboard?.Properties.DashboardBody)));
}

/** The text that CloudFormation makes, with logical ids in place of names. */
function joined(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Join': join } = value as { 'Fn::Join'?: [string, unknown[]] };
  return join === undefined ? String(resolved(value)) : join[1].map(joined).join(join[0]);
}

export type DashboardBody = ReturnType<typeof dashboardBody>;

type Row = (string | Record<string, unknown>)[];

export function rowsOf(body: DashboardBody): Row[] {
  return body.widgets.flatMap((widget) => (widget.type === 'metric' ? widget.properties.metrics : []));
}

export function expressionsOf(body: DashboardBody): string[] {
  return rowsOf(body).flatMap(([first]) =>
    typeof first === 'object' && typeof first.expression === 'string' ? [first.expression] : [],
  );
}

/** `[namespace, name, dimension, value, …, options]`. */
export function metricOf(row: Row): MetricKey[] {
  const [namespace, name, ...rest] = row.filter((part) => typeof part === 'string');
  if (namespace === undefined || name === undefined) return [];
  const dimensions: Record<string, string> = {};
  for (let index = 0; index + 1 < rest.length; index += 2) dimensions[rest[index] ?? ''] = rest[index + 1] ?? '';
  return [{ namespace, name, dimensions }];
}
