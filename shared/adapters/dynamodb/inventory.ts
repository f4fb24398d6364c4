/**
 * The reconciler's inventory: one item for each domain, so that thousands of stages fit. Only changed items are
 * written. A reader may see new items of some domains and old ones of others; each item is complete.
 */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from '../../base/zod.js';
import type { KnownDomain } from '../../model/account.js';
import type { InventoryStore } from '../../ports/inventory.js';
import { inParallel } from './failures.js';
import { readValue, textOf } from './items.js';
import { keys } from './keys.js';
import { attributesOf, createTable, type Item } from './table.js';

const domainSchema = z.object({
  name: z.string(),
  truststoreUri: z.nullable(z.string()),
  stages: z.array(z.object({ apiId: z.string(), stage: z.string(), hasExecutionLog: z.boolean() })),
  accessLogFormats: z.optional(z.record(z.string(), z.string())),
  accessLogGroups: z.optional(z.array(z.string())),
  hasOtherCalls: z.optional(z.literal(true)),
}) satisfies z.ZodMiniType<KnownDomain>;

export function createDynamoInventory(client: DynamoDBClient, tableName: string): InventoryStore {
  const table = createTable(client, tableName);
  return {
    saveDomains: async (domains) => {
      const kept = new Map((await table.query({ pk: keys.inventoryPk })).map((item) => [textOf(item, 'sk'), item]));
      const items = domains.map(itemOf);
      const names = new Set(items.map((item) => textOf(item, 'sk')));
      await table.putAll(items.filter((item) => kept.get(textOf(item, 'sk'))?.value?.S !== item.value?.S));
      await inParallel(
        [...kept.keys()].filter((name) => !names.has(name)),
        (sk) => table.remove({ pk: keys.inventoryPk, sk }),
      );
    },
    domains: async () => {
      const items = await table.query({ pk: keys.inventoryPk });
      return items.map((item) => readValue(item, 'value', domainSchema));
    },
    noteSubscribed: (logGroups) =>
      table.putAll([...new Set(logGroups)].map((name) => attributesOf(keys.subscribed(name)))),
    subscribed: async () => {
      const items = await table.query({ pk: keys.subscribedPk });
      return items.map((item) => textOf(item, 'sk'));
    },
    forgetSubscribed: async (logGroups) => {
      await inParallel(logGroups, (name) => table.remove(keys.subscribed(name)));
    },
  };
}

function itemOf(domain: KnownDomain): Item {
  return { ...attributesOf(keys.inventory(domain.name)), value: { S: JSON.stringify(domain) } };
}
