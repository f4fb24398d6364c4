import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { expect, it } from 'vitest';
import { resources, synthesise } from './support.js';
import { account } from './users.js';

const { template } = synthesise({ canaries: [{ domain: 'api.example.com', path: '/v1' }], canaryMinutes: 5 });

it('calls on its schedule, and no call is repeated', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'rate(5 minutes)',
    Target: Match.objectLike({ RetryPolicy: { MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 0 } }),
  });
  const own = resources(template, 'AWS::Lambda::EventInvokeConfig').filter(([id]) => id.startsWith('Canary'));
  expect(own.map(([, { Properties }]) => Properties.MaximumRetryAttempts)).toEqual([0]);
});

it('knows what to call, and nothing of topics', () => {
  const own = resources(template, 'AWS::Lambda::Function').filter(([id]) => id.startsWith('Canary'));
  const [variables] = own.map(([, { Properties }]) => Properties.Environment as { Variables: Record<string, string> });
  expect(JSON.parse(variables?.Variables.MTLS_WATCH_CONFIG ?? '').canaries).toEqual([
    { domain: 'api.example.com', path: '/v1', connectTo: null, probes: false },
  ]);
  expect(Object.keys(variables?.Variables ?? {}).filter((name) => name.includes('TOPIC'))).toEqual([]);
  expect(Object.keys(template.toJSON().Outputs)).toContain('CanaryFunctionName');
});

it('is not there where no domain asks for it', () => {
  const ids = resources(synthesise().template, 'AWS::Lambda::Function').map(([id]) => id);
  expect(ids.filter((id) => id.startsWith('Canary'))).toEqual([]);
});

it('grants whoever runs the probes nothing but to look at the stack, and to note calls and outcomes', () => {
  const { stack, watch } = account({}, {}, { canaries: [{ domain: 'api.example.com', probes: true }] });
  const operator = new Role(stack, 'Operator', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  watch.grantProbes(operator);
  const policies = resources(Template.fromStack(stack), 'AWS::IAM::Policy').filter(([id]) => id.startsWith('Operator'));
  const statements = policies.flatMap(
    ([, { Properties }]) => (Properties.PolicyDocument as { Statement: Record<string, unknown>[] }).Statement,
  );
  expect(statements.map(({ Action, Condition }) => [Action, Condition ?? null])).toEqual([
    ['cloudformation:DescribeStacks', null],
    ['lambda:GetFunctionConfiguration', null],
    ['dynamodb:UpdateItem', { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['probe#*', 'probed'] } }],
  ]);
  expect(statements.every(({ Resource }) => Resource !== '*')).toBe(true);
});
