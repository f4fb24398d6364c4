import { createMemoryStores } from '../../shared/adapters/memory.js';
import { describeStores } from './stores.js';

describeStores('memory', async () => {
  const stores = createMemoryStores();
  return () => stores;
});
