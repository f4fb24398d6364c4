/**
 * What the reconciler found, for the functions that read logs, and what it subscribed, for itself. Implemented by
 * `test/support/memory-inventory.ts` and `adapters/dynamodb/inventory.ts`; `test/contract/inventory.ts` runs on both. Methods
 * reject with a retryable `MtlsWatchError` when the world fails; they are all safe to repeat.
 */

import type { FoundFilter, FoundLogGroup, KnownDomain } from '../model/account.js';

export interface InventoryStore {
  /** Puts these in place of those that are kept. */
  saveDomains(domains: readonly KnownDomain[]): Promise<void>;
  /** In no particular order. */
  domains(): Promise<readonly KnownDomain[]>;
  /** Notes log groups that are about to get a filter of ours. */
  noteSubscribed(logGroups: readonly string[]): Promise<void>;
  /** Log groups that have, or may have, a filter of ours. */
  subscribed(): Promise<readonly string[]>;
  /** After the last filter of ours was removed. */
  forgetSubscribed(logGroups: readonly string[]): Promise<void>;
}

/** The account's log groups and their subscription filters. Implemented by `adapters/aws/log-groups.ts`. */
export interface LogGroups {
  /** As it is now; `exists` is false for one that is not there, `filters` null where they may not be read. */
  look(name: string): Promise<FoundLogGroup>;
  /**
   * Makes the filter, or changes the one of that name.
   * @returns null, or why there is no room: the places of the log group are taken, or those for regular expressions
   */
  putFilter(logGroup: string, filter: FoundFilter): Promise<string | null>;
  /** Removing what is gone is done. */
  removeFilter(logGroup: string, filterName: string): Promise<void>;
}
