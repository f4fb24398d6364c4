/**
 * Logs where they are, on the local AWS: a custom domain's logs are found, searched and followed, a search that was killed goes on,
 * exports are read from S3, and the verbs that work on the stack find its table.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ACCESS_LOG_FORMAT } from '../../shared/logs/access-log-format.js';
import { ca, leaf } from '../support/certificates.js';
import { accessEvent, denialAsOneEvent, type Refusal } from '../support/logs.js';
import { s3 } from './support/clients.js';
import { deploy } from './support/deploy.js';
import { mutualTlsDomain, restApi, truststore } from './support/gateway.js';
import { createLogGroup, putLogEvents } from './support/logs.js';
import { soon } from './support/soon.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const DOMAIN = 'live.bank.example';
const ACCESS = '/bank/live/access';
const trusted = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'rsa-a' });
const stranger = ca({ subject: 'C=US,O=Other,CN=Other Root CA', key: 'rsa-b' });
const client = leaf({ subject: 'C=US,O=Other,CN=client', key: 'rsa-c', issuer: stranger });
const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-live-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let execution: string;
/** Old enough that the deployed functions, which get them as well, count them as late. */
const began = Date.now() - 20 * 86_400_000;
const past: Refusal[] = Array.from({ length: 30 }, (_, n) => ({ n, at: began + n * 12 * 3_600_000 }));

const record = (refusal: Refusal) =>
  accessEvent(refusal, {
    apiId: '-',
    domainName: DOMAIN,
    'identity.clientCert.clientCertPem': client.pem,
    'identity.clientCert.issuerDN': 'C=US,O=Other,CN=Other Root CA',
  });

const ENTRY = ['--import', 'tsx', 'cli/main.ts'];

async function cli(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...ENTRY, ...args], { cwd: root, maxBuffer: 1e8 }, (error, stdout, stderr) =>
      resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

const last = (stdout: string) => JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');

beforeAll(async () => {
  const api = await restApi('live', {
    prod: { level: 'ERROR', accessLog: { logGroup: ACCESS, format: ACCESS_LOG_FORMAT } },
  });
  execution = `API-Gateway-Execution-Logs_${api}/prod`;
  const [version] = await truststore('bank-live', [trusted.pem]);
  await mutualTlsDomain(DOMAIN, {
    truststore: 's3://bank-live/truststore.pem',
    ...(version !== undefined && { version }),
    mappings: { '': { apiId: api, stage: 'prod' } },
  });
  await createLogGroup(execution);
  await createLogGroup(ACCESS);
  await putLogEvents(execution, [
    ...past.map((refusal) => denialAsOneEvent(refusal)),
    { id: 'x', timestamp: began, message: '(r) Starting execution' },
  ]);
  await putLogEvents(ACCESS, [...past.map(record), { ...record({ n: 99, at: began }), message: '{"status":"200"}' }]);
});

it('replays the logs of a custom domain, with the verdict of its own truststore', async () => {
  const { status, stdout, stderr } = await cli('replay', '--domain', DOMAIN, '--since', '21d', '--json');
  expect(stderr).toMatch(/^searching 2 log groups from .* FilterLogEvents scans without a charge by the gigabyte/);
  expect(status).toBe(0);
  const summary = last(stdout);
  expect(summary).toMatchObject({ events: 60, failures: past.length, unattributed: 0, duplicates: 0, rejected: 0 });
  expect(summary.groups).toMatchObject([{ scope: DOMAIN, issuerDn: 'C=US,O=Other,CN=Other Root CA' }]);
});

it('goes on after a kill, and counts once', async () => {
  const state = join(folder, 'state');
  const args = ['replay', '--domain', DOMAIN, '--since', '21d', '--state', state, '--json'];
  const doneIn = () => {
    try {
      return readFileSync(state, 'utf8').match(/"done":true/g)?.length ?? 0;
    } catch {
      return 0;
    }
  };
  const child = spawn(process.execPath, [...ENTRY, ...args], { cwd: root, stdio: 'ignore' });
  while (doneIn() < 5 && child.exitCode === null) await wait(2);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  const kept = doneIn();
  expect(child.signalCode).toBe('SIGKILL');
  expect(kept).toBeGreaterThanOrEqual(5);

  const { status, stdout, stderr } = await cli(...args);
  expect(status).toBe(0);
  const [, before = ''] = /; (\d+) parts are there from before/.exec(stderr) ?? [];
  expect(Number(before)).toBeGreaterThanOrEqual(5);
  expect(last(stdout)).toMatchObject({ failures: past.length, unattributed: 0, duplicates: 0 });
  // All is there now: nothing is searched again, and the answer is the same.
  const again = await cli(...args);
  expect(last(again.stdout)).toEqual(last(stdout));
  expect(doneIn()).toBe(Number(/; (\d+) parts are there/.exec(again.stderr)?.[1]));
});

it('tells who a truststore would refuse, from a log group', async () => {
  const args = ['--log-group', ACCESS, '--since', '21d', '--truststore', 's3://bank-live/truststore.pem', '--json'];
  const { status, stdout } = await cli('preflight', ...args);
  expect(last(stdout)).toMatchObject({ type: 'summary', clients: 1, requests: past.length });
  // The one client that calls is refused today as well: that says nothing of those who are let in.
  expect(status).toBe(1);
});

it('reads exports from S3', async () => {
  await s3.send(new CreateBucketCommand({ Bucket: 'bank-exports' }));
  const exported = (events: readonly { timestamp: number; message: string }[]) =>
    gzipSync(events.map(({ timestamp, message }) => `${new Date(timestamp).toISOString()} ${message}\n`).join(''));
  const put = (Key: string, Body: Buffer) => s3.send(new PutObjectCommand({ Bucket: 'bank-exports', Key, Body }));
  await put('a/execution/000000.gz', exported(past.map((refusal) => denialAsOneEvent(refusal))));
  await put('a/access/000000.gz', exported(past.map(record)));
  await put('b/other.gz', exported([record({ n: 500 })]));
  const { status, stdout } = await cli('replay', 's3://bank-exports/a/', '--json');
  expect(status).toBe(0);
  expect(last(stdout)).toMatchObject({ events: 60, failures: past.length, unattributed: 0 });
  expect(await cli('replay', 's3://bank-exports/none/')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^error: s3:\/\/bank-exports\/none\/: there is no object[^\n]+\n$/) as string,
  });
});

it.each([
  ['with Live Tail', []],
  ['by looking again', ['--poll']],
] as const)('shows a refusal as it happens, %s', async (_, options) => {
  const tail = spawn(process.execPath, [...ENTRY, 'tail', '--domain', DOMAIN, '--json', ...options], { cwd: root });
  const said = listenTo(tail);
  try {
    await soon(async () => said.err).toContain('following');
    // A session takes a moment to begin; what came before it is not shown.
    await wait(2_000);
    const now = { n: 1_000 + options.length, at: Date.now() };
    await putLogEvents(execution, [denialAsOneEvent(now)]);
    await putLogEvents(ACCESS, [record(now)]);
    await soon(async () => said.out.trim()).toContain('"type":"refusal"');
    expect(said.err).not.toMatch(options.length === 0 ? /not to be had/ : /^$/);
    expect(last(said.out)).toMatchObject({
      scope: DOMAIN,
      client: { subjectDn: 'C=US,O=Other,CN=client' },
      verdict: { verdict: 'refused', reason: 'issuer-missing' },
    });
  } finally {
    tail.kill('SIGINT');
    await new Promise((resolve) => tail.once('exit', resolve));
  }
  expect(tail.exitCode).toBe(0);
});

function listenTo(child: ChildProcess): { out: string; err: string } {
  const said = { out: '', err: '' };
  child.stdout?.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    said.err += chunk;
  });
  return said;
}

it('finds the table of the stack: incidents, ack and silence', async () => {
  expect(await cli('incidents')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('there is no stack mtls-watch in this account and Region') as string,
  });
  await deploy({
    executionLogGroups: [{ name: execution }],
    accessLogGroups: [{ name: ACCESS }],
    runbooks: { baseUrl: 'https://wiki.example.com/runbooks' },
  });
  expect(last((await cli('incidents', '--json')).stdout)).toEqual({ type: 'summary', firing: 0, ended: 0 });
  const spike = Array.from({ length: 60 }, (_, n): Refusal => ({ n: 2_000 + n, at: Date.now() }));
  await putLogEvents(
    execution,
    spike.map((refusal) => denialAsOneEvent(refusal)),
  );
  await putLogEvents(ACCESS, spike.map(record));
  const fires = async () => last((await cli('incidents', '--json')).stdout).firing as number;
  await soon(fires).toBe(1);
  const [incident] = (await cli('incidents', '--json')).stdout.split('\n').map((line) => line && JSON.parse(line));
  expect(incident).toMatchObject({ scope: DOMAIN, acknowledged: false, silencedBy: null });
  expect((await cli('ack', incident.incidentId)).status).toBe(0);
  expect(
    (await cli('silence', 'add', '--incident', incident.incidentId, '--for', '2h', '--comment', 'works')).status,
  ).toBe(0);
  const shown = last((await cli('incidents', incident.incidentId, '--json')).stdout);
  expect(shown).toMatchObject({ acknowledged: true, silencedBy: expect.any(String), lastHour: expect.any(Number) });
  expect(shown.lastHour).toBeGreaterThanOrEqual(60);
  expect((await cli('redrive', '--json')).stdout).toBe('{"type":"summary","done":0,"failed":0}\n');
});
