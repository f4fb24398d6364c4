import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../shared/config/settings.js';
import { ACCESS_LOG_PATTERN, EXECUTION_LOG_PATTERN } from '../../shared/logs/filter-patterns.js';
import { exampleSettings, resources, synthesise } from './support.js';

const { template } = synthesise();

it('is the stack that was reviewed', () => {
  expect(template.toJSON()).toMatchSnapshot();
});

describe('the table', () => {
  it('is paid by request, keyed by pk and sk, encrypted, recoverable, and forgets', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
        GlobalSecondaryIndexes: Match.absent(),
      },
    });
  });
});

describe('the topic', () => {
  it('is encrypted with a key of its own that rotates', () => {
    const [[key] = []] = resources(template, 'AWS::KMS::Key');
    template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: { 'Fn::GetAtt': [key, 'Arn'] } });
    template.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
  });

  it('refuses what is not sent over TLS, and lets only alarms of this account publish by policy', () => {
    const [[, policy] = []] = resources(template, 'AWS::SNS::TopicPolicy');
    expect(policy?.Properties.PolicyDocument).toMatchObject({
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'sns:Publish',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        },
      ],
    });
  });

  it.each([[[]], [['a@example.com', 'b@example.com']]])('has a mail subscription for each of %j', (alertEmails) => {
    const subscriptions = resources(synthesise({ alertEmails }).template, 'AWS::SNS::Subscription');
    expect(subscriptions.map(([, { Properties }]) => [Properties.Protocol, Properties.Endpoint])).toEqual(
      alertEmails.map((address) => ['email', address]),
    );
  });
});

describe('topics by severity, for chats, and events', () => {
  const own = 'arn:aws:sns:eu-central-1:111122223333:on-call';
  const routed = synthesise({ topics: { critical: own, low: 'create' }, chatTopic: 'create', eventBus: 'default' });

  it('are made where asked for, with the same key', () => {
    const topics = resources(routed.template, 'AWS::SNS::Topic');
    expect(topics).toHaveLength(3);
    expect(new Set(topics.map(([, { Properties }]) => JSON.stringify(Properties.KmsMasterKeyId))).size).toBe(1);
    expect(Object.keys(routed.template.findOutputs('*'))).toEqual(
      expect.arrayContaining(['LowTopicArn', 'ChatTopicArn']),
    );
  });

  it('are told to both functions, which may publish there and nowhere else', () => {
    for (const [id, { Properties }] of resources(routed.template, 'AWS::Lambda::Function')) {
      if (id.startsWith('Operator')) continue;
      const { Variables } = Properties.Environment as { Variables: Record<string, unknown> };
      expect(Variables.TOPIC_ARN_CRITICAL).toBe(own);
      expect(Variables.TOPIC_ARN_LOW).toEqual({ Ref: expect.stringMatching(/^AlertsLow/) });
      expect(Variables.CHAT_TOPIC_ARN).toEqual({ Ref: expect.stringMatching(/^AlertsChat/) });
    }
    const text = JSON.stringify(resources(routed.template, 'AWS::IAM::Role'));
    expect(text).toContain(own);
    expect(text).toContain(':event-bus/default');
    expect(JSON.stringify(resources(template, 'AWS::IAM::Role'))).not.toContain('events:PutEvents');
  });
});

describe('the functions', () => {
  const functions = resources(template, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties);

  it('run on Node 24 and ARM, each with a log group of its own that forgets', () => {
    expect(functions).toHaveLength(5);
    for (const properties of functions) {
      expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
    }
    const used = functions.map(({ LoggingConfig }) => (LoggingConfig as { LogGroup: { Ref: string } }).LogGroup.Ref);
    const groups = resources(synthesise({ logRetentionDays: 90 }).template, 'AWS::Logs::LogGroup');
    expect(groups.map(([id]) => id).sort()).toEqual(used.sort());
    expect(groups.map(([, { Properties }]) => Properties.RetentionInDays)).toEqual([90, 90, 90, 90, 90]);
  });

  it('get the settings, the table, the topic and the names of their metrics', () => {
    for (const { Environment, Description } of functions) {
      const variables = (Environment as { Variables: Record<string, unknown> }).Variables;
      // The operator needs the table, and reads no settings.
      if (String(Description).includes('operator')) {
        expect(Object.keys(variables).sort()).toEqual(['POWERTOOLS_SERVICE_NAME', 'TABLE_NAME']);
        continue;
      }
      const own = String(Description).includes('weekly report')
        ? ['INGEST_LOG_GROUP', 'REPORT_BUCKET']
        : String(Description).includes('subscribed')
          ? ['INGEST_FUNCTION_ARN', 'STACK_NAME']
          : ['OPERATOR_FUNCTION'];
      expect(
        Object.keys(variables)
          .filter((name) => !own.includes(name))
          .sort(),
      ).toEqual([
        'ACCOUNT_ID',
        'DASHBOARD_NAME',
        'MTLS_WATCH_CONFIG',
        'POWERTOOLS_METRICS_NAMESPACE',
        'POWERTOOLS_SERVICE_NAME',
        'TABLE_NAME',
        'TOPIC_ARN',
      ]);
      const config = parseConfig(JSON.parse(String(variables.MTLS_WATCH_CONFIG)), 'the environment');
      // Whom an alert wakes is nowhere but in the topic.
      expect(config).toEqual({ ...parseConfig(exampleSettings, 'the example'), alertEmails: [] });
      expect(JSON.stringify(variables)).not.toContain('@');
    }
  });

  it.each([
    [undefined, 20, 1],
    [null, undefined, undefined],
    [50, 50, 1],
  ])('give ingest a ceiling, unless it is null: %j', (reservedConcurrency, ingest, sweep) => {
    const reserved = resources(
      synthesise(reservedConcurrency === undefined ? {} : { reservedConcurrency }).template,
      'AWS::Lambda::Function',
    ).map(([, { Properties }]) => Properties.ReservedConcurrentExecutions);
    expect(reserved).toEqual([ingest, sweep, undefined, undefined, undefined]);
  });
});

describe('ingest', () => {
  it('tries a batch three times and then keeps it for two weeks in an encrypted queue', () => {
    const [[queue] = []] = resources(template, 'AWS::SQS::Queue');
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^Ingest') },
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 6 * 3600,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [queue, 'Arn'] } } },
    });
    const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
    template.hasResource('AWS::SQS::Queue', { Properties: { MessageRetentionPeriod: 14 * 24 * 3600 }, ...kept });
    template.hasResourceProperties('AWS::SQS::Queue', {
      MessageRetentionPeriod: 14 * 24 * 3600,
      SqsManagedSseEnabled: true,
    });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({
            Effect: 'Deny',
            Action: 'sqs:*',
            Principal: { AWS: '*' },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ],
      },
    });
  });
});

describe('the sweep', () => {
  it('runs every minute, ends before the next run, and is not retried', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: {
        Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Sweep'), 'Arn'] },
        RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
      },
    });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^Sweep') },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
    const sweep = resources(template, 'AWS::Lambda::Function').find(([id]) => id.startsWith('Sweep'));
    expect(sweep?.[1].Properties.Timeout).toBeLessThan(60);
  });
});

describe('the subscriptions', () => {
  it('take refusals from the execution log and 403s from the access log', () => {
    const filters = resources(template, 'AWS::Logs::SubscriptionFilter').map(([, { Properties }]) => Properties);
    expect(filters).toMatchObject([
      {
        LogGroupName: 'API-Gateway-Execution-Logs_abc123/prod',
        FilterName: 'mtls-watch-execution',
        FilterPattern: EXECUTION_LOG_PATTERN,
      },
      {
        LogGroupName: '/aws/apigateway/access',
        FilterName: 'mtls-watch-access',
        FilterPattern: ACCESS_LOG_PATTERN,
      },
    ]);
  });

  it('let CloudWatch Logs call ingest for these log groups of this account only, before a filter is made', () => {
    const permissions = resources(template, 'AWS::Lambda::Permission');
    const sources = permissions.map(([, { Properties }]) => {
      expect(Properties).toMatchObject({
        Action: 'lambda:InvokeFunction',
        Principal: 'logs.amazonaws.com',
        SourceAccount: { Ref: 'AWS::AccountId' },
      });
      return (Properties.SourceArn as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1].at(-1);
    });
    expect(sources).toEqual([
      ':log-group:API-Gateway-Execution-Logs_abc123/prod:*',
      ':log-group:/aws/apigateway/access:*',
    ]);
    const awaited = Object.values(template.findResources('AWS::Logs::SubscriptionFilter')).map((f) => f.DependsOn);
    expect(awaited).toEqual(permissions.map(([id]) => [id]));
  });

  it('make a log group ahead of the gateway only where that is asked for', () => {
    const { template: ahead } = synthesise({
      executionLogGroups: [{ name: 'API-Gateway-Execution-Logs_abc123/prod', create: true }],
      logRetentionDays: 14,
    });
    ahead.hasResource('AWS::Logs::LogGroup', {
      DeletionPolicy: 'Retain',
      Properties: { LogGroupName: 'API-Gateway-Execution-Logs_abc123/prod', RetentionInDays: 14 },
    });
    const named = (t: typeof template) =>
      resources(t, 'AWS::Logs::LogGroup').filter(([, { Properties }]) => Properties.LogGroupName);
    expect(named(ahead)).toHaveLength(1);
    expect(named(template)).toHaveLength(0);
  });

  it('filter a log group that holds both logs twice, with one permission', () => {
    const both = synthesise({
      executionLogGroups: [{ name: '/gw' }],
      accessLogGroups: [{ name: '/gw', create: true }],
    });
    const filters = resources(both.template, 'AWS::Logs::SubscriptionFilter').map(([, { Properties }]) => Properties);
    expect(filters.map(({ FilterName }) => FilterName)).toEqual(['mtls-watch-execution', 'mtls-watch-access']);
    expect(filters[0]?.LogGroupName).toEqual(filters[1]?.LogGroupName);
    both.template.resourceCountIs('AWS::Lambda::Permission', 1);
  });

  it('warn when there are none', () => {
    const warning = (settings: Record<string, unknown>) =>
      Annotations.fromStack(synthesise(settings).stack).findWarning('*', Match.stringLikeRegexp('No log group'));
    expect(warning({ executionLogGroups: [], accessLogGroups: [] })).toHaveLength(1);
    expect(warning({ accessLogGroups: [] })).toHaveLength(0);
  });
});

describe('the alarms', () => {
  const alarms = resources(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);

  it('tell the topic', () => {
    const [[topic] = []] = resources(template, 'AWS::SNS::Topic');
    for (const { AlarmActions } of alarms) expect(AlarmActions).toEqual([{ Ref: topic }]);
  });

  it('take no data for trouble only where a function should have run', () => {
    const breaching = alarms.filter(({ TreatMissingData }) => TreatMissingData !== 'notBreaching');
    expect(breaching).toMatchObject([
      { Namespace: 'AWS/Lambda', MetricName: 'Invocations', TreatMissingData: 'breaching' },
      { Namespace: 'MtlsWatch', MetricName: 'FiltersUnmet', TreatMissingData: 'breaching' },
    ]);
  });

  it.each(['en', 'ja'])(
    'say in %s what happened, what it means and what to do, and link to their own page',
    (language) => {
      const told = resources(synthesise({ language }).template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) =>
        String(Properties.AlarmDescription),
      );
      expect(new Set(told).size).toBe(alarms.length);
      for (const text of told) {
        // PutMetricAlarm refuses a longer one.
        expect(text.length).toBeLessThanOrEqual(1024);
        expect(text.split('\n')).toEqual([
          expect.stringMatching(/^mtls-watch: .{15,}[.。]$/),
          expect.stringMatching(/.{15,}[.。]$/),
          expect.stringMatching(/.{15,}[.。]$/),
          expect.stringMatching(
            new RegExp(`^https://wiki\\.example\\.com/mtls-watch/runbooks/${language}/[a-z-]+\\.md$`),
          ),
        ]);
      }
    },
  );
});

it('puts out what an operator needs to find its parts', () => {
  expect(Object.keys(template.findOutputs('*'))).toEqual([
    'ReportBucketName',
    'ReportFunctionName',
    'TopicArn',
    'TableName',
    'IngestFunctionName',
    'SweepFunctionName',
    'ReconcileFunctionName',
    'OperatorFunctionName',
    'DeadLetterQueueUrl',
  ]);
});
