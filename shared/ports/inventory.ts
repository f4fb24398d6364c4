/**
 * What the reconciler found, for the functions that read logs, and what it subscribed, for itself. Implemented by
 * `test/support/memory-inventory.ts` and `adapters/dynamodb/inventory.ts`; `test/contract/inventory.ts` runs on both. Methods
 * reject with a retryable `MtlsWatchError` when the world fails; they are all safe to repeat.
 */

import type { FoundFilter, FoundLogGroup, KnownDomain } from '../model/account.js';

export interface InventoryStore {
  /** Replaces the stored domains. */
  saveDomains(domains: readonly KnownDomain[]): Promise<void>;
  /** In no particular order. */
  domains(): Promise<readonly KnownDomain[]>;
  /** Records log groups that are about to get a filter of mtls-watch. */
  noteSubscribed(logGroups: readonly string[]): Promise<void>;
  /** Log groups that have, or may have, a filter of mtls-watch. */
  subscribed(): Promise<readonly string[]>;
  /** Called after the last filter of mtls-watch was removed. */
  forgetSubscribed(logGroups: readonly string[]): Promise<void>;
}

/** The account's log groups and their subscription filters. Implemented by `adapters/aws/log-groups.ts`. */
export interface LogGroups {
  /** The current state. `exists` is false if there is no such group; `filters` is null if they may not be read. */
  look(name: string): Promise<FoundLogGroup>;
  /** The names of all log groups of the account and Region that take filters, page by page as they are asked for. */
  list(): AsyncIterable<string>;
  /**
   * Creates the filter, or changes the one with that name.
   * @returns null, or why there is no room: the places of the log group are taken, or those for regular expressions
   */
  putFilter(logGroup: string, filter: FoundFilter): Promise<string | null>;
  /** Succeeds if the filter does not exist. */
  removeFilter(logGroup: string, filterName: string): Promise<void>;
}
