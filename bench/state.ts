/**
 * `npm run bench -- state`: what a refused request costs in DynamoDB, and how long a batch takes when the table is near or
 * far. Writes the costs into `cli/cost/measured.json`, from which `mtls-watch cost` works.
 */

import { setTimeout as wait } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { limits } from '../shared/base/limits.js';
import type { LogEvent } from '../shared/model/index.js';
import { createTestTable, startDynalite } from '../test/support/local-table.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch, T0 } from '../test/support/logs.js';
import { type Cost, handle, idleSweep, type Life, lifeOf, stir, worldOn } from '../test/support/state-cost.js';
import { logBytes } from './support/log-bytes.js';
import { remember } from './support/measured.js';
import { heading, isQuick, median, paragraph, rows } from './support/section.js';

const dynamo = await startDynalite();

heading(
  'State',
  'Requests to DynamoDB, capacity units and round trips that follow one another, counted on the real adapter. Issuer and certificate are known to the container that handles the request, to the table only, or to neither.',
);
const lone = await lifeOf(dynamo, 1);
const knownToTable = await lifeOf(dynamo, 1, { known: 'table' });
const batch = await lifeOf(dynamo, 100);
const lives: readonly (readonly [string, number, Life])[] = [
  ['alone, issuer and certificate new', 1, lone],
  ['alone, issuer new, no certificate logged', 1, await lifeOf(dynamo, 1, { logsPem: false })],
  ['alone, both known to the table', 1, knownToTable],
  ['alone, both known to the container', 1, await lifeOf(dynamo, 1, { known: 'container' })],
  ['100 of one group in a batch, all new', 100, batch],
  ['100 of 100 groups in a batch, all new', 100, await lifeOf(dynamo, 100, { issuers: 100 })],
  ['2,000 of 100 groups in a batch of a storm, all new', 2_000, await lifeOf(dynamo, 2_000, { issuers: 100 })],
];
const trips = ({ roundTrips }: Cost): string => String(roundTrips);
const per = (count: number, ...costs: readonly Cost[]): string =>
  (costs.reduce((sum, { writeUnits }) => sum + writeUnits, 0) / count).toFixed(count === 1 ? 0 : 2);
rows(
  ['refused requests', 'write units each', 'with the sweep', 'trips of denials', 'trips of records', 'read units each'],
  lives.map(([name, count, { denials, records, settled }]) => [
    name,
    per(count, denials, records),
    per(count, denials, records, settled),
    trips(denials),
    trips(records),
    ((denials.readUnits + records.readUnits + settled.readUnits) / count).toFixed(1),
  ]),
);
const idle = await idleSweep(dynamo);
paragraph(
  `Closing the hour of a group costs ${batch.closed.writeUnits} write units, a sweep that finds nothing ${idle.readUnits} read units in ${idle.roundTrips} steps.`,
);

/** Milliseconds for one batch, with a delay added to every answer of the table. */
async function timeOf(latencyMs: number, groups: number, requests: number): Promise<number> {
  const client = dynamo.connect();
  const table = await createTestTable(dynamo.client);
  const delay = { ms: 0 };
  holdBack(client, delay);
  const clock = { now: () => T0 + 60_000 };
  const world = worldOn(client, table, clock);
  if (requests > limits.calmHalvesMax) await stir(world);
  const of = (n: number) => ({ n, issuerDn: `C=US,O=Partner ${n % groups},CN=Issuing CA` });
  const numbers = Array.from({ length: requests }, (_, n) => n);
  const denials: LogEvent[] = numbers.map((n) => denialAsOneEvent(of(n)));
  await handle(executionBatch(denials), world);
  delay.ms = latencyMs;
  const start = performance.now();
  await handle(accessBatch(numbers.map((n) => accessEvent(of(n)))), world);
  const took = performance.now() - start;
  client.destroy();
  return took;
}

function holdBack(client: DynamoDBClient, delay: { readonly ms: number }): void {
  let free = limits.storeSocketsMax;
  const queue: (() => void)[] = [];
  client.middlewareStack.add(
    (next) => async (args) => {
      if (free > 0) free--;
      else await new Promise<void>((go) => queue.push(go));
      try {
        const answer = await next(args);
        if (delay.ms > 0) await wait(delay.ms);
        return answer;
      } finally {
        const go = queue.shift();
        if (go === undefined) free++;
        else go();
      }
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
}

const LATENCIES = [0, 1, 5, 20] as const;
const FAR = 20;
const ROUNDS = isQuick ? 1 : 5;
const cases = [
  ...[1, 10, 100].map((groups) => ({ name: `calm: 100 requests, ${groups} group(s)`, groups, requests: 100 })),
  ...[1, 10, 100].map((groups) => ({ name: `storm: 2,000 requests, ${groups} group(s)`, groups, requests: 2_000 })),
];
const timings: string[][] = [];
for (const { name, groups, requests } of isQuick ? cases.slice(0, 1) : cases) {
  const times = new Map<number, number[]>(LATENCIES.map((latency) => [latency, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const latency of LATENCIES) times.get(latency)?.push(await timeOf(latency, groups, requests));
  }
  const of = (latency: number): number => median(times.get(latency) ?? []);
  const steps = (of(FAR) - of(0)) / FAR;
  timings.push([name, ...LATENCIES.map((latency) => `${of(latency).toFixed(0)} ms`), steps.toFixed(1)]);
}
paragraph(
  `Time of one batch of access records that completes refused requests, with every answer of a local table held back; medians of ${ROUNDS}. The table itself works in the same process. The last column is what 20 ms add, divided by 20 ms: how many answers are waited for one after the other.`,
);
rows(['batch', ...LATENCIES.map((latency) => `+${latency} ms`), 'steps'], timings);

const units = (...costs: readonly Cost[]) => ({
  writeUnits: costs.reduce((sum, { writeUnits }) => sum + writeUnits, 0),
  readUnits: costs.reduce((sum, { readUnits }) => sum + readUnits, 0),
});
remember({
  failureAlone: units(knownToTable.denials, knownToTable.records, knownToTable.settled),
  hundredInABatch: units(batch.denials, batch.records, batch.settled),
  groupHour: units(batch.closed),
  idleSweep: units(idle),
  byteDays: { failureAlone: Math.round(lone.byteDays), hundredInABatch: Math.round(batch.byteDays) },
  logBytes: await logBytes(dynamo),
});
await dynamo.stop();
