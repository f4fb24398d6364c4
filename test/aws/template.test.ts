/**
 * `docs/cloudformation.md`, word for word: the plain template, deployed by the AWS CLI without a bootstrap.
 * What it discovers is subscribed, and a refusal becomes an alert.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ACCESS_LOG_FORMAT } from '../../shared/logs/access-log-format.js';
import { ca } from '../support/certificates.js';
import { ACCESS_GROUP, accessEvent, denialAsOneEvent, type Refusal } from '../support/logs.js';
import { subscribe } from './support/alerts.js';
import { mutualTlsDomain, restApi, truststore } from './support/gateway.js';
import { blocksOf, Shell } from './support/guide.js';
import { createLogGroup, putLogEvents } from './support/logs.js';
import { soon } from './support/soon.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const clone = join(mkdtempSync(join(process.env.MTLS_WATCH_LOCAL_AWS ?? tmpdir(), 'template-')), 'mtls-watch');
const blocks = blocksOf(readFileSync(join(root, 'docs', 'cloudformation.md'), 'utf8'));
const partners = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'ec-b' });

const DOMAIN = 'api.bank.example';
let execution: string;
let shell: Shell;

beforeAll(async () => {
  execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${root}`, clone]);
  const [version] = await truststore('bank-truststores', [partners.pem]);
  const apiId = await restApi('orders', {
    prod: { level: 'ERROR', accessLog: { logGroup: ACCESS_GROUP, format: ACCESS_LOG_FORMAT } },
  });
  const mappings = { '': { apiId, stage: 'prod' } };
  await mutualTlsDomain(DOMAIN, { truststore: 's3://bank-truststores/truststore.pem', version, mappings });
  execution = `API-Gateway-Execution-Logs_${apiId}/prod`;
  for (const name of [ACCESS_GROUP, execution]) await createLogGroup(name);
  shell = new Shell(clone, { ...process.env });
});
afterAll(() => shell?.close());

// The page's Region is another than that of the local AWS.
const here = (code: string) => code.replace(/=eu-central-1/g, '=us-east-1');

/** Runs the blocks of a chapter. @returns what was printed last */
async function follow(chapter: string): Promise<string> {
  const own = blocks.filter(({ heading }) => heading.startsWith(chapter));
  expect(own.length, `blocks of ${chapter}`).toBeGreaterThan(0);
  let last = '';
  for (const { code } of own) {
    const { exitCode, output } = await shell.run(here(code));
    expect(exitCode, output).toBe(0);
    last = output;
  }
  return last;
}

it('1, 2, 3: is made, uploaded and deployed', async () => {
  await follow('1.');
  await follow('2.');
  expect(await follow('3.')).toContain('Successfully created/updated stack - mtls-watch');
});

it('4: watches what it found, and alerts on a refusal', async () => {
  expect(await follow('4.')).toMatch(/"filtersPut": ?2/);
  const topic = await shell.run(
    `aws cloudformation describe-stacks --stack-name mtls-watch --query "Stacks[0].Outputs[?OutputKey=='TopicArn'].OutputValue" --output text`,
  );
  const received = await subscribe(topic.output.trim());
  const refusals: Refusal[] = Array.from({ length: 20 }, (_, n) => ({ n, at: Date.now() }));
  await putLogEvents(
    execution,
    refusals.map((refusal) => denialAsOneEvent(refusal)),
  );
  await putLogEvents(
    ACCESS_GROUP,
    refusals.map((refusal) => accessEvent(refusal, { domainName: DOMAIN })),
  );
  await soon(received).toContainEqual(
    expect.objectContaining({
      notice: expect.objectContaining({
        kind: 'spike',
        group: expect.objectContaining({ scope: DOMAIN }),
        runbookUrl: expect.stringMatching(/^https:\/\/wiki\.bank\.example\/mtls-watch\/runbooks\/en\//),
      }),
    }),
  );
});

it('left no command out', () => {
  expect(blocks.map(({ heading }) => heading.slice(0, 2))).toEqual(['1.', '2.', '2.', '3.', '4.']);
});
