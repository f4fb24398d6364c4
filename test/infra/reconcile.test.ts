import { Match, Template } from 'aws-cdk-lib/assertions';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { withLogGroups } from '../../shared/config/settings.js';
import { testConfig } from '../support/world.js';
import { resources, synthesise } from './support.js';
import { account, restApi } from './users.js';

const GROUPS = {
  'Fn::Join': [
    '',
    [
      'arn:',
      { Ref: 'AWS::Partition' },
      ':logs:',
      { Ref: 'AWS::Region' },
      ':',
      { Ref: 'AWS::AccountId' },
      ':log-group:*',
    ],
  ],
};

/** Whether CloudWatch Logs may call ingest from any log group of the account. */
function isOpenToAllGroups(template: ReturnType<typeof synthesise>['template']): boolean {
  return resources(template, 'AWS::Lambda::Permission').some(
    ([, { Properties }]) => JSON.stringify(Properties.SourceArn) === JSON.stringify(GROUPS),
  );
}

it.each([undefined, null, '', 'now', 7, {}, { source: 'aws.scheduler' }])(
  'no log group is in the event %j',
  (event) => {
    expect(withLogGroups(testConfig({ accessLogGroups: [] }), event).accessLogGroups).toEqual([]);
  },
);

describe('where nothing is discovered', () => {
  const { template } = synthesise();

  it('the function still runs every hour, to see whether the logs are written', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 hour)',
      Target: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ReconcilerReconcileFunction'), 'Arn'] } },
    });
  });

  it('there is no queue, no rule, and no permission for log groups that nobody named', () => {
    template.resourceCountIs('AWS::Events::Rule', 0);
    template.resourceCountIs('AWS::Lambda::EventSourceMapping', 0);
    expect(isOpenToAllGroups(template)).toBe(false);
  });
});

describe('where the account is looked at', () => {
  const { app, template } = synthesise({
    discover: { mode: 'on', everyMinutes: 15 },
    executionLogGroups: [],
    accessLogGroups: [],
  });

  it('it is looked at as often as is set', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(15 minutes)' });
  });

  it('and after changes of API Gateway and its logs that took place, gathered for a minute', () => {
    const rules = resources(template, 'AWS::Events::Rule').map(([, { Properties }]) => Properties.EventPattern);
    expect(rules).toHaveLength(3);
    for (const pattern of rules) {
      expect(pattern).toMatchObject({
        'detail-type': ['AWS API Call via CloudTrail'],
        detail: { errorCode: [{ exists: false }] },
      });
    }
    expect(rules).toContainEqual(
      expect.objectContaining({
        source: ['aws.logs'],
        detail: expect.objectContaining({
          eventName: ['CreateLogGroup'],
          requestParameters: { logGroupName: [{ prefix: 'API-Gateway-Execution-Logs_' }] },
        }),
      }),
    );
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ReconcilerChanges'), 'Arn'] },
      MaximumBatchingWindowInSeconds: 60,
    });
  });

  it('only its own rules fill the queue, over TLS', () => {
    const policies = resources(template, 'AWS::SQS::QueuePolicy').filter(([id]) => id.startsWith('ReconcilerChanges'));
    const Statement = policies.flatMap(
      ([, { Properties }]) => (Properties.PolicyDocument as { Statement: Record<string, unknown>[] }).Statement,
    );
    expect(Statement.filter(({ Effect }) => Effect === 'Deny')).toHaveLength(1);
    const allowed = Statement.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toHaveLength(3);
    for (const { Principal, Condition } of allowed) {
      expect(Principal).toEqual({ Service: 'events.amazonaws.com' });
      expect(JSON.stringify(Condition)).toMatch(/ArnEquals.*SourceArn/i);
    }
  });

  it('CloudWatch Logs may call ingest from any log group of this account; not so in a dry run', () => {
    expect(isOpenToAllGroups(template)).toBe(true);
    template.hasResourceProperties('AWS::Lambda::Permission', {
      SourceArn: GROUPS,
      SourceAccount: { Ref: 'AWS::AccountId' },
      Principal: 'logs.amazonaws.com',
    });
    expect(isOpenToAllGroups(synthesise({ discover: {} }).template)).toBe(false);
  });

  it('nobody is warned that no log group is named', () => {
    expect(
      app
        .synth()
        .getStackByName('mtls-watch')
        .messages.map(({ entry }) => entry.data),
    ).toEqual([]);
  });
});

describe('the log groups of watched stages', () => {
  /** What the schedule tells the function, with logical ids for what the deployment fills in. */
  function told(template: Template) {
    const [[, { Properties }] = expect.unreachable()] = resources(template, 'AWS::Scheduler::Schedule').filter(([id]) =>
      id.includes('Reconciler'),
    );
    const { Input } = Properties.Target as { Input?: string | { 'Fn::Join': [string, unknown[]] } };
    if (Input === undefined) return null;
    const parts = typeof Input === 'string' ? [Input] : Input['Fn::Join'][1];
    const { executionLogGroups, accessLogGroups } = withLogGroups(
      testConfig({ executionLogGroups: [], accessLogGroups: [] }),
      JSON.parse(parts.map((part) => (typeof part === 'string' ? part : (part as { Ref: string }).Ref)).join('')),
    );
    return { execution: executionLogGroups.map(({ name }) => name), access: accessLogGroups.map(({ name }) => name) };
  }

  /** What the function may do with log groups besides its own, by the resources' own ids. */
  function looks(template: Template): unknown[] {
    return resources(template, 'AWS::IAM::Policy')
      .filter(([id]) => id.includes('Reconciler'))
      .flatMap(([, { Properties }]) => (Properties.PolicyDocument as { Statement: unknown[] }).Statement);
  }

  it('are told to the function by its schedule, which may look at them', () => {
    const { stack, watch } = account();
    const executionLogGroup = new LogGroup(stack, 'Vended');
    const shared = { executionLogGroup, accessLogGroup: new LogGroup(stack, 'Access') };
    for (const id of ['Orders', 'Trades']) watch.watch(restApi(stack, id).deploymentStage, shared);
    watch.watch(restApi(stack, 'Quotes').deploymentStage, { ...shared, accessLogGroup: executionLogGroup });
    const template = Template.fromStack(stack);
    const id = (name: string) => expect.stringMatching(`^${name}`) as string;
    expect(told(template)).toEqual({ execution: [id('Vended')], access: [id('Access'), id('Vended')] });
    const arn = (name: string) => ({ 'Fn::GetAtt': [id(name), 'Arn'] });
    expect(looks(template)).toEqual([
      {
        Effect: 'Allow',
        Action: ['logs:DescribeLogStreams', 'logs:DescribeSubscriptionFilters'],
        Resource: [arn('Vended'), arn('Access')],
      },
      { Effect: 'Allow', Action: 'logs:DescribeLogGroups', Resource: expect.anything() },
    ]);
  });

  it('need no more rights where the settings name them as well', () => {
    const name = '/aws/apigateway/access';
    const { stack, watch } = account({}, {}, { accessLogGroups: [{ name }] });
    const accessLogGroup = LogGroup.fromLogGroupName(stack, 'Access', name);
    watch.watch(restApi(stack, 'Orders').deploymentStage, { accessLogGroup, executionLogGroup: accessLogGroup });
    const template = Template.fromStack(stack);
    expect(told(template)).toEqual({ execution: [name], access: [name] });
    expect(looks(template)).toEqual([]);
  });

  it('are found without being told where something is discovered, and there are none where nothing is watched', () => {
    const { stack, watch } = account({}, {}, { discover: {} });
    watch.watch(restApi(stack, 'Orders').deploymentStage);
    const template = Template.fromStack(stack);
    expect([told(template), looks(template)]).toEqual([null, []]);
    expect(told(synthesise().template)).toBeNull();
  });

  it('are wildcards only as CloudWatch Logs names one log group, with their reason', () => {
    const { app, stack, watch } = account();
    watch.watch(restApi(stack, 'Orders').deploymentStage, { hasLogged: true });
    const { violations } = new AwsSolutionsChecks(app, { verbose: true }).validateScope(watch);
    expect(violations).toEqual([]);
  });
});
