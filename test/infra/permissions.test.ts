/** Every action and resource that each role may use. A change here is a change of what an intruder could do. */

import { describe, expect, it } from 'vitest';
import { grants } from './grants.js';
import { resources, synthesise, synthesiseMember } from './support.js';

const { template } = synthesise();

const publishAndExplain = [
  'sns:Publish on <AlertsTopic>',
  'kms:Decrypt on <AlertsKey>',
  'kms:GenerateDataKey on <AlertsKey>',
  's3:GetObject on arn:<AWS::Partition>:s3:::example-truststores/api.example.com/truststore.pem',
  's3:GetObjectVersion on arn:<AWS::Partition>:s3:::example-truststores/api.example.com/truststore.pem',
  's3:ListBucketVersions on arn:<AWS::Partition>:s3:::example-truststores if {"StringEquals":{"s3:prefix":"api.example.com/truststore.pem"}}',
];

const storeAndPublish = [
  'dynamodb:BatchGetItem on <StateTable>',
  'dynamodb:BatchWriteItem on <StateTable>',
  'dynamodb:DeleteItem on <StateTable>',
  'dynamodb:GetItem on <StateTable>',
  'dynamodb:PutItem on <StateTable>',
  'dynamodb:Query on <StateTable>',
  'dynamodb:UpdateItem on <StateTable>',
  ...publishAndExplain,
];

describe('what the roles may do', () => {
  it('ingest', () => {
    expect(grants(template, 'IngestRole')).toEqual([
      'logs:CreateLogStream on <IngestLogs>',
      'logs:PutLogEvents on <IngestLogs>',
      ...storeAndPublish,
      'sqs:SendMessage on <IngestDeadLetters>',
    ]);
  });

  it('sweep', () => {
    expect(grants(template, 'SweepRole')).toEqual([
      'logs:CreateLogStream on <SweepLogs>',
      'logs:PutLogEvents on <SweepLogs>',
      ...storeAndPublish,
    ]);
  });

  it('the weekly report', () => {
    expect(grants(template, 'WeeklyReportRole')).toEqual([
      'logs:CreateLogStream on <WeeklyReportLogs>',
      'logs:PutLogEvents on <WeeklyReportLogs>',
      'dynamodb:BatchGetItem on <StateTable>',
      'dynamodb:GetItem on <StateTable>',
      'dynamodb:Query on <StateTable>',
      ...publishAndExplain,
      's3:GetObject on <WeeklyReportReports>/reports/*',
      's3:PutObject on <WeeklyReportReports>/reports/*',
      's3:ListBucket on <WeeklyReportReports>',
      'logs:StartQuery on <IngestLogs>',
      'logs:GetQueryResults on *',
      'logs:StopQuery on *',
    ]);
    expect(grants(template, 'WeeklyReportSchedulerRole')).toEqual(['lambda:InvokeFunction on <WeeklyReportFunction>']);
  });

  it('the canary', () => {
    const { template: withCanary } = synthesise({ canaries: [{ domain: 'api.example.com' }] });
    expect(grants(withCanary, 'CanaryRole')).toEqual([
      'logs:CreateLogStream on <CanaryLogs>',
      'logs:PutLogEvents on <CanaryLogs>',
      'dynamodb:UpdateItem on <StateTable> if {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["probe#*"]}}',
    ]);
    expect(grants(withCanary, 'CanarySchedulerRole')).toEqual(['lambda:InvokeFunction on <CanaryFunction>']);
    expect(resources(withCanary, 'AWS::IAM::Role')).toHaveLength(10);
    for (const type of ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']) withCanary.resourceCountIs(type, 0);
  });

  it('the scheduler', () => {
    expect(grants(template, 'SweepSchedulerRole')).toEqual(['lambda:InvokeFunction on <SweepFunction>']);
  });

  describe('the reconciler', () => {
    const logs = 'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>';
    const gateway = 'arn:<AWS::Partition>:apigateway:<AWS::Region>';
    const own = ['logs:CreateLogStream on <ReconcilerReconcileLogs>', 'logs:PutLogEvents on <ReconcilerReconcileLogs>'];
    const only = (keys: string[]) =>
      `<StateTable> if ${JSON.stringify({ 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': keys } })}`;
    const looks = (discover: object) =>
      grants(synthesise({ discover, executionLogGroups: [], accessLogGroups: [] }).template, 'ReconcilerReconcileRole');
    const discovery = [
      ...own,
      `logs:DescribeLogGroups on ${logs}:log-group:*`,
      `logs:DescribeLogStreams on ${logs}:log-group:*`,
      `logs:DescribeSubscriptionFilters on ${logs}:log-group:*`,
      `apigateway:GET on ${gateway}::/account`,
      `apigateway:GET on ${gateway}::/domainnames`,
      `apigateway:GET on ${gateway}::/domainnames/*/apimappings`,
      `apigateway:GET on ${gateway}::/restapis`,
      `apigateway:GET on ${gateway}::/restapis/*/stages`,
      `apigateway:GET on ${gateway}::/apis`,
      `apigateway:GET on ${gateway}::/apis/*/stages`,
      `apigateway:ListRoutingRules on ${gateway}:<AWS::AccountId>:/domainnames/*/routingrules/*`,
      'cloudfront:ListDistributions on *',
      'elasticloadbalancing:DescribeLoadBalancers on *',
      'elasticloadbalancing:DescribeListeners on *',
      'logs:DescribeAccountPolicies on *',
      `logs:DescribeDeliverySources on ${logs}:delivery-source:*`,
      `logs:DescribeDeliveries on ${logs}:delivery:*`,
      `logs:DescribeDeliveryDestinations on ${logs}:delivery-destination:*`,
    ];
    const queue = [
      'sqs:ReceiveMessage on <ReconcilerChanges>',
      'sqs:DeleteMessage on <ReconcilerChanges>',
      'sqs:GetQueueAttributes on <ReconcilerChanges>',
    ];

    it('looks at the configured log groups, where nothing is discovered', () => {
      const groups = ['API-Gateway-Execution-Logs_abc123/prod', '/aws/apigateway/access'];
      expect(grants(template, 'ReconcilerReconcileRole')).toEqual([
        ...own,
        `logs:DescribeLogGroups on ${logs}:log-group:*`,
        ...['logs:DescribeLogStreams', 'logs:DescribeSubscriptionFilters'].flatMap((action) =>
          groups.map((group) => `${action} on ${logs}:log-group:${group}:*`),
        ),
      ]);
      expect(grants(template, 'ReconcilerSchedulerRole')).toEqual([
        'lambda:InvokeFunction on <ReconcilerReconcileFunction>',
      ]);
    });

    it('looks at the account and changes nothing in a dry run', () => {
      expect(looks({})).toEqual([...discovery, `dynamodb:Query on ${only(['inventory', 'subscribed'])}`, ...queue]);
    });

    it('puts and removes subscription filters, and keeps what it found, once it is switched on', () => {
      const table = only(['inventory', 'subscribed']);
      const [[ingestId] = expect.unreachable()] = resources(template, 'AWS::Lambda::Function');
      expect(looks({ mode: 'on' })).toEqual([
        ...discovery,
        `dynamodb:Query on ${table}`,
        `dynamodb:BatchWriteItem on ${table}`,
        `dynamodb:DeleteItem on ${table}`,
        `logs:PutSubscriptionFilter on ${logs}:log-group:* if {"ArnEquals":{"logs:DestinationArn":{"Fn::GetAtt":["${ingestId}","Arn"]}}}`,
        `logs:DeleteSubscriptionFilter on ${logs}:log-group:*`,
        ...queue,
      ]);
    });

    it('sees the version of truststores in the buckets that are named; others read them', () => {
      const bucket = 'arn:<AWS::Partition>:s3:::discovered';
      expect(looks({ truststoreBuckets: ['discovered'] }).filter((grant) => grant.startsWith('s3:'))).toEqual([
        `s3:GetBucketVersioning on ${bucket}`,
        `s3:GetObject on ${bucket}/*`,
      ]);
      const read = synthesise({ discover: { truststoreBuckets: ['discovered'] }, truststores: {} }).template;
      for (const role of ['IngestRole', 'SweepRole', 'WeeklyReportRole']) {
        expect(grants(read, role).filter((grant) => grant.includes('s3:::'))).toEqual([
          `s3:GetObject on ${bucket}/*`,
          `s3:GetObjectVersion on ${bucket}/*`,
          `s3:ListBucketVersions on ${bucket}`,
        ]);
      }
    });
  });

  it('the operator changes incidents and silences, and archives what ended', () => {
    const own = grants(template, 'OperatorOperateRole').filter((line) => line.startsWith('dynamodb:'));
    const keys = '{"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["incident","silence","ended#*"]}}';
    expect(own).toEqual(
      ['BatchWriteItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action} on <StateTable> if ${keys}`),
    );
  });

  it('nobody else, nothing by managed policy, and nothing that CDK adds on the side', () => {
    const roles = resources(template, 'AWS::IAM::Role');
    expect(roles).toHaveLength(8);
    for (const [, { Properties }] of roles) expect(Properties.ManagedPolicyArns).toBeUndefined();
    for (const type of ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']) template.resourceCountIs(type, 0);
  });

  it('each role can be taken by its service alone', () => {
    const principals = resources(template, 'AWS::IAM::Role').map(([, { Properties }]) => {
      const { Statement } = Properties.AssumeRolePolicyDocument as { Statement: { Principal: unknown }[] };
      return Statement.map(({ Principal }) => Principal);
    });
    const lambda = [{ Service: 'lambda.amazonaws.com' }];
    const scheduler = [{ Service: 'scheduler.amazonaws.com' }];
    expect(principals).toEqual([lambda, lambda, scheduler, lambda, scheduler, lambda, scheduler, lambda]);
  });
});

describe('what the roles may do where other accounts send their logs', () => {
  const central = synthesise({ central: { accounts: ['111122223333'] } }).template;

  it('ingest reads the one stream besides', () => {
    const own = grants(template, 'IngestRole');
    expect(grants(central, 'IngestRole')).toEqual([
      ...own.slice(0, -1),
      'kinesis:DescribeStream on <CentralStream>',
      'kinesis:DescribeStreamSummary on <CentralStream>',
      'kinesis:GetRecords on <CentralStream>',
      'kinesis:GetShardIterator on <CentralStream>',
      'kinesis:ListShards on <CentralStream>',
      ...own.slice(-1),
    ]);
  });

  it('CloudWatch Logs writes to it, and nobody else may do more than before', () => {
    expect(grants(central, 'CentralWriterRole')).toEqual(['kinesis:PutRecord on <CentralStream>']);
    for (const role of ['SweepRole', 'WeeklyReportRole', 'SweepSchedulerRole', 'WeeklyReportSchedulerRole'])
      expect(grants(central, role)).toEqual(grants(template, role));
    expect(resources(central, 'AWS::IAM::Role')).toHaveLength(9);
    for (const type of ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']) central.resourceCountIs(type, 0);
  });

  it('both use the key of all data through the stream only', () => {
    const key = 'arn:aws:kms:eu-central-1:999988887777:key/0b6c2f0e';
    const keyed = synthesise({ central: { accounts: ['111122223333'] }, encryptionKey: key }).template;
    const ofStream = (role: string) => grants(keyed, role).filter((grant) => grant.includes('kinesis.'));
    const only = `on ${key} if {"StringEquals":{"kms:ViaService":{"Fn::Join":["",["kinesis.",{"Ref":"AWS::Region"},".amazonaws.com"]]}}}`;
    expect(ofStream('CentralWriterRole')).toEqual([`kms:GenerateDataKey ${only}`]);
    expect(ofStream('IngestRole')).toEqual([`kms:Decrypt ${only}`]);
    expect(ofStream('SweepRole')).toEqual([]);
  });

  it('CloudWatch Logs of a member shows that it may send what is in the log groups named', () => {
    const member = synthesiseMember({
      centralDestinationArn: 'arn:aws:logs:eu-central-1:999988887777:destination:mtls-watch',
      executionLogGroups: [{ name: '/gw' }],
      accessLogGroups: [{ name: '/gw' }, { name: '/aws/apigateway/access' }],
    }).template;
    const group = 'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group';
    expect(grants(member, 'SenderRole')).toEqual([
      `logs:PutLogEvents on ${group}:/gw:*`,
      `logs:PutLogEvents on ${group}:/aws/apigateway/access:*`,
    ]);
    const [[, { Properties }] = expect.unreachable()] = resources(member, 'AWS::IAM::Role');
    const { Statement } = Properties.AssumeRolePolicyDocument as { Statement: Record<string, unknown>[] };
    expect(Statement).toEqual([expect.objectContaining({ Principal: { Service: 'logs.amazonaws.com' } })]);
    expect(JSON.stringify(Statement[0]?.Condition)).toContain('AWS::AccountId');
  });
});

describe('truststores', () => {
  const objects = (truststores: Record<string, string>) =>
    grants(synthesise({ truststores }).template, 'IngestRole').filter((grant) => grant.startsWith('s3:GetObject '));

  it('are read only where they are configured', () => {
    expect(objects({})).toEqual([]);
  });

  it('are named once where domains share one', () => {
    expect(objects({ a: 's3://bucket/x.pem', b: 's3://bucket/x.pem', c: 's3://bucket/y.pem' })).toHaveLength(2);
  });

  it('of load balancers are read by their API, each by its ARN, and nothing in S3 for them', () => {
    const arn = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:truststore/partners/73e2d6bc24d8a067';
    for (const role of ['IngestRole', 'SweepRole', 'WeeklyReportRole']) {
      const own = grants(synthesise({ truststores: { a: arn, b: arn } }).template, role);
      expect(own.filter((grant) => /^s3:Get.*s3:::|elasticloadbalancing/.test(grant))).toEqual([
        `elasticloadbalancing:GetTrustStoreCaCertificatesBundle on ${arn}`,
      ]);
    }
    expect(objects({ a: arn, b: 's3://bucket/x.pem' })).toHaveLength(1);
  });

  it('grant one object, also where its key holds wildcards or policy variables', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how IAM escapes characters.
    const escaped = 's3:GetObject on arn:<AWS::Partition>:s3:::bucket/a${*}b${?}c${$}{aws:username}.pem';
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a key may hold what looks like a policy variable.
    expect(objects({ a: 's3://bucket/a*b?c${aws:username}.pem' })).toEqual([escaped]);
  });
});
