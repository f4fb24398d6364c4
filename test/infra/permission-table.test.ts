/** `docs/permissions.md` names every permission of every role, each with its reason, and none that is not there. */

import { readFileSync } from 'node:fs';
import type { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { grants } from './grants.js';
import { resources, synthesise, synthesiseMember } from './support.js';

/** All that can be switched on, so that each permission there can be is among them. */
const everything = {
  executionLogGroups: [{ name: 'API-Gateway-Execution-Logs_abc123/prod', create: true }],
  accessLogGroups: [{ name: '/aws/apigateway/access', create: true }],
  encryptionKey: 'create',
  discover: { mode: 'on', truststoreBuckets: ['example-truststores'] },
  canaries: [{ domain: 'api.example.com' }],
  central: { accounts: ['111122223333'] },
  topics: { high: 'create' },
  chatTopic: 'create',
  eventBus: 'default',
  report: { mail: { from: 'mtls@bank.example', to: ['on-call@bank.example'] } },
  history: { exports: ['s3://example-logs/exports/'] },
  successes: { logGroups: ['/aws/apigateway/*'] },
};
const member = {
  centralDestinationArn: 'arn:aws:logs:eu-central-1:999988887777:destination:mtls-watch',
  accessLogGroups: [{ name: '/aws/apigateway/access' }],
};

/** `role: action on resource`, the condition left out. */
function granted(template: Template): string[] {
  return resources(template, 'AWS::IAM::Role').flatMap(([id]) => {
    const role = id.replace(/[0-9A-F]{8}$/, '');
    return grants(template, role).map((line) => `${role}: ${line.replace(/ if \{.*/, '*')}`);
  });
}

interface Row {
  readonly roles: readonly string[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition: string;
  readonly why: string;
}

function rows(): Row[] {
  const text = readFileSync(new URL('../../docs/permissions.md', import.meta.url), 'utf8');
  const codes = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
  return text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const [, roles = '', actions = '', on = '', condition = '', why = ''] = line
        .split('|')
        .map((cell) => cell.trim());
      return { roles: codes(roles), actions: codes(actions), resources: codes(on), condition, why };
    });
}

it('the table names each permission of each role, and each is there', () => {
  const named = rows().flatMap(({ roles, actions, resources: on, condition }) =>
    roles.flatMap((role) =>
      actions.flatMap((action) =>
        on.map((resource) => `${role}: ${action} on ${resource}${condition === '' ? '' : '*'}`),
      ),
    ),
  );
  const all = [...granted(synthesise(everything).template), ...granted(synthesiseMember(member).template)];
  expect([...new Set(named)].sort()).toEqual([...new Set(all)].sort());
});

it('each has a reason', () => {
  for (const { actions, why } of rows()) expect(why.split(' ').length, actions.join()).toBeGreaterThan(2);
});
