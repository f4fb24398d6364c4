/** Called by the scheduler, whose event may name log groups, and by a queue with changes of API Gateway. */

import { createDiscovery, discoveryClients } from '../../shared/adapters/aws/discovery/discovery.js';
import { createLog } from '../../shared/adapters/aws/log.js';
import { createLogGroups } from '../../shared/adapters/aws/log-groups.js';
import { systemClock } from '../../shared/adapters/clock.js';
import { createDynamoClient } from '../../shared/adapters/dynamodb/index.js';
import { createDynamoInventory } from '../../shared/adapters/dynamodb/inventory.js';
import { CLOUDFRONT_REGION } from '../../shared/base/regions.js';
import { variable } from '../wiring/variable.js';
import { configIn, meterIn } from '../wiring/wiring.js';
import { createReconciler } from './reconcile.js';

const region = variable(process.env, 'AWS_REGION');
const found = discoveryClients();
// CloudFront's log groups are in one Region, and only a filter there can lead to a function there.
const clients = region === CLOUDFRONT_REGION ? found : { ...found, cloudFront: null };

export const handler = createReconciler({
  world: {
    config: configIn(process.env),
    own: {
      destinationArn: variable(process.env, 'INGEST_FUNCTION_ARN'),
      stackName: variable(process.env, 'STACK_NAME'),
    },
    clock: systemClock,
    logGroups: createLogGroups(clients.logs),
    log: createLog(process.stdout),
    discovery: createDiscovery(clients, region),
    inventory: createDynamoInventory(createDynamoClient(), variable(process.env, 'TABLE_NAME')),
  },
  meter: meterIn(process.env),
});
