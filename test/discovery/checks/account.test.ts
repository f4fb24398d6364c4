/** What `shared/discovery/checks/account.ts` says of what is set once for an account. */

import { expect, it } from 'vitest';
import { breaking, checksOf, named } from '../../support/checks.js';

breaking([
  [
    'no domain and no other front door',
    ({ found }) => {
      found.domains = [];
      found.doors = [];
    },
    ['wrong domains of account 123456789012, eu-west-1: none'],
  ],
  [
    'no domain, but a load balancer that verifies',
    ({ found }) => {
      found.domains = [];
    },
    [],
  ],
  [
    'no role to write logs with',
    ({ found }) => {
      found.gatewayLoggingRoleArn = '';
    },
    ['wrong gateway-logging-role of account 123456789012, eu-west-1: none is set'],
    [
      expect.stringMatching(/^aws iam create-role .*--role-name api-gateway-logs /),
      expect.stringMatching(/^aws iam attach-role-policy .*AmazonAPIGatewayPushToCloudWatchLogs$/),
      expect.stringMatching(/^aws apigateway update-account .*arn:aws:iam::123456789012:role\/api-gateway-logs/),
    ],
  ],
  [
    'an account whose settings cannot be read',
    ({ found }) => {
      found.gatewayLoggingRoleArn = null;
    },
    ['unknown gateway-logging-role of account 123456789012, eu-west-1: could not be read'],
  ],
  [
    'policies for log groups that cannot be read',
    ({ found }) => {
      found.logPolicies = null;
    },
    ['unknown log-policies of account 123456789012, eu-west-1: could not be read'],
  ],
]);

const SWEEP = '/aws/lambda/mtls-watch-sweep';

it.each([
  ['metric-extraction', '', 'wrong'],
  ['retention', '', 'warning'],
  ['metric-extraction', `LogGroupName IN ["/other", "${SWEEP}"]`, 'wrong'],
  ['metric-extraction', 'LogGroupName IN ["/aws/lambda/mtls-watch-swee"]', 'ok'],
  ['metric-extraction', 'LogGroupNamePrefix IN ["/aws/lambda/mtls-watch"]', 'wrong'],
  ['metric-extraction', 'LogGroupNamePrefix NOT IN ["/aws/lambda/mtls-watch"]', 'ok'],
  ['metric-extraction', 'LogGroupNamePrefix NOT IN ["/aws/ecs"]', 'wrong'],
  ['retention', 'LogGroupNamePrefix IN ["/aws/ecs"]', 'ok'],
  ['metric-extraction', 'DataSourceName = "x"', 'warning'],
] as const)('a policy of %s for log groups <%s> is %s', (kind, selection, state) => {
  const checks = checksOf((scene) => {
    scene.watch!.heartbeat = { ...scene.watch!.heartbeat!, logGroup: SWEEP };
    scene.found.logPolicies = [{ kind, name: 'central-it', selection, document: '{"x":1}' }];
  });
  const [check, ...others] = checks.filter(({ id }) => id === 'log-policies');
  expect(others).toEqual([]);
  expect(check).toMatchObject({ state });
  if (state !== 'ok') expect(check?.found).toContain(`policy central-it: {"x":1}`);
  expect(named(checks)).toHaveLength(state === 'ok' ? 0 : 1);
});

it("no policy of a member's account matters: the functions run elsewhere", () => {
  const checks = checksOf((scene) => {
    scene.watch!.target = { kind: 'destination', arn: 'arn:x', roleArn: null };
    scene.found.logPolicies = [{ kind: 'metric-extraction', name: 'a', selection: '', document: '' }];
  });
  expect(checks.map(({ id }) => id)).not.toContain('log-policies');
});
