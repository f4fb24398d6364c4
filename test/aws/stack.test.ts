/**
 * The deployed stack at work: log events go in through CloudWatch Logs, alerts come out of a queue behind SNS, and in
 * between functions are killed, broken, called twice and given rubbish. The story of each domain is told in order.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paginateScan } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/adapters/clock.js';
import { createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import { type GroupKey, type LogEvent, UNKNOWN_ISSUER } from '../../shared/model/index.js';
import type { Stores } from '../../shared/ports/index.js';
import { reportSchema } from '../../shared/report/schema.js';
import { ca, leaf } from '../support/certificates.js';
import {
  ACCESS_GROUP,
  accessEvent,
  denialAsOneEvent,
  EXECUTION_GROUP,
  executionBatch,
  subscriptionEvent,
  subscriptionPayload,
} from '../support/logs.js';
import { type Received, subscribe, subscribeRaw } from './support/alerts.js';
import { dynamo, s3, sqs } from './support/clients.js';
import { type Deployed, deploy } from './support/deploy.js';
import { invoke, invokeAsync, kill, withEnvironment } from './support/functions.js';
import { createLogGroup, putLogEvents } from './support/logs.js';
import { countedIn, deadLettersOf, redriveOf } from './support/outcome.js';
import { soon } from './support/soon.js';

const MINUTE = 60_000;
const PAYMENTS = 'payments.bank.example';
const settings = {
  executionLogGroups: [{ name: EXECUTION_GROUP }],
  accessLogGroups: [{ name: ACCESS_GROUP, create: true }],
  domains: { 'abc123/prod': 'unpaired.bank.example' },
  truststores: { [PAYMENTS]: 's3://bank-truststores/payments.pem' },
  runbooks: { baseUrl: 'https://wiki.example.com/runbooks' },
  // Short ones, so that a test sees the end of an incident.
  detection: { windowMinutes: 1, resolveMinutes: 1 },
  graceMinutes: 2,
};

const ISSUING = 'C=US,O=Acme,CN=Acme Issuing CA';
const root = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'rsa-a' });
const oldCa = ca({ subject: ISSUING, key: 'rsa-b', issuer: root });
const newCa = ca({ subject: ISSUING, key: 'rsa-d', issuer: root });
const client = leaf({ subject: 'C=US,O=Acme,CN=acme-payments', key: 'rsa-c', issuer: oldCa });

let stack: Deployed;
let stores: Stores;
let received: () => Promise<readonly Received[]>;

beforeAll(async () => {
  await createLogGroup(EXECUTION_GROUP);
  await putTruststores();
  stack = await deploy(settings);
  stores = createDynamoStores(dynamo, stack.TableName, systemClock);
  received = await subscribe(stack.TopicArn);
});

/** The CA was re-keyed, and the new truststore holds its new certificate alone. */
async function putTruststores(): Promise<void> {
  const Bucket = 'bank-truststores';
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  for (const issuing of [oldCa, newCa])
    await s3.send(new PutObjectCommand({ Bucket, Key: 'payments.pem', Body: root.pem + issuing.pem }));
}

/** Both halves of refused requests, a few milliseconds apart. */
function refusals(scope: string, from: number, count: number, changes: Record<string, unknown> = {}) {
  const now = Date.now();
  // Within one minute, so that their window is full at once.
  const start = now % MINUTE > MINUTE - 1000 ? now - 1000 : now;
  const each = Array.from({ length: count }, (_, index) => ({
    n: from + index,
    at: start + index,
    issuerDn: issuerOf(scope),
    subjectDn: `C=US,O=Acme,CN=client of ${scope}`,
  }));
  const denials = each.map((refusal) => denialAsOneEvent(refusal));
  return { denials, accesses: each.map((refusal) => accessEvent(refusal, { domainName: scope, ...changes })) };
}

function issuerOf(scope: string): string {
  return `C=US,O=Acme,CN=CA of ${scope}`;
}

function groupOf(scope: string, issuerDn = issuerOf(scope)): GroupKey {
  return { scope, issuerDn, reason: 'issuer-not-found' };
}

const payments = groupOf(PAYMENTS, client.certificate.issuerDn);
const unpaired = groupOf('unpaired.bank.example', UNKNOWN_ISSUER);

const counted = (group: GroupKey) => countedIn(stores, group);
const all = (count: number) => ({ count, unattributed: 0 });

/** Waits, for what happens on its own. */

function delivery(events: readonly LogEvent[]) {
  return subscriptionEvent(subscriptionPayload(executionBatch(events)));
}

async function kindsFor(group: GroupKey): Promise<string[]> {
  const notices = (await received()).map(({ notice }) => notice);
  return notices.filter((notice) => notice.group.scope === group.scope).map((notice) => notice.kind);
}

/** Halves that wait for their other half. */
async function waiting(): Promise<number> {
  const lists = await stores.waiting.due(Date.now() + 60 * MINUTE, 100);
  return lists.reduce((sum, { halves }) => sum + halves.length, 0);
}

/** Halves of one kind that the table holds. */
async function halves(kind: 'denial' | 'access'): Promise<number> {
  const pages = paginateScan(
    { client: dynamo },
    {
      TableName: stack.TableName,
      Select: 'COUNT',
      ConsistentRead: true,
      FilterExpression: 'begins_with(pk, :cell) AND attribute_exists(#kind)',
      ExpressionAttributeNames: { '#kind': kind },
      ExpressionAttributeValues: { ':cell': { S: 'cell#' } },
    },
  );
  let count = 0;
  for await (const page of pages) count += page.Count ?? 0;
  return count;
}

const deadLetters = () => deadLettersOf(stack);
const redrive = () => redriveOf(stack);

describe('refused requests in the gateway’s logs', () => {
  it('are counted, though the function dies between the two logs', async () => {
    const { denials, accesses } = refusals(PAYMENTS, 1, 60, {
      'identity.clientCert.clientCertPem': client.pem,
      'identity.clientCert.subjectDN': client.certificate.subjectDn,
      'identity.clientCert.issuerDN': client.certificate.issuerDn,
    });
    const alone = refusals('-', 900, 3);
    const chatter = { id: '', timestamp: Date.now(), message: '(1) Method completed with status: 200' };
    await putLogEvents(EXECUTION_GROUP, [...denials, ...alone.denials, chatter]);
    await soon(waiting).toBe(63);
    expect(kill(stack.IngestFunctionName)).toBeGreaterThan(0);
    await putLogEvents(ACCESS_GROUP, [...accesses, accessEvent({ n: 990, at: Date.now() }, { status: '200' })]);
    await soon(() => counted(payments)).toEqual(all(60));
  });

  it('alert with the diagnosis against the truststore in S3 and what changed in it', async () => {
    await soon(() => kindsFor(payments)).toEqual(['spike']);
    const [{ notice, attributes }] = (await received()) as [Received];
    expect(notice).toMatchObject({
      group: payments,
      count: 60,
      reasonText: 'Could not find issuer for certificate',
      runbookUrl: 'https://wiki.example.com/runbooks/en/issuer-rekeyed.md',
      clients: [{ subjectDn: client.certificate.subjectDn, fingerprint: client.certificate.fingerprint, count: 60 }],
      verdict: { verdict: 'refused', reason: 'issuer-rekeyed' },
      verdictNote: null,
    });
    expect(notice.change).toContain(`New in`);
    expect(notice.change).toContain(newCa.certificate.serialNumber);
    expect(attributes).toEqual({
      kind: 'spike',
      incidentId: notice.incidentId,
      severity: notice.severity,
      reason: 'issuer-not-found',
      scope: PAYMENTS,
    });
  });
});

describe('a batch', () => {
  it('that is delivered again and again, also at the same time, counts once', async () => {
    const group = groupOf('again.bank.example');
    const { denials, accesses } = refusals(group.scope, 2000, 7);
    const events = [denials, accesses, denials, accesses, [...denials, ...accesses], denials].map(delivery);
    await Promise.all(events.map((event) => invoke(stack.IngestFunctionName, event)));
    expect(await counted(group)).toEqual(all(7));
    await invoke(stack.IngestFunctionName, events[4]);
    expect(await counted(group)).toEqual(all(7));
  });

  it('is tried again when the function is killed in the middle of it, and counts once', async () => {
    const group = groupOf('killed.bank.example');
    const { denials, accesses } = refusals(group.scope, 3000, 600);
    for (const [kind, events] of [
      ['denial', denials],
      ['access', accesses],
    ] as const) {
      const before = await halves(kind);
      await invokeAsync(stack.IngestFunctionName, delivery(events));
      await soon(() => halves(kind), 20).toBeGreaterThan(before);
      expect(kill(stack.IngestFunctionName)).toBeGreaterThan(0);
      expect(await halves(kind)).toBeLessThan(before + events.length);
      await soon(() => halves(kind)).toBe(before + events.length);
    }
    await soon(() => counted(group)).toEqual(all(600));
    await soon(() => kindsFor(group)).toEqual(['spike']);
    await invoke(stack.IngestFunctionName, delivery(denials));
    await invoke(stack.IngestFunctionName, delivery(accesses));
    expect(await counted(group)).toEqual(all(600));
  });

  it('from Kinesis answers with the records to deliver again', async () => {
    const group = groupOf('kinesis.bank.example');
    const { denials, accesses } = refusals(group.scope, 4000, 5);
    const records = [denials, null, accesses].map((events, index) => ({
      eventSource: 'aws:kinesis',
      kinesis: {
        sequenceNumber: `4959033827149025660855969253836157109592157598913658889${index}`,
        data: events === null ? 'bm90IGd6aXA=' : delivery(events).awslogs.data,
      },
    }));
    expect(await invoke(stack.IngestFunctionName, { Records: records })).toEqual({
      batchItemFailures: [{ itemIdentifier: records[1]?.kinesis.sequenceNumber }],
    });
    expect(await counted(group)).toEqual(all(5));
  });
});

describe('a batch that fails three times', () => {
  const group = groupOf('redriven.bank.example');
  const { denials, accesses } = refusals(group.scope, 5000, 8);
  const event = delivery([...denials, ...accesses]);

  it('waits in the dead-letter queue and is put through again with redrive; a poisonous one stays', async () => {
    const mend = await withEnvironment(stack.IngestFunctionName, { TABLE_NAME: 'no-such-table' });
    await invokeAsync(stack.IngestFunctionName, event);
    await soon(deadLetters).toBe(1);
    await mend();
    await invokeAsync(stack.IngestFunctionName, { awslogs: { data: 'bm90IGd6aXA=' } });
    await soon(deadLetters).toBe(2);
    expect(await counted(group)).toEqual(all(0));

    const { status, lines } = await redrive();
    expect(lines).toContainEqual(expect.objectContaining({ type: 'redriven', ok: true, error: null }));
    const poison = { type: 'redriven', ok: false, error: expect.stringContaining('not whole gzip') };
    expect(lines).toContainEqual(expect.objectContaining(poison));
    expect(lines.at(-1)).toEqual({ type: 'summary', done: 1, failed: 1 });
    expect(status).toBe(1);
    expect(await counted(group)).toEqual(all(8));
    expect(await deadLetters()).toBe(1);
  });

  it('counts once, though it was processed after all or is put through twice', async () => {
    // The record as Lambda writes it (developer guide, "Retaining records of asynchronous invocations").
    const record = {
      version: '1.0',
      timestamp: new Date().toISOString(),
      requestContext: {
        requestId: 'e4b46cbf',
        functionArn: '',
        condition: 'RetriesExhausted',
        approximateInvokeCount: 3,
      },
      requestPayload: event,
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorMessage: 'Task timed out after 120.00 seconds' },
    };
    for (const MessageBody of [JSON.stringify(record), JSON.stringify(event)])
      await sqs.send(new SendMessageCommand({ QueueUrl: stack.DeadLetterQueueUrl, MessageBody }));
    // The poisonous one is there again at once.
    const { status, lines } = await redrive();
    expect(lines.at(-1)).toEqual({ type: 'summary', done: 2, failed: 1 });
    expect(status).toBe(1);
    expect(await deadLetters()).toBe(1);
    expect(await counted(group)).toEqual(all(8));
  });
});

describe('in the end', () => {
  it('the schedule’s sweep has counted the refusals whose access record never came', async () => {
    await soon(() => counted(unpaired)).toEqual({ count: 3, unattributed: 3 });
  });

  it('every incident is resolved, and each of its notices came once', async () => {
    await soon(() => kindsFor(payments)).toEqual(['spike', 'resolved']);
    await soon(() => kindsFor(groupOf('killed.bank.example'))).toEqual(['spike', 'resolved']);
    expect(await stores.incidents.firing(100)).toEqual([]);
    expect(await stores.outbox.pending(100)).toEqual([]);
    const ids = (await received()).map(({ notice }) => notice.noticeId);
    expect(new Set(ids).size).toBe(4);
    expect(ids).toHaveLength(4);
    expect(await counted(payments)).toEqual(all(60));
  });
});

describe('the weekly report', () => {
  const reports = async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: stack.ReportBucketName }));
    return Contents.map(({ Key = '', ETag }) => [Key.replace(/^reports\/[^/]+\//, ''), ETag] as const).sort();
  };
  const read = async (name: string): Promise<string> => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: stack.ReportBucketName }));
    const Key = Contents.find((object) => object.Key?.endsWith(name))?.Key;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: stack.ReportBucketName, Key }));
    return (await Body?.transformToString()) ?? '';
  };

  it('lands in its bucket, sends its summary, and is made once', async () => {
    const summaries = await subscribeRaw(stack.TopicArn, 'summaries');
    await invoke(stack.ReportFunctionName, {});
    const made = await reports();
    expect(made.map(([name]) => name)).toEqual(['delivery.json', 'report.csv', 'report.html', 'report.json']);
    const report = reportSchema.parse(JSON.parse(await read('report.json')));
    // The local AWS has no metrics of ingest to query, and the report says what it lacks for it.
    expect(report.gaps.length).toBeGreaterThan(0);
    expect(await read('report.html')).toContain('<!doctype html>');
    await soon(summaries).toEqual([expect.stringContaining('refused')]);

    await invoke(stack.ReportFunctionName, {});
    expect(await reports()).toEqual(made);
    expect(await summaries()).toHaveLength(1);
  });

  it('is made again by the command line, from the table', () => {
    const out = mkdtempSync(join(tmpdir(), 'mtls-watch-report-'));
    const args = ['--import', 'tsx', 'cli/main.ts', 'report', '--table', stack.TableName, '--out', out];
    const today = new Date().toISOString().slice(0, 10);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const { status, stderr } = spawnSync(process.execPath, [...args, '--from', today, '--to', tomorrow], {
      encoding: 'utf8',
    });
    expect(stderr).not.toContain('error');
    // The running hour, which is not rolled up yet, is counted too.
    expect(status).toBe(0);
    const file = readdirSync(out).find((name) => name.endsWith('.json')) ?? '';
    const report = reportSchema.parse(JSON.parse(readFileSync(join(out, file), 'utf8')));
    expect(report.totals.failures).toBeGreaterThan(0);
    expect(report.gaps.length).toBeGreaterThan(0);
  });
});
