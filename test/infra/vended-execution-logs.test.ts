/** The execution log in a log group of the app's own: what is delivered, and in which order things are made. */

import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Stage } from 'aws-cdk-lib/aws-apigateway';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { VendedExecutionLogs } from '../../infra/index.js';
import { vendedExecutionFields, vendedJson } from '../../shared/logs/vended.js';
import { resources } from './support.js';
import { account, filtersOf, logicalId, restApi } from './users.js';

const env = { account: '111122223333', region: 'eu-west-1' };

function only(template: Template, type: string) {
  const [found, ...others] = resources(template, type);
  expect(others).toEqual([]);
  if (found === undefined) throw new Error(`no ${type}`);
  return { id: found[0], ...(found[1] as { Properties: Record<string, unknown>; DependsOn?: string[] }) };
}

function partners(): { stack: Stack; template: Template; stage: Stage; logs: VendedExecutionLogs } {
  const { stack, watch } = account({ env });
  const stage = restApi(stack, 'Orders').deploymentStage;
  const logs = new VendedExecutionLogs(stack, 'ExecutionLogs', { stage, watch, retentionDays: 90 });
  return { stack, template: Template.fromStack(stack), stage, logs };
}

describe('an execution log that is delivered', () => {
  const { stack, template, stage, logs } = partners();

  it('comes from the stage, as JSON, with the fields that are read', () => {
    const source = only(template, 'AWS::Logs::DeliverySource');
    expect(source.Properties).toMatchObject({
      LogType: 'EXECUTION_LOGS',
      ResourceArn: {
        'Fn::Join': [
          '',
          [
            'arn:',
            { Ref: 'AWS::Partition' },
            ':apigateway:eu-west-1:111122223333:/restapis/',
            { Ref: logicalId(stack, stage.restApi) },
            '/stages/',
            { Ref: logicalId(stack, stage) },
          ],
        ],
      },
    });
    expect(only(template, 'AWS::Logs::DeliveryDestination').Properties.OutputFormat).toBe('json');
    expect(only(template, 'AWS::Logs::Delivery').Properties.RecordFields).toEqual(vendedExecutionFields);
    const values: Record<(typeof vendedExecutionFields)[number], string> = {
      resource_arn: 'arn:aws:apigateway:eu-west-1::/restapis/abc123defg/stages/prod',
      event_timestamp: '1796000000000',
      api_id: 'abc123defg',
      stage: 'prod',
      resource_path: '/v1',
      http_method: 'GET',
      payload: '(id) Access denied. Reason: x',
    };
    expect(vendedJson(Object.fromEntries(vendedExecutionFields.map((field) => [field, values[field]])))).toEqual({
      text: '(id) Access denied. Reason: x',
      api: { apiId: 'abc123defg', stage: 'prod' },
    });
  });

  it('is on at level ERROR, kept, and subscribed before the stage is made, and so before the delivery', () => {
    expect(only(template, 'AWS::ApiGateway::Stage').Properties.MethodSettings).toMatchObject([
      { HttpMethod: '*', ResourcePath: '/*', LoggingLevel: 'ERROR' },
    ]);
    const group = template.findResources('AWS::Logs::LogGroup')[logicalId(stack, logs.logGroup)];
    expect(group?.Properties).toMatchObject({ RetentionInDays: 90 });
    const names = filtersOf(template).map(({ LogGroupName }) => LogGroupName);
    expect(names).toContainEqual({ Ref: logicalId(stack, logs.logGroup) });
    const filters = resources(template, 'AWS::Logs::SubscriptionFilter').map(([id]) => id);
    expect(only(template, 'AWS::ApiGateway::Stage').DependsOn).toEqual(expect.arrayContaining(filters));
    const { DependsOn } = only(template, 'AWS::Logs::Delivery');
    expect(DependsOn).toContain(only(template, 'AWS::Logs::DeliverySource').id);
    // Nobody watches the group that API Gateway manages, which gets nothing any more.
    expect(JSON.stringify(names)).not.toContain('API-Gateway-Execution-Logs_');
  });

  it('may be written by its delivery, and by nobody else', () => {
    const text = JSON.stringify(only(template, 'AWS::Logs::ResourcePolicy').Properties.PolicyDocument);
    expect(text).toContain('delivery.logs.amazonaws.com');
    expect(text).toContain('aws:SourceAccount');
  });
});

it('several stages may share a log group, each with a delivery of its own', () => {
  const { stack, watch } = account({ env });
  const logGroup = new LogGroup(stack, 'Shared');
  for (const name of ['A', 'B'])
    new VendedExecutionLogs(stack, `Logs${name}`, { stage: restApi(stack, name).deploymentStage, logGroup, watch });
  const template = Template.fromStack(stack);
  const names = resources(template, 'AWS::Logs::DeliverySource').map(([, { Properties }]) => Properties.Name);
  expect(new Set(names).size).toBe(2);
  for (const name of names) expect(name).toMatch(/^[\w-]{1,60}$/);
  expect(filtersOf(template).filter(({ FilterName }) => FilterName === 'Partners-execution')).toHaveLength(1);
});

it('an imported stage keeps its settings', () => {
  const { stack } = account({ env });
  const { restApi: api } = restApi(stack, 'Theirs').deploymentStage;
  const stage = Stage.fromStageAttributes(stack, 'Stage', { stageName: 'prod', restApi: api });
  new VendedExecutionLogs(stack, 'Logs', { stage });
  expect(only(Template.fromStack(stack), 'AWS::Logs::DeliverySource').Properties.LogType).toBe('EXECUTION_LOGS');
});
