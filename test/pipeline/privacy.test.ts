/** What is left of those who called when an installation wants less kept: read from everything that was written. */

import { PassThrough } from 'node:stream';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFailureLog } from '../../shared/adapters/aws/failure-log.js';
import { createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import { type Config, parseConfig } from '../../shared/config/settings.js';
import { alert, ingest } from '../../shared/pipeline.js';
import { ca, leaf } from '../support/certificates.js';
import { createTestTable, type LocalDynamo, startDynalite } from '../support/local-table.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch } from '../support/logs.js';
import { testWorld } from '../support/world.js';

const ADDRESS = '203.0.113.7';
const PEM = leaf({
  subject: 'C=US,O=Acme,CN=client',
  key: 'ec-c',
  issuer: ca({ subject: 'C=US,O=Acme,CN=Acme CA', key: 'ec-a' }),
}).pem;

let dynamo: LocalDynamo;
beforeAll(async () => {
  dynamo = await startDynalite();
});
afterAll(() => dynamo.stop());

/** A spike of twenty refusals of one caller; what the table, the log and the topic were given, as text. */
async function written(privacy: Partial<Config['privacy']>): Promise<{ table: string; log: string; notices: string }> {
  const name = await createTestTable(dynamo.client);
  const log = new PassThrough();
  const world = testWorld({ privacy });
  const stores = createDynamoStores(dynamo.client, name, world.clock);
  const refusals = Array.from({ length: 20 }, (_, n) => ({ n }));
  for (const batch of [
    executionBatch(refusals.map((refusal) => denialAsOneEvent(refusal))),
    accessBatch(refusals.map((refusal) => accessEvent(refusal, { 'identity.clientCert.clientCertPem': PEM }))),
  ]) {
    const there = { ...world, stores, failureLog: createFailureLog(log) };
    const { facts } = await ingest(batch, there);
    await alert(
      facts.map(({ group }) => group),
      there,
    );
  }
  const { Items } = await dynamo.client.send(new ScanCommand({ TableName: name }));
  return {
    table: JSON.stringify(Items),
    log: String(log.read()),
    notices: JSON.stringify(world.published),
  };
}

it('keeps addresses and certificates as long as nobody wants otherwise', async () => {
  const { table, log, notices } = await written({});
  for (const text of [table, log, notices]) expect(text).toContain(ADDRESS);
  expect(table).toContain('certificate#');
});

it('hashes addresses before anything is written, the same one to the same name', async () => {
  const { table, log, notices } = await written({ sourceIps: 'hash' });
  for (const text of [table, log, notices]) {
    expect(text).not.toContain(ADDRESS);
    expect(new Set(text.match(/ip-[0-9a-f]{12}/g)).size).toBe(1);
  }
  const again = await written({ sourceIps: 'hash' });
  expect(again.log.match(/ip-[0-9a-f]{12}/)?.[0], 'another installation, another key').not.toBe(
    log.match(/ip-[0-9a-f]{12}/)?.[0],
  );
});

it('drops addresses', async () => {
  const { table, log, notices } = await written({ sourceIps: 'drop' });
  for (const text of [table, log, notices]) expect(text).not.toMatch(/203\.0\.113\.7|ip-/);
});

it('drops certificates, and still counts and alerts', async () => {
  const { table, notices } = await written({ certificates: 'drop' });
  expect(table).not.toContain('certificate#');
  expect(notices).toContain('"kind":"spike"');
});

it('keeps certificates and sums as long as it is told', async () => {
  const name = await createTestTable(dynamo.client);
  const now = Date.UTC(2027, 0, 15);
  const { retention } = parseConfig(
    { runbooks: { baseUrl: 'https://wiki.example.com' }, retention: { certificateDays: 3, rollupDays: 90 } },
    'the test',
  );
  const stores = createDynamoStores(dynamo.client, name, { now: () => now }, { retention });
  await stores.certificates.save(new Map([['aa', PEM]]));
  const { Items = [] } = await dynamo.client.send(new ScanCommand({ TableName: name }));
  expect(Items.map((item) => (Number(item.ttl?.N) * 1000 - now) / 86_400_000)).toEqual([3]);
});
