/**
 * `mtls-watch doctor` on an account with four custom domains: it names what is wrong with each and nothing else, and once the
 * commands that it prints were run with the AWS CLI, one by one, there is nothing left to name.
 */

import { spawnSync } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetStagesCommand } from '@aws-sdk/client-api-gateway';
import { DescribeSubscriptionFiltersCommand, PutSubscriptionFilterCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { beforeAll, expect, it } from 'vitest';
import { ACCESS_LOG_FORMAT } from '../../shared/logs/access-log-format.js';
import { doctorLineSchema } from '../../shared/schemas/lines.js';
import { ca } from '../support/certificates.js';
import { subscribe } from './support/alerts.js';
import { apiGateway, lambda, logs } from './support/clients.js';
import { type Deployed, deploy, deployMember } from './support/deploy.js';
import { invoke } from './support/functions.js';
import { httpApi, mutualTlsDomain, restApi, truststore, vendExecutionLog } from './support/gateway.js';
import { createLogGroup } from './support/logs.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pem = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'rsa-a' }).pem;
const FOREIGN = 'arn:aws:lambda:us-east-1:000000000000:function:audit-trail';

let stack: Deployed;
let healthy: string;
let broken: string;
let vended: string;

function doctor(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'cli/main.ts', 'doctor', ...args],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  return { status, stdout, stderr };
}

/** What is not as it should be, one line each. */
function named(json: string): string[] {
  const lines = json
    .trim()
    .split('\n')
    .map((line) => doctorLineSchema.parse(JSON.parse(line)));
  return lines
    .flatMap((line) =>
      // There is no such wiki, of which doctor warns in each run.
      line.type === 'check' && line.state !== 'ok' && line.id !== 'runbook-pages'
        ? [`${line.domain ?? ''} ${line.state} ${line.id}: ${line.about}`]
        : [],
    )
    .sort();
}

async function arnOf(FunctionName: string): Promise<string> {
  const { FunctionArn = '' } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  return FunctionArn;
}

async function putFilter(logGroupName: string, filterName: string, filterPattern: string, destinationArn: string) {
  await logs.send(new PutSubscriptionFilterCommand({ logGroupName, filterName, filterPattern, destinationArn }));
}

beforeAll(async () => {
  healthy = await restApi('orders', {
    prod: { level: 'ERROR', accessLog: { logGroup: '/bank/healthy/access', format: ACCESS_LOG_FORMAT } },
  });
  broken = await restApi(
    'payments',
    {
      prod: {},
      beta: {
        level: 'INFO',
        accessLog: {
          logGroup: '/bank/broken/access',
          format: '{"id":"$context.requestId","status":"$context.status"}',
        },
      },
    },
    false,
  );
  vended = await restApi('trades', {
    prod: { level: 'ERROR', accessLog: { logGroup: '/bank/vended/access', format: ACCESS_LOG_FORMAT } },
  });
  const http = await httpApi('quotes', { logGroup: '/bank/http/access', format: ACCESS_LOG_FORMAT });

  const [healthyVersion] = await truststore('bank-healthy', [pem]);
  const [oldVersion] = await truststore('bank-broken', [pem, `${pem}# newer\n`]);
  await truststore('bank-vended', [pem], false);
  const at = (bucket: string) => `s3://${bucket}/truststore.pem`;
  await mutualTlsDomain('healthy.bank.example', {
    truststore: at('bank-healthy'),
    version: healthyVersion,
    mappings: { '': { apiId: healthy, stage: 'prod' } },
  });
  await mutualTlsDomain('broken.bank.example', {
    truststore: at('bank-broken'),
    version: oldVersion,
    tlsPolicy: 'TLS_1_0',
    mappings: { '': { apiId: broken, stage: 'prod' }, beta: { apiId: broken, stage: 'beta' } },
  });
  await mutualTlsDomain('vended.bank.example', {
    truststore: at('bank-vended'),
    mappings: { trades: { apiId: vended, stage: 'prod' } },
  });
  await mutualTlsDomain('http.bank.example', {
    truststore: at('bank-healthy'),
    version: healthyVersion,
    mappings: { '': { apiId: http, stage: '$default' } },
  });

  stack = await deploy({
    executionLogGroups: [{ name: `API-Gateway-Execution-Logs_${healthy}/prod`, create: true }],
    accessLogGroups: ['healthy', 'vended', 'http'].map((name) => ({ name: `/bank/${name}/access`, create: true })),
    apisWithoutExecutionLog: [http],
    truststores: { 'http.bank.example': at('bank-healthy') },
    runbooks: { baseUrl: 'https://wiki.example.com/runbooks' },
  });
  await subscribe(stack.TopicArn);
  await invoke(stack.SweepFunctionName, {});

  await vendExecutionLog('trades', { apiId: vended, stage: 'prod', logGroup: '/bank/vended/execution' });

  const ingest = await arnOf(stack.IngestFunctionName);
  await createLogGroup(`API-Gateway-Execution-Logs_${broken}/beta`);
  await putFilter(`API-Gateway-Execution-Logs_${broken}/beta`, 'mtls-watch-execution', '"Access denied"', ingest);
  await createLogGroup('/bank/broken/access');
  await putFilter('/bank/broken/access', 'audit', '', FOREIGN);
});

it('names every fault and nothing else', () => {
  const { status, stdout, stderr } = doctor('--json');
  expect(stderr).toBe('');
  const beta = `payments (${broken}/beta)`;
  const prod = `payments (${broken}/prod)`;
  expect(named(stdout)).toEqual(
    [
      ' wrong gateway-logging-role: account 000000000000, us-east-1',
      'broken.bank.example wrong tls-policy: broken.bank.example',
      'broken.bank.example wrong truststore-current: s3://bank-broken/truststore.pem',
      `broken.bank.example wrong default-endpoint: payments (${broken})`,
      `broken.bank.example wrong execution-log: ${prod}`,
      `broken.bank.example wrong access-log: ${prod}`,
      `broken.bank.example wrong access-log-format: ${beta}`,
      `broken.bank.example wrong subscription: API-Gateway-Execution-Logs_${broken}/beta`,
      'broken.bank.example wrong subscription: /bank/broken/access',
      'vended.bank.example wrong truststore-versioned: s3://bank-vended/truststore.pem',
      'vended.bank.example wrong subscription: /bank/vended/execution',
    ].sort(),
  );
  expect(status).toBe(1);
});

it('says it in words, and looks at one domain when asked to', () => {
  const { status, stdout } = doctor('--domain', 'healthy.bank.example');
  // The account has no role for any domain.
  expect(status).toBe(1);
  expect(stdout).toMatch(/^1 wrong, 1 warning, \d+ ok {2}account 000000000000, us-east-1, 1 domain\n/m);
  expect(stdout).not.toContain('broken');
  expect(doctor('--domain', 'nowhere.example')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^error: --domain got nowhere\.example; expected [^\n]+\n$/) as string,
  });
});

it('looks for the filters of a member where its stack sends', async () => {
  const centralDestinationArn = 'arn:aws:logs:us-east-1:999988887777:destination:mtls-watch';
  const args = ['--domain', 'healthy.bank.example', '--json'];
  const execution = `API-Gateway-Execution-Logs_${healthy}/prod`;
  await deployMember({ centralDestinationArn, accessLogGroups: [{ name: '/bank/healthy/access' }] });
  expect(named(doctor(...args, '--stack', 'mtls-watch-member').stdout)).toEqual([
    ' wrong gateway-logging-role: account 000000000000, us-east-1',
    `healthy.bank.example wrong subscription: ${execution}`,
  ]);
  expect(named(doctor(...args, '--destination', centralDestinationArn.replace(/[^:]*$/, 'other')).stdout)).toContain(
    'healthy.bank.example wrong subscription: /bank/healthy/access',
  );
});

it('is content once its commands were run', async () => {
  const { status, stdout } = doctor('--fix');
  expect(status).toBe(1);
  const lines = stdout.trim().split('\n');
  expect(lines.length).toBeGreaterThanOrEqual(12);
  const PATH = [dirname(process.env.MTLS_WATCH_PYTHON ?? ''), process.env.PATH].join(delimiter);
  for (const line of lines) {
    const run = spawnSync('bash', ['-c', line], { encoding: 'utf8', env: { ...process.env, PATH } });
    expect(run.status, `${line}\n${run.stderr}`).toBe(0);
  }
  const after = doctor('--json');
  expect(named(after.stdout)).toEqual([]);
  expect(after.status).toBe(0);
  expect(doctor('--fix').stdout).toBe('');
  // What was right before is as it was: the level of one stage, the filter of somebody else.
  const { item = [] } = await apiGateway.send(new GetStagesCommand({ restApiId: broken }));
  expect(item.map(({ stageName, methodSettings }) => [stageName, methodSettings?.['*/*']?.loggingLevel])).toEqual([
    ['prod', 'ERROR'],
    ['beta', 'INFO'],
  ]);
  const { subscriptionFilters = [] } = await logs.send(
    new DescribeSubscriptionFiltersCommand({ logGroupName: '/bank/broken/access' }),
  );
  expect(subscriptionFilters).toContainEqual(expect.objectContaining({ filterName: 'audit', destinationArn: FOREIGN }));
});
