/** The alarms of a synthesised template, with references resolved to logical ids. */

import type { Template } from 'aws-cdk-lib/assertions';
import { type AlarmId, alarmIds } from '../../shared/config/runbooks.js';
import type { AlarmProperties } from '../support/cloudwatch.js';
import { resources } from './support.js';

export interface AlarmOfStack {
  readonly name: string;
  /** What its runbook is called. */
  readonly id: AlarmId;
  readonly description: string;
  readonly properties: AlarmProperties;
}

export function alarmsOf(template: Template): AlarmOfStack[] {
  return resources(template, 'AWS::CloudWatch::Alarm').map(([name, { Properties }]) => {
    const description = String(Properties.AlarmDescription);
    const page = /\/([a-z-]+)\.md$/.exec(description)?.[1];
    const id = alarmIds.find((one) => one === page);
    if (id === undefined) throw new Error(`the alarm ${name} names no runbook that is known: ${description}`);
    return { name, id, description, properties: resolved(Properties) as AlarmProperties };
  });
}

/** `Ref` and `Fn::GetAtt` become the logical id that they name. */
export function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
  if (Ref !== undefined) return Ref;
  if (attribute !== undefined) return attribute[0];
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one)]));
}
