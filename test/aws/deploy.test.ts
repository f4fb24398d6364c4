/**
 * `docs/deploy.md`, word for word: every command of the page, block after block in one shell, in a fresh clone. What only AWS
 * has stands in for it here: a domain with mutual TLS that curl finds under its name, and the click on the link of a mail.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ACCESS_LOG_FORMAT } from '../../shared/logs/access-log-format.js';
import { ca } from '../support/certificates.js';
import { ACCESS_GROUP } from '../support/logs.js';
import { type Received, subscribe } from './support/alerts.js';
import { mutualTlsDomain, restApi, truststore } from './support/gateway.js';
import { blocksOf, type Ran, Shell } from './support/guide.js';
import { createLogGroup, putLogEvents } from './support/logs.js';
import { type LocalGateway, startGateway } from './support/mtls-endpoint.js';
import { soon } from './support/soon.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(process.env.MTLS_WATCH_LOCAL_AWS ?? tmpdir(), 'guide-'));
const clone = join(folder, 'mtls-watch');
const blocks = blocksOf(readFileSync(join(root, 'docs', 'deploy.md'), 'utf8'));

const DOMAIN = 'api.example.com';
const authority = ca({ subject: 'C=US,O=Example Trust,CN=Example Server CA', key: 'ec-a' });
const partners = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'ec-b' });

let gateway: LocalGateway;
let shell: Shell;

beforeAll(async () => {
  execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${root}`, clone]);
  const [version] = await truststore('bank-truststores', [partners.pem]);
  const apiId = await restApi('orders', {
    prod: { level: 'ERROR', accessLog: { logGroup: ACCESS_GROUP, format: ACCESS_LOG_FORMAT } },
  });
  const mappings = { '': { apiId, stage: 'prod' } };
  await mutualTlsDomain(DOMAIN, { truststore: 's3://bank-truststores/truststore.pem', version, mappings });
  await createLogGroup(ACCESS_GROUP);
  gateway = await startGateway(DOMAIN, authority, partners.pem, async ({ execution, access }) => {
    await putLogEvents(`API-Gateway-Execution-Logs_${apiId}/prod`, execution);
    await putLogEvents(ACCESS_GROUP, access);
  });
  writeFileSync(join(folder, 'ca.pem'), authority.pem);
  writeFileSync(
    join(folder, '.curlrc'),
    `connect-to = "${DOMAIN}:443:${gateway.address}"\ncacert = "${join(folder, 'ca.pem')}"\n`,
  );
  // The guide's names are placeholders.
  const env = { CURL_HOME: folder, CDK_REQUIRE_APPROVAL: 'never', MTLS_WATCH_PLACEHOLDERS: 'allowed' };
  shell = new Shell(clone, { ...process.env, ...env });
});
afterAll(async () => {
  shell?.close();
  await gateway?.stop();
});

/** Runs the blocks of the chapter whose heading begins so. */
async function follow(chapter: string): Promise<Ran[]> {
  const own = blocks.filter(({ heading }) => heading.startsWith(chapter));
  expect(own.length, `blocks of ${chapter}`).toBeGreaterThan(0);
  const ran: Ran[] = [];
  for (const { code } of own) ran.push(await shell.run(code));
  return ran;
}

let received: () => Promise<readonly Received[]>;

it('1, 2: says what is yours, and sees what is missing', async () => {
  await follow('1.');
  // The Region of the local AWS.
  await shell.run('export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1');
  const [doctor, fixes] = await follow('2.');
  expect(doctor, doctor?.output).toMatchObject({ exitCode: 1 });
  // The reader agrees with all of them.
  const commands = fixes?.output.match(/^aws (?:.*\\\n)*.*$/gm) ?? [];
  expect(commands.join('\n')).toContain('update-account');
  for (const command of commands) expect(await shell.run(command), command).toMatchObject({ exitCode: 0 });
});

it('3: writes the settings', async () => {
  const [written] = await follow('3.');
  expect(written, written?.output).toMatchObject({ exitCode: 0 });
  const { context } = JSON.parse(readFileSync(join(clone, 'cdk.json'), 'utf8'));
  expect(context.mtlsWatch).toMatchObject({
    accessLogGroups: [{ name: ACCESS_GROUP, create: false }],
    alertEmails: ['on-call@example.com'],
    truststores: { [DOMAIN]: 's3://bank-truststores/truststore.pem' },
  });
});

it('4: deploys, and alerts arrive', async () => {
  const [deployed, tried] = await follow('4.');
  expect(deployed, deployed?.output).toMatchObject({ exitCode: 0 });
  expect(tried, tried?.output).toMatchObject({ exitCode: 0 });
  expect(tried?.output).toContain('marked as a test');
  const { output } = await shell.run(
    `aws cloudformation describe-stacks --stack-name mtls-watch --query "Stacks[0].Outputs[?OutputKey=='TopicArn'].OutputValue" --output text`,
  );
  received = await subscribe(output.trim());
});

it('5: sees that all is well', async () => {
  const look = async () =>
    (await follow('5.')).map(({ exitCode, output }) => (exitCode === 0 ? 'all is well' : output));
  await soon(look, 5000).toEqual(['all is well']);
});

it('6: is refused, and told of it', async () => {
  const [knock, look] = blocks.filter(({ heading }) => heading.startsWith('6.'));
  const knocks = await shell.run(knock?.code ?? '');
  expect(knocks.output.match(/^403$/gm), knocks.output).toHaveLength(20);
  await soon(received).toContainEqual(expect.objectContaining({ notice: expect.objectContaining({ kind: 'spike' }) }));
  await soon(async () => (await shell.run(look?.code ?? '')).output.match(/"type":"failure"/g)).toHaveLength(20);
});

it('left no command out', () => {
  expect(blocks.map(({ heading }) => heading.slice(0, 2))).toEqual([
    '1.',
    '2.',
    '2.',
    '3.',
    '4.',
    '4.',
    '5.',
    '6.',
    '6.',
  ]);
});
