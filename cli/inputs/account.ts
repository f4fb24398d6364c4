/** The account and Region that the credentials of the environment lead to, for the verbs that look at it. */

import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';
import type { Discovery } from '../../shared/ports/discovery.js';

/**
 * Loads the SDK only here: other verbs start without it.
 * @param say is told what is being looked at, for whoever waits
 * @throws MtlsWatchError `usage` where no Region is set
 */
export async function discoveryHere(
  say: (what: string) => void,
): Promise<{ readonly region: string; readonly discovery: Discovery }> {
  const { createDiscovery, discoveryClients } = await import('../../shared/adapters/aws/discovery/discovery.js');
  const clients = discoveryClients();
  const region = await clients.region().catch((error: unknown) => {
    throw new MtlsWatchError(
      'usage',
      `no Region is set: ${messageOf(error)}; expected AWS_REGION or a profile with one`,
      { cause: error },
    );
  });
  return { region, discovery: createDiscovery(clients, region, say) };
}
