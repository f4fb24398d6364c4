/** Reads the account that the credentials belong to. Implemented by `adapters/aws/discovery.ts`. */

import type { FoundAccount } from '../model/account.js';

export interface Discovery {
  /**
   * @param only names of custom domains to read; if empty, all with mutual TLS
   * @throws MtlsWatchError `discovery-failed` if the domains themselves cannot be listed
   */
  find(only: readonly string[]): Promise<FoundAccount>;
}
