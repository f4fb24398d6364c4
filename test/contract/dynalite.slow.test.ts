import { afterAll, beforeAll } from 'vitest';
import { createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import { createDynamoInventory } from '../../shared/adapters/dynamodb/inventory.js';
import { createTestTable, type LocalDynamo, startDynalite } from '../support/local-table.js';
import { describeInventory } from './inventory.js';
import { describeStores } from './stores.js';

let dynamo: LocalDynamo;

beforeAll(async () => {
  dynamo = await startDynalite();
});
afterAll(() => dynamo.stop());

describeStores('DynamoDB (dynalite)', async (clock) => {
  const table = await createTestTable(dynamo.client);
  return () => createDynamoStores(dynamo.client, table, clock);
});

describeInventory('DynamoDB (dynalite)', async () => {
  const table = await createTestTable(dynamo.client);
  return () => createDynamoInventory(dynamo.client, table);
});
