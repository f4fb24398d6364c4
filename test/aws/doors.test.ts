/**
 * Connection logs of CloudFront and of a load balancer, put into their log groups, reach ingest through real subscription
 * filters: successes are held back, each refusal counts once, and each of the two tells once.
 */

import { beforeAll, expect, it } from 'vitest';
import { createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import type { LogEvent } from '../../shared/model/index.js';
import { subscribe } from './support/alerts.js';
import { dynamo } from './support/clients.js';
import { type Deployed, deploy } from './support/deploy.js';
import { invoke } from './support/functions.js';
import { putLogEvents } from './support/logs.js';
import { countedIn } from './support/outcome.js';
import { soon } from './support/soon.js';

const CLOUDFRONT = '/aws/vendedlogs/cloudfront/E2DX1SLDPK0123';
const BALANCER = '/aws/vendedlogs/load-balancer/partners';
const REFUSED = 40;

let stack: Deployed;
let received: Awaited<ReturnType<typeof subscribe>>;

beforeAll(async () => {
  stack = await deploy({
    executionLogGroups: [],
    accessLogGroups: [],
    connectionLogGroups: [CLOUDFRONT, BALANCER].map((name) => ({ name, create: true })),
    runbooks: { baseUrl: 'https://wiki.example.com/runbooks' },
  });
  received = await subscribe(stack.TopicArn);
});

function events(records: readonly object[]): LogEvent[] {
  const now = Date.now();
  return records.map((record, n) => ({ id: `${n}`, timestamp: now + n, message: JSON.stringify(record) }));
}

const refusals = Array.from({ length: REFUSED }, (_, n) => n);

const atCloudFront = (connectionId: string, connectionStatus: string) => ({
  eventTimestamp: Date.now(),
  connectionId,
  connectionStatus,
  clientIp: '203.0.113.7',
  distributionId: 'E2DX1SLDPK0123',
  tlsSni: 'edge.bank.example',
  clientLeafCertSubject: 'C=US, O=Acme, CN=edi-01',
  clientLeafCertIssuer: 'C=US, O=Acme, CN=Acme Issuing CA',
  clientLeafCertSerialNumber: '00:b1:43:ed',
});

const atBalancer = (conn_trace_id: string, tls_verify_status: string) => ({
  time: new Date().toISOString(),
  conn_trace_id,
  tls_verify_status,
  client_ip: '203.0.113.8',
  listener_port: 443,
  leaf_client_cert_subject: 'CN=billing,O=Globex,C=US',
  leaf_client_cert_serial_number: 'FEF257372D5C14D4',
  elb: 'app/partners/0123456789abcdef',
});

it('are counted and told once each, however often they are delivered', async () => {
  const cloudFront = [
    ...refusals.map((n) => atCloudFront(`c${n}`, 'Failed:ClientCertUntrusted')),
    ...refusals.map((n) => atCloudFront(`s${n}`, 'Success')),
    atCloudFront('t1', 'Failed:TcpTimeout'),
  ];
  const balancer = [
    ...refusals.map((n) => atBalancer(`TID_${n}`, 'Failed:ClientCertExpired')),
    ...refusals.map((n) => atBalancer(`TID_s${n}`, 'Success')),
  ];
  for (const [group, records] of [
    [CLOUDFRONT, cloudFront],
    [CLOUDFRONT, cloudFront.toReversed()],
    [BALANCER, balancer],
    [BALANCER, balancer],
  ] as const)
    await putLogEvents(group, events(records));

  await soon(received).toHaveLength(2);
  await invoke(stack.SweepFunctionName, {});
  const notices = (await received()).map(({ notice }) => notice);
  expect(notices.map(({ kind, group: { scope, reason } }) => `${kind} ${scope} ${reason}`).sort()).toEqual([
    'spike app/partners/0123456789abcdef:443 expired',
    'spike edge.bank.example untrusted',
  ]);
  const stores = createDynamoStores(dynamo, stack.TableName, { now: Date.now });
  for (const { group } of notices) expect((await countedIn(stores, group)).count, group.scope).toBe(REFUSED);
});
