/** What the roles of a template may do, in words. */

import type { Template } from 'aws-cdk-lib/assertions';
import { expect } from 'vitest';
import { resources } from './support.js';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** `action on resource`, one a line, with references written as `<LogicalId>` without the hash. */
export function grants(template: Template, role: string): string[] {
  const found = resources(template, 'AWS::IAM::Role').filter(([id]) => id.startsWith(role));
  expect(found).toHaveLength(1);
  const policies = found.flatMap(
    ([, { Properties }]) => Properties.Policies as { PolicyDocument: { Statement: Statement[] } }[],
  );
  return policies
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Effect, Action, Resource, Condition }) => {
      expect(Effect).toBe('Allow');
      const only = Condition === undefined ? '' : ` if ${JSON.stringify(Condition)}`;
      return [Action]
        .flat()
        .flatMap((action) => [Resource].flat().map((resource) => `${action} on ${show(resource)}${only}`));
    });
}

export function show(value: unknown): string {
  if (typeof value === 'string') return value;
  const reference = value as { Ref?: string; 'Fn::GetAtt'?: [string, string]; 'Fn::Join'?: [string, unknown[]] };
  if (reference['Fn::Join']) return reference['Fn::Join'][1].map(show).join(reference['Fn::Join'][0]);
  const id = reference.Ref ?? reference['Fn::GetAtt']?.[0];
  return `<${id?.replace(/[0-9A-F]{8}$/, '')}>`;
}
