/**
 * The tool as a user gets it: packed, unpacked into an empty folder beside nothing but what it asks for, and used from there
 * as a command and as a library.
 */

import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionNames } from '../../infra/build/bundle.js';
import packageJson from '../../package.json' with { type: 'json' };
import { createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import { summarySchema } from '../../shared/schemas/lines.js';
import { incident } from '../contract/examples.js';
import { ca } from '../support/certificates.js';
import { createTestTable, startDynalite } from '../support/local-table.js';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'mtls-watch-package-'));
/** Has what `npm install --global` would give: the dependencies alone. */
const bare = join(root, 'bare');
/** A CDK app: the same, and what the app itself asks for. */
const app = join(root, 'app');
const packed = join(app, 'node_modules', packageJson.name);
/** A CDK app without `"type": "module"`, whose tests run in Jest. */
const commonjs = join(root, 'commonjs');

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs to the end, whatever the exit code; with no variable of the caller's but PATH. */
async function run(file: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<Ran> {
  const path = `${join(cwd, 'node_modules', '.bin')}:${process.env.PATH}`;
  const options = { cwd, env: { PATH: path, HOME: root, ...env }, maxBuffer: 1 << 26 };
  try {
    return { code: 0, ...(await promisify(execFile)(file, args, options)) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
    if (typeof code !== 'number') throw error;
    return { code, stdout, stderr };
  }
}

async function ok(file: string, args: readonly string[], cwd: string, env?: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await run(file, args, cwd, env);
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** What npm install does with a tarball whose dependencies are at hand. */
async function install(tarball: string, folder: string, besides: readonly string[] = []): Promise<void> {
  const target = join(folder, 'node_modules', packageJson.name);
  mkdirSync(target, { recursive: true });
  await ok('tar', ['-xzf', tarball, '--strip-components=1', '-C', target], root);
  for (const name of [...Object.keys(packageJson.dependencies), ...besides]) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(checkout, 'node_modules', name), link);
  }
  const { bin } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')) as typeof packageJson;
  mkdirSync(join(folder, 'node_modules', '.bin'));
  for (const [name, file] of Object.entries(bin)) {
    chmodSync(join(target, file), 0o755);
    symlinkSync(join(target, file), join(folder, 'node_modules', '.bin', name));
  }
}

function sizeOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

const mb = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

beforeAll(async () => {
  await ok('npm', ['pack', '--pack-destination', root], checkout);
  const tarball = join(root, readdirSync(root).find((file) => file.endsWith('.tgz')) ?? 'no tarball');
  await install(tarball, bare);
  await install(tarball, commonjs, [...Object.keys(packageJson.peerDependencies), '@types']);
  await install(tarball, app, [...Object.keys(packageJson.peerDependencies), 'cdk-nag', '@types']);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the package', () => {
  it('holds the command, the library with its types, the functions and the runbooks, and no more', () => {
    const files = readdirSync(packed, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(packed.length + 1));
    for (const name of functionNames) expect(files).toContain(`dist/functions/${name}/index.mjs`);
    for (const conditions of Object.values(packageJson.exports)) {
      for (const places of Object.values(conditions)) {
        for (const file of Object.values(places)) expect(files).toContain(file.slice('./'.length));
      }
    }
    expect(files).toContain('dist/cli/reading-thread.js');
    expect(files).toContain('runbooks/en/issuer-rekeyed.md');
    const rooms = new Set(
      files.filter((file) => !file.startsWith('docs/')).map((file) => file.split('/').slice(0, 2).join('/')),
    );
    expect([...rooms].sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'dist/THIRD-PARTY-LICENSES.txt',
      'dist/cjs',
      'dist/cli',
      'dist/functions',
      'dist/infra',
      'dist/shared',
      'package.json',
      'runbooks/README.md',
      'runbooks/en',
      'runbooks/ja',
    ]);
    expect(files.filter((file) => /\.ts$/.test(file) && !/\.d\.ts$/.test(file))).toEqual([]);
    expect(files).toContain('docs/constructs.md');
  });

  it('installs in less than 25 MB, because only functions and commands need the AWS SDK', () => {
    const names = [packageJson.name, ...Object.keys(packageJson.dependencies)];
    const sizes = names.map((name) => [name, sizeOf(realpathSync(join(bare, 'node_modules', name)))] as const);
    const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
    console.log(`${sizes.map(([name, bytes]) => `${name} ${mb(bytes)}`).join(', ')}: ${mb(total)} installed`);
    expect(total).toBeLessThan(25_000_000);
  });
});

describe('the command', () => {
  const day = join(checkout, 'sample', 'day');
  const at = ['--at', '2026-10-13T09:30:00Z'];

  it('diagnoses, without anything that only CDK apps need', async () => {
    expect(existsSync(join(bare, 'node_modules', 'aws-cdk-lib'))).toBe(false);
    const files = ['--client', join(day, 'refused-client.pem'), '--truststore', join(day, 'truststore.pem')];
    const { code, stdout } = await run('mtls-watch', ['diagnose', ...files, ...at], bare);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^REFUSED {2}.*\(issuer-rekeyed\) /);
  });

  it('does what the alerts and its own hints print, word for word', async () => {
    const replayed = await ok(
      'mtls-watch',
      ['replay', join(day, 'logs'), '--config', join(day, 'mtls-watch.json')],
      bare,
    );
    expect(replayed).toContain('mtls-watch audit truststore.pem');
    expect(replayed).not.toContain('npm run');
    const lines = (
      await ok('mtls-watch', ['replay', join(day, 'logs'), '--config', join(day, 'mtls-watch.json'), '--json'], bare)
    )
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(summarySchema.parse(lines.at(-1)).failures).toBeGreaterThan(0);
    const spike = lines.find(({ type, kind }) => type === 'notice' && kind === 'spike');

    const dynamo = await startDynalite();
    try {
      const table = await createTestTable(dynamo.client);
      const stores = createDynamoStores(dynamo.client, table, { now: () => Date.now() });
      const { incidentId, group } = spike;
      await stores.incidents.transition(incident(1, { incidentId, group }), null);
      const { port = 0 } = (await dynamo.client.config.endpoint?.()) ?? {};
      const env = {
        TABLE_NAME: table,
        AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      };
      await ok('sh', ['-c', spike.commands.silence], bare, env);
      await ok('sh', ['-c', spike.commands.acknowledge], bare, env);
      expect(await stores.silences.list()).toMatchObject([{ comment: 'why' }]);
      expect(await stores.incidents.load(group)).toMatchObject({ incidentId, version: 2 });
    } finally {
      await dynamo.stop();
    }
  });
});

/** Uses the types in ways that must not compile, so that `any` in their place would be seen. */
const MISUSE = `
import { Stack } from 'aws-cdk-lib';
import { MtlsDomain, MtlsWatch } from 'mtls-watch';
import { noticeSchema } from 'mtls-watch/schemas';

const stack = new Stack();
// @ts-expect-error: the runbooks have no baseUrl
const watch = new MtlsWatch(stack, 'A', { config: { runbooks: {} } });
// @ts-expect-error: not a setting
new MtlsWatch(stack, 'B', { config: { runbooks: { baseUrl: 'https://a.example' }, graceMinute: 5 } });
// @ts-expect-error: a stage is an object, not an ARN
watch.watch('arn:aws:apigateway:eu-central-1::/restapis/abc123/stages/prod');
// @ts-expect-error: it needs a truststore
new MtlsDomain(stack, 'C', { domainName: 'a.example', certificate: null as never });
export const severity: 'low' | 'medium' | 'high' | 'critical' = noticeSchema.parse({}).severity;
// @ts-expect-error: a count is a number
export const count: string = noticeSchema.parse({}).count;
`;

/** Synthesises, asks cdk-nag, and prints what it says and where the template is. */
const DRIVER = `
import { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { PartnerApi } from './partner-api.js';

const app = new App({ outdir: 'cdk.out', analyticsReporting: false });
new PartnerApi(app, 'PartnerApi');
const { violations } = new AwsSolutionsChecks(app).validateScope(app);
app.synth();
console.log(JSON.stringify(violations));
`;

describe('the library', () => {
  let violations: unknown;
  let resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;

  beforeAll(async () => {
    const page = readFileSync(join(checkout, 'docs', 'constructs.md'), 'utf8');
    writeFileSync(join(app, 'partner-api.ts'), /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? 'the page has no example');
    writeFileSync(join(app, 'misuse.ts'), MISUSE);
    writeFileSync(join(app, 'driver.mjs'), DRIVER);
    writeFileSync(join(app, 'package.json'), '{ "type": "module" }');
    const notAfter = Date.UTC(2120, 0, 1);
    const pem = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'rsa-a', notAfter }).pem;
    writeFileSync(join(app, 'truststore.pem'), pem);
    const compilerOptions = { target: 'ES2023', module: 'NodeNext', strict: true, skipLibCheck: true, types: ['node'] };
    writeFileSync(
      join(app, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['partner-api.ts', 'misuse.ts'] }),
    );
    await ok(join(checkout, 'node_modules', '.bin', 'tsc'), ['-p', '.'], app);
    violations = JSON.parse(await ok(process.execPath, ['driver.mjs'], app));
    resources = JSON.parse(readFileSync(join(app, 'cdk.out', 'PartnerApi.template.json'), 'utf8')).Resources;
  });

  const ofType = (type: string) => Object.values(resources).filter((one) => one.Type === type);

  it('makes of the example in docs/constructs.md what it says', () => {
    expect(ofType('AWS::Logs::SubscriptionFilter').map(({ Properties }) => Properties.FilterName)).toEqual([
      'PartnerApi-execution',
      'PartnerApi-access',
      'PartnerApi-access',
    ]);
    expect(ofType('AWS::ApiGatewayV2::DomainName')[0]?.Properties).toMatchObject({
      DomainNameConfigurations: [{ EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' }],
      MutualTlsAuthentication: { TruststoreVersion: { 'Fn::GetAtt': [expect.anything(), 'VersionId'] } },
    });
    for (const type of ['AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api']) {
      expect(ofType(type)).toMatchObject([{ Properties: { DisableExecuteApiEndpoint: true } }]);
    }
  });

  it('has nothing that cdk-nag objects to', () => {
    expect(violations).toEqual([]);
  });

  it('deploys the functions that the package brings', () => {
    const assets = readdirSync(join(app, 'cdk.out')).filter((name) => name.startsWith('asset.'));
    const bundles = assets.filter((name) => existsSync(join(app, 'cdk.out', name, 'index.mjs')));
    // The example has no canary and no history.
    const used = functionNames.filter((name) => name !== 'canary' && name !== 'backfill');
    expect(bundles).toHaveLength(used.length);
    for (const name of used) {
      const code = readFileSync(join(packed, 'dist', 'functions', name, 'index.mjs'), 'utf8');
      const same = bundles.filter((asset) => readFileSync(join(app, 'cdk.out', asset, 'index.mjs'), 'utf8') === code);
      expect(same, name).toHaveLength(1);
    }
  });
});

/** As `cdk init` and TypeScript for CommonJS make it: a stack, and the app that has it. */
const IN_COMMONJS = `
import { App, CfnParameter, Stack, type StackProps } from 'aws-cdk-lib';
import { User } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { MtlsWatch } from 'mtls-watch';
import { configSchema } from 'mtls-watch/schemas';

export class Partners extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const config = { runbooks: { baseUrl: 'https://wiki.example.com/runbooks' } };
    configSchema.parse(config);
    const arn = (name: string) => new CfnParameter(this, name).valueAsString;
    const watch = new MtlsWatch(this, 'MtlsWatch', {
      config,
      topic: Topic.fromTopicArn(this, 'OnCall', arn('TopicArn')),
      encryptionKey: Key.fromKeyArn(this, 'Key', arn('KeyArn')),
    });
    watch.topic.addSubscription(new SqsSubscription(new Queue(this, 'Notices')));
    watch.grantOperate(new User(this, 'Operator'));
  }
}

if (require.main === module) {
  const app = new App({ outdir: 'cdk.out', analyticsReporting: false });
  new Partners(app, 'Partners');
  app.synth();
}
`;

/** What a user's test looks like: it compiles nothing and mocks nothing. */
const IN_JEST = `
const { App, Stack } = require('aws-cdk-lib');
const { Template } = require('aws-cdk-lib/assertions');
const { MtlsWatch } = require('mtls-watch');
const { Partners } = require('./partners.js');

test('a stack with the construct', () => {
  const template = Template.fromStack(new Partners(new App(), 'Partners'));
  template.resourceCountIs('AWS::DynamoDB::Table', 1);
});

test('a wrong setting stops it', () => {
  const config = { runbooks: { baseUrl: 'http://wiki.example.com' } };
  expect(() => new MtlsWatch(new Stack(), 'MtlsWatch', { config })).toThrow(/expected an https URL/);
});
`;

describe('in CommonJS', () => {
  const tsc = join(checkout, 'node_modules', '.bin', 'tsc');
  const partners = join(commonjs, 'partners.ts');
  beforeAll(() => {
    writeFileSync(join(commonjs, 'package.json'), '{ "private": true }');
    writeFileSync(partners, IN_COMMONJS);
    writeFileSync(join(commonjs, 'partners.test.js'), IN_JEST);
  });

  it.each(['NodeNext', 'Node16', 'CommonJS'])('compiles as %s, and synthesises', async (module) => {
    rmSync(join(commonjs, 'cdk.out'), { recursive: true, force: true });
    const resolution = module === 'CommonJS' ? 'bundler' : module;
    const compilerOptions = {
      ...{ target: 'ES2022', module, moduleResolution: resolution, strict: true, skipLibCheck: true, types: ['node'] },
    };
    writeFileSync(join(commonjs, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['partners.ts'] }));
    await ok(tsc, ['-p', '.'], commonjs);
    expect(readFileSync(join(commonjs, 'partners.js'), 'utf8')).toContain('require("mtls-watch")');
    await ok(process.execPath, ['partners.js'], commonjs);
    const template = JSON.parse(readFileSync(join(commonjs, 'cdk.out', 'Partners.template.json'), 'utf8'));
    const ofType = (type: string) =>
      Object.values<{ Type: string; Properties: Record<string, unknown> }>(template.Resources).filter(
        (one) => one.Type === type,
      );
    expect(ofType('AWS::SNS::Subscription')).toMatchObject([
      { Properties: { Protocol: 'sqs', TopicArn: { Ref: 'TopicArn' } } },
    ]);
    expect(ofType('AWS::SNS::Topic')).toEqual([]);
    const functions = Object.keys(template.Resources).filter(
      (id) => template.Resources[id].Type === 'AWS::Lambda::Function',
    );
    expect(functions.length).toBeGreaterThan(3);
    const assets = readdirSync(join(commonjs, 'cdk.out')).filter((name) => name.startsWith('asset.'));
    expect(assets.some((name) => existsSync(join(commonjs, 'cdk.out', name, 'index.mjs')))).toBe(true);
  });

  it('runs in Jest', async () => {
    const jest = join(checkout, 'node_modules', 'jest', 'bin', 'jest.js');
    const { code, stderr } = await run(process.execPath, [jest, '--rootDir', commonjs], commonjs);
    expect(stderr).toContain('2 passed');
    expect(code).toBe(0);
  });
});
