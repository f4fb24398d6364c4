/** Looks at the account that the credentials belong to. Implemented by `adapters/aws/discovery.ts`. */

import type { FoundAccount } from '../model/account.js';

export interface Discovery {
  /**
   * @param only names of custom domains to look at; all with mutual TLS where it is empty
   * @throws MtlsWatchError `discovery-failed` when the domains themselves cannot be listed
   */
  find(only: readonly string[]): Promise<FoundAccount>;
}
