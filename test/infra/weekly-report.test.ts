import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { MtlsWatch } from '../../infra/mtls-watch.js';
import { grants } from './grants.js';
import { synthesise } from './support.js';

const { template } = synthesise();

describe('the weekly report', () => {
  it('runs on the day, at the hour and in the time zone that are set', () => {
    const report = { day: 'TUE', hour: 9, timeZone: 'Asia/Tokyo' };
    synthesise({ report }).template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 9 ? * TUE *)',
      ScheduleExpressionTimezone: 'Asia/Tokyo',
    });
    template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'cron(0 7 ? * MON *)' });
  });

  it('is kept in a bucket that is private, encrypted, versioned, and forgets after 13 months', () => {
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: Match.objectLike({
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        }),
        VersioningConfiguration: { Status: 'Enabled' },
        LifecycleConfiguration: {
          Rules: [Match.objectLike({ ExpirationInDays: 400, NoncurrentVersionExpiration: { NoncurrentDays: 90 } })],
        },
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: Match.objectLike({
        Statement: [Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })],
      }),
    });
  });

  it('is mailed by its own function alone, in one name and to those who are named', () => {
    const mail = { from: 'mtls@bank.example', to: ['on-call@bank.example'] };
    const mailed = synthesise({ report: { mail } }).template;
    const functions = Object.values(mailed.findResources('AWS::Lambda::Function'));
    const variables = functions.map(({ Properties }) => Properties.Environment.Variables);
    expect(variables.flatMap(({ REPORT_MAIL }) => REPORT_MAIL ?? [])).toEqual([JSON.stringify(mail)]);
    // Whoever may read another function's configuration sees no address.
    for (const { REPORT_MAIL: _, ...others } of variables)
      expect(JSON.stringify(others)).not.toContain('bank.example"');
    mailed.hasResourceProperties('AWS::IAM::Role', {
      Policies: [
        {
          PolicyDocument: {
            Statement: Match.arrayWith([
              Match.objectLike({
                Action: ['ses:SendEmail', 'ses:SendRawEmail'],
                Condition: {
                  StringEquals: { 'ses:FromAddress': mail.from },
                  'ForAllValues:StringEquals': { 'ses:Recipients': mail.to },
                },
              }),
            ]),
          },
        },
      ],
    });
    expect(JSON.stringify(template.toJSON())).not.toMatch(/ses:Send|REPORT_MAIL/);
  });

  it('is not there where it is not wanted', () => {
    const without = synthesise({ report: null }).template;
    without.resourceCountIs('AWS::S3::Bucket', 0);
    without.resourceCountIs('AWS::Lambda::Function', 4);
    expect(Object.keys(without.toJSON().Outputs)).not.toContain('ReportBucketName');
  });
});

describe('counting the calls that were let in', () => {
  const access = 'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:';
  const queried = (settings: Readonly<Record<string, unknown>>) =>
    grants(synthesise(settings).template, 'WeeklyReportRole').filter((line) => line.includes('logs:StartQuery'));
  const own = queried({});

  it('may query no access log where nobody asks for it', () => {
    expect(own).toEqual([expect.stringContaining('<IngestLogs>')]);
  });

  it('may query the log groups that the settings name, and those whose names begin as they say', () => {
    const accessLogGroups = [{ name: '/aws/apigateway/one' }, { name: '/two' }];
    const successes = { logGroups: ['/aws/apigateway/*', '/exactly'] };
    const lines = queried({ accessLogGroups, successes });
    expect(lines.filter((line) => !own.includes(line)).map((line) => line.split(' on ')[1])).toEqual([
      `${access}/aws/apigateway/one:*`,
      `${access}/two:*`,
      `${access}/aws/apigateway/*`,
      `${access}/exactly:*`,
    ]);
  });

  it('is told of the log groups of watched stages, and may query them', () => {
    const stack = new Stack(new App(), 'Own');
    const watch = new MtlsWatch(stack, 'Watch', {
      config: { runbooks: { baseUrl: 'https://wiki.example.com/mtls' }, successes: {} },
      code: () => Code.fromInline('exports.handler = () => {}'),
    });
    const api = new RestApi(stack, 'Api', { deployOptions: { stageName: 'prod' } });
    api.root.addMethod('GET');
    watch.watch(api.deploymentStage);
    const made = Template.fromStack(stack);
    const schedules = Object.values(made.findResources('AWS::Scheduler::Schedule'));
    const weekly = schedules.find(({ Properties }) => Properties.ScheduleExpression.startsWith('cron'));
    expect(JSON.stringify(weekly?.Properties.Target.Input)).toMatch(/accessLogGroups.*Ref/);
    const policies = JSON.stringify(
      Object.values(made.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
        JSON.stringify(Properties.Roles).includes('WeeklyReport'),
      ),
    );
    expect(policies).toMatch(/"Action":"logs:StartQuery","Effect":"Allow","Resource":\{"Fn::GetAtt":\["[^"]*Access/);
  });

  it('takes no name that would reach over others', () => {
    for (const name of ['*', 'a*b', '', '/aws/**']) {
      expect(() => synthesise({ successes: { logGroups: [name] } }), name).toThrow(/successes/);
    }
  });
});
