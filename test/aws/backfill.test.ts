/**
 * Months of exports, counted by the state machine: 200 objects in three forms, 20 of them twice, functions that are killed while
 * they read, an hour that was delivered as well, and deliveries that come afterwards. The report of the week is that of a replay
 * of the same objects.
 */

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../shared/adapters/clock.js';
import { createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import { DAY_MS, HOUR_MS } from '../../shared/base/time.js';
import type { GroupKey, Rollup } from '../../shared/model/index.js';
import { loadBalancerRecord, s3Line } from '../support/connection-records.js';
import {
  ACCESS_GROUP,
  accessBatch,
  accessEvent,
  denialAsOneEvent,
  EXECUTION_GROUP,
  executionBatch,
  type Refusal,
  subscriptionEvent,
  subscriptionPayload,
} from '../support/logs.js';
import { dynamo, s3 } from './support/clients.js';
import { type Deployed, deploy } from './support/deploy.js';
import { invoke, kill, withEnvironment } from './support/functions.js';
import { type S3Door, s3Door } from './support/s3-door.js';
import { soon } from './support/soon.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-backfill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BUCKET = 'bank-exports';
const EXPORTS = `s3://${BUCKET}/logs/`;
/** Seven whole days that are over, and that deliveries may still come of. */
const FROM = (Math.floor(Date.now() / DAY_MS) - 20) * DAY_MS;
const TO = FROM + 7 * DAY_MS;
const day = (at: number) => new Date(at).toISOString().slice(0, 10);

const settings = {
  runbooks: { baseUrl: 'https://wiki.example.com/runbooks' },
  domains: { abc123: 'api.bank.example' },
  executionLogGroups: [{ name: EXECUTION_GROUP, create: true }],
  accessLogGroups: [{ name: ACCESS_GROUP, create: true }],
  graceMinutes: 1,
  history: { exports: [EXPORTS], concurrency: 4 },
};

/** Every quarter of an hour, and by the seventh hour of the week also every minute; each issuer has a few clients. */
const refusals: Refusal[] = [
  ...Array.from({ length: 672 }, (_, n) => ({ n, at: FROM + n * 900_000 + 17 })),
  ...Array.from({ length: 60 }, (_, n) => ({ n: 1000 + n, at: FROM + 7 * HOUR_MS + n * 60_000 + 29 })),
].map((one) => ({
  ...one,
  issuerDn: `C=US,O=Acme,CN=CA ${one.n % 3}`,
  subjectDn: `C=US,O=Acme,CN=client-${one.n % 5}`,
}));
const DELIVERED_HOUR = FROM / HOUR_MS + 55;
const isDelivered = ({ at = 0 }: Refusal) => Math.floor(at / HOUR_MS) === DELIVERED_HOUR;
/** Of every eleventh request the access record is lost. An export does not name its log group, so its denial names no domain. */
const recorded = refusals.filter((one) => one.n % 11 !== 0 || isDelivered(one));
const access = (refusal: Refusal) =>
  accessEvent(refusal, {
    'identity.clientCert.serialNumber': String(refusal.n % 5),
    requestTimeEpoch: String(refusal.at),
  });

const connections = Array.from({ length: 40 }, (_, n) =>
  loadBalancerRecord(n, { timestamp: new Date(FROM + n * 3_900_000).toISOString().replace('Z', '000Z') }),
);

/** In the order of time, as exporters write; some come late and are in a later object. */
function spread<T>(all: readonly T[], objects: number): T[][] {
  const places: T[][] = Array.from({ length: objects }, () => []);
  for (const [index, one] of all.entries()) {
    const late = index % 13 === 0 ? 3 : 0;
    places[Math.min(objects - 1, Math.floor((index * objects) / all.length) + late)]?.push(one);
  }
  return places;
}

/** 200 objects: denials as exports of CloudWatch Logs, records as JSON lines of Firehose, connections as a load balancer writes them. */
function objectsOf(): [key: string, body: Buffer | string][] {
  const exported = spread(refusals, 100).map((some, n): [string, Buffer] => {
    const lines = some.map(({ ...one }) => `${new Date(one.at ?? 0).toISOString()} ${denialAsOneEvent(one).message}`);
    return [`logs/exportedlogs/task/stream-${n}/${String(n).padStart(6, '0')}.gz`, gzipSync(`${lines.join('\n')}\n`)];
  });
  const firehose = spread(recorded, 90).map((some, n): [string, Buffer | string] => {
    const lines = some.map((one) => JSON.stringify({ logGroup: ACCESS_GROUP, logStream: 's', ...access(one) }));
    return n % 2 === 0
      ? [`logs/firehose/part-${n}.gz`, gzipSync(lines.join('\n'))]
      : [`logs/firehose/part-${n}.json`, lines.join('\n')];
  });
  const balancer = spread(connections, 10).map((some, n): [string, Buffer] => [
    `logs/AWSLogs/000000000000_elasticloadbalancing_us-east-1_app.shop.0123456789abcdef_20260504T0000Z_${n}.log.gz`,
    gzipSync(some.map((one) => `${s3Line(one)}\n`).join('')),
  ]);
  return [...exported, ...firehose, ...balancer];
}

async function cli(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const command = ['--import', 'tsx', 'cli/main.ts', ...args];
    execFile(process.execPath, command, { cwd: root, maxBuffer: 1e8 }, (error, stdout, stderr) =>
      resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

let stack: Deployed & { readonly BackfillFunctionName: string };
let door: S3Door;
const killed: string[] = [];
const POISONED = ['stream-13/000013.gz', 'firehose/part-44.gz', '_7.log.gz'];

const span = ['--from', day(FROM), '--to', day(TO)];
const backfill = (...args: string[]) => cli('backfill', EXPORTS, ...span, ...args);

async function rollups(): Promise<Rollup[]> {
  const stores = createDynamoStores(dynamo, stack.TableName, systemClock);
  const hours = [FROM / HOUR_MS, TO / HOUR_MS - 1] as const;
  const groups = await stores.rollups.groups(...hours, 1000);
  return (await Promise.all(groups.map((group) => stores.rollups.load(group, ...hours)))).flat();
}

const ACME_0: GroupKey = { scope: 'api.bank.example', issuerDn: 'C=US,O=Acme,CN=CA 0', reason: 'issuer-not-found' };
const historyOf = (group: GroupKey) => createDynamoStores(dynamo, stack.TableName, systemClock).history.load(group);

const total = (all: readonly Rollup[]) => all.reduce((sum, { count }) => sum + count, 0);

/** What a report says of the counts: without what comes from elsewhere, and when it was made. */
function counts(file: string) {
  const { totals, days, groups, issuers, strangers, newIssuers, vanishedIssuers, clients, period } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  // Addresses and user agents are in the logs alone.
  const bare = clients.map(({ subjectDn, serialNumber, failures }: Record<string, unknown>) => ({
    ...{ subjectDn, serialNumber, failures },
  }));
  return { totals, days, groups, issuers, strangers, newIssuers, vanishedIssuers, clients: bare, period };
}

beforeAll(async () => {
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const objects = objectsOf();
  expect(objects).toHaveLength(200);
  expect(objects.filter(([, body]) => body.length < 30)).toEqual([]);
  const twice = objects.filter((_, index) => index % 10 === 0);
  expect(twice).toHaveLength(20);
  for (const [Key, Body] of objects) await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
  for (const [key, Body] of twice) {
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key.replace('logs/', 'logs/copied/'), Body }));
  }
  stack = (await deploy(settings)) as typeof stack;
  // An hour that was delivered: its sum is made by the schedule's sweep.
  const delivered = refusals.filter(isDelivered);
  for (const batch of [
    executionBatch(delivered.map((one) => denialAsOneEvent(one))),
    accessBatch(recorded.filter(isDelivered).map(access)),
  ])
    await invoke(stack.IngestFunctionName, subscriptionEvent(subscriptionPayload(batch)));
  await invoke(stack.SweepFunctionName, {});
  door = await s3Door(POISONED, (end) => {
    if (kill(stack.BackfillFunctionName) > 0) killed.push(end);
  });
  await withEnvironment(stack.BackfillFunctionName, { AWS_ENDPOINT_URL_S3: door.url });
});
afterAll(() => door?.close());

it('says what it is and what it costs, and starts nothing without being told to', async () => {
  await soon(async () => total(await rollups())).toBe(refusals.filter(isDelivered).length);
  const { status, stdout, stderr } = await backfill('--dry-run');
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^220 objects, \d+\.\d MB, 7 days, about \$\d+\.\d\d/);
  const asked = await backfill();
  expect(asked.status).toBe(1);
  expect(asked.stderr).toMatch(/Nothing was started; expected --yes/);
  expect(total(await rollups())).toBe(refusals.filter(isDelivered).length);
});

it('counts every refusal once, though functions are killed, objects are there twice, and an hour was delivered', async () => {
  const { status, stdout, stderr } = await backfill('--yes', '--json');
  expect([status, stderr.split('\n').length]).toEqual([0, 2]);
  const outcome = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  const left = refusals.filter((one) => !isDelivered(one)).length;
  expect(outcome).toMatchObject({ type: 'outcome', error: null, delivered: 1 });
  expect(killed.sort()).toEqual([...POISONED].sort());
  expect(total(await rollups())).toBe(refusals.length + connections.length);
  expect(outcome.requests).toBe(left + connections.length);
  // The detector knows the week of each issuer, from its first recorded refusal on.
  const first = recorded.find(({ issuerDn }) => issuerDn === ACME_0.issuerDn)?.at ?? 0;
  expect(await historyOf(ACME_0)).toMatchObject({ firstStep: Math.floor(first / 60_000) });
});

it('makes the report of the week that a replay of the same objects makes', async () => {
  const config = join(folder, 'mtls-watch.json');
  writeFileSync(config, JSON.stringify({ runbooks: settings.runbooks, domains: settings.domains }));
  const [replayed, table] = [join(folder, 'replayed'), join(folder, 'table')];
  expect((await cli('replay', EXPORTS, '--config', config, '--report', replayed)).status).toBe(0);
  await cli('report', '--stack', 'mtls-watch', ...span, '--out', table);
  expect(counts(join(table, 'report.json'))).toEqual(counts(join(replayed, 'report.json')));
  expect(counts(join(table, 'report.json')).totals.failures).toBe(refusals.length + connections.length);
});

it('reads nothing a second time, and changes nothing, whatever is delivered late', async () => {
  const before = await rollups();
  const known = await historyOf(ACME_0);
  const late = refusals.filter(({ n }) => n >= 1000);
  await invoke(
    stack.IngestFunctionName,
    subscriptionEvent(subscriptionPayload(executionBatch(late.map((one) => denialAsOneEvent(one))))),
  );
  const stores = createDynamoStores(dynamo, stack.TableName, systemClock);
  const { status, stdout } = await backfill('--yes', '--json');
  expect(status).toBe(0);
  expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({ type: 'plan', objects: 0 });
  // The denials are counted when their grace is over, and then the sweep is to leave their hours alone.
  await soon(
    async () =>
      (
        await stores.facts.window(
          { scope: 'api.bank.example', issuerDn: 'unknown', reason: 'issuer-not-found' },
          0,
          1e9,
        )
      ).length,
  ).toBeGreaterThan(0);
  await invoke(stack.SweepFunctionName, {});
  await soon(async () => (await stores.rollups.open(TO / HOUR_MS, 1000)).length).toBe(0);
  const keyOf = ({ group, hour }: Rollup) => `${hour} ${JSON.stringify(group)}`;
  const sorted = (all: readonly Rollup[]) => [...all].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  expect(sorted(await rollups())).toEqual(sorted(before));
  expect(await historyOf(ACME_0)).toEqual(known);
});
