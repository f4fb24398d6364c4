import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { acknowledged, synthesise, synthesiseMember } from './support.js';

/** Everything a user can switch on, so that no rule goes unasked. */
const everything = {
  executionLogGroups: [{ name: 'API-Gateway-Execution-Logs_abc123/prod', create: true }],
  accessLogGroups: [{ name: '/aws/apigateway/access', create: true }],
  reservedConcurrency: 10,
  encryptionKey: 'create',
  discover: { mode: 'on', truststoreBuckets: ['example-truststores'] },
  canaries: [{ domain: 'api.example.com' }],
  history: { exports: ['s3://example-logs/exports/'] },
  successes: { logGroups: ['/aws/apigateway/*'] },
  connectionLogGroups: [{ name: '/aws/vendedlogs/cloudfront/E2DX1SLDPK0123' }],
  topics: { high: 'create' },
  chatTopic: 'create',
  eventBus: 'default',
  privacy: { sourceIps: 'hash', certificates: 'drop' },
};

describe("cdk-nag, AwsSolutions, and CloudFormation's own schemas", () => {
  it.each([
    ['the example', {}],
    ['everything switched on', everything],
    ['a dry run of discovery', { discover: {} }],
    ['two accounts that send their logs', { central: { accounts: ['111122223333', '444455556666'] } }],
    ['a key of its own for these', { central: { accounts: ['111122223333'] }, encryptionKey: 'create' }],
    ['an organization that sends its logs', { central: { organizationId: 'o-a1b2c3d4e5', shards: 2 } }],
    ['next to nothing', { executionLogGroups: [], accessLogGroups: [], truststores: {}, alertEmails: [] }],
  ])('finds nothing in the stack with %s', (_what, settings) => {
    const { app } = synthesise(settings, true);
    const { success, violations } = new AwsSolutionsChecks(app, { verbose: true }).validateScope(app);
    expect(violations).toEqual([]);
    expect(success).toBe(true);
  });

  it('finds nothing in the stack of an account that sends its logs, but the wildcard of its log streams', () => {
    const { app, stack } = synthesiseMember(
      {
        centralDestinationArn: 'arn:aws:logs:eu-central-1:999988887777:destination:mtls-watch',
        accessLogGroups: [{ name: '/aws/apigateway/access', create: true }],
      },
      true,
    );
    expect(new AwsSolutionsChecks(app, { verbose: true }).validateScope(app).violations).toEqual([]);
    expect(acknowledged(stack)).toEqual([
      expect.stringMatching(
        /^MtlsWatchMember\/SenderRole \S*AwsSolutions-IAM5\S*:\*\]: The wildcard stands for the streams/,
      ),
    ]);
  });

  it('sets aside these rules, each for its reason', () => {
    const wildcard = (resource: string) => `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:${resource}]`;
    const logs = (resource: string) => wildcard(`logs:<AWS::Region>:<AWS::AccountId>:${resource}`);
    const gateway = (path: string) => wildcard(`apigateway:<AWS::Region>::${path}`);
    const reconciler = 'MtlsWatch/Default/Reconciler/Reconcile Annotation::';
    expect(acknowledged(synthesise(everything).stack)).toEqual([
      expect.stringContaining(`MtlsWatch/Default Annotation::${wildcard('s3:::example-truststores/*')}: The bucket is`),
      expect.stringMatching(
        /^MtlsWatch\/Default\/Ingest\/DeadLetters \S*AwsSolutions-SQS3: It is the dead-letter queue/,
      ),
      expect.stringContaining(
        `Sweep/Sweep Annotation::${logs('log-group:/aws/apigateway/access:*')}: This is how CloudWatch Logs`,
      ),
      expect.stringContaining(
        `Sweep/Sweep Annotation::${logs('log-group:/aws/apigateway/*')}: The settings name the log groups`,
      ),
      expect.stringMatching(/^MtlsWatch\/Default\/Sweep\/Sweep .*\[Resource::\*\]: Queries of Logs Insights/),
      expect.stringMatching(/^MtlsWatch\/Default\/WeeklyReport\/Reports \S*AwsSolutions-S1: A few objects a week/),
      expect.stringMatching(
        /^MtlsWatch\/Default\/WeeklyReport\/Report \S*AwsSolutions-IAM5\[Resource::\*\]: Queries of Logs Insights/,
      ),
      expect.stringMatching(
        /^MtlsWatch\/Default\/WeeklyReport\/Report \S*AwsSolutions-IAM5\[.*reports\/\*\]: The function makes a folder/,
      ),
      expect.stringContaining(
        `WeeklyReport/Report Annotation::${logs('log-group:/aws/apigateway/access:*')}: This is how CloudWatch Logs`,
      ),
      expect.stringContaining(
        `WeeklyReport/Report Annotation::${logs('log-group:/aws/apigateway/*')}: The settings name the log groups`,
      ),
      expect.stringMatching(/^MtlsWatch\/Default\/Backfill\/Kept \S*AwsSolutions-S1: It holds less than/),
      ...['callers', 'halves', 'minutes', 'read', 'runs'].map((folder) =>
        expect.stringMatching(
          new RegExp(
            `^MtlsWatch/Default/Backfill/Work \\S*AwsSolutions-IAM5.*/${folder}/\\*\\]: What is kept of the objects`,
          ),
        ),
      ),
      expect.stringContaining(
        `Backfill/Work Annotation::${wildcard('s3:::example-logs/exports/*')}: The settings name`,
      ),
      expect.stringMatching(
        /^MtlsWatch\/Default\/Backfill\/StatesRole \S*AwsSolutions-IAM5\[.*runs\/\*\]: The list of/,
      ),
      expect.stringMatching(
        /^MtlsWatch\/Default\/Backfill\/StatesRole \S*AwsSolutions-IAM5\[.*\/\*\]: Step Functions names/,
      ),
      expect.stringMatching(/^MtlsWatch\/Default\/Backfill\/States \S*AwsSolutions-SF1: What fails is in the log/),
      expect.stringMatching(/^MtlsWatch\/Default\/Backfill\/States \S*AwsSolutions-SF2: It runs when somebody asks/),
      expect.stringMatching(/^MtlsWatch\/Default\/Reconciler\/Changes \S*AwsSolutions-SQS3: Its messages only say/),
      expect.stringContaining(`${reconciler}${logs('log-group:*')}: The list of log groups is one resource.`),
      expect.stringContaining(`${reconciler}${gateway('/domainnames/*/apimappings')}: Reads`),
      expect.stringContaining(`${reconciler}${gateway('/restapis/*/stages')}: Reads`),
      expect.stringContaining(`${reconciler}${gateway('/apis/*/stages')}: Reads`),
      expect.stringContaining(`${reconciler}AwsSolutions-IAM5[Resource::*]: The account policies`),
      expect.stringContaining(
        `${reconciler}${wildcard('apigateway:<AWS::Region>:<AWS::AccountId>:/domainnames/*/routingrules/*')}: Reads`,
      ),
      expect.stringContaining('[Resource::*]: Lists of distributions and load balancers'),
      expect.stringContaining(`${reconciler}${logs('delivery-source:*')}: A list is authorised`),
      expect.stringContaining(`${reconciler}${logs('delivery:*')}: A list is authorised`),
      expect.stringContaining(`${reconciler}${logs('delivery-destination:*')}: A list is authorised`),
    ]);
  });

  it('sets aside that a stream with a key of its own costs more', () => {
    const { stack } = synthesise({ central: { accounts: ['111122223333'] }, encryptionKey: 'create' });
    expect(acknowledged(stack).filter((line) => line.includes('/Central/'))).toEqual([
      expect.stringMatching(/^MtlsWatch\/Default\/Central\/Stream \S*AwsSolutions-KDS3: The rule warns of the price/),
    ]);
  });

  it('is listening: it finds a queue that takes plain HTTP', () => {
    const { app, stack } = synthesise();
    new Queue(stack, 'Careless');
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    expect(violations.map(({ ruleName }) => ruleName).sort()).toEqual(['AwsSolutions-SQS3', 'AwsSolutions-SQS4']);
  });

  it('is listening: a key that is none is refused by its schema', () => {
    const notAnArn = { encryptionKey: 'arn:aws:kms:eu-central-1:999988887777:key/0b6c2f0e' };
    expect(() => synthesise(notAnArn, true)).toThrow(/validation/i);
  });
});
