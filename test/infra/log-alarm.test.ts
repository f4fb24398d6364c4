/** The example of docs/log-alarm.md. */

import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { RefusalAlarm } from '../../docs/examples/log-alarm.js';
import { EXECUTION_LOG_PATTERN } from '../../shared/logs/filter-patterns.js';

describe('the example of a log alarm', () => {
  // A template that CloudFormation's schemas refuse fails the synth.
  const app = new App({ analyticsReporting: false, context: { '@aws-cdk/core:validateAgainstDefaultRules': true } });
  const executionLogGroup = 'API-Gateway-Execution-Logs_abc123/prod';
  const template = Template.fromStack(new RefusalAlarm(app, 'RefusalAlarm', { executionLogGroup }));

  it('is the one of the page', () => {
    const page = readFileSync(new URL('../../docs/log-alarm.md', import.meta.url), 'utf8');
    const source = readFileSync(new URL('../../docs/examples/log-alarm.ts', import.meta.url), 'utf8');
    expect(/```ts\n([\s\S]*?)```/.exec(page)?.[1]).toBe(source);
  });

  it('asks one log group for the lines that ingest gets, and counts them by reason', () => {
    const [alarm] = Object.values(template.findResources('AWS::CloudWatch::LogAlarm'));
    const { QueryString, AggregationExpression, LogGroupIdentifiers } = alarm!.Properties.ScheduledQueryConfiguration;
    expect(QueryString).toContain(EXECUTION_LOG_PATTERN);
    expect(AggregationExpression).toBe('count(*) by reason');
    expect(LogGroupIdentifiers).toEqual([executionLogGroup]);
    expect(alarm!.Properties.AlarmActions).toHaveLength(1);
  });

  it('lets the services of this account alone take its role, to query this log group alone', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({ Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } } }),
          Match.objectLike({ Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } } }),
        ],
      },
    });
    const [role] = Object.values(template.findResources('AWS::IAM::Role'));
    const [query] = role!.Properties.Policies[0].PolicyDocument.Statement;
    expect(query.Action).toBe('logs:StartQuery');
    expect(JSON.stringify(query.Resource)).toContain(executionLogGroup);
  });
});
