import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { resources, synthesise } from './support.js';

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
