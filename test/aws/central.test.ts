/**
 * The central stack at work: two accounts, the same in all names and ids, send their logs through one stream. The records
 * are put as CloudWatch Logs puts them; `docs/local-aws.md` says what stands in for Lambda's side of the stream.
 */

import { gzipSync } from 'node:zlib';
import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/adapters/clock.js';
import { createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import { batchOf } from '../../shared/logs/decode.js';
import type { GroupKey, LogBatch, LogEvent } from '../../shared/model/index.js';
import type { Stores } from '../../shared/ports/index.js';
import {
  ACCESS_GROUP,
  accessEvent,
  denialAsOneEvent,
  EXECUTION_GROUP,
  type Refusal,
  subscriptionPayload,
} from '../support/logs.js';
import { type Received, subscribe } from './support/alerts.js';
import { dynamo, kinesis } from './support/clients.js';
import { type Deployed, deploy, type Template } from './support/deploy.js';
import { type Drain, eventSource } from './support/event-source.js';
import { type FaultyDynamoDb, faultyDynamoDb } from './support/faulty-dynamodb.js';
import { withEnvironment } from './support/functions.js';
import { countedIn, deadLettersOf, redriveOf } from './support/outcome.js';
import { soon } from './support/soon.js';

const A = '111122223333';
const B = '444455556666';
const settings = {
  // Of the central account itself; nothing comes from it here.
  accessLogGroups: [{ name: ACCESS_GROUP, create: true }],
  runbooks: { baseUrl: 'https://wiki.example.com/runbooks' },
  report: null,
  central: { accounts: [A, B] },
};

let stack: Deployed;
let stores: Stores;
let received: () => Promise<readonly Received[]>;
let drain: Drain;
let store: FaultyDynamoDb;

beforeAll(async () => {
  stack = await deploy(settings, withoutWhatIsLacking);
  stores = createDynamoStores(dynamo, stack.TableName, systemClock);
  received = await subscribe(stack.TopicArn);
  drain = await eventSource(stack.IngestFunctionName, stack.StreamName ?? '');
  store = await faultyDynamoDb();
  await withEnvironment(stack.IngestFunctionName, { AWS_ENDPOINT_URL_DYNAMODB: store.url });
});

afterAll(() => store.close());

/** CloudFormation of the local AWS knows no destination, and its mapping would take the records from under the test. */
function withoutWhatIsLacking({ Resources, Outputs }: Template): void {
  for (const [id, { Type, Properties }] of Object.entries(Resources)) {
    if (Type === 'AWS::Logs::Destination') delete Resources[id];
    if (Type === 'AWS::Lambda::EventSourceMapping') Properties.Enabled = false;
  }
  delete Outputs.DestinationArn;
}

function groupOf(account: string, domain: string, issuerDn: string): GroupKey {
  return { scope: `${account}/${domain}`, issuerDn, reason: 'issuer-not-found' };
}

const counted = async (group: GroupKey) => (await countedIn(stores, group)).count;

/** What one account's two logs hold of some refused requests; the ids are the same for each account. */
function logsOf(account: string, domainName: string, from: number, count: number, issuerDn: string) {
  const now = Date.now();
  const refusals: Refusal[] = Array.from({ length: count }, (_, index) => ({ n: from + index, at: now, issuerDn }));
  return {
    execution: batch(
      account,
      EXECUTION_GROUP,
      refusals.map((refusal) => denialAsOneEvent(refusal)),
    ),
    access: batch(
      account,
      ACCESS_GROUP,
      refusals.map((refusal) => accessEvent(refusal, { domainName })),
    ),
  };
}

function batch(owner: string, logGroup: string, events: readonly LogEvent[]): LogBatch {
  return batchOf({ owner, logGroup, logStream: '072b030ba126b2f4b2374f342be9ed44', events, malformed: [] });
}

/** The bytes are those that CloudWatch Logs writes: gzip of the payload. @returns its sequence number */
async function put(content: LogBatch | string): Promise<string> {
  const Data =
    typeof content === 'string' ? Buffer.from(content) : gzipSync(JSON.stringify(subscriptionPayload(content)));
  const { SequenceNumber = '' } = await kinesis.send(
    new PutRecordCommand({ StreamName: stack.StreamName, PartitionKey: 'stream', Data }),
  );
  return SequenceNumber;
}

describe('two accounts with the same domain, API, log groups, streams, event ids and request ids', () => {
  it('stay apart, in counts and in alerts', async () => {
    const ofA = logsOf(A, 'pay.bank.example', 1000, 25, 'C=US,O=Acme,CN=CA of A');
    const ofB = logsOf(B, 'pay.bank.example', 1000, 4, 'C=JP,O=Other,CN=CA of B');
    // The halves of one account surround those of the other.
    for (const content of [ofA.execution, ofB.access, ofA.access, ofB.execution, ofA.access]) await put(content);
    const [call, ...more] = await drain();
    expect([call?.sequenceNumbers.length, call?.failed, more]).toEqual([5, [], []]);
    expect(await counted(groupOf(A, 'pay.bank.example', 'C=US,O=Acme,CN=CA of A'))).toBe(25);
    expect(await counted(groupOf(B, 'pay.bank.example', 'C=JP,O=Other,CN=CA of B'))).toBe(4);
    expect(await counted(groupOf(A, 'pay.bank.example', 'C=JP,O=Other,CN=CA of B'))).toBe(0);
    expect(await counted(groupOf(B, 'pay.bank.example', 'C=US,O=Acme,CN=CA of A'))).toBe(0);
    const notices = async () => (await received()).map(({ notice }) => [notice.kind, notice.group.scope, notice.count]);
    await soon(notices).toEqual([['spike', `${A}/pay.bank.example`, 25]]);
  });
});

describe('a store that fails for a moment in the middle of a batch', () => {
  it('costs a second delivery from there on, and counts each refusal once', async () => {
    const first = logsOf(A, 'moment.bank.example', 2000, 6, 'C=US,O=Acme,CN=CA of A');
    const middle = logsOf(B, 'moment.bank.example', 2000, 7, 'C=JP,O=Other,CN=CA of B');
    const last = logsOf(A, 'moment.bank.example', 2100, 8, 'C=US,O=Acme,CN=CA of A');
    const numbers: string[] = [];
    for (const { execution, access } of [first, middle, last]) numbers.push(await put(execution), await put(access));
    store.fail(middle.execution.batchId);
    const calls = await drain(() => store.fail());
    expect(calls).toEqual([
      { sequenceNumbers: numbers, failed: [numbers[2]] },
      { sequenceNumbers: numbers.slice(2), failed: [] },
    ]);
    expect(await counted(groupOf(A, 'moment.bank.example', 'C=US,O=Acme,CN=CA of A'))).toBe(14);
    expect(await countedIn(stores, groupOf(B, 'moment.bank.example', 'C=JP,O=Other,CN=CA of B'))).toEqual({
      count: 7,
      unattributed: 0,
    });
    expect(await deadLettersOf(stack)).toBe(0);
  });
});

describe('records that Lambda gives up', () => {
  const before = logsOf(A, 'poison.bank.example', 3000, 5, 'C=US,O=Acme,CN=CA of A');
  const after = logsOf(B, 'poison.bank.example', 3000, 6, 'C=JP,O=Other,CN=CA of B');
  const lost = logsOf(B, 'lost.bank.example', 4000, 9, 'C=JP,O=Other,CN=CA of B');
  const ofLost = groupOf(B, 'lost.bank.example', 'C=JP,O=Other,CN=CA of B');

  it('that can never be read end in the dead-letter queue, and their neighbours and successors count', async () => {
    for (const content of [before.execution, before.access, 'no gzip', after.execution, after.access])
      await put(content);
    const calls = await drain();
    expect(calls).toHaveLength(11);
    expect(await deadLettersOf(stack)).toBe(1);
    expect(await counted(groupOf(A, 'poison.bank.example', 'C=US,O=Acme,CN=CA of A'))).toBe(5);
    expect(await counted(groupOf(B, 'poison.bank.example', 'C=JP,O=Other,CN=CA of B'))).toBe(6);
    await put(logsOf(A, 'next.bank.example', 3500, 3, 'C=US,O=Acme,CN=CA of A').execution);
    expect((await drain()).map(({ failed }) => failed)).toEqual([[]]);
  });

  it('because the store was down are read from the stream and counted once by redrive', async () => {
    await put(lost.execution);
    await put(lost.access);
    store.fail(lost.execution.batchId, lost.access.batchId);
    await drain();
    expect(await counted(ofLost)).toBe(0);
    store.fail();
    const letters = await deadLettersOf(stack);
    expect(letters).toBeGreaterThan(1);

    const { status, lines } = await redriveOf(stack);
    const poison = {
      type: 'redriven',
      ok: false,
      error: expect.stringMatching(/^1 of 3 records failed.*not whole gzip/),
    };
    expect(lines).toContainEqual(expect.objectContaining(poison));
    expect(lines.at(-1)).toEqual({ type: 'summary', done: letters - 1, failed: 1 });
    expect(status).toBe(1);
    expect(await counted(ofLost)).toBe(9);
    expect(await deadLettersOf(stack)).toBe(1);
    await redriveOf(stack);
    expect(await counted(ofLost)).toBe(9);
    expect(await counted(groupOf(B, 'poison.bank.example', 'C=JP,O=Other,CN=CA of B'))).toBe(6);
  });
});
