/**
 * `npm run bench -- throughput`: from a raw payload to grouped failures, against the least that any reader has to do and against
 * parsers that one would write with zod. All take turns in one process; medians and ratios over the rounds.
 */

import { deepStrictEqual } from 'node:assert';
import type { Issued } from '../../test/support/certificates.js';
import { type BenchOptions, benchOptions, printHeading, printTable, printText, rounded } from '../support/options.js';
import {
  accessRecord,
  clientCertificates,
  type Payload,
  payloadOf,
  requests,
  throughputPayloads,
} from '../support/payloads.js';
import { type Effort, interleaved, once } from '../support/rounds.js';
import { floor } from './floor.js';
import { othersOf } from './others.js';
import { type Grouped, ours } from './ours.js';
import { othersForRivals } from './rival-grouping.js';
import { powertools, zodPerEvent, zodRemembering } from './rivals.js';
import { type Stage, stagesOf } from './stages.js';

const options = benchOptions();
const effort: Effort = options.quick ? once : { rounds: 15, sampleMs: 50 };
/** The other parsers take seconds for one run of the largest payloads. */
const effortOf = (count: number): Effort => (count < 10_000 ? effort : { rounds: 5, sampleMs: 0 });
const counts = options.quick ? [100] : [100, 1_000, 10_000];
/** Clients of one payload; all are in the container's cache. */
const CLIENTS = 200;

/** The same facts, whatever their order. */
function sameResult(a: Grouped, b: Grouped, what: string): void {
  const sorted = ({ facts, rejected }: Grouped) => ({
    rejected,
    facts: [...facts].sort((x, y) =>
      JSON.stringify([x.minute, x.group]) < JSON.stringify([y.minute, y.group]) ? -1 : 1,
    ),
  });
  deepStrictEqual(sorted(b), sorted(a), `${what}: the rival ends with another result`);
}

function compare(payload: Payload, count: number, clients: ReturnType<typeof clientCertificates>) {
  const others = othersOf(payload, requests(count), clients);
  const rivalOthers = othersForRivals(others.values());
  const result = ours(payload, others);
  sameResult(result, powertools(payload, rivalOthers), `${payload.name}, Powertools`);
  sameResult(result, zodPerEvent(payload, rivalOthers), `${payload.name}, zod`);
  sameResult(result, zodRemembering(payload, rivalOthers), `${payload.name}, zod with a cache`);
  const timings = interleaved(
    {
      floor: () => floor(payload),
      ours: () => ours(payload, others),
      powertools: () => powertools(payload, rivalOthers),
      zod: () => zodPerEvent(payload, rivalOthers),
      remembering: () => zodRemembering(payload, rivalOthers),
    },
    effortOf(count),
  );
  const failures = result.facts.reduce((sum, fact) => sum + fact.count, 0);
  return { payload, count, failures, others, timings };
}

const share = (value: number) => value.toFixed(2);
const times = (value: number) => `${value.toFixed(1)}×`;
const micros = (ms: number, count: number) => ((ms * 1000) / count).toFixed(2);

function printThroughput(): void {
  const clients = clientCertificates(CLIENTS);
  const compared = counts.flatMap((count) =>
    throughputPayloads(count, clients).map((payload) => compare(payload, count, clients)),
  );
  printTable(
    {
      head: [
        'Payload',
        'Events',
        'Failures',
        'Events/s',
        'µs each',
        'Of the floor',
        'Powertools',
        'zod',
        'zod + cache',
      ],
      rows: compared.map(({ payload, count, failures, timings }) => [
        payload.name,
        count.toLocaleString('en'),
        failures.toLocaleString('en'),
        rounded((count / timings.median('ours')) * 1000),
        micros(timings.median('ours'), count),
        share(timings.ratio('floor', 'ours')),
        times(timings.ratio('powertools', 'ours')),
        times(timings.ratio('zod', 'ours')),
        times(timings.ratio('remembering', 'ours')),
      ]),
      texts: [0],
    },
    options,
  );
  printText(
    'The floor: base64, `gunzipSync`, one `JSON.parse` of the payload and one for each message that begins with a brace; a ' +
      'message that is no JSON costs it the failed attempt. "Of the floor" is its time by ours: above 1 we are quicker. The ' +
      'rivals\' columns are their time by ours; all end with the same facts, which is checked. "zod + cache" is the second ' +
      'rival with certificates remembered by their text, as nobody writes it first.',
    options,
  );
  printStages(compared);
}

/** The time of each stage, for the largest count that fits into Lambda's payload. */
function printStages(compared: readonly ReturnType<typeof compare>[]): void {
  const shown = compared.filter(({ count }) => count === (options.quick ? 100 : 1_000));
  printHeading('Where the time goes, in µs an event', 3, options);
  const rows = shown.map(({ payload, count, others }) => {
    const stages = stagesOf(payload, others);
    const timings = interleaved<Stage>(stages, effort);
    return [payload.name, ...(Object.keys(stages) as Stage[]).map((stage) => micros(timings.median(stage), count))];
  });
  printTable(
    {
      head: [
        'Payload',
        'floor: payload',
        'floor: messages',
        'decode',
        'of it batch id',
        'parse',
        'pair',
        'group, count',
      ],
      rows,
      texts: [0],
    },
    options,
  );
}

/** The time for clients whose certificates are not in the container's cache. */
function printNewClients(): void {
  const perPayload = 100;
  // More than the cache holds, so that every certificate is new each time.
  const clients = clientCertificates(options.quick ? perPayload : 15 * perPayload, 'ec');
  const all = requests(perPayload);
  const payloads = Array.from({ length: clients.length / perPayload }, (_, n) => {
    const events = all.map((request) => accessRecord(request, clients[n * perPayload + request.n] as Issued));
    return payloadOf('', '/aws/apigateway/partners-access', events);
  });
  const others = othersOf(payloads[0] as Payload, all, clients.slice(0, perPayload));
  const rivalOthers = othersForRivals(others.values());
  const next = (run: (payload: Payload) => unknown) => {
    let turn = 0;
    return () => run(payloads[turn++ % payloads.length] as Payload);
  };
  const timings = interleaved(
    {
      floor: next(floor),
      ours: next((payload) => ours(payload, others)),
      zod: next((payload) => zodPerEvent(payload, rivalOthers)),
    },
    { ...effort, sampleMs: 0 },
  );
  printText(
    `Access records of ${perPayload} clients whose certificates the container sees for the first time: ` +
      `${micros(timings.median('ours'), perPayload)} µs each, ${share(timings.ratio('floor', 'ours'))} of the floor, which reads no ` +
      `certificate; the zod rival takes ${times(timings.ratio('zod', 'ours'))} as long.`,
    options,
  );
}

function main({ quick }: BenchOptions): void {
  printHeading('Throughput', 2, options);
  printThroughput();
  printNewClients();
  if (quick) printText('Short form: the results are equal; the times say nothing.', options);
}

main(options);
