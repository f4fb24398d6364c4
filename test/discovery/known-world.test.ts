/**
 * From a stage that nobody configured to a counted failure under its custom domain: the reconciler subscribes the log group
 * and tells ingest, ingest reads what the gateway writes there. Vended logs and HTTP APIs, on stores in memory.
 */

import { describe, expect, it } from 'vitest';
import { createIngest } from '../../functions/ingest/ingest.js';
import { createReconciler } from '../../functions/reconcile/reconcile.js';
import { createSweep } from '../../functions/sweep/sweep.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { withInventory } from '../../shared/discovery/known-world.js';
import type { FoundLogGroup, KnownDomain } from '../../shared/model/account.js';
import type { LogEvent } from '../../shared/model/index.js';
import type { InventoryStore } from '../../shared/ports/inventory.js';
import { domain, found, group, memoryLogGroups, OWN, stage } from '../support/account.js';
import { ca, leaf } from '../support/certificates.js';
import {
  accessEvent,
  denialAsOneEvent,
  executionBatch,
  subscriptionEvent,
  subscriptionPayload,
  T0,
} from '../support/logs.js';
import { createMemoryInventory } from '../support/memory-inventory.js';
import { countedIn, listening, testConfig, testWorld } from '../support/world.js';

const VENDED = '/vended/execution';
const HTTP = '/logs/http-access';
const root = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'rsa-a' });
const stranger = leaf({
  subject: 'C=US,O=Evil,CN=stranger',
  key: 'rsa-c',
  issuer: ca({ subject: 'C=US,O=Evil,CN=Evil CA', key: 'rsa-b' }),
});

const vended = { kind: 'vended' as const, logGroup: VENDED, destinationArn: 'arn', level: 'ERROR' as const };
const DOMAINS = [
  domain('json.bank.example', [stage('json1/prod', { executionLog: vended })]),
  domain('text.bank.example', [stage('text1/prod', { executionLog: vended })]),
  domain('http.bank.example', [stage('http1/$default', { kind: 'HTTP', access: HTTP })]),
];
const SETTINGS = { discover: { mode: 'on', truststoreBuckets: ['truststores'] } };

/** The account after a run of the reconciler, and ingest behind the filters that it put. */
async function discovered(settings: object = SETTINGS) {
  const groups = new Map<string, FoundLogGroup>([VENDED, HTTP].map((name) => [name, group(name)]));
  const inventory = createMemoryInventory();
  const { meter, log } = listening();
  await createReconciler({
    world: {
      config: testConfig(settings),
      own: OWN,
      clock: { now: () => T0 },
      logGroups: memoryLogGroups(groups),
      inventory,
      log,
      discovery: { find: async () => found(DOMAINS, [...groups.values()]) },
    },
    meter,
  })();
  const world = testWorld(settings);
  const truststores = {
    ...world.truststores,
    read: async (uri: string) => {
      expect(uri).toBe('s3://truststores/http.bank.example.pem');
      return { text: root.pem, version: 'v1', versionId: 'v1', modifiedAt: T0 };
    },
  };
  const wired = {
    world: { ...world, truststores, clock: { now: () => world.at } },
    inventory,
    meter,
    log,
  };
  const known = withInventory({ world, inventory, log });
  const ingest = createIngest(wired);
  return {
    world,
    counted: () => countedIn(world.stores),
    accessLogs: () => known(async ({ config }) => config.accessLogGroups.map(({ name }) => name)),
    sweep: createSweep(wired),
    /** What the gateway writes into a group reaches ingest where a filter of ours is on it. */
    write: async (name: string, events: readonly LogEvent[]) => {
      const isSubscribed = groups
        .get(name)
        ?.filters?.some(({ destinationArn }) => destinationArn === OWN.destinationArn);
      if (isSubscribed) await ingest(subscriptionEvent(subscriptionPayload(executionBatch(events, name))));
    },
  };
}

const arnOf = (apiId: string) => `arn:aws:apigateway:eu-central-1::/restapis/${apiId}/stages/prod`;

const asJson = (apiId: string, n: number): LogEvent => {
  const event = denialAsOneEvent({ n });
  const record = {
    resource_arn: arnOf(apiId),
    event_timestamp: String(event.timestamp),
    api_id: apiId,
    stage: 'prod',
    resource_path: '/orders',
    http_method: 'POST',
    payload: event.message,
  };
  return { ...event, message: JSON.stringify(record) };
};

const asText = (apiId: string, n: number): LogEvent => {
  const event = denialAsOneEvent({ n });
  return { ...event, message: `${arnOf(apiId)} ${event.timestamp} ${apiId} prod /orders POST ${event.message}` };
};

/** The access record of an HTTP API; its format leaves the domain name out. */
const refusedByHttpApi = accessEvent(
  { n: 3 },
  { apiId: 'http1', stage: '$default', domainName: '-', 'identity.clientCert.clientCertPem': stranger.pem },
);

const minutesLater = (minutes: number) => T0 + minutes * 60_000;

describe('what nobody configured', () => {
  it('is counted under its custom domain: vended records, JSON and text, and access records of an HTTP API', async () => {
    const to = await discovered();
    await to.write(VENDED, [asJson('json1', 1), asText('text1', 2)]);
    await to.write(HTTP, [refusedByHttpApi]);
    to.world.at = minutesLater(10);
    await to.sweep();
    expect(to.counted()).toEqual([
      `http.bank.example | ${stranger.certificate.issuerDn} | issuer-not-found: 1`,
      'json.bank.example | unknown | issuer-not-found: 1',
      'text.bank.example | unknown | issuer-not-found: 1',
    ]);
  });

  it('has an access log whose calls the report counts', async () => {
    expect(await (await discovered()).accessLogs()).toEqual([HTTP]);
    const named = await discovered({ ...SETTINGS, accessLogGroups: [{ name: '/own' }, { name: HTTP }] });
    expect(await named.accessLogs()).toEqual(['/own', HTTP]);
  });

  it('is not counted where the run was a dry one', async () => {
    const to = await discovered({ discover: { mode: 'dry-run' } });
    await to.write(VENDED, [asJson('json1', 1)]);
    await to.write(HTTP, [refusedByHttpApi]);
    expect(to.counted()).toEqual([]);
  });

  it('gives way to what is configured', async () => {
    const to = await discovered({ ...SETTINGS, domains: { json1: 'named.by.hand' } });
    await to.write(VENDED, [asJson('json1', 1)]);
    to.world.at = minutesLater(10);
    await to.sweep();
    expect(to.counted()).toEqual(['named.by.hand | unknown | issuer-not-found: 1']);
  });
});

const known = (name: string, places: readonly string[], truststoreUri: string | null = null): KnownDomain => ({
  name,
  truststoreUri,
  stages: places.map((place) => {
    const [apiId = '', stageName = ''] = place.split('/');
    return { apiId, stage: stageName, hasExecutionLog: !apiId.startsWith('http') };
  }),
});

/** How the inventory is read by a container, one invocation after the other. */
function container(changes: object = {}, inventory?: Partial<InventoryStore>) {
  const world = testWorld(changes);
  const { errors, log } = listening();
  const reads = { count: 0 };
  const store = createMemoryInventory();
  const inWorld = withInventory({
    world,
    log,
    inventory: {
      ...store,
      domains: async () => {
        reads.count++;
        return store.domains();
      },
      ...inventory,
    },
  });
  return { world, store, reads, errors, config: () => inWorld(async ({ config }) => config) };
}

describe('what a container knows', () => {
  it('is read at its first event, and then beside the work, every few minutes', async () => {
    const to = container();
    await to.store.saveDomains([known('a.example', ['abc/prod'])]);
    expect((await to.config()).domains).toEqual({ 'abc/prod': 'a.example' });
    await to.store.saveDomains([known('b.example', ['abc/prod'])]);
    to.world.at += limits.inventoryRecheckMs - 1;
    await to.config();
    expect(to.reads.count).toBe(1);
    to.world.at += 1;
    expect((await to.config()).domains).toEqual({ 'abc/prod': 'a.example' });
    expect(to.reads.count).toBe(2);
    expect((await to.config()).domains).toEqual({ 'abc/prod': 'b.example' });
    expect(to.reads.count).toBe(2);
  });

  it('stays when it cannot be read again; the first read that fails fails the call', async () => {
    const failing = { isDown: true };
    const to = container(
      {},
      {
        domains: async () => {
          if (failing.isDown) throw new MtlsWatchError('store-unavailable', 'throttled', { retryable: true });
          return [known('a.example', ['abc/prod'])];
        },
      },
    );
    await expect(to.config()).rejects.toMatchObject({ retryable: true });
    failing.isDown = false;
    expect((await to.config()).domains).toEqual({ 'abc/prod': 'a.example' });
    failing.isDown = true;
    to.world.at += limits.inventoryRecheckMs;
    expect((await to.config()).domains).toEqual({ 'abc/prod': 'a.example' });
    expect(to.errors).toHaveLength(1);
  });

  it('costs nothing where nothing is discovered', async () => {
    const world = testWorld();
    const inWorld = withInventory({ world, ...listening() });
    expect(await inWorld(async (given) => given === world)).toBe(true);
  });

  it('is added to the settings, which win', async () => {
    const to = container({
      domains: { abc: 'by.hand', 'def/v1': 'v1.by.hand' },
      apisWithoutExecutionLog: ['http1', 'mine'],
      truststores: { '*': 's3://all/t.pem', 'own.example': 's3://own/t.pem' },
    });
    await to.store.saveDomains([
      known('own.example', ['abc/prod', 'def/v1', 'def/v2'], 's3://found/own.pem'),
      known('other.example', ['http1/$default', 'http2/$default', 'shared/prod'], 's3://found/other.pem'),
      known('third.example', ['shared/prod']),
    ]);
    expect(await to.config()).toMatchObject({
      domains: {
        abc: 'by.hand',
        'def/v1': 'v1.by.hand',
        'def/v2': 'own.example',
        'http1/$default': 'other.example',
        'http2/$default': 'other.example',
      },
      apisWithoutExecutionLog: ['http1', 'mine', 'http2'],
      truststores: {
        '*': 's3://all/t.pem',
        'own.example': 's3://own/t.pem',
        'other.example': 's3://found/other.pem',
      },
    });
    const { domains } = await to.config();
    expect(Object.keys(domains)).not.toContain('abc/prod');
    // Two domains lead there: a denial without its access record may be either's.
    expect(Object.keys(domains)).not.toContain('shared/prod');
  });
});
