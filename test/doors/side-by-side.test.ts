/** Several front doors under one name: each has its groups, its incidents and its other causes. */

import { describe, expect, it } from 'vitest';
import { selectorsFor } from '../../shared/incidents/operate.js';
import { matches } from '../../shared/incidents/silence.js';
import { claimConnections } from '../../shared/join/connections.js';
import { cellKey } from '../../shared/join/pairing.js';
import { batchOf } from '../../shared/logs/decode.js';
import { groupId } from '../../shared/model/group-id.js';
import { alert, ingest, sweep } from '../../shared/pipeline.js';
import { access } from '../contract/examples.js';
import {
  CLOUDFRONT_FIELDS,
  cloudFrontRecord,
  jsonRecord,
  LOAD_BALANCER_FIELDS,
  loadBalancerRecord,
} from '../support/connection-records.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch, type Refusal, T0 } from '../support/logs.js';
import { testWorld } from '../support/world.js';

const NAME = 'api.bank.example';
const ACME = 'C=US,O=Acme Logistics Inc.,CN=Acme Logistics Issuing CA';
const LOAD_BALANCER = 'app/partners/50dc6c495c0c9188:443';

const refusal = (n: number): Refusal => ({
  n,
  at: T0 + n,
  issuerDn: ACME,
  reason: 'certificate has expired',
});

const connections = (of: readonly string[], logGroup = 'connections') =>
  batchOf({
    ...{ owner: '', logGroup, logStream: 's', malformed: [] },
    events: of.map((message, n) => ({ id: `${logGroup} ${n}`, timestamp: T0 + n, message })),
  });

const cloudFront = (status: string, times: number): string[] =>
  Array.from({ length: times }, (_, n) =>
    jsonRecord(cloudFrontRecord(n, { tlsSni: NAME, connectionStatus: status }), CLOUDFRONT_FIELDS),
  );

const loadBalancer = (status: string, times: number): string[] =>
  Array.from({ length: times }, (_, n) =>
    jsonRecord(loadBalancerRecord(n, { tls_verify_status: status }), LOAD_BALANCER_FIELDS),
  );

/** The same name and reason at all three doors, in one delivery and in several. */
async function refusedEverywhere(times = 1) {
  const world = testWorld({ domains: { 'abc123/prod': NAME, [LOAD_BALANCER]: NAME } });
  // The ids of the connections go on behind those that were refused.
  const all = [
    ...cloudFront('Failed:ClientCertExpired', 2 * times),
    ...cloudFront('Failed:TcpTimeout', 2 * times + 4).slice(2 * times),
    ...loadBalancer('Failed:ClientCertExpired', 3 * times),
    ...loadBalancer('Failed:Internal', 3 * times + 3).slice(3 * times),
  ];
  const group = '/aws/vendedlogs/app/partners/50dc6c495c0c9188';
  const refusals = Array.from({ length: times }, (_, n) => refusal(n));
  const deliveries = [
    executionBatch(refusals.map((one) => denialAsOneEvent(one))),
    accessBatch(refusals.map((one) => accessEvent(one))),
    connections(all, group),
  ];
  for (const delivery of [...deliveries, ...deliveries]) await ingest(delivery, world);
  return world;
}

describe('one name at three doors', () => {
  it('is three groups, and what broke off is counted where it did', async () => {
    const { stores } = await refusedEverywhere();
    const facts = [...stores.facts.all()];
    expect(facts.map(({ group, count }) => [group.door, group.scope, count])).toEqual(
      expect.arrayContaining([
        [undefined, NAME, 1],
        ['cloudfront', NAME, 2],
        ['load-balancer', NAME, 3],
      ]),
    );
    expect(new Set(facts.map(({ group }) => groupId(group))).size).toBe(3);
    // What an earlier version stored has no door: its groups are those of API Gateway now.
    expect(facts.find(({ count }) => count === 1)?.group).toEqual({ scope: NAME, issuerDn: ACME, reason: 'expired' });
    const others = [...stores.facts.allForbidden()].map(({ door, cause, count }) => [door, cause, count]);
    expect(others).toHaveLength(2);
    expect(others).toEqual(
      expect.arrayContaining([
        ['cloudfront', 'connection-failed', 4],
        ['load-balancer', 'connection-failed', 3],
      ]),
    );
  });

  it('is an incident at each, which a silence of one leaves to the others', async () => {
    const world = await refusedEverywhere(40);
    const groups = [...world.stores.facts.all()].map(({ group }) => group);
    world.at = T0 + 30_000;
    await alert(groups, world);
    expect((await sweep(world)).failures).toEqual([]);
    const told = world.published.filter(({ kind }) => kind === 'spike').map(({ group }) => group.door ?? 'api-gateway');
    expect(told.sort()).toEqual(['api-gateway', 'cloudfront', 'load-balancer']);
    expect(new Set(world.published.map(({ incidentId }) => incidentId)).size).toBe(3);
    const [ofCloudFront] = groups.filter(({ door }) => door === 'cloudfront');
    const silence = { ...selectorsFor(ofCloudFront!), issuerDn: null };
    expect(groups.filter((group) => matches(silence, group)).map(({ door }) => door)).toEqual(['cloudfront']);
  });
});

it('counts a connection of an earlier version, whose cell names no door, where it was counted', async () => {
  const world = testWorld();
  const { stores } = world;
  const [connection] = (await ingest(connections(cloudFront('Failed:ClientCertExpired', 1)), testWorld())).parsed
    .connections;
  const { eventId, connectionId, at, scope, client } = connection!;
  const half = access(1, { eventId, at, scope, client, requestId: '', extendedRequestId: null });
  await stores.join.put([{ key: cellKey.connection(connectionId), half, batchId: 'b' }]);
  const again = await claimConnections([connection!], 'b', world);
  expect(again.failures).toHaveLength(1);
  expect(again.failures[0]).not.toHaveProperty('door');
  expect((await claimConnections([connection!], 'c', world)).failures).toEqual([]);
});
