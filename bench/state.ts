/**
 * What one refused request costs in DynamoDB: requests, capacity units and sequential round trips, counted on the real
 * pipeline and the real adapter against a table in this process. Capacity is what the table reports, by item size.
 */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { countingClient, createDynamoStores } from '../shared/adapters/dynamodb/index.js';
import { parseConfig } from '../shared/config.js';
import type { GroupKey, LogEvent } from '../shared/model.js';
import { alert, ingest } from '../shared/pipeline.js';
import type { World } from '../shared/ports/index.js';
import { settleDue } from '../shared/waiting.js';
import { ca, leaf } from '../test/certificates.js';
import { createTestTable, startDynalite } from '../test/support/local-table.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch, T0 } from '../test/support/logs.js';

const config = parseConfig({ runbooks: { baseUrl: 'https://wiki.example.com/mtls' } }, 'the benchmark');
const dynamo = await startDynalite();

/** A container on a table of its own. */
async function createWorld() {
  const table = await createTestTable(dynamo.client);
  const client = dynamo.connect();
  const usage = countingClient(client);
  const trips = countTrips(client);
  const clock = { time: T0 + 60_000, now: () => clock.time };
  const publisher = { publish: async () => {} };
  const truststores = { read: () => Promise.reject(new Error('no truststore here')), previous: async () => null };
  const container = (): World => ({
    config,
    clock,
    publisher,
    truststores,
    stores: createDynamoStores(client, table, clock),
  });
  const measure = async (work: () => Promise<unknown>) => {
    const before = { ...usage, trips: trips.count };
    await work();
    return {
      requests: usage.requests - before.requests,
      writeUnits: usage.writeUnits - before.writeUnits,
      readUnits: usage.readUnits - before.readUnits,
      roundTrips: trips.count - before.trips,
    };
  };
  return { clock, container, measure };
}

/**
 * Sends requests in lockstep: what was asked while others were under way waits until all of those are answered. The
 * number of steps is the longest chain of requests that depend on one another, waves of parallel ones included.
 */
function countTrips(client: DynamoDBClient) {
  const trips = { count: 0 };
  let underWay = 0;
  let waiting: (() => void)[] = [];
  const step = async () => {
    // Time for everything that the last answers set off to arrive here.
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    if (underWay > 0 || waiting.length === 0) return;
    const released = waiting;
    waiting = [];
    trips.count++;
    underWay = released.length;
    for (const release of released) release();
  };
  client.middlewareStack.add(
    (next) => async (args) => {
      await new Promise<void>((release) => {
        waiting.push(release);
        void step();
      });
      try {
        return await next(args);
      } finally {
        underWay--;
        void step();
      }
    },
    { step: 'initialize', priority: 'low' },
  );
  return trips;
}

type Measured = Awaited<ReturnType<Awaited<ReturnType<typeof createWorld>>['measure']>>;

interface Life {
  readonly ingest: readonly (readonly [string, Measured])[];
  readonly sweep: readonly (readonly [string, Measured])[];
}

function print(title: string, per: number, { ingest, sweep }: Life): void {
  const unitsOf = (rows: Life['ingest']) => rows.reduce((total, [, row]) => total + row.writeUnits, 0) / per;
  const heads = ['requests', 'write units', 'read units', 'round trips'].map((head) => head.padStart(13));
  console.log(`\n${title}`);
  console.log(`  ${''.padEnd(48)}${heads.join('')}`);
  for (const [name, { requests, writeUnits, readUnits, roundTrips }] of [...ingest, ...sweep]) {
    const cells = [requests, writeUnits, readUnits, roundTrips].map((value) => String(value).padStart(13));
    console.log(`  ${name.padEnd(48)}${cells.join('')}`);
  }
  const whole = unitsOf([...ingest, ...sweep]);
  console.log(`  for each request: ${unitsOf(ingest).toFixed(2)} write units, ${whole.toFixed(2)} with the sweep`);
}

const root = ca({ subject: 'C=US,O=Acme Payments International,CN=Acme Issuing CA 3', key: 'rsa-a' });
const client = leaf({
  subject: 'C=US,O=Acme Payments International,OU=Integrations,CN=settlement-gateway-prod-eu-central-1',
  key: 'rsa-b',
  issuer: root,
});
/** As the recommended access-log format writes a request whose certificate is logged. */
const accessOf = (n: number): LogEvent =>
  accessEvent({ n }, { 'identity.clientCert.clientCertPem': client.pem.replaceAll('\n', '\\n') });

async function lifeOf(count: number, { known = false, logsPem = false } = {}) {
  const { clock, container, measure } = await createWorld();
  const world = container();
  const accessRecord = (n: number) => (logsPem ? accessOf(n) : accessEvent({ n }));
  if (known) {
    await ingest(executionBatch([denialAsOneEvent({ n: 900 })]), world);
    await ingest(accessBatch([accessRecord(900)]), world);
  }
  const numbers = Array.from({ length: count }, (_, n) => n);
  const denials = executionBatch(numbers.map((n) => denialAsOneEvent({ n })));
  const accesses = accessBatch(numbers.map(accessRecord));
  const first = await measure(() => ingest(denials, world));
  let groups: readonly GroupKey[] = [];
  const second = await measure(async () => {
    groups = (await ingest(accesses, world)).facts.map(({ group }) => group);
  });
  // Its own window counts less than the floor, so a look at one request pages nobody.
  const look = count === 1 ? await measure(() => alert(groups, world)) : null;
  clock.time += (config.graceMinutes + 1) * 60_000;
  const settled = await measure(() => settleDue(world));
  return {
    ingest: [
      ['execution log: denials put into cells, left waiting', first],
      ['access log: joined, grouped, counted', second],
    ],
    sweep: [
      ...(look === null ? [] : [['a look at the group that pages nobody', look] as const]),
      [`the sweep after the grace${known ? ', two lists' : ''}`, settled],
    ],
  } satisfies Life;
}

print('A refused request alone, the first of its issuer that day', 1, await lifeOf(1));
print('The same, and its certificate is logged and new', 1, await lifeOf(1, { logsPem: true }));
print(
  'A refused request alone, issuer and certificate known to the container',
  1,
  await lifeOf(1, { known: true, logsPem: true }),
);
print('Batches of 100 of one group', 100, await lifeOf(100, { logsPem: true }));
await dynamo.stop();
