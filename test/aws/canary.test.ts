/**
 * The deployed canary against an endpoint that behaves like the gateway: its refusal goes through both logs, the
 * subscriptions and ingest into the table, is measured there, and never counted. Told in order.
 */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteSubscriptionFilterCommand,
  DescribeSubscriptionFiltersCommand,
  FilterLogEventsCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/adapters/clock.js';
import { createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import { createCanaryCertificate } from '../../shared/adapters/tls/canary-certificate.js';
import { callGateway } from '../../shared/adapters/tls/gateway-call.js';
import { minuteOf } from '../../shared/base/time.js';
import { CANARY_DN } from '../../shared/model/canary.js';
import type { GroupKey } from '../../shared/model/index.js';
import type { Stores } from '../../shared/ports/index.js';
import { ca } from '../support/certificates.js';
import { ACCESS_GROUP, EXECUTION_GROUP } from '../support/logs.js';
import { type Received, subscribe } from './support/alerts.js';
import { dynamo, lambda, logs } from './support/clients.js';
import { type Deployed, deploy } from './support/deploy.js';
import { invoke, withEnvironment } from './support/functions.js';
import { createLogGroup, putLogEvents } from './support/logs.js';
import { type LocalGateway, startGateway } from './support/mtls-endpoint.js';
import { soon } from './support/soon.js';

const DOMAIN = 'partners.bank.example';
const authority = ca({ subject: 'C=US,O=Example Trust,CN=Example Server CA', key: 'ec-a' });
const partners = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'ec-b' });

let gateway: LocalGateway;
let stack: Deployed;
let stores: Stores;
let received: () => Promise<readonly Received[]>;

beforeAll(async () => {
  gateway = await startGateway(DOMAIN, authority, partners.pem, async ({ execution, access }) => {
    if (execution.length > 0) await putLogEvents(EXECUTION_GROUP, execution);
    await putLogEvents(ACCESS_GROUP, access);
  });
  await createLogGroup(EXECUTION_GROUP);
  stack = await deploy({
    executionLogGroups: [{ name: EXECUTION_GROUP }],
    accessLogGroups: [{ name: ACCESS_GROUP, create: true }],
    domains: { 'abc123/prod': DOMAIN },
    canaries: [{ domain: DOMAIN, path: '/v1', connectTo: gateway.address }],
    // The test calls it, not the schedule.
    canaryMinutes: 60,
    runbooks: { baseUrl: 'https://wiki.example.com/runbooks' },
    // One that counted would page.
    detection: { floor: 1 },
    graceMinutes: 1,
  });
  const bundle = join(mkdtempSync(join(process.env.MTLS_WATCH_LOCAL_AWS ?? tmpdir(), 'ca-')), 'ca.pem');
  writeFileSync(bundle, authority.pem);
  await withEnvironment(stack.CanaryFunctionName, { NODE_EXTRA_CA_CERTS: bundle });
  stores = createDynamoStores(dynamo, stack.TableName, systemClock);
  received = await subscribe(stack.TopicArn);
});
afterAll(() => gateway.stop());

const groupOf = (issuerDn: string): GroupKey => ({ scope: DOMAIN, issuerDn, reason: 'self-signed' });

async function counted(issuerDn: string): Promise<number> {
  const minute = minuteOf(Date.now());
  const facts = await stores.facts.window(groupOf(issuerDn), minute - 60, minute + 1);
  return facts.reduce((sum, { count }) => sum + count, 0);
}

/** The values that a function wrote for a metric of the domain, in CloudWatch's embedded format, into its log. */
async function measured(FunctionName: string, metric: string): Promise<number[]> {
  const { LoggingConfig } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: LoggingConfig?.LogGroup }));
  return events
    .flatMap(({ message = '' }) => message.split('\n'))
    .filter((line) => line.startsWith('{') && line.includes(`"${metric}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((record) => record.scope === DOMAIN)
    .map((record) => Number(record[metric]));
}

const roundTrips = () => measured(stack.IngestFunctionName, 'CanaryRoundTrip');
const canary = () => invoke(stack.CanaryFunctionName, {});

async function probes() {
  const now = Date.now();
  return stores.probes.between(now - 3_600_000, now, 100);
}

/** Lists of halves that wait for their other half. */
async function waiting(): Promise<number> {
  return (await stores.waiting.due(Date.now() + 3_600_000, 100)).length;
}

/** Takes the subscription of a log group away. @returns puts it back */
async function cut(logGroupName: string): Promise<() => Promise<void>> {
  const { subscriptionFilters = [] } = await logs.send(new DescribeSubscriptionFiltersCommand({ logGroupName }));
  const [filter] = subscriptionFilters;
  const filterName = filter?.filterName;
  await logs.send(new DeleteSubscriptionFilterCommand({ logGroupName, filterName }));
  return async () => {
    const { filterPattern, destinationArn } = filter ?? {};
    await logs.send(new PutSubscriptionFilterCommand({ logGroupName, filterName, filterPattern, destinationArn }));
  };
}

describe('the canary', () => {
  it('is refused, and its refusal is followed into the table and measured once', async () => {
    await canary();
    expect(gateway.calls).toBe(1);
    await soon(probes).toMatchObject([
      {
        scope: DOMAIN,
        outcome: 'refused',
        requestId: expect.stringMatching(/^0{8}-/),
        extendedRequestId: 'Local1FEwPEFhg=',
        seen: { eventId: expect.any(String) },
      },
    ]);
    await soon(roundTrips).toEqual([expect.any(Number)]);
    const [probe] = await probes();
    const [seconds = -1] = await roundTrips();
    expect(seconds).toBe(((probe?.seen?.at ?? 0) - (probe?.at ?? 0)) / 1000);
    await soon(() => measured(stack.CanaryFunctionName, 'CanaryCalls')).toEqual([1]);
    await soon(() => measured(stack.CanaryFunctionName, 'CanaryNotRefused')).toEqual([0]);
  });

  it('goes missing when a subscription is cut, though it goes on calling, and is back with it', async () => {
    const before = (await roundTrips()).length;
    const waited = await waiting();
    const restore = await cut(EXECUTION_GROUP);
    await canary();
    await canary();
    // The access records came: what does not come is the other half.
    await soon(waiting).toBe(waited + 2);
    expect(await roundTrips()).toHaveLength(before);
    await restore();
    await canary();
    await soon(async () => (await roundTrips()).length).toBe(before + 1);
    expect((await probes()).map(({ outcome, seen }) => [outcome, seen !== null])).toEqual([
      ['refused', true],
      ['refused', false],
      ['refused', false],
      ['refused', true],
    ]);
  });

  it('is not mistaken for who bears its name: that one counts', async () => {
    const pretender = await createCanaryCertificate(CANARY_DN, Date.now());
    const target = { domain: DOMAIN, path: '/v1', connectTo: gateway.address };
    expect(await callGateway(target, pretender, authority.pem)).toMatchObject({ kind: 'answered', status: 403 });
    await soon(() => counted(CANARY_DN)).toBe(1);
  });

  it('tells when a stranger is let in', async () => {
    gateway.isOpen = true;
    await expect(canary()).rejects.toThrow(/answered a self-signed certificate of a stranger with 200 instead of 403/);
    gateway.isOpen = false;
    await soon(() => measured(stack.CanaryFunctionName, 'CanaryNotRefused')).toContain(1);
    expect((await probes()).at(-1)).toMatchObject({ outcome: 'accepted', seen: null });
  });

  it('tells when it cannot reach the domain', async () => {
    await gateway.stop();
    await expect(canary()).rejects.toThrow(
      /cannot reach partners\.bank\.example: .*ECONNREFUSED.*Check its DNS record/,
    );
    await soon(() => measured(stack.CanaryFunctionName, 'CanaryFailed')).toContain(1);
    expect((await probes()).at(-1)).toMatchObject({ outcome: 'unreachable', requestId: null });
  });

  it('was counted nowhere, also after the grace of what never found its other half', async () => {
    const swept = async () => {
      await invoke(stack.SweepFunctionName, {});
      return waiting();
    };
    await soon(swept, 5_000).toBe(0);
    expect(await counted(CANARY_DN)).toBe(1);
    expect(await counted('unknown')).toBe(0);
    const today = Math.floor(Date.now() / 86_400_000);
    expect(await stores.facts.forbidden(today - 1, today, 100)).toEqual([]);
    for (const { notice } of await received()) expect(notice.group).toEqual(groupOf(CANARY_DN));
  });
});
