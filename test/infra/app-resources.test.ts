/** An app's own resources in an `MtlsWatch`, and what the app may hold of it, with names that only a deployment knows. */

import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { MtlsWatch, type MtlsWatchProps } from '../../infra/index.js';
import { parseConfig } from '../../shared/config/settings.js';
import { resources } from './support.js';
import { account } from './users.js';

const settings = { runbooks: { baseUrl: 'https://wiki.example.com/runbooks' } };
const code = (name: string) => Code.fromInline(`export const handler = '${name}';`);

function appWith(make: (stack: Stack) => Partial<MtlsWatchProps>) {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Partners');
  const watch = new MtlsWatch(stack, 'MtlsWatch', { config: settings, code, ...make(stack) });
  return { stack, watch };
}

type Variables = Record<string, unknown>;

function environmentOf(template: Template, name: RegExp): Variables {
  const own = resources(template, 'AWS::Lambda::Function').filter(([id]) => name.test(id));
  const [variables] = own.map(([, { Properties }]) => Properties.Environment as { Variables: Variables });
  return variables?.Variables ?? {};
}

function statementsOf(template: Template, role: string) {
  type Statement = { Action: string | string[]; Resource: unknown; Condition?: unknown };
  const found = resources(template, 'AWS::IAM::Role').filter(([id]) => id.includes(role));
  return found
    .flatMap(([, { Properties }]) => Properties.Policies as { PolicyDocument: { Statement: Statement[] } }[])
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

describe('resources of the app', () => {
  it('of which only the deployment knows the names', () => {
    const { stack } = appWith((scope) => {
      const parameter = (name: string) => new CfnParameter(scope, name).valueAsString;
      return {
        topic: Topic.fromTopicArn(scope, 'OnCall', parameter('TopicArn')),
        severityTopics: { critical: Topic.fromTopicArn(scope, 'Pager', parameter('PagerArn')) },
        chatTopic: Topic.fromTopicArn(scope, 'Chat', parameter('ChatArn')),
        eventBus: EventBus.fromEventBusArn(scope, 'Bus', parameter('BusArn')),
        encryptionKey: Key.fromKeyArn(scope, 'Data', parameter('KeyArn')),
      };
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::SNS::Topic', 0);
    template.resourceCountIs('AWS::KMS::Key', 0);
    const ingest = environmentOf(template, /Ingest/);
    expect(ingest).toMatchObject({
      TOPIC_ARN: { Ref: 'TopicArn' },
      TOPIC_ARN_CRITICAL: { Ref: 'PagerArn' },
      CHAT_TOPIC_ARN: { Ref: 'ChatArn' },
    });
    const { 'Fn::Join': joined } = ingest.MTLS_WATCH_CONFIG as { 'Fn::Join': [string, (string | { Ref: string })[]] };
    const arn = 'arn:aws:events:eu-central-1:123456789012:event-bus/partners';
    const text = joined[1].map((part) => (typeof part === 'string' ? part : arn)).join('');
    expect(joined[1]).toContainEqual({ Ref: 'BusArn' });
    expect(parseConfig(JSON.parse(text), 'the variable').eventBus).toBe(arn);
    const statements = statementsOf(template, 'IngestRole');
    expect(statements).toContainEqual({
      Action: 'sns:Publish',
      Effect: 'Allow',
      Resource: [{ Ref: 'TopicArn' }, { Ref: 'PagerArn' }, { Ref: 'ChatArn' }],
    });
    expect(statements).toContainEqual({ Action: 'events:PutEvents', Effect: 'Allow', Resource: { Ref: 'BusArn' } });
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      SSESpecification: { KMSMasterKeyId: { Ref: 'KeyArn' }, SSEEnabled: true, SSEType: 'KMS' },
    });
    for (const [, { Properties }] of resources(template, 'AWS::CloudWatch::Alarm'))
      expect(Properties.AlarmActions).toEqual([{ Ref: 'TopicArn' }]);
  });

  it('that are in the same app: alarms and logs may use their keys', () => {
    const { stack } = appWith((scope) => {
      const masterKey = new Key(scope, 'TopicKey');
      return {
        topic: new Topic(scope, 'OnCall', { masterKey, enforceSSL: true }),
        encryptionKey: new Key(scope, 'DataKey'),
      };
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::SNS::Topic', 1);
    template.resourceCountIs('AWS::KMS::Key', 2);
    const allows = (Service: unknown) =>
      Match.objectLike({
        KeyPolicy: Match.objectLike({
          Statement: Match.arrayWith([Match.objectLike({ Principal: { Service } })]),
        }),
      });
    template.hasResourceProperties('AWS::KMS::Key', allows('cloudwatch.amazonaws.com'));
    template.hasResourceProperties('AWS::KMS::Key', allows(Match.objectLike({ 'Fn::Join': Match.anyValue() })));
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([Match.objectLike({ Principal: { Service: 'cloudwatch.amazonaws.com' } })]),
      }),
    });
    const kms = statementsOf(template, 'SweepRole').filter(({ Action }) =>
      [Action].flat().includes('kms:GenerateDataKey'),
    );
    expect(JSON.stringify(kms)).toContain('TopicKey');
    expect(JSON.stringify(kms)).toContain('DataKey');
  });

  it.each([
    ['encryptionKey', { encryptionKey: 'create' }, (scope: Stack) => ({ encryptionKey: new Key(scope, 'Key') })],
    [
      'topics.high',
      { topics: { high: 'create' } },
      (scope: Stack) => ({ severityTopics: { high: new Topic(scope, 'T') } }),
    ],
    ['chatTopic', { chatTopic: 'create' }, (scope: Stack) => ({ chatTopic: new Topic(scope, 'T') })],
    ['eventBus', { eventBus: 'default' }, (scope: Stack) => ({ eventBus: new EventBus(scope, 'B') })],
  ] as const)('given twice are refused: %s', (name, more, make) => {
    expect(() => appWith((scope) => ({ ...make(scope), config: { ...settings, ...more } as never }))).toThrow(
      new RegExp(`${name}: given as an object and in the settings`),
    );
  });
});

describe('what an app holds', () => {
  it('can be subscribed, alarmed on and shown', () => {
    const { stack, watch } = account({}, {}, { canaries: [{ domain: 'api.example.com' }] });
    const queue = new Queue(stack, 'Notices');
    watch.topic.addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true }));
    new Alarm(stack, 'Refused', {
      metric: watch.metricFailures('api.example.com', 'expired'),
      threshold: 100,
      evaluationPeriods: 1,
    });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'sqs',
      TopicArn: stack.resolve(watch.topic.topicArn) as unknown,
    });
    const dimensions = (service: string) =>
      Match.objectLike({
        MetricStat: Match.objectLike({
          Metric: Match.objectLike({
            MetricName: 'Failures',
            Dimensions: Match.arrayWith([{ Name: 'service', Value: service }]),
          }),
        }),
      });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Threshold: 100,
      Metrics: Match.arrayWith([dimensions('ingest'), dimensions('sweep')]),
    });
    expect(watch.alarms.length).toBe(resources(template, 'AWS::CloudWatch::Alarm').length - 1);
    expect(Object.keys(watch.functions).sort()).toEqual([
      'canary',
      'ingest',
      'operator',
      'reconcile',
      'sweep',
      'weekly-report',
    ]);
    expect([watch.dashboard, watch.reportBucket, watch.deadLetterQueue, watch.table]).not.toContain(undefined);
    expect(watch.metricDeadLetters().metricName).toBe('ApproximateNumberOfMessagesVisible');
  });

  it('is not there where the settings ask for none', () => {
    const { watch } = account({}, {}, { dashboard: false, report: null });
    expect([watch.dashboard, watch.reportBucket, watch.functions.canary]).toEqual([undefined, undefined, undefined]);
  });

  it('grants what the verbs of the command line need, and no more', () => {
    const { stack, watch } = account();
    const grants = ['grantRead', 'grantOperate', 'grantRedrive', 'grantReadReports'] as const;
    for (const grant of grants)
      watch[grant](new Role(stack, grant, { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }));
    const policies = resources(Template.fromStack(stack), 'AWS::IAM::Policy');
    const actions = Object.fromEntries(
      grants.map((grant) => {
        const own = policies.filter(([id]) => id.startsWith(`${grant}Default`));
        const statements = own.flatMap(
          ([, { Properties }]) =>
            (Properties.PolicyDocument as { Statement: { Action: string | string[]; Condition?: unknown }[] })
              .Statement,
        );
        return [
          grant,
          statements.flatMap(({ Action, Condition }) => [Action].flat().map((one) => (Condition ? `${one} if` : one))),
        ];
      }),
    );
    const read = ['cloudformation:DescribeStacks', 'dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'];
    expect(actions).toEqual({
      grantRead: read,
      grantOperate: [
        ...read,
        ...['BatchWriteItem', 'DeleteItem', 'PutItem', 'UpdateItem'].map((action) => `dynamodb:${action} if`),
      ],
      grantRedrive: expect.arrayContaining(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'lambda:InvokeFunction']),
      grantReadReports: expect.arrayContaining(['s3:GetObject*']),
    });
  });
});
