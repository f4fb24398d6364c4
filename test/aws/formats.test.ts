/**
 * `mtls-watch doctor` on an API whose stages write their access logs in eight formats that people have and that tell too little of
 * a refused request: it names what is wrong with each, and once the commands that it prints were run, there is nothing to name.
 */

import { spawnSync } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetStagesCommand } from '@aws-sdk/client-api-gateway';
import { beforeAll, expect, it } from 'vitest';
import { ACCESS_LOG_FORMAT } from '../../shared/logs/access-log-format.js';
import { doctorLineSchema } from '../../shared/schemas/lines.js';
import { ca } from '../support/certificates.js';
import { apiGateway } from './support/clients.js';
import { mutualTlsDomain, restApi, truststore } from './support/gateway.js';
import { createLogGroup } from './support/logs.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const DOMAIN = 'formats.bank.example';

/** The recommended format with one thing changed. */
const changed = (change: (format: Record<string, string>) => void): string => {
  const format = JSON.parse(ACCESS_LOG_FORMAT) as Record<string, string>;
  change(format);
  return JSON.stringify(format);
};

/** By the name of the stage: its format, and what doctor is to say of it. */
const FORMATS: Readonly<Record<string, readonly [format: string, said: RegExp]>> = {
  unquoted: [
    ACCESS_LOG_FORMAT.replace(/\}$/, ',"backend":$context.integration.status}'),
    /no valid JSON for a refused request: \$context\.integration\.status is not in quotes: put it in quotes/,
  ],
  quotes: [
    ACCESS_LOG_FORMAT.replace('$context.error.message"', '$context.error.messageString"'),
    /\$context\.error\.messageString brings its own quotes: take those around it away/,
  ],
  colon: [
    ACCESS_LOG_FORMAT.replace('"path":', '"path"'),
    /a comma, a colon, a quote or a brace is missing or too many/,
  ],
  comma: [ACCESS_LOG_FORMAT.replace(/\}$/, ',}'), /a comma, a colon, a quote or a brace is missing or too many/],
  clf: [
    '$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] "$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength $context.requestId',
    /not JSON.*without .*\$context\.identity\.clientCert\.clientCertPem/,
  ],
  csv: [
    '$context.requestId,$context.status,$context.domainName,$context.identity.clientCert.subjectDN',
    /not JSON.*without .*\$context\.identity\.clientCert\.clientCertPem/,
  ],
  preset: [
    '{ "requestId":"$context.requestId", "ip": "$context.identity.sourceIp", "requestTime":"$context.requestTime", "httpMethod":"$context.httpMethod", "status":"$context.status", "protocol":"$context.protocol" }',
    /^without .*\$context\.identity\.clientCert\.clientCertPem/,
  ],
  anonymous: [
    changed((format) => {
      delete format.requestId;
      delete format.extendedRequestId;
    }),
    /^without \$context\.requestId, \$context\.extendedRequestId$/,
  ],
};

let apiId: string;

function doctor(...args: string[]) {
  return spawnSync(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'doctor', '--domain', DOMAIN, ...args], {
    cwd: root,
    encoding: 'utf8',
  });
}

/** What doctor says of the format of each stage. */
function saidOfFormats(): Record<string, { state: string; found: string; commands: readonly string[] }> {
  const lines = doctor('--json').stdout.trim().split('\n');
  const checks = lines.map((line) => doctorLineSchema.parse(JSON.parse(line)));
  return Object.fromEntries(
    checks.flatMap((check) =>
      check.type === 'check' && check.id === 'access-log-format'
        ? [[/\/(\w+)\)$/.exec(check.about)?.[1] ?? '', check] as const]
        : [],
    ),
  );
}

beforeAll(async () => {
  const stages = Object.entries(FORMATS).map(([stage, [format]]) => [
    stage,
    { level: 'ERROR' as const, accessLog: { logGroup: `/bank/${stage}/access`, format } },
  ]);
  for (const stage of Object.keys(FORMATS)) await createLogGroup(`/bank/${stage}/access`);
  apiId = await restApi('partners', Object.fromEntries(stages));
  const [version] = await truststore('bank-formats', [ca({ subject: 'C=US,O=Acme,CN=Root', key: 'rsa-a' }).pem]);
  await mutualTlsDomain(DOMAIN, {
    truststore: 's3://bank-formats/truststore.pem',
    ...(version === undefined ? {} : { version }),
    mappings: Object.fromEntries(Object.keys(FORMATS).map((stage) => [stage, { apiId, stage }])),
  });
});

it('names what is wrong with each of eight formats', () => {
  const said = saidOfFormats();
  expect(Object.keys(said).sort()).toEqual(Object.keys(FORMATS).sort());
  for (const [stage, [, words]] of Object.entries(FORMATS)) {
    expect(said[stage]?.state, stage).toBe('wrong');
    expect(said[stage]?.found, stage).toMatch(words);
    expect(said[stage]?.commands.length, stage).toBe(1);
  }
});

it('mends them with the commands of --fix', async () => {
  const { status, stdout } = doctor('--fix');
  expect(status).toBe(1);
  const lines = stdout
    .trim()
    .split('\n')
    .filter((line) => line.includes('/accessLogSettings/format'));
  expect(lines.length).toBe(8);
  const PATH = [dirname(process.env.MTLS_WATCH_PYTHON ?? ''), process.env.PATH].join(delimiter);
  for (const line of lines) {
    const run = spawnSync('bash', ['-c', line], { encoding: 'utf8', env: { ...process.env, PATH } });
    expect(run.status, `${line}\n${run.stderr}`).toBe(0);
  }
  const { item = [] } = await apiGateway.send(new GetStagesCommand({ restApiId: apiId }));
  expect(item.map(({ accessLogSettings }) => accessLogSettings?.format)).toEqual(Array(8).fill(ACCESS_LOG_FORMAT));
  for (const [stage, { state, found }] of Object.entries(saidOfFormats())) {
    expect({ stage, state, found }).toEqual({ stage, state: 'ok', found: 'all fields' });
  }
});
