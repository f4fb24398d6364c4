/** The inventory in memory. */

import type { KnownDomain } from '../../shared/model/account.js';
import type { InventoryStore } from '../../shared/ports/inventory.js';

export function createMemoryInventory(): InventoryStore {
  let kept: readonly KnownDomain[] = [];
  const subscribed = new Set<string>();
  return {
    saveDomains: async (domains) => {
      kept = [...domains];
    },
    domains: async () => kept,
    noteSubscribed: async (logGroups) => {
      for (const logGroup of logGroups) subscribed.add(logGroup);
    },
    subscribed: async () => [...subscribed],
    forgetSubscribed: async (logGroups) => {
      for (const logGroup of logGroups) subscribed.delete(logGroup);
    },
  };
}
