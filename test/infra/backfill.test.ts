import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { expect, it } from 'vitest';
import { grants } from './grants.js';
import { resources, synthesise } from './support.js';
import { account } from './users.js';

const history = { exports: ['s3://example-logs/exports/', 's3://example-logs/AWSLogs/'], concurrency: 7 };
const { template } = synthesise({ history });
const without = synthesise().template;

/** Types of resources, with their numbers. */
function census(of: Template): Record<string, number> {
  const types = Object.values(of.toJSON().Resources as Record<string, { Type: string }>).map(({ Type }) => Type);
  const counts: Record<string, number> = {};
  for (const type of types) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

it('comes with the setting alone, and brings nothing but what it needs', () => {
  const [before, after] = [census(without), census(template)];
  const added = Object.fromEntries(
    Object.entries(after)
      .map(([type, count]) => [type, count - (before[type] ?? 0)] as const)
      .filter(([, more]) => more !== 0),
  );
  expect(added).toEqual({
    'AWS::Events::Rule': 1,
    'AWS::IAM::Role': 3,
    'AWS::Lambda::Function': 1,
    'AWS::Logs::LogGroup': 1,
    'AWS::S3::Bucket': 1,
    'AWS::S3::BucketPolicy': 1,
    'AWS::StepFunctions::StateMachine': 1,
  });
  expect(without.findOutputs('Backfill*')).toEqual({});
  expect(Object.keys(template.findOutputs('*')).filter((name) => name.startsWith('Backfill'))).toHaveLength(2);
});

it('reads what is named, and can change no incident and tell nobody', () => {
  const granted = grants(template, 'BackfillWorkRole');
  const s3 = granted.filter((line) => / on arn:.*example-logs/.test(line));
  expect(s3).toEqual([
    's3:GetObject on arn:<AWS::Partition>:s3:::example-logs/exports/*',
    's3:GetObject on arn:<AWS::Partition>:s3:::example-logs/AWSLogs/*',
  ]);
  expect(granted.join('\n')).not.toMatch(/sns:|events:|incident|outbox|dynamodb:\w+ on <StateTable>$/m);
});

interface State {
  readonly MaxConcurrency?: number;
  readonly ItemProcessor?: { readonly StartAt: string; readonly States: Record<string, State> };
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[]; readonly MaxAttempts: number }[];
  readonly Next?: string;
  readonly Catch?: readonly { readonly Next: string }[];
  readonly Type: string;
}

it('reads a bounded number of parts at once, tries again with growing pauses, and tells every failure', () => {
  const [machine] = resources(template, 'AWS::StepFunctions::StateMachine');
  const joined = machine?.[1].Properties.DefinitionString as { 'Fn::Join': [string, unknown[]] } | undefined;
  const parts = joined?.['Fn::Join'][1] ?? [];
  const definition = JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'token')).join('')) as {
    States: Record<string, State>;
  };
  const states = definition.States;
  expect(states['Read objects']).toMatchObject({ MaxConcurrency: 7, ToleratedFailurePercentage: 100 });
  const inner = ['Read objects', 'Sum days up'].flatMap((name) =>
    Object.values(states[name]?.ItemProcessor?.States ?? {}),
  );
  const tasks = [...Object.values(states), ...inner].filter(({ Type }) => Type === 'Task');
  expect(tasks).toHaveLength(6);
  // The first retrier that names an error decides.
  const attempts = ({ Retry = [] }: State, name: string): number | undefined =>
    Retry.find(({ ErrorEquals }) => ErrorEquals.includes(name) || ErrorEquals.includes('States.ALL'))?.MaxAttempts;
  for (const task of tasks) {
    expect(attempts(task, 'MtlsWatchError')).toBe(0);
    for (const passing of ['MtlsWatchRetryable', 'Lambda.TooManyRequestsException', 'Sandbox.Timedout']) {
      expect(attempts(task, passing)).toBeGreaterThan(3);
    }
  }
  // What is not caught is a choice, what tells, and the end.
  const uncaught = Object.entries(states).filter(([, { Catch }]) => Catch?.[0]?.Next !== 'Tell failure');
  expect(uncaught.map(([name]) => name).sort()).toEqual(['Failed', 'Is anything new', 'Tell', 'Tell failure']);
});

it('is started by its own event, and by none of another stack', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['mtls-watch'],
      'detail-type': ['Backfill'],
      detail: { bucket: [{ Ref: Match.stringLikeRegexp('^BackfillKept') }] },
    },
    Targets: [Match.objectLike({ InputPath: '$.detail' })],
  });
});

it('grants whoever starts it nothing but that', () => {
  const { stack, watch } = account({}, {}, { history });
  const operator = new Role(stack, 'Operator', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  watch.grantBackfill(operator);
  const policies = resources(Template.fromStack(stack), 'AWS::IAM::Policy').filter(([id]) => id.startsWith('Operator'));
  const statements = policies.flatMap(
    ([, { Properties }]) => (Properties.PolicyDocument as { Statement: Record<string, unknown>[] }).Statement,
  );
  expect(statements.map(({ Action, Condition }) => [Action, Condition ?? null])).toEqual([
    ['cloudformation:DescribeStacks', null],
    ['lambda:GetFunctionConfiguration', null],
    ['s3:ListBucket', { StringLike: { 's3:prefix': 'exports/*' } }],
    ['s3:ListBucket', { StringLike: { 's3:prefix': 'AWSLogs/*' } }],
    ['s3:ListBucket', null],
    [['s3:GetObject', 's3:PutObject'], null],
    ['events:PutEvents', { StringEquals: { 'events:source': 'mtls-watch', 'events:detail-type': 'Backfill' } }],
  ]);
  expect(statements.every(({ Resource }) => Resource !== '*')).toBe(true);
});

it('refuses prefixes that would open more than they say', () => {
  for (const exports of [[], ['s3://bucket'], ['s3://bucket/a*'], ['https://bucket/a']]) {
    expect(() => synthesise({ history: { exports } })).toThrow(/history\.exports/);
  }
});
