import { compactCells } from '../../cli/replay/compact-cells.js';
import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import { createJoin, createMemoryStores } from '../../shared/adapters/memory/index.js';
import { createMemoryInventory } from '../support/memory-inventory.js';
import { createMemoryTable } from '../support/memory-table.js';
import { describeInventory } from './inventory.js';
import { describeStores } from './stores.js';

describeStores('memory', async () => {
  const stores = createMemoryStores();
  return () => stores;
});

describeStores('memory, with the packed cells of a replay', async () => {
  const stores = { ...createMemoryStores(), join: createJoin(compactCells(1_000)) };
  return () => stores;
});

describeStores('a table in memory', async (clock) => {
  const table = createMemoryTable({ now: clock.now });
  return () => createStoresOn(table, clock);
});

describeInventory('memory', async () => {
  const inventory = createMemoryInventory();
  return () => inventory;
});
