/**
 * Called by a schedule and after changes of API Gateway. It is part of the template of a stack set, so its code stands in the template
 * itself, and the SDK is that of Lambda's runtime.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { createDiscovery, discoveryClients } from '../../shared/adapters/aws/discovery/discovery.js';
import { createLogGroups } from '../../shared/adapters/aws/log-groups.js';
import { CLOUDFRONT_REGION } from '../../shared/base/regions.js';
import { destinationOf } from '../../shared/config/destination.js';
import { variable } from '../wiring/variable.js';
import { createHandler } from './custom-resource.js';
import { createRemoval } from './remove.js';
import { type MemberWorld, putFilters } from './subscribe.js';

const region = variable(process.env, 'AWS_REGION');
const found = discoveryClients();
// CloudFront's log groups are in one Region, and only a filter there can lead to a destination there.
const clients = region === CLOUDFRONT_REGION ? found : { ...found, cloudFront: null };

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

const world: MemberWorld = {
  discovery: createDiscovery(clients, region),
  logGroups: createLogGroups(clients.logs, variable(process.env, 'SENDER_ROLE_ARN')),
  own: {
    destinationArn: destinationOf(variable(process.env, 'DESTINATION_ARN'), variable(process.env, 'ACCOUNT_ID')),
    stackName: 'mtls-watch-member',
  },
  policy: { allow: variable(process.env, 'DOMAINS').split(','), deny: [] },
  say,
};

export const handler = createHandler({
  put: () => putFilters(world),
  removal: () => createRemoval(world),
  answer: async (url, body) => {
    const { status } = await fetch(url, { method: 'PUT', body, headers: { 'content-type': '' } });
    return status;
  },
  sleep: (ms) => sleep(ms),
});
