/** Trust stores of load balancers. */

import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { createLoadBalancerTruststores } from '../../shared/adapters/aws/load-balancer-truststore.js';
import { systemClock } from '../../shared/adapters/clock.js';
import type { TruststoreSource } from '../../shared/ports/truststore.js';

export function createTrustStores(): TruststoreSource {
  return createLoadBalancerTruststores(new ElasticLoadBalancingV2Client({}), systemClock);
}
