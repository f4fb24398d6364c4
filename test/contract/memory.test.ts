import { createMemoryStores } from '../../shared/adapters/memory.js';
import { createMemoryInventory } from '../../shared/adapters/memory-inventory.js';
import { describeInventory } from './inventory.js';
import { describeStores } from './stores.js';

describeStores('memory', async () => {
  const stores = createMemoryStores();
  return () => stores;
});

describeInventory('memory', async () => {
  const inventory = createMemoryInventory();
  return () => inventory;
});
