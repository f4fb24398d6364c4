/** The front doors whose logs are read. The first one that takes an event reads it; API Gateway takes what is left. */

import { apiGateway } from './api-gateway/door.js';
import { cloudFront } from './cloudfront/door.js';
import type { Door } from './door.js';
import { loadBalancer } from './load-balancer/door.js';

export const doors: readonly Door[] = [loadBalancer, cloudFront, apiGateway];
