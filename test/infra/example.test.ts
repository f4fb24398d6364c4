/** The example of docs/constructs.md, on sources and stub functions; `npm test -- --project package` runs it on the packed tool. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AT, ca } from '../support/certificates.js';
import { acknowledged, resources } from './support.js';

vi.mock('../../infra/build/prebuilt.js', () => ({
  prebuilt: (name: string) => Code.fromInline(`export const handler = '${name}';`),
}));

const example = new URL('../../docs/examples/partner-api.ts', import.meta.url);
const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-example-'));
let app: App;
let template: Template;

beforeAll(async () => {
  vi.useFakeTimers({ now: AT, toFake: ['Date'] });
  // The example takes the truststore that lies beside its cdk.json.
  writeFileSync(join(folder, 'truststore.pem'), ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'rsa-a' }).pem);
  process.chdir(folder);
  const { PartnerApi } = await import('../../docs/examples/partner-api.js');
  // A template that CloudFormation's schemas refuse fails the synth.
  app = new App({ analyticsReporting: false, context: { '@aws-cdk/core:validateAgainstDefaultRules': true } });
  template = Template.fromStack(new PartnerApi(app, 'PartnerApi'));
});

afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
  vi.useRealTimers();
});

describe('the example', () => {
  it('is the one of the page', () => {
    const page = readFileSync(new URL('../../docs/constructs.md', import.meta.url), 'utf8');
    expect(/```ts\n([\s\S]*?)```/.exec(page)?.[1]).toBe(readFileSync(example, 'utf8'));
  });

  it('is the stack that was reviewed', () => {
    expect(template.toJSON()).toMatchSnapshot();
  });

  it('has nothing that cdk-nag objects to, nor CDK', () => {
    const { success, violations } = new AwsSolutionsChecks(app, { verbose: true }).validateScope(app);
    expect(violations).toEqual([]);
    expect(success).toBe(true);
    const stack = app.node.findChild('PartnerApi') as InstanceType<typeof import('aws-cdk-lib').Stack>;
    for (const found of [
      Annotations.fromStack(stack).findError('*', Match.anyValue()),
      Annotations.fromStack(stack).findWarning('*', Match.anyValue()),
    ])
      expect(found).toEqual([]);
  });

  it('sets aside, besides what mtls-watch itself does, what is about its own APIs', () => {
    const own = acknowledged(app).filter((line) => !line.startsWith('PartnerApi/MtlsWatch/'));
    expect(own).toEqual([
      expect.stringMatching(/^PartnerApi \S*APIG2: /),
      expect.stringMatching(/^PartnerApi \S*APIG3: /),
      expect.stringMatching(/^PartnerApi \S*APIG4: /),
      expect.stringMatching(/^PartnerApi \S*COG4: /),
      expect.stringMatching(/^PartnerApi \S*IAM4\[.*PushToCloudWatchLogs\]: /),
      expect.stringMatching(/^PartnerApi\/Domain\/Truststore\/Bucket \S*S1: One object/),
      expect.stringMatching(/^PartnerApi\/AWS679\w+\/ServiceRole \S*IAM4\[.*AWSLambdaBasicExecutionRole\]: /),
    ]);
  });

  it('gives each function exactly what it must read of the truststore', () => {
    const added = resources(template, 'AWS::IAM::Policy').filter(([id]) => /^MtlsWatch(?!Reconciler)/.test(id));
    expect(added.map(([id]) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'MtlsWatchIngestRoleDefaultPolicy',
      'MtlsWatchSweepRoleDefaultPolicy',
      'MtlsWatchWeeklyReportRoleDefaultPolicy',
    ]);
    const bucket = { 'Fn::GetAtt': [expect.stringMatching(/^DomainTruststoreBucket/), 'Arn'] };
    for (const [, { Properties }] of added) {
      expect(Properties.PolicyDocument).toMatchObject({
        Statement: [
          {
            Effect: 'Allow',
            Action: ['s3:GetObject', 's3:GetObjectVersion'],
            Resource: { 'Fn::Join': ['', [bucket, '/truststore.pem']] },
          },
          {
            Effect: 'Allow',
            Action: 's3:ListBucketVersions',
            Resource: bucket,
            Condition: { StringEquals: { 's3:prefix': 'truststore.pem' } },
          },
        ],
      });
    }
  });
});
