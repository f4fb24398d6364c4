/** The account and Region of the environment's credentials, for the verbs that read it. */

import { messageOf, usage } from '../../shared/base/errors.js';
import type { Discovery } from '../../shared/ports/discovery.js';
import { accountCure } from '../terminal/account.js';

/**
 * Loads the SDK only here, so that other verbs start without it.
 * @param say is told what is being read, for progress output
 * @throws MtlsWatchError `usage` if no Region is set
 */
export async function discoveryHere(
  say: (what: string) => void,
): Promise<{ readonly region: string; readonly discovery: Discovery }> {
  const { createDiscovery, discoveryClients } = await import('../../shared/adapters/aws/discovery/discovery.js');
  const clients = discoveryClients();
  const region = await clients.region().catch((error: unknown) => {
    const cure = accountCure(error);
    const why = cure === null ? `: ${messageOf(error)}; expected AWS_REGION or a profile with one` : `; ${cure}`;
    throw usage(`no Region is set${why}`, error);
  });
  return { region, discovery: createDiscovery(clients, region, say) };
}
