/** The stack that receives the logs of other accounts, and the one of an account that sends them. */

import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { CentralStream } from '../../infra/constructs/central-stream.js';
import { parseConfig } from '../../shared/config/settings.js';
import { ACCESS_LOG_PATTERN, EXECUTION_LOG_PATTERN } from '../../shared/logs/filter-patterns.js';
import { resources, synthesise, synthesiseMember } from './support.js';

const accounts = ['111122223333', '444455556666'];
const organizationId = 'o-a1b2c3d4e5';
const receiving = { executionLogGroups: [], accessLogGroups: [], central: { accounts } };
const central = synthesise(receiving);
const member = synthesiseMember({
  centralDestinationArn: 'arn:aws:logs:eu-central-1:999988887777:destination:mtls-watch',
  executionLogGroups: [{ name: 'API-Gateway-Execution-Logs_abc123/prod' }],
  accessLogGroups: [{ name: '/aws/apigateway/access' }],
});

it('are the stacks that were reviewed', () => {
  expect(central.template.toJSON()).toMatchSnapshot();
  expect(member.template.toJSON()).toMatchSnapshot();
});

interface Policy {
  readonly Statement: { readonly Principal: unknown; readonly Condition?: unknown; readonly Sid?: string }[];
}

/** The destination's policy is a text that CloudFormation puts together. */
function accessPolicy(template: Template): Policy {
  const [[, { Properties }] = expect.unreachable()] = resources(template, 'AWS::Logs::Destination');
  const joined = Properties.DestinationPolicy as { 'Fn::Join': [string, unknown[]] };
  const [separator, parts] = joined['Fn::Join'];
  const text = parts.map((part) => (typeof part === 'string' ? part : `<${(part as { Ref: string }).Ref}>`));
  return JSON.parse(text.join(separator)) as Policy;
}

function trustOfWriter(template: Template): Policy {
  const role = resources(template, 'AWS::IAM::Role').find(([id]) => id.startsWith('CentralWriterRole'));
  return role?.[1].Properties.AssumeRolePolicyDocument as Policy;
}

describe('the stream', () => {
  it('is paid by use, encrypted, and keeps records for as long as somebody may need to redrive them', () => {
    central.template.hasResourceProperties('AWS::Kinesis::Stream', {
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
      StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
      RetentionPeriodHours: 7 * 24,
      ShardCount: Match.absent(),
    });
    const provisioned = synthesise({ ...receiving, central: { accounts, shards: 2 } });
    provisioned.template.hasResourceProperties('AWS::Kinesis::Stream', {
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      ShardCount: 2,
    });
  });

  it('takes the key of all data, where there is one', () => {
    for (const encryptionKey of ['create', 'arn:aws:kms:eu-central-1:999988887777:key/0b6c2f0e']) {
      const { template } = synthesise({ ...receiving, encryptionKey });
      const [[id] = []] = resources(template, 'AWS::KMS::Key').filter(([name]) => name.startsWith('DataKey'));
      template.hasResourceProperties('AWS::Kinesis::Stream', {
        StreamEncryption: {
          EncryptionType: 'KMS',
          KeyId: id === undefined ? encryptionKey : { 'Fn::GetAtt': [id, 'Arn'] },
        },
      });
    }
  });

  it('feeds the same function, piece by piece where that fails, and hands over to the queue in the end', () => {
    const [[queue] = []] = resources(central.template, 'AWS::SQS::Queue');
    const [[stream] = []] = resources(central.template, 'AWS::Kinesis::Stream');
    central.template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: Match.stringLikeRegexp('^IngestFunction') },
      EventSourceArn: { 'Fn::GetAtt': [stream, 'Arn'] },
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 10,
      MaximumRecordAgeInSeconds: 6 * 3600,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [queue, 'Arn'] } } },
    });
  });

  it('has an age to watch', () => {
    const [fn] = central.stack.node.findAll().filter(({ node }) => node.path.endsWith('Ingest/Ingest/Function'));
    const { metricStat } = CentralStream.iteratorAge(fn as never).toMetricConfig();
    expect([metricStat?.namespace, metricStat?.metricName, metricStat?.statistic]).toEqual([
      'AWS/Lambda',
      'IteratorAge',
      'Maximum',
    ]);
  });

  it('is told to the operator, and the functions are told that there are accounts, not which', () => {
    expect(Object.keys(central.template.findOutputs('*'))).toEqual(
      expect.arrayContaining(['DestinationArn', 'StreamName']),
    );
    for (const [id, { Properties }] of resources(central.template, 'AWS::Lambda::Function')) {
      if (id.startsWith('Operator')) continue;
      const { Variables } = Properties.Environment as { Variables: { MTLS_WATCH_CONFIG: string } };
      expect(Variables.MTLS_WATCH_CONFIG).not.toContain(accounts[0]);
      expect(parseConfig(JSON.parse(Variables.MTLS_WATCH_CONFIG), 'the environment').central).not.toBeNull();
    }
  });
});

describe('who may send', () => {
  const resource = 'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:destination:mtls-watch';
  const permission = { Effect: 'Allow', Action: 'logs:PutSubscriptionFilter', Resource: resource };

  it.each([
    ['exactly the accounts named', { accounts }, [{ ...permission, Sid: 'Accounts', Principal: { AWS: accounts } }]],
    [
      'the organization',
      { organizationId },
      [
        {
          ...permission,
          Sid: 'Organization',
          Principal: '*',
          Condition: { StringEquals: { 'aws:PrincipalOrgID': organizationId } },
        },
      ],
    ],
  ])('is %s', (_who, setting, statements) => {
    expect(accessPolicy(synthesise({ central: setting }).template).Statement).toEqual(statements);
  });

  it('is both where both are named', () => {
    const { Statement } = accessPolicy(synthesise({ central: { accounts, organizationId } }).template);
    expect(Statement.map(({ Sid }) => Sid)).toEqual(['Accounts', 'Organization']);
  });

  it('CloudWatch Logs may act for these, and for this account when it tries the destination out', () => {
    const logs = { Service: 'logs.amazonaws.com' };
    const [own, ...others] = trustOfWriter(central.template).Statement.flatMap(({ Principal, Condition }) => {
      expect(Principal).toEqual(logs);
      const { 'aws:SourceArn': arns } = (
        Condition as { StringLike: { 'aws:SourceArn': { 'Fn::Join': [string, unknown[]] }[] } }
      ).StringLike;
      return arns.map(({ 'Fn::Join': [, parts] }) =>
        parts.map((part) => (typeof part === 'string' ? part : '?')).join(''),
      );
    });
    expect(own).toBe('arn:?:logs:?:?:*');
    expect(others).toEqual(accounts.map((account) => `arn:?:logs:?:${account}:*`));
    const byOrganization = trustOfWriter(synthesise({ central: { organizationId } }).template);
    expect(byOrganization.Statement.map(({ Principal }) => Principal)).toEqual([logs, logs]);
    expect(byOrganization.Statement[1]?.Condition).toEqual({ StringEquals: { 'aws:SourceOrgID': organizationId } });
    // A trust policy of more than 2,048 characters is refused.
    const most = synthesise({ central: { accounts: many(30), organizationId } });
    expect(longest(trustOfWriter(most.template)).length).toBeLessThan(2048);
  });
});

/** The text of a policy with the longest names that a partition and a Region have. */
function longest(value: unknown): string {
  return JSON.stringify(value, (_key, inner) => {
    const parts = inner?.['Fn::Join']?.[1] as unknown[] | undefined;
    return (
      parts?.map((part) => (typeof part === 'string' ? part : LONGEST[(part as { Ref: string }).Ref])).join('') ?? inner
    );
  });
}

const LONGEST: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws-us-gov',
  'AWS::Region': 'ap-northeast-1',
  'AWS::AccountId': '999988887777',
};

/** Account ids as AWS gives them out: in no order. */
const many = (count: number) =>
  Array.from({ length: count }, (_, n) => String(100_000_000_000 + ((n * 7_919_101_113) % 899_999_999_999)));

describe('accounts without an organization', () => {
  const spreadOf = (spreadAccounts: readonly string[], more: object = {}) =>
    synthesise({ ...receiving, report: null, central: { spreadAccounts, ...more } }).template;

  it.each([1, 30, 31, 100, 1000])('%i of them send, and each policy has room', (count) => {
    const spread = many(count);
    const template = spreadOf(spread);
    const allowed = resources(template, 'AWS::Logs::Destination').flatMap(([, { Properties }]) => {
      const text = JSON.parse(longest(Properties.DestinationPolicy)) as string;
      expect(text.length).toBeLessThanOrEqual(5120);
      const [{ Principal, Resource }, ...others] = JSON.parse(text).Statement;
      expect(others).toEqual([]);
      expect(Resource.endsWith(`:destination:${Properties.DestinationName}`)).toBe(true);
      return (Principal.AWS as string[]).map((account) => [account, Properties.DestinationName]);
    });
    expect(Object.fromEntries(allowed)).toEqual(
      Object.fromEntries(spread.map((account) => [account, `mtls-watch-${account.slice(-2)}`])),
    );
    const trusts = resources(template, 'AWS::IAM::Role').filter(([id]) => id.startsWith('CentralWriterRole'));
    for (const [, { Properties }] of trusts) {
      expect(longest(Properties.AssumeRolePolicyDocument).length).toBeLessThanOrEqual(2048);
    }
    for (const account of spread) expect(longest(trusts)).toContain(`:${account}:*`);
    expect(Object.keys(template.toJSON().Resources).length).toBeLessThan(500);
    expect(JSON.stringify(template.toJSON()).length).toBeLessThan(1_000_000);
  });

  it('each have a destination by their own id, beside the one of those that are named', () => {
    const template = spreadOf(['123456789034', '123456789034'], { accounts });
    const names = resources(template, 'AWS::Logs::Destination').map(([, { Properties }]) => Properties.DestinationName);
    expect(names).toEqual(['mtls-watch', 'mtls-watch-34']);
    const outputs = template.findOutputs('*');
    expect(longest(outputs.DestinationArn)).toContain('destination:mtls-watch"');
    expect(longest(outputs.SpreadDestinationArn)).toContain('destination:mtls-watch-NN"');
    expect(Object.keys(spreadOf(['123456789034']).findOutputs('*'))).not.toContain('DestinationArn');
  });

  it('are refused where a destination has no room for them, with the numbers', () => {
    const ending = Array.from({ length: 31 }, (_, n) => `${1_000_000_000 + n}34`);
    expect(() => spreadOf(ending)).toThrow(/has 31 whose id ends in 34; expected at most 30 .*2,048/);
    expect(() => spreadOf(ending.slice(1))).not.toThrow();
    expect(() => spreadOf([], { accounts: many(31) })).toThrow(
      /accounts: .*expected 30 at most; name the others in spreadAccounts/,
    );
  });
});

describe('several organizations', () => {
  const organizationIds = Array.from({ length: 20 }, (_, n) => `o-${String(n).padStart(12, 'a')}`);

  it('may send, twenty of them beside twenty accounts', () => {
    const { template } = synthesise({ central: { organizationIds, accounts: many(20) } });
    expect(accessPolicy(template).Statement[1]?.Condition).toEqual({
      StringEquals: { 'aws:PrincipalOrgID': organizationIds },
    });
    expect(trustOfWriter(template).Statement[1]?.Condition).toEqual({
      StringEquals: { 'aws:SourceOrgID': organizationIds },
    });
    expect(longest(trustOfWriter(template)).length).toBeLessThanOrEqual(2048);
  });

  it.each([
    [
      'of one organization that is named twice',
      { organizationId, organizationIds: [organizationId], accounts: many(30) },
      null,
    ],
    [
      'with more accounts',
      { organizationIds, accounts: many(21) },
      /20 organizations and 21 accounts; expected at most 20 /,
    ],
    ['one too many', { organizationIds, organizationId }, /21 organizations and 0 accounts/],
  ])('%s', (_what, setting, message) => {
    const synth = () => synthesise({ central: setting });
    if (message === null) expect(synth).not.toThrow();
    else expect(synth).toThrow(message);
  });
});

describe('accounts that are only told apart', () => {
  const apart = synthesise({ central: {} });

  it('need no stream, and filters that say whose each event is', () => {
    apart.template.resourceCountIs('AWS::Kinesis::Stream', 0);
    apart.template.resourceCountIs('AWS::Logs::Destination', 0);
    apart.template.allResourcesProperties('AWS::Logs::SubscriptionFilter', {
      EmitSystemFields: ['@aws.account', '@aws.region', '@source.log'],
    });
    const alone = resources(synthesise().template, 'AWS::Logs::SubscriptionFilter');
    expect(alone.map(([, { Properties }]) => Properties.EmitSystemFields)).toEqual([undefined, undefined]);
  });

  it('warn when nothing is watched', () => {
    const warnings = (settings: object) =>
      Annotations.fromStack(synthesise({ ...receiving, ...settings }).stack).findWarning(
        '*',
        Match.stringLikeRegexp('No log'),
      );
    expect(warnings({ central: {} })).toHaveLength(1);
    expect(warnings({})).toHaveLength(0);
  });
});

describe('the stack of a member', () => {
  it('is filters and the role to send, and nothing else, with no asset and no bootstrap', () => {
    const { Resources, Parameters, Rules } = member.template.toJSON() as Record<
      string,
      Record<string, { Type: string }>
    >;
    expect(
      Object.values(Resources ?? {})
        .map(({ Type }) => Type)
        .sort(),
    ).toEqual(['AWS::IAM::Role', 'AWS::Logs::SubscriptionFilter', 'AWS::Logs::SubscriptionFilter']);
    expect(Object.keys(Parameters ?? {})).toEqual(['CentralDestinationArn']);
    expect(Rules).toBeUndefined();
    const assembly = member.app.synth().getStackByName('mtls-watch-member');
    expect(assembly.assets).toEqual([]);
  });

  it('sends to the destination that the parameter names, which may differ by Region', () => {
    const [[role] = []] = resources(member.template, 'AWS::IAM::Role');
    const filters = resources(member.template, 'AWS::Logs::SubscriptionFilter').map(([, { Properties }]) => Properties);
    for (const { DestinationArn, RoleArn } of filters) {
      expect(DestinationArn).toEqual({ Ref: 'CentralDestinationArn' });
      expect(RoleArn).toEqual({ 'Fn::GetAtt': [role, 'Arn'] });
    }
    expect(filters.map(({ FilterPattern }) => FilterPattern)).toEqual([EXECUTION_LOG_PATTERN, ACCESS_LOG_PATTERN]);
  });

  it.each([
    [
      'a stream in place of a destination',
      { centralDestinationArn: 'arn:aws:kinesis:eu-west-1:111122223333:stream/x' },
    ],
    ['what is set in the central account', { alertEmails: ['on-call@example.com'] }],
    ['no log group', { accessLogGroups: [] }],
  ])('takes no %s', (_what, changes) => {
    const settings = {
      centralDestinationArn: 'arn:aws:logs:eu-west-1:111122223333:destination:mtls-watch',
      accessLogGroups: [{ name: '/aws/apigateway/access' }],
    };
    expect(() => synthesiseMember(settings)).not.toThrow();
    expect(() => synthesiseMember({ ...settings, ...changes })).toThrow(/wrong setting/);
  });
});

it('a thousand accounts with a truststore each fit, and the functions may read one object of each', () => {
  const ids = Array.from({ length: 1000 }, (_, n) => String(111_122_223_000 + n * 7));
  const { template } = synthesise({
    ...{ executionLogGroups: [], accessLogGroups: [], central: { spreadAccounts: ids } },
    truststores: { '*': 's3://truststores-{account}/mtls/{account}.pem' },
  });
  const statements = resources(template, 'AWS::IAM::Role').flatMap(([, { Properties }]) =>
    ((Properties.Policies ?? []) as { PolicyDocument: { Statement: object[] } }[]).flatMap(
      ({ PolicyDocument }) => PolicyDocument.Statement,
    ),
  );
  const any = '?'.repeat(12);
  const at = (path: string) => ({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::truststores-${any}${path}`]],
  });
  expect(statements).toContainEqual({
    Action: ['s3:GetObject', 's3:GetObjectVersion'],
    Effect: 'Allow',
    Resource: at(`/mtls/${any}.pem`),
  });
  expect(statements).toContainEqual({
    Action: 's3:ListBucketVersions',
    Effect: 'Allow',
    Resource: at(''),
    Condition: { StringLike: { 's3:prefix': `mtls/${any}.pem` } },
  });
  expect(JSON.stringify(statements)).not.toContain('s3:*');
});
