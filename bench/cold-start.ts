/**
 * `npm run bench -- cold-start`: the sizes of the functions' bundles, and the time from the start of a process to its first
 * handled event, beyond that of a handler that does nothing. The bundle is the one that is deployed; it runs in processes
 * of their own, which take turns; the table is in this process and has no network before it. On the Node that runs this
 * and on those that NODE_BINARIES names, separated by colons. `--profile DIR` writes CPU profiles of the processes there.
 */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import { bundle, type FunctionBundle, functionNames } from '../infra/build/bundle.js';
import { createDynamoStores } from '../shared/adapters/dynamodb/index.js';
import { parseConfig } from '../shared/config/settings.js';
import type { LogBatch } from '../shared/model/index.js';
import { ingest } from '../shared/pipeline.js';
import { ca, leaf } from '../test/support/certificates.js';
import { createTestTable, startDynalite } from '../test/support/local-table.js';
import {
  accessBatch,
  accessEvent,
  denialAsOneEvent,
  executionBatch,
  subscriptionEvent,
  subscriptionPayload,
} from '../test/support/logs.js';
import { noTruststores } from '../test/support/world.js';
import { heading, isQuick, median, paragraph, rows } from './support/section.js';

const ROUNDS = isQuick ? 2 : 25;
// All processes write to one table. There is no SNS here, so no notices are sent.
const settings = {
  detection: { floor: 1_000_000 },
  runbooks: { baseUrl: 'https://wiki.example.com/mtls' },
};
const child = fileURLToPath(new URL('support/cold-start-child.mjs', import.meta.url));
const run = promisify(execFile);
const profiles = process.argv.includes('--profile') ? process.argv[process.argv.indexOf('--profile') + 1] : undefined;
const kb = (bytes: number): string => `${(bytes / 1000).toFixed(0)} KB`;

const bundles = new Map(functionNames.map((name) => [name, bundle(name)] as const));
heading('Cold start', 'What a function ships, minified, and what of it is loaded before the first event.');
rows(
  ['function', 'loaded at start', 'all files'],
  [...bundles].map(([name, { bytes }]) => [name, kb(bytes.atStart), kb(bytes.total)]),
);

const dynamo = await startDynalite();
const tableName = await createTestTable(dynamo.client);
const clock = { now: () => Date.now() };
const world = {
  config: parseConfig(settings, 'the benchmark'),
  clock,
  stores: createDynamoStores(dynamo.client, tableName, clock),
  publisher: { publish: async () => {} },
  truststores: noTruststores,
};
const issuer = ca({ subject: 'C=US,O=Acme,CN=Acme Issuing CA', key: 'rsa-a' });
const client = leaf({ subject: 'C=US,O=Acme,OU=Integrations,CN=gateway-1', key: 'rsa-b', issuer });
const pem = { 'identity.clientCert.clientCertPem': client.pem };

/** Each first event is a request that is not in the table yet. */
let n = 0;
const events: Readonly<Record<string, () => Promise<LogBatch>>> = {
  'a denial': async () => executionBatch([denialAsOneEvent({ n: n++, at: clock.now() })]),
  'a record that completes a refused request': async () => {
    const refusal = { n: n++, at: clock.now() };
    await ingest(executionBatch([denialAsOneEvent(refusal)]), world);
    return accessBatch([accessEvent(refusal, pem)]);
  },
};

const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-cold-start-'));
const empty = join(folder, 'empty.mjs');
writeFileSync(empty, 'export const handler = async () => {};\n');
const { port } = new URL(await endpointOf());
const env = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}`,
  MTLS_WATCH_CONFIG: JSON.stringify(settings),
  TABLE_NAME: tableName,
  TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:topic',
  POWERTOOLS_METRICS_NAMESPACE: 'MtlsWatch',
  POWERTOOLS_SERVICE_NAME: 'ingest',
};

async function endpointOf(): Promise<string> {
  const endpoint = await dynamo.client.config.endpoint?.();
  return `http://127.0.0.1:${endpoint?.port}`;
}

const answerSchema = z.object({ loaded: z.number(), answered: z.number(), cpu: z.number() });

async function start(node: string, handler: string, batch: LogBatch) {
  const event = join(folder, 'event.json');
  writeFileSync(event, JSON.stringify(subscriptionEvent(subscriptionPayload(batch))));
  const flags = profiles === undefined || handler === empty ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
  const { stderr } = await run(node, ['--no-warnings', ...flags, child, handler, event], { env });
  return answerSchema.parse(JSON.parse(stderr.trim().split('\n').at(-1) ?? ''));
}

const ms = (value: number): string => `${value.toFixed(0)} ms`;
const nodes = [process.execPath, ...(process.env.NODE_BINARIES?.split(':').filter((path) => path !== '') ?? [])];
const ingestFile = join((bundles.get('ingest') as FunctionBundle).folder, 'index.mjs');
const lines: string[][] = [];
for (const node of nodes) {
  const { stdout: version } = await run(node, ['--version']);
  for (const [name, batchOf] of Object.entries(events)) {
    const beyond: { loaded: number; answered: number; cpu: number; empty: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const batch = await batchOf();
      const ofEmpty = await start(node, empty, batch);
      const ofIngest = await start(node, ingestFile, batch);
      beyond.push({
        loaded: ofIngest.loaded - ofEmpty.loaded,
        answered: ofIngest.answered - ofEmpty.answered,
        cpu: ofIngest.cpu - ofEmpty.cpu,
        empty: ofEmpty.answered,
      });
    }
    const middle = (of: (one: (typeof beyond)[number]) => number): string => ms(median(beyond.map(of)));
    lines.push([
      `${version.trim()}, ${name}`,
      middle((one) => one.empty),
      `+${middle((one) => one.loaded)}`,
      `+${middle((one) => one.answered)}`,
      `+${middle((one) => one.cpu)}`,
    ]);
  }
}
paragraph(
  `From the start of the process to its first answer: a handler that does nothing, and what ingest takes beyond it until it is loaded and until it has answered, and the processor's time for that; medians of ${ROUNDS} processes each, in turns. The table answers in the benchmark's own process.`,
);
rows(['Node, first event', 'empty handler', 'loaded', 'answered', 'processor'], lines);
rmSync(folder, { recursive: true });
await dynamo.stop();
