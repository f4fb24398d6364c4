/**
 * The verbs that ask an account, on pseudo-terminals of four widths and in a pipe: with long names, an incident, silences and an
 * account that is not as it should be. `npm run captures` writes what a person saw to `out/captures`.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS_LOG_FORMAT } from '../../shared/logs/access-log-format.js';
import { ca, leaf } from '../support/certificates.js';
import { accessEvent, denialAsOneEvent, type Refusal } from '../support/logs.js';
import { expectToFit, inPipe, requireScript } from '../support/pseudo-terminal.js';
import { type Deployed, deploy } from './support/deploy.js';
import { mutualTlsDomain, restApi, truststore } from './support/gateway.js';
import { createLogGroup, putLogEvents } from './support/logs.js';
import { soon } from './support/soon.js';

const DOMAIN = 'partners.bank.example';
const ACCESS = '/bank/partners/access';
const SUBJECT =
  'C=DE,ST=Baden-Württemberg,O=Vereinigte Werke für Logistik und Zahlungsverkehr GmbH,OU=EDI,CN=edi-7.werke';
const ISSUER = 'C=DE,ST=Baden-Württemberg,O=Vereinigte Werke für Logistik und Zahlungsverkehr GmbH,CN=Werke-CA';
const root = ca({ subject: 'C=DE,O=Bank,CN=Bank Root CA', key: 'rsa-a' });
const werke = ca({ subject: ISSUER, key: 'rsa-b' });
const client = leaf({ subject: SUBJECT, key: 'rsa-c', issuer: werke });
const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-terminal-aws-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RUNBOOKS = ['--runbooks', 'https://wiki.bank.example/mtls'];

let stack: Deployed;
let incident: string;
let silence: string;

const lastOf = (text: string) => JSON.parse(text.trim().split('\n').at(-1) ?? '{}');
const firstOf = (text: string) => JSON.parse(text.trim().split('\n')[0] ?? '{}');

beforeAll(async () => {
  requireScript();
  await truststore('bank-truststore', [root.pem]);
  const api = await restApi('partners', {
    prod: { level: 'ERROR', accessLog: { logGroup: ACCESS, format: ACCESS_LOG_FORMAT } },
    beta: {},
  });
  const execution = `API-Gateway-Execution-Logs_${api}/prod`;
  for (const group of [execution, ACCESS]) await createLogGroup(group);
  await mutualTlsDomain(DOMAIN, {
    truststore: 's3://bank-truststore/truststore.pem',
    mappings: { '': { apiId: api, stage: 'prod' }, next: { apiId: api, stage: 'beta' } },
  });
  stack = await deploy({
    executionLogGroups: [{ name: execution }],
    accessLogGroups: [{ name: ACCESS }],
    domains: { [`${api}/prod`]: DOMAIN },
    truststores: { [DOMAIN]: 's3://bank-truststore/truststore.pem' },
    runbooks: { baseUrl: 'https://wiki.bank.example/mtls' },
  });
  const refusals: Refusal[] = Array.from({ length: 40 }, (_, n) => {
    return { n, at: Date.now() - 1_000 + n, issuerDn: ISSUER, subjectDn: SUBJECT };
  });
  await putLogEvents(
    execution,
    refusals.map((one) => denialAsOneEvent(one)),
  );
  const fields = { domainName: DOMAIN, 'identity.clientCert.clientCertPem': client.pem };
  await putLogEvents(
    ACCESS,
    refusals.map((one) => accessEvent(one, fields)),
  );
}, 600_000);

it('an incident fires, and is silenced', async () => {
  await soon(async () => firstOf(await inPipe(['incidents', '--json', '--quiet'])).type).toBe('incident');
  incident = firstOf(await inPipe(['incidents', '--json', '--quiet'])).incidentId;
  const add = [
    'silence',
    'add',
    '--issuer',
    ISSUER,
    '--for',
    '2h',
    '--comment',
    'they change over this week',
    '--json',
  ];
  silence = lastOf(await inPipe(add)).id;
}, 600_000);

/** Each is run once in a pipe and once for each width: what it changes may be changed again. */
const VERBS: Readonly<Record<string, () => readonly string[]>> = {
  incidents: () => ['incidents', '--ended', '7'],
  'incidents in Japanese': () => ['incidents', '--ended', '7', '--lang', 'ja'],
  'incidents show': () => ['incidents', 'show', incident, '--diagnose'],
  'incidents show in Japanese': () => ['incidents', 'show', incident, '--diagnose', '--lang', 'ja'],
  ack: () => ['ack', incident],
  'silence list': () => ['silence', 'list'],
  'silence list in Japanese': () => ['silence', 'list', '--lang', 'ja'],
  'silence add': () => ['silence', 'add', '--issuer', ISSUER, '--for', '5d', '--comment', 'as agreed'],
  'silence add of nothing known': () => ['silence', 'add', '--issuer', 'CN=Werke', '--for', '5d', '--comment', 'x'],
  'silence expire': () => ['silence', 'expire', silence],
  'runbook of the incident': () => ['runbook', '--incident', incident],
  'runbook of the incident in Japanese': () => ['runbook', '--incident', incident, '--lang', 'ja'],
  doctor: () => ['doctor'],
  'doctor --fix': () => ['doctor', '--fix'],
  init: () => ['init', '--file', join(folder, 'settings.json'), '--email', 'night@bank.example', ...RUNBOOKS],
  report: () => ['report', '--stack', 'mtls-watch', '--out', folder],
  replay: () => ['replay', '--domain', DOMAIN, '--since', '1h', '--stack', 'mtls-watch'],
  'replay in Japanese': () => ['replay', '--domain', DOMAIN, '--since', '1h', '--stack', 'mtls-watch', '--lang', 'ja'],
  expiry: () => ['expiry', '--domain', DOMAIN, '--since', '1h', '--stack', 'mtls-watch', '--within', '5000'],
  preflight: () => [
    'preflight',
    '--domain',
    DOMAIN,
    '--since',
    '1h',
    '--truststore',
    's3://bank-truststore/truststore.pem',
  ],
  audit: () => ['audit', 's3://bank-truststore/truststore.pem', '--within', '5000'],
  redrive: () => ['redrive'],
  'notify-test': () => ['notify-test', '--kind', 'resolved'],
  'canary probes without a canary': () => ['canary', 'probes', '--domain', DOMAIN],
  'backfill without exports': () => ['backfill', 's3://bank-logs/', '--from', '2026-06-01', '--to', '2026-06-02'],
  'a stack that is not there': () => ['incidents', '--stack', 'mtls-watch-of-another-account'],
};

describe.each(Object.entries(VERBS))('%s', (name, args) => {
  it('is whole in a pipe, and fits every terminal', async () => {
    await expectToFit(`account ${name}`, args());
  }, 300_000);
});

it('tail shows refusals as wide as the terminal', async () => {
  const args = ['tail', '--domain', DOMAIN, '--stack', 'mtls-watch', '--poll'];
  expect(await expectToFit('account tail', args, 'timeout -s INT 8')).toContain(`following `);
}, 300_000);

it.each([
  ['incidents', () => ['incidents']],
  ['incidents show', () => ['incidents', 'show', incident]],
  ['silence list', () => ['silence', 'list']],
  ['replay', VERBS.replay as () => readonly string[]],
])('%s has whole names in a pipe', async (_, args) => {
  const piped = (await inPipe(args())).replace(/\s+/g, ' ');
  expect([SUBJECT, ISSUER].filter((dn) => piped.includes(dn)).length).toBeGreaterThan(0);
  expect(stack.TableName).not.toBe('');
});
