import { packedCells } from '../../cli/replay/packed-cells.js';
import { createJoin, createMemoryStores } from '../../shared/adapters/memory/index.js';
import { createMemoryInventory } from '../../shared/adapters/memory/inventory.js';
import { describeInventory } from './inventory.js';
import { describeStores } from './stores.js';

describeStores('memory', async () => {
  const stores = createMemoryStores();
  return () => stores;
});

describeStores('memory, with the packed cells of a replay', async () => {
  const stores = { ...createMemoryStores(), join: createJoin(packedCells(1_000)) };
  return () => stores;
});

describeInventory('memory', async () => {
  const inventory = createMemoryInventory();
  return () => inventory;
});
