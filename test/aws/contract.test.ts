/** The contract suite on the DynamoDB that answers at AWS_ENDPOINT_URL, such as a local AWS. */

import { afterAll } from 'vitest';
import { createDynamoClient, createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import { describeStores } from '../contract/stores.js';
import { createTestTable, deleteTestTable } from '../support/local-table.js';

const endpoint = process.env.AWS_ENDPOINT_URL;
if (endpoint === undefined) throw new Error('AWS_ENDPOINT_URL is not set: expected the endpoint of a local AWS');

const client = createDynamoClient({
  endpoint,
  region: process.env.AWS_REGION ?? 'eu-central-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  // An emulator on a busy machine: no timeouts.
  requestHandler: {},
});
const tables: string[] = [];

afterAll(async () => {
  for (const table of tables) await deleteTestTable(client, table);
  client.destroy();
});

describeStores(`DynamoDB at ${endpoint}`, async (clock) => {
  const table = await createTestTable(client, 'mtls-watch-contract');
  tables.push(table);
  return () => createDynamoStores(client, table, clock);
});
