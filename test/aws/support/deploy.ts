/**
 * Deploys the stack to the local AWS as `cdk deploy` would: synthesises it with `infra/app.ts`, uploads its assets to the
 * bootstrap bucket, hands the template to CloudFormation. The template is deployed as it is.
 */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { cloudFormation, s3 } from './clients.js';

/** The outputs of the stack. */
export interface Deployed {
  readonly TopicArn: string;
  readonly TableName: string;
  readonly IngestFunctionName: string;
  readonly SweepFunctionName: string;
  readonly ReconcileFunctionName: string;
  readonly DeadLetterQueueUrl: string;
  readonly ReportBucketName: string;
  readonly ReportFunctionName: string;
  /** Where canaries are configured. */
  readonly CanaryFunctionName: string;
  /** Where other accounts send their logs. */
  readonly StreamName?: string;
}

export interface Template {
  readonly Resources: Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>;
  readonly Outputs: Record<string, unknown>;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const ASSETS_BUCKET = 'cdk-hnb659fds-assets-000000000000-us-east-1';

/**
 * @param settings what a user would write into `cdk.json` under `mtlsWatch`
 * @param adjust changes the template where the local AWS lacks something
 */
export async function deploy(settings: object, adjust: (template: Template) => void = () => {}): Promise<Deployed> {
  const folder = synthesise(settings);
  await bootstrap();
  await uploadAssets(folder);
  const template = templateIn(folder, 'MtlsWatch');
  adjust(template);
  return (await create('mtls-watch', template)) as unknown as Deployed;
}

/** The stack of an account that sends its logs to a central one. It has no asset. */
export async function deployMember(settings: object): Promise<void> {
  await create('mtls-watch-member', templateIn(synthesise(settings), 'MtlsWatchMember'));
}

/** @returns the folder with the templates */
function synthesise(settings: object): string {
  // Removed with everything else of the local AWS.
  const folder = join(process.env.MTLS_WATCH_LOCAL_AWS ?? tmpdir(), 'cdk.out');
  // The CDK command line calls the app in the same way.
  execFileSync(process.execPath, ['--import', 'tsx', 'infra/app.ts'], {
    cwd: root,
    env: {
      ...process.env,
      CDK_OUTDIR: folder,
      CDK_CONTEXT_JSON: JSON.stringify({ mtlsWatch: settings }),
      MTLS_WATCH_PLACEHOLDERS: 'allowed',
    },
    stdio: 'inherit',
  });
  return folder;
}

function templateIn(folder: string, stack: string): Template {
  return JSON.parse(readFileSync(join(folder, `${stack}.template.json`), 'utf8')) as Template;
}

/** What `cdk bootstrap` leaves behind and a deployment looks for. */
async function bootstrap(): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: ASSETS_BUCKET }));
  const Properties = { Name: '/cdk-bootstrap/hnb659fds/version', Type: 'String', Value: '30' };
  await create('CDKToolkit', { Resources: { Version: { Type: 'AWS::SSM::Parameter', Properties } } });
}

async function uploadAssets(folder: string): Promise<void> {
  const { files } = JSON.parse(readFileSync(join(folder, 'MtlsWatch.assets.json'), 'utf8')) as {
    files: Record<
      string,
      { source: { path: string; packaging: string }; destinations: Record<string, { objectKey: string }> }
    >;
  };
  for (const { source, destinations } of Object.values(files)) {
    if (source.packaging !== 'zip') continue;
    const asset = join(folder, source.path);
    const zip = `${asset}.zip`;
    const entries = readdirSync(asset).map((entry) => join(asset, entry));
    execFileSync(process.env.MTLS_WATCH_PYTHON ?? 'python3', ['-m', 'zipfile', '-c', zip, ...entries]);
    for (const { objectKey } of Object.values(destinations))
      await s3.send(new PutObjectCommand({ Bucket: ASSETS_BUCKET, Key: objectKey, Body: readFileSync(zip) }));
  }
}

async function create(StackName: string, template: object): Promise<Record<string, string>> {
  // As `cdk deploy` does it: what stands in the call itself may have 51,200 bytes, an object in S3 a megabyte.
  const Key = `${StackName}.template.json`;
  await s3.send(new CreateBucketCommand({ Bucket: ASSETS_BUCKET }));
  await s3.send(new PutObjectCommand({ Bucket: ASSETS_BUCKET, Key, Body: JSON.stringify(template) }));
  const TemplateURL = `https://s3.amazonaws.com/${ASSETS_BUCKET}/${Key}`;
  const Capabilities = ['CAPABILITY_IAM' as const];
  await cloudFormation.send(new CreateStackCommand({ StackName, TemplateURL, Capabilities }));
  try {
    await waitUntilStackCreateComplete(
      { client: cloudFormation, maxWaitTime: 120, minDelay: 1, maxDelay: 2 },
      { StackName },
    );
  } catch (error) {
    const { StackEvents = [] } = await cloudFormation.send(new DescribeStackEventsCommand({ StackName }));
    const reasons = StackEvents.flatMap(({ LogicalResourceId, ResourceStatusReason: reason }) =>
      reason ? [`${LogicalResourceId}: ${reason}`] : [],
    );
    throw new Error(`the stack ${StackName} was not made:\n${reasons.join('\n')}`, { cause: error });
  }
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
  const outputs = Stacks[0]?.Outputs ?? [];
  return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}
