/** `MtlsWatch.watch` and `watchDomain`, on the stages and domains of other people's apps. */

import { Aws, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import {
  AccessLogFormat,
  DomainName,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
  Stage,
} from 'aws-cdk-lib/aws-apigateway';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { ACCESS_LOG_FORMAT, MtlsWatch, mtlsAccessLogFormat } from '../../infra/index.js';
import { resources } from './support.js';
import { account, certificate, deployedSettings, filtersOf, logicalId, restApi, warnings } from './users.js';

describe('watching a stage of a REST API', () => {
  const { stack, watch } = account();
  const api = restApi(stack, 'Orders');
  watch.watch(api.deploymentStage);
  watch.watch(api.deploymentStage);
  const template = Template.fromStack(stack);
  const [[stageId, stage] = []] = resources(template, 'AWS::ApiGateway::Stage');

  it('switches on what is off: execution logging at ERROR, access logging in the ready format', () => {
    expect(stage?.Properties).toMatchObject({
      MethodSettings: [{ HttpMethod: '*', ResourcePath: '/*', LoggingLevel: 'ERROR' }],
      AccessLogSetting: { Format: ACCESS_LOG_FORMAT },
    });
  });

  it('makes both log groups with a retention, and subscribes to each once', () => {
    const named = resources(template, 'AWS::Logs::LogGroup').filter(([id]) => id.startsWith('Orders'));
    expect(named.map(([, { Properties }]) => Properties)).toEqual([
      {
        LogGroupName: {
          'Fn::Join': ['', ['API-Gateway-Execution-Logs_', { Ref: logicalId(stack, api) }, '/prod']],
        },
        RetentionInDays: 30,
      },
      { RetentionInDays: 30 },
    ]);
    expect(filtersOf(template)).toMatchObject([
      { FilterName: 'Partners-execution', LogGroupName: { Ref: named[0]?.[0] } },
      { FilterName: 'Partners-access', LogGroupName: { Ref: named[1]?.[0] } },
    ]);
  });

  it('lets the stage wait for log groups and subscriptions, so that its first request is seen', () => {
    const awaited = template.findResources('AWS::ApiGateway::Stage')[stageId ?? '']?.DependsOn as string[];
    const filters = resources(template, 'AWS::Logs::SubscriptionFilter').map(([id]) => id);
    const execution = resources(template, 'AWS::Logs::LogGroup').find(([, one]) => one.Properties.LogGroupName);
    expect(awaited).toEqual(expect.arrayContaining([...filters, execution?.[0]]));
  });

  it('says nothing: all is well', () => {
    expect(warnings(stack)).toEqual([]);
  });
});

it('wants the built functions, which a checkout has not until they are given', () => {
  const config = { runbooks: { baseUrl: 'https://wiki.example.com/runbooks' } };
  expect(() => new MtlsWatch(new Stack(), 'MtlsWatch', { config })).toThrow(
    /function ingest is not in .*npm run build/s,
  );
});

describe('the log groups that are made for stages', () => {
  const keysOf = (stack: Stack) =>
    resources(Template.fromStack(stack), 'AWS::Logs::LogGroup')
      .filter(([id]) => id.startsWith('Orders'))
      .map(([, { Properties }]) => Properties.KmsKeyId);

  it('are encrypted with the key of all logs, where there is one', () => {
    const { stack, watch } = account({}, {}, { encryptionKey: 'create' });
    watch.watch(restApi(stack, 'Orders').deploymentStage);
    const [[key] = []] = resources(Template.fromStack(stack), 'AWS::KMS::Key').filter(([id]) => /DataKey/.test(id));
    expect(keysOf(stack)).toEqual(Array(2).fill({ 'Fn::GetAtt': [key, 'Arn'] }));
  });

  it('of another stack are, where the key is not made by this one: that stack comes first', () => {
    const arn = 'arn:aws:kms:eu-central-1:111122223333:key/0b6c2f0e-1111-2222-3333-444455556666';
    for (const [encryptionKey, expected] of [
      [arn, arn],
      ['create', undefined],
    ] as const) {
      const { app, stack, watch } = account({}, {}, { encryptionKey });
      const apis = new Stack(app, 'Apis');
      watch.watch(restApi(apis, 'Orders').deploymentStage);
      expect(keysOf(apis)).toEqual([expected, expected]);
      expect(stack.dependencies).toEqual([apis]);
    }
  });
});

it('tells accounts apart in what watched stages log, where the logs of several come together', () => {
  const { stack, watch } = account({}, {}, { central: { accounts: ['111122223333'] } });
  watch.watch(restApi(stack, 'Orders').deploymentStage);
  const filters = filtersOf(Template.fromStack(stack));
  expect(filters.map(({ EmitSystemFields }) => EmitSystemFields)).toEqual(
    Array(2).fill(['@aws.account', '@aws.region', '@source.log']),
  );
});

it('tells every function what is watched, those besides ingest and sweep as well', () => {
  const { stack, watch } = account({}, {}, { canaries: [{ domain: 'api.example.com' }] });
  const mtls = { bucket: Bucket.fromBucketName(stack, 'Bucket', 'truststores'), key: 'ca.pem' };
  watch.watchDomain(
    new DomainName(stack, 'Domain', { domainName: 'api.example.com', certificate: certificate(stack), mtls }),
  );
  // The operator's function has the table alone, no settings.
  const own = resources(Template.fromStack(stack), 'AWS::Lambda::Function').filter(
    ([id]) => id.startsWith('MtlsWatch') && !id.startsWith('MtlsWatchOperator'),
  );
  expect(own).toHaveLength(5);
  for (const [id, { Properties }] of own) {
    const { Variables } = Properties.Environment as { Variables: { MTLS_WATCH_CONFIG: string } };
    expect(JSON.parse(Variables.MTLS_WATCH_CONFIG), id).toMatchObject({
      truststores: { 'api.example.com': 's3://truststores/ca.pem' },
    });
  }
});

describe('what a stage sets itself', () => {
  it('stays: level, other settings, format and destination of the access log', () => {
    for (const flag of [true, false]) {
      const { stack, watch } = account({}, { '@aws-cdk/aws-apigateway:logGroupDestinationArnWithoutWildcard': flag });
      const logGroup = new LogGroup(stack, 'Access');
      const { deploymentStage } = restApi(stack, 'Orders', {
        deployOptions: {
          loggingLevel: MethodLoggingLevel.INFO,
          throttlingRateLimit: 10,
          accessLogDestination: new LogGroupLogDestination(logGroup),
          accessLogFormat: mtlsAccessLogFormat,
        },
      });
      watch.watch(deploymentStage);
      const template = Template.fromStack(stack);
      template.hasResourceProperties('AWS::ApiGateway::Stage', {
        MethodSettings: [{ LoggingLevel: 'INFO', ThrottlingRateLimit: 10, HttpMethod: '*', ResourcePath: '/*' }],
        AccessLogSetting: { Format: ACCESS_LOG_FORMAT },
      });
      expect(filtersOf(template)[1]?.LogGroupName).toEqual({ Ref: logicalId(stack, logGroup) });
      expect(warnings(stack)).toEqual([]);
    }
  });

  it('is warned of where the access log cannot tell who was refused', () => {
    const { stack, watch } = account();
    const logGroup = new LogGroup(stack, 'Access');
    const written = (id: string, accessLogFormat?: AccessLogFormat) => {
      const accessLogDestination = new LogGroupLogDestination(logGroup);
      watch.watch(restApi(stack, id, { deployOptions: { accessLogDestination, accessLogFormat } }).deploymentStage);
    };
    // Without a format CDK takes the Common Log Format.
    written('Clf');
    written('Json', AccessLogFormat.custom('{"requestId":"$context.requestId","status":"$context.status"}'));
    written('Ready', mtlsAccessLogFormat);
    expect(warnings(stack, 'is not JSON')).toEqual(['/Partners/Clf/DeploymentStage.prod']);
    expect(warnings(stack, 'lacks .*clientCertPem')).toEqual(['/Partners/Json/DeploymentStage.prod']);
    expect(warnings(stack)).toHaveLength(2);
  });

  it('gets a level where it has settings without one', () => {
    const { stack, watch } = account();
    watch.watch(restApi(stack, 'Orders', { deployOptions: { throttlingRateLimit: 10 } }).deploymentStage);
    Template.fromStack(stack).hasResourceProperties('AWS::ApiGateway::Stage', {
      MethodSettings: [Match.objectLike({ LoggingLevel: 'ERROR', ThrottlingRateLimit: 10 })],
    });
  });

  it('is warned of where refusals would not be seen', () => {
    const { stack, watch } = account();
    const off = restApi(stack, 'Off', { deployOptions: { loggingLevel: MethodLoggingLevel.OFF } });
    watch.watch(off.deploymentStage);
    const firehose = {
      bind: () => ({ destinationArn: `arn:aws:firehose:${Aws.REGION}:${Aws.ACCOUNT_ID}:deliverystream/a` }),
    };
    watch.watch(
      restApi(stack, 'Firehose', {
        deployOptions: { accessLogDestination: firehose, accessLogFormat: AccessLogFormat.clf() },
      }).deploymentStage,
    );
    expect(warnings(stack, 'Execution logging is off')).toHaveLength(1);
    expect(warnings(stack, 'not known to go to a log group')).toEqual(['/Partners/Firehose/DeploymentStage.prod']);
    // The execution log of either is subscribed to all the same.
    expect(filtersOf(Template.fromStack(stack)).filter((one) => one.FilterName === 'Partners-execution')).toHaveLength(
      2,
    );
  });

  it('wants a role for logs in the account: noticed where the app makes none', () => {
    const { stack, watch } = account();
    watch.watch(restApi(stack, 'Orders', { cloudWatchRole: false }).deploymentStage);
    expect(warnings(stack, 'cloudWatchRole: true')).toHaveLength(1);
  });

  it('may have logged before: its log group is taken as it is', () => {
    const { stack, watch } = account();
    const api = restApi(stack, 'Orders');
    watch.watch(api.deploymentStage, { hasLogged: true });
    const template = Template.fromStack(stack);
    expect(filtersOf(template)[0]?.LogGroupName).toEqual({
      'Fn::Join': ['', ['API-Gateway-Execution-Logs_', { Ref: logicalId(stack, api) }, '/prod']],
    });
    expect(resources(template, 'AWS::Logs::LogGroup').filter(([, one]) => one.Properties.LogGroupName)).toEqual([]);
  });

  it('may deliver its execution log elsewhere: to a log group that other stages share', () => {
    const { stack, watch } = account();
    const executionLogGroup = new LogGroup(stack, 'Vended');
    const [a, b] = [restApi(stack, 'A'), restApi(stack, 'B')];
    for (const { deploymentStage } of [a, b]) watch.watch(deploymentStage, { executionLogGroup });
    const template = Template.fromStack(stack);
    const vended = filtersOf(template).filter((one) => one.FilterName === 'Partners-execution');
    expect(vended.map(({ LogGroupName }) => LogGroupName)).toEqual([{ Ref: logicalId(stack, executionLogGroup) }]);
    template.allResourcesProperties('AWS::ApiGateway::Stage', { MethodSettings: Match.absent() });
  });
});

describe('a stage that the app does not make', () => {
  const { stack, watch } = account();
  const imported = (id: string) =>
    Stage.fromStageAttributes(stack, id, {
      stageName: 'live',
      restApi: RestApi.fromRestApiId(stack, `${id}Api`, 'abc123'),
    });

  it('is subscribed to by name, with the access log that is named', () => {
    watch.watch(imported('Known'), { accessLogGroup: LogGroup.fromLogGroupName(stack, 'Access', '/access') });
    expect(filtersOf(Template.fromStack(stack)).map(({ LogGroupName }) => LogGroupName)).toEqual([
      'API-Gateway-Execution-Logs_abc123/live',
      '/access',
    ]);
    expect(warnings(stack)).toEqual([]);
  });

  it('without one is warned of', () => {
    const other = account();
    other.watch.watch(
      Stage.fromStageAttributes(other.stack, 'Unknown', {
        stageName: 'live',
        restApi: RestApi.fromRestApiId(other.stack, 'Api', 'abc123'),
      }),
    );
    expect(warnings(other.stack, 'Pass the accessLogGroup')).toHaveLength(1);
  });
});

describe('a stage of another stack', () => {
  it('is watched without a cycle; its log groups are made before it', () => {
    const { app, stack, watch } = account();
    const apis = new Stack(app, 'Apis');
    const api = restApi(apis, 'Orders');
    watch.watch(api.deploymentStage);
    const domain = new DomainName(apis, 'Domain', {
      domainName: 'api.example.com',
      certificate: certificate(apis),
      mtls: { bucket: new Bucket(apis, 'Bucket'), key: 'ca.pem' },
      mapping: api,
    });
    watch.watchDomain(domain);
    const template = Template.fromStack(stack);
    expect(filtersOf(template).map(({ LogGroupName }) => Object.keys(LogGroupName as object))).toEqual([
      ['Fn::ImportValue'],
      ['Fn::ImportValue'],
    ]);
    Template.fromStack(apis).resourceCountIs('AWS::Logs::LogGroup', 2);
    expect(stack.dependencies).toEqual([apis]);
    expect(Object.values(deployedSettings(template).domains)).toEqual(['api.example.com']);
  });

  it('is refused where that is in another Region', () => {
    const env = { account: '111122223333', region: 'eu-central-1' };
    const { app, watch } = account({ env });
    const { deploymentStage } = restApi(new Stack(app, 'Far', { env: { ...env, region: 'us-east-1' } }), 'Orders');
    expect(() => watch.watch(deploymentStage)).toThrow(/us-east-1, mtls-watch in 111122223333\/eu-central-1/);
  });
});

describe('watching a stage of an HTTP API', () => {
  const { stack, watch } = account();
  const api = new HttpApi(stack, 'Billing');
  if (api.defaultStage) watch.watch(api.defaultStage);
  const template = Template.fromStack(stack);

  it('switches on and subscribes to its access log, the only one it has', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', { AccessLogSettings: { Format: ACCESS_LOG_FORMAT } });
    expect(filtersOf(template)).toMatchObject([{ FilterName: 'Partners-access' }]);
    const awaited = Object.values(template.findResources('AWS::ApiGatewayV2::Stage')).map(({ DependsOn }) => DependsOn);
    expect(awaited).toEqual([resources(template, 'AWS::Logs::SubscriptionFilter').map(([id]) => id)]);
  });

  it('names it as one without an execution log', () => {
    expect(deployedSettings(template).apisWithoutExecutionLog).toEqual([`<{'Ref':'${logicalId(stack, api)}'}>`]);
  });
});
