/**
 * The deployed stack at work: log events go in through CloudWatch Logs, alerts come out of a queue behind SNS, and in
 * between functions are killed, broken, called twice and given rubbish. The story of each domain is told in order.
 */

import { spawnSync } from 'node:child_process';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/adapters/clock.js';
import { createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import { type GroupKey, type LogEvent, UNKNOWN_ISSUER } from '../../shared/model.js';
import type { Stores } from '../../shared/ports/index.js';
import { minuteOf } from '../../shared/stages/count.js';
import { ca, leaf } from '../certificates.js';
import {
  ACCESS_GROUP,
  accessEvent,
  denialAsOneEvent,
  EXECUTION_GROUP,
  executionBatch,
  subscriptionEvent,
  subscriptionPayload,
} from '../support/logs.js';
import { type Received, subscribe } from './support/alerts.js';
import { dynamo, s3, sqs } from './support/clients.js';
import { type Deployed, deploy } from './support/deploy.js';
import { invoke, invokeAsync, kill, processesOf, withEnvironment } from './support/functions.js';
import { createLogGroup, putLogEvents } from './support/logs.js';

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
  graceMinutes: 1,
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
  const start = Date.now();
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

/** What the table says: refused requests of the last hour, and of them those without a client. */
async function counted(group: GroupKey): Promise<{ count: number; unattributed: number }> {
  const minute = minuteOf(Date.now());
  const facts = await stores.facts.window(group, minute - 60, minute + 1);
  const sum = (of: 'count' | 'unattributed') => facts.reduce((total, fact) => total + fact[of], 0);
  return { count: sum('count'), unattributed: sum('unattributed') };
}

const all = (count: number) => ({ count, unattributed: 0 });

/** Waits, for what happens on its own. */
const soon = <T>(look: () => T, seconds = 60) => expect.poll(look, { timeout: seconds * 1000, interval: 250 });

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

describe('refused requests in the gateway’s logs', () => {
  const payments = groupOf(PAYMENTS, client.certificate.issuerDn);
  const unpaired = groupOf('unpaired.bank.example', UNKNOWN_ISSUER);

  it('are counted, though the function dies between the two logs', async () => {
    const { denials, accesses } = refusals(PAYMENTS, 1, 20, {
      'identity.clientCert.clientCertPem': client.pem,
      'identity.clientCert.subjectDN': client.certificate.subjectDn,
      'identity.clientCert.issuerDN': client.certificate.issuerDn,
    });
    const alone = refusals('-', 900, 3);
    const chatter = { id: '', timestamp: Date.now(), message: '(1) Method completed with status: 200' };
    await putLogEvents(EXECUTION_GROUP, [...denials, ...alone.denials, chatter]);
    await soon(waiting).toBe(23);
    expect(kill(stack.IngestFunctionName)).toBeGreaterThan(0);
    await putLogEvents(ACCESS_GROUP, [...accesses, accessEvent({ n: 990, at: Date.now() }, { status: '200' })]);
    await soon(() => counted(payments)).toEqual(all(20));
  });

  it('alert with the diagnosis against the truststore in S3 and what changed in it', async () => {
    await soon(() => kindsFor(payments)).toEqual(['spike']);
    const [{ notice, attributes }] = (await received()) as [Received];
    expect(notice).toMatchObject({
      group: payments,
      count: 20,
      reasonText: 'Could not find issuer for certificate',
      runbookUrl: 'https://wiki.example.com/runbooks/en/issuer-not-found.md',
      clients: [{ subjectDn: client.certificate.subjectDn, fingerprint: client.certificate.fingerprint, count: 20 }],
      verdict: { verdict: 'refused', reason: 'issuer-rekeyed' },
      verdictNote: null,
    });
    expect(notice.change).toContain(`New in`);
    expect(notice.change).toContain(newCa.certificate.serialNumber);
    expect(attributes).toEqual({
      kind: 'spike',
      severity: notice.severity,
      reason: 'issuer-not-found',
      scope: PAYMENTS,
    });
  });

  it('are counted without a client by the schedule’s sweep, where the access record never comes', async () => {
    await soon(() => counted(unpaired), 180).toEqual({ count: 3, unattributed: 3 });
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

  it('in the middle of which the function is killed is tried again, and counts once', async () => {
    const group = groupOf('killed.bank.example');
    const { denials, accesses } = refusals(group.scope, 3000, 500);
    for (const events of [denials, accesses]) {
      const before = await written(events);
      await invokeAsync(stack.IngestFunctionName, delivery(events));
      await soon(() => written(events)).toBeGreaterThan(before + 50);
    }
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
