/** `MtlsWatch.watchConnections`, on a load balancer and on distributions of other people's apps. */

import { Aws, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnDistribution, Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { recordFieldsOf } from '../../shared/discovery/connection-fields.js';
import { CONNECTION_LOG_PATTERN } from '../../shared/logs/filter-patterns.js';
import { resources } from './support.js';
import { account, filtersOf, warnings } from './users.js';

const only = (template: Template, type: string) => {
  const found = resources(template, type);
  expect(found).toHaveLength(1);
  return found[0]!;
};

const dependsOn = (resource: object): unknown => (resource as { DependsOn?: unknown }).DependsOn;

describe('watching a load balancer', () => {
  const { stack, watch } = account({ env: { region: 'eu-west-1', account: '111122223333' } });
  const balancer = new ApplicationLoadBalancer(stack, 'Partners', { vpc: new Vpc(stack, 'Vpc') });
  watch.watchConnections(balancer);
  watch.watchConnections(balancer);
  const template = Template.fromStack(stack);

  it('delivers its connection log with the fields that are read, as JSON, to a log group with a retention', () => {
    const [, group] = resources(template, 'AWS::Logs::LogGroup').find(([id]) => /ConnectionLog/.test(id)) ?? [];
    expect(group?.Properties.RetentionInDays).toBeGreaterThan(0);
    const [sourceId, source] = only(template, 'AWS::Logs::DeliverySource');
    expect(source.Properties).toMatchObject({
      LogType: 'ALB_CONNECTION_LOGS',
      ResourceArn: { Ref: stack.getLogicalId(balancer.node.defaultChild as never) },
    });
    const [, destination] = only(template, 'AWS::Logs::DeliveryDestination');
    expect(destination.Properties.OutputFormat).toBe('json');
    const [, delivery] = only(template, 'AWS::Logs::Delivery');
    expect(delivery.Properties.RecordFields).toEqual(recordFieldsOf('load-balancer'));
    expect(delivery.Properties.DeliverySourceName).toEqual(source.Properties.Name);
    for (const { Properties } of [source, destination]) expect(Properties.Name).toMatch(/^[\w-]{1,60}$/);
    expect(dependsOn(delivery)).toContain(sourceId);
  });

  it('subscribes to it before the delivery begins', () => {
    expect(filtersOf(template)).toMatchObject([
      { FilterName: 'Partners-connection', FilterPattern: CONNECTION_LOG_PATTERN },
    ]);
    const [filterId] = only(template, 'AWS::Logs::SubscriptionFilter');
    expect(dependsOn(only(template, 'AWS::Logs::Delivery')[1])).toContain(filterId);
  });

  it('lets the delivery write to that log group, and nobody else', () => {
    const [policyId, policy] = only(template, 'AWS::Logs::ResourcePolicy');
    const text = JSON.stringify(policy.Properties.PolicyDocument);
    expect(text).toContain('delivery.logs.amazonaws.com');
    expect(text).toContain('aws:SourceAccount');
    expect(dependsOn(only(template, 'AWS::Logs::Delivery')[1])).toContain(policyId);
  });

  it('looks whether the log is written, and has alarms on its filter', () => {
    const schedules = JSON.stringify(resources(template, 'AWS::Scheduler::Schedule'));
    expect(schedules).toContain('connectionLogGroups');
    const alarms = JSON.stringify(resources(template, 'AWS::CloudWatch::Alarm'));
    expect(alarms.match(/DeliveryErrors\) FROM[^']*'Partners-connection'/g)).toHaveLength(1);
  });
});

function distribution(stack: Stack): CfnDistribution {
  return new CfnDistribution(stack, 'Edge', {
    distributionConfig: {
      enabled: true,
      origins: [{ id: 'api', domainName: 'api.example.com' }],
      defaultCacheBehavior: { targetOriginId: 'api', viewerProtocolPolicy: 'https-only' },
      viewerMtlsConfig: { mode: 'required', trustStoreConfig: { trustStoreId: 'ts-1' } },
    },
  });
}

const imported = (stack: Stack) =>
  Distribution.fromDistributionAttributes(stack, 'Imported', {
    distributionId: distribution(stack).ref,
    domainName: 'd1.cloudfront.net',
  });

describe('watching a distribution', () => {
  it('delivers its connection log in us-east-1', () => {
    const { stack, watch } = account({ env: { region: 'us-east-1', account: '111122223333' } });
    watch.watchConnections(imported(stack));
    const template = Template.fromStack(stack);
    expect(only(template, 'AWS::Logs::DeliverySource')[1].Properties).toMatchObject({
      LogType: 'CONNECTION_LOGS',
      ResourceArn: {
        'Fn::Join': [
          '',
          ['arn:', { Ref: 'AWS::Partition' }, ':cloudfront::111122223333:distribution/', { Ref: 'Edge' }],
        ],
      },
    });
    expect(only(template, 'AWS::Logs::Delivery')[1].Properties.RecordFields).toEqual(recordFieldsOf('cloudfront'));
  });

  it('is refused where the stack is elsewhere, and warned of where nobody knows', () => {
    const elsewhere = account({ env: { region: 'eu-west-1', account: '111122223333' } });
    expect(() => elsewhere.watch.watchConnections(imported(elsewhere.stack))).toThrow(/expected us-east-1/);
    const anywhere = account({ env: { region: Aws.REGION } });
    anywhere.watch.watchConnections(imported(anywhere.stack));
    expect(warnings(anywhere.stack, 'delivered in us-east-1 only')).toHaveLength(1);
  });

  it('takes the log group of a delivery that is there', () => {
    const { stack, watch } = account({ env: { region: 'us-east-1', account: '111122223333' } });
    const logGroup = LogGroup.fromLogGroupName(stack, 'There', '/aws/vendedlogs/cloudfront/E1');
    watch.watchConnections(imported(stack), { logGroup });
    const template = Template.fromStack(stack);
    expect(resources(template, 'AWS::Logs::Delivery')).toEqual([]);
    expect(filtersOf(template)).toMatchObject([{ LogGroupName: '/aws/vendedlogs/cloudfront/E1' }]);
  });
});
