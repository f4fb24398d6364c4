/**
 * What the real pipeline asks of DynamoDB, on the real adapter against a table in this process: requests, capacity units
 * and round trips that follow one another. Capacity is what the table reports, by item size.
 */

import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import { bytesIn } from '../../shared/adapters/dynamodb/items.js';
import { limits } from '../../shared/base/limits.js';
import { minuteOf } from '../../shared/base/time.js';
import { parseConfig } from '../../shared/config/settings.js';
import { dirtyHours, rollUpHours } from '../../shared/count/record.js';
import { settleExpired } from '../../shared/count/settle.js';
import type { LogBatch, LogEvent } from '../../shared/model/index.js';
import { alert, ingest, sweep } from '../../shared/pipeline.js';
import type { World } from '../../shared/ports/index.js';
import { ca, leaf } from './certificates.js';
import { countingClient } from './counting-client.js';
import { createTestTable, type LocalDynamo } from './local-table.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch, T0 } from './logs.js';
import { noTruststores } from './world.js';

export interface Cost {
  readonly requests: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  /** The longest chain of requests that wait for one another, waves beyond the number of sockets included. */
  readonly roundTrips: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Nobody is paged: the floor is out of reach. */
export const calmConfig = parseConfig(
  { runbooks: { baseUrl: 'https://wiki.example.com/mtls' }, detection: { floor: 1_000_000 } },
  'the benchmark',
);

const GRACE = (calmConfig.graceMinutes + 1) * MINUTE;

/** A table of its own, the clock of all its containers, and a meter on what they ask. */
export async function createCosting(dynamo: LocalDynamo) {
  const table = await createTestTable(dynamo.client);
  const client = dynamo.connect();
  const usage = countingClient(client);
  const trips = countTrips(client);
  const clock = { time: T0 + MINUTE, now: () => clock.time };
  const container = (): World => worldOn(client, table, clock);
  const costOf = async (work: () => Promise<unknown>): Promise<Cost> => {
    const before = { ...usage, trips: trips.count };
    await work();
    return {
      requests: usage.requests - before.requests,
      writeUnits: usage.writeUnits - before.writeUnits,
      readUnits: usage.readUnits - before.readUnits,
      roundTrips: trips.count - before.trips,
    };
  };
  return { table, clock, container, costOf };
}

export function worldOn(client: DynamoDBClient, table: string, clock: World['clock']): World {
  return {
    config: calmConfig,
    clock,
    publisher: { publish: async () => {} },
    truststores: noTruststores,
    stores: createDynamoStores(client, table, clock),
  };
}

/** What the ingest function does with a delivery. */
export function handle(batch: LogBatch, world: World): Promise<unknown> {
  return ingest(batch, world, (groups, written) => alert(groups, world, written));
}

/**
 * Sends requests in lockstep: what was asked while others were under way waits until all of those are answered, and no
 * more are under way than the client has sockets.
 */
function countTrips(client: DynamoDBClient) {
  const trips = { count: 0 };
  let underWay = 0;
  let waiting: (() => void)[] = [];
  let events = 0;
  const step = async () => {
    // Time for everything that the last answer or request set off to arrive here.
    const event = ++events;
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    if (event !== events || underWay > 0 || waiting.length === 0) return;
    const released = waiting.slice(0, limits.storeSocketsMax);
    waiting = waiting.slice(limits.storeSocketsMax);
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

const issuer = ca({ subject: 'C=US,O=Acme Payments International,CN=Acme Issuing CA 3', key: 'rsa-a' });
const client = leaf({
  subject: 'C=US,O=Acme Payments International,OU=Integrations,CN=settlement-gateway-prod-eu-central-1',
  key: 'rsa-b',
  issuer,
});

/** As the recommended access-log format writes a request whose certificate is logged. */
function recordOf(n: number, logsPem: boolean, at?: number): LogEvent {
  return accessEvent(
    { n, ...(at !== undefined && { at }) },
    logsPem ? { 'identity.clientCert.clientCertPem': client.pem } : {},
  );
}

/** One request after another of so many issuers, without certificates. */
function recordOfIssuer(n: number, issuers: number, at: number): LogEvent {
  return accessEvent({ n, at, issuerDn: `C=US,O=Partner ${n % issuers},CN=Issuing CA` });
}

/** A storm that is under way: so many halves of each kind came in the minute before this one, of which the events are. */
export async function stir({ stores, clock }: World): Promise<void> {
  for (const kind of ['denial', 'access'] as const)
    await stores.storm.addLoad(minuteOf(clock.now() - MINUTE), kind, 50_000);
}

export interface Life {
  /** Execution log: denials put into cells, left waiting. */
  readonly denials: Cost;
  /** Access log: joined, grouped, counted, looked at. */
  readonly records: Cost;
  /** The sweep after the grace. */
  readonly settled: Cost;
  /** What a sweep that finds the hour over does more than one that finds nothing. */
  readonly closed: Cost;
  /** What the items of these requests weigh, times the days that they stay; an earlier request's left out. */
  readonly byteDays: number;
}

/**
 * Requests of one group, from their denials to the end of the hour.
 * @param known to whom issuer and certificate are known from an earlier request of the day
 * @param issuers when given, the requests are of so many groups instead
 */
export async function lifeOf(
  dynamo: LocalDynamo,
  count: number,
  { known = 'nobody' as 'nobody' | 'container' | 'table', logsPem = true, issuers = 0 } = {},
): Promise<Life> {
  const { table, clock, container, costOf } = await createCosting(dynamo);
  const first = container();
  if (count > limits.calmHalvesMax) await stir(first);
  if (known !== 'nobody') {
    await handle(executionBatch([denialAsOneEvent({ n: 900 })]), first);
    await handle(accessBatch([recordOf(900, logsPem)]), first);
    clock.time += GRACE;
    await settleExpired(first);
  }
  const world = known === 'table' ? container() : first;
  const before = await byteDaysIn(table, dynamo.client);
  const numbers = Array.from({ length: count }, (_, n) => n);
  // A minute old, as when it is delivered: what comes late costs a question more.
  const at = clock.time - MINUTE;
  const denials = await costOf(() => handle(executionBatch(numbers.map((n) => denialAsOneEvent({ n, at }))), world));
  const record = (n: number) => (issuers > 0 ? recordOfIssuer(n, issuers, at) : recordOf(n, logsPem, at));
  const records = await costOf(() => handle(accessBatch(numbers.map(record)), world));
  clock.time += GRACE;
  const settled = await costOf(() => settleExpired(world));
  const byteDays = (await byteDaysIn(table, dynamo.client)) - before;
  clock.time += 2 * HOUR;
  const open = await dirtyHours(world);
  const closed = await costOf(() => rollUpHours(world, open));
  return { denials, records, settled, closed, byteDays };
}

async function byteDaysIn(table: string, dynamo: DynamoDBClient): Promise<number> {
  const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: table }));
  return Items.reduce((sum, { expected: _, ...item }) => {
    // What is expected is struck off within hours.
    return sum + (bytesIn(item) * (Number(item.ttl?.N) - T0 / 1000)) / 86_400;
  }, 0);
}

/** A sweep of a table in which nothing happened. */
export async function idleSweep(dynamo: LocalDynamo): Promise<Cost> {
  const { container, costOf } = await createCosting(dynamo);
  const world = container();
  return costOf(() => sweep(world));
}
