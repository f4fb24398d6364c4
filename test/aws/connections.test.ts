/**
 * Connection logs of CloudFront and of a load balancer on the local AWS: put into log groups by the SDK, let through by the
 * subscription filters of the deployed stack, counted once each by its ingest, told once each.
 */

import { DescribeSubscriptionFiltersCommand } from '@aws-sdk/client-cloudwatch-logs';
import { beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../shared/adapters/clock.js';
import { createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import type { GroupKey, LogEvent } from '../../shared/model/index.js';
import type { Stores } from '../../shared/ports/index.js';
import {
  CLOUDFRONT_FIELDS,
  cloudFrontRecord,
  jsonRecord,
  LOAD_BALANCER_FIELDS,
  loadBalancerRecord,
} from '../support/connection-records.js';
import { type Received, subscribe } from './support/alerts.js';
import { dynamo, logs } from './support/clients.js';
import { deploy } from './support/deploy.js';
import { createLogGroup, putLogEvents } from './support/logs.js';
import { countedIn } from './support/outcome.js';
import { soon } from './support/soon.js';

const PORTAL = '/aws/vendedlogs/cloudfront/E2DX1SLDPK0123';
const FILES = '/aws/vendedlogs/load-balancer/app/partners/50dc6c495c0c9188';
const AT_CLOUDFRONT: GroupKey = { scope: 'shop.bank.example', issuerDn: 'unknown', reason: 'no-client-certificate' };
const AT_BALANCER: GroupKey = {
  scope: 'app/partners/50dc6c495c0c9188:443',
  issuerDn: 'O=Acme Logistics Inc.,(issuer not in the log)',
  reason: 'expired',
};
const REFUSED = 40;

let stores: Stores;
let received: () => Promise<readonly Received[]>;

const events = (messages: readonly string[]): LogEvent[] =>
  messages.map((message) => ({ id: '', timestamp: systemClock.now(), message }));
const numbers = Array.from({ length: REFUSED }, (_, n) => n);
const withoutCertificate = numbers.map((n) =>
  jsonRecord(
    cloudFrontRecord(n, { connectionStatus: 'Failed:ClientCertMissing' }),
    CLOUDFRONT_FIELDS.filter((field) => !field.startsWith('clientLeaf')),
  ),
);
const expired = numbers.map((n) =>
  jsonRecord(loadBalancerRecord(n, { tls_verify_status: 'Failed:ClientCertExpired' }), LOAD_BALANCER_FIELDS),
);

beforeAll(async () => {
  for (const group of [PORTAL, FILES]) await createLogGroup(group);
  const stack = await deploy({
    connectionLogGroups: [{ name: PORTAL }, { name: FILES }],
    runbooks: { baseUrl: 'https://wiki.example.com/runbooks' },
  });
  stores = createDynamoStores(dynamo, stack.TableName, systemClock);
  received = await subscribe(stack.TopicArn);
});

it('lets failures through, and no successes', async () => {
  for (const logGroupName of [PORTAL, FILES]) {
    const { subscriptionFilters = [] } = await logs.send(new DescribeSubscriptionFiltersCommand({ logGroupName }));
    expect(subscriptionFilters.map(({ filterPattern }) => filterPattern)).toEqual(['"Failed"']);
  }
});

it.each([
  [
    'CloudFront',
    PORTAL,
    withoutCertificate,
    AT_CLOUDFRONT,
    jsonRecord(cloudFrontRecord(900, { connectionStatus: 'Success' }), CLOUDFRONT_FIELDS),
  ],
  [
    'a load balancer',
    FILES,
    expired,
    AT_BALANCER,
    jsonRecord(loadBalancerRecord(900, { tls_verify_status: 'Success' }), LOAD_BALANCER_FIELDS),
  ],
])('counts what %s refuses once each, and tells once', async (_, logGroup, messages, group, success) => {
  await putLogEvents(logGroup, events([...messages, success]));
  await soon(async () => (await countedIn(stores, group)).count).toBe(REFUSED);
  // The same connections as other log events: each is known by its own id.
  await putLogEvents(logGroup, events([...messages.toReversed(), success]));
  const ofGroup = async () => (await received()).filter(({ notice }) => notice.group.scope === group.scope);
  await soon(ofGroup).toHaveLength(1);
  expect((await ofGroup())[0]?.notice).toMatchObject({ kind: 'spike', group });
  // A connection that was not there before shows that the delivery before it was read.
  await putLogEvents(logGroup, events([messages[0]?.replaceAll(/TID_0{8}|0000bQ/g, 'TID_11111111') ?? '']));
  await soon(async () => (await countedIn(stores, group)).count).toBe(REFUSED + 1);
});
