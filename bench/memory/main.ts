/**
 * `npm run bench -- memory`: peak resident memory of the bundled ingest function for the largest payloads that Lambda can deliver,
 * each in a process of its own against a table in this one; and of a replay of logs of growing size, which are made while they
 * are read, with few and with many refusals. `--long` goes up to 10 GB.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { once as event } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { constants, createGzip } from 'node:zlib';
import { bundle } from '../../infra/build/bundle.js';
import { commandLimits } from '../../shared/base/command-limits.js';
import { createTestTable, startDynalite } from '../../test/support/local-table.js';
import { logBlocks } from '../support/log-stream.js';
import { benchOptions, printHeading, printTable, printText, rounded } from '../support/options.js';
import { largestPayloads } from './largest.js';

const options = benchOptions();
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const megabytes = (kib: number) => ((kib * 1024) / 1e6).toFixed(0);

/**
 * V8 sizes its heap by the machine it is on. These are the sizes that it gives itself in a function of 1,024 MB: half of the
 * memory for the old generation, 1/128 of that for a half of the young one (`Heap::ConfigureHeap`).
 */
const AS_IN_FUNCTION = ['--max-old-space-size=512', '--max-semi-space-size=4'];

/** The message that a forked process sends before it ends. */
async function answerOf<T>(child: ChildProcess): Promise<T> {
  const answer = event(child, 'message');
  const failed = event(child, 'exit').then(([code]) => {
    throw new Error(`the measured process ended with code ${code}`);
  });
  const [message] = await Promise.race([answer, failed]);
  return message as T;
}

interface Invoked {
  readonly peakKib: number;
  readonly ms: number;
}

async function printLargestPayloads(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-bench-'));
  const dynamo = await startDynalite();
  try {
    const code = pathToFileURL(join(bundle('ingest').folder, 'index.mjs')).href;
    const endpoint = await dynamo.client.config.endpoint?.();
    if (endpoint === undefined) throw new Error('the local table has no endpoint');
    const invoke = async (file: string, execArgv: readonly string[] = AS_IN_FUNCTION): Promise<Invoked> => {
      const env = {
        PATH: process.env.PATH,
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_DYNAMODB: `http://${endpoint.hostname}:${endpoint.port}`,
        MTLS_WATCH_CONFIG: JSON.stringify({ runbooks: { baseUrl: 'https://wiki.example.com/mtls' } }),
        POWERTOOLS_METRICS_NAMESPACE: 'MtlsWatch',
        POWERTOOLS_SERVICE_NAME: 'ingest',
        TABLE_NAME: await createTestTable(dynamo.client),
        TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:alerts',
      };
      const child = fork(here('invoke.mjs'), [code, file], {
        env,
        execArgv: [...execArgv],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      return answerOf<Invoked>(child);
    };
    const idle = await invoke('-');
    const payloads = options.quick ? largestPayloads().slice(2, 3) : largestPayloads();
    const rows: string[][] = [];
    for (const { name, event: payload, events, unpackedBytes } of payloads) {
      const file = join(folder, 'event.json');
      writeFileSync(file, JSON.stringify(payload));
      const { peakKib } = await invoke(file);
      const roomy = options.quick ? null : await invoke(file, []);
      rows.push([
        name,
        events.length.toLocaleString('en'),
        (unpackedBytes / 1e6).toFixed(1),
        megabytes(peakKib),
        roomy === null ? '' : megabytes(roomy.peakKib),
      ]);
    }
    printTable(
      {
        head: ['1 MB of base64', 'Events', 'Unpacked, MB', 'Peak RSS, MB', 'Peak with all of this machine, MB'],
        rows,
        texts: [0],
      },
      options,
    );
    printText(
      `The function loaded and idle: ${megabytes(idle.peakKib)} MB. Node ${process.versions.node} with the heap sizes that V8 ` +
        'takes in a function of 1,024 MB; in the last column with those that it takes on the machine of the benchmark, ' +
        'where it collects garbage later.',
      options,
    );
  } finally {
    await dynamo.stop();
    rmSync(folder, { recursive: true });
  }
}

interface ReplayedInChild {
  readonly peakKib: number;
  readonly seconds: number;
  readonly events: number;
  readonly failures: number;
}

async function replayOf(
  bytesMin: number,
  refusedOneIn: number,
): Promise<ReplayedInChild & { readonly unpackedBytes: number }> {
  const child = fork(here('replay.ts'), [], {
    execArgv: ['--import', 'tsx', ...AS_IN_FUNCTION],
    stdio: ['pipe', 'inherit', 'inherit', 'ipc'],
  });
  let unpackedBytes = 0;
  let [events, failures] = [0, 0];
  const text = function* () {
    for (const block of logBlocks('json', refusedOneIn)) {
      yield block.text;
      unpackedBytes += block.text.length;
      events += block.events;
      failures += block.failures;
      if (unpackedBytes >= bytesMin) return;
    }
  };
  if (child.stdin === null) throw new Error('the measured process has no standard input');
  // If a process ends early, its exit code is reported.
  pipeline(Readable.from(text()), createGzip({ level: constants.Z_BEST_SPEED }), child.stdin, () => {});
  const answer = await answerOf<ReplayedInChild>(child);
  if (answer.events !== events || answer.failures !== failures) {
    throw new Error(
      `the replay counted ${answer.events} events, ${answer.failures} failures; made were ${events}, ${failures}`,
    );
  }
  return { ...answer, unpackedBytes };
}

/** For each id twelve bytes, and at most 3.4 places of four bytes; requests have 1.25 times the rows. */
const TABLES_MB = ((26 * (commandLimits.replayIdsMax + 1.25 * commandLimits.replayCellsMax)) / 1e6).toFixed(0);

async function printReplays(): Promise<void> {
  const sizes = options.quick ? [2e6, 8e6] : options.long ? [1e8, 5e8, 2e9, 1e10] : [1e8, 5e8, 2e9];
  const rows: string[][] = [];
  for (const refusedOneIn of [100, 2]) {
    for (const size of sizes) {
      const { events, failures, unpackedBytes, peakKib, seconds } = await replayOf(size, refusedOneIn);
      const gigabytes = (unpackedBytes / 1e9).toFixed(options.quick ? 3 : 1);
      rows.push([
        `1 in ${refusedOneIn}`,
        gigabytes,
        events.toLocaleString('en'),
        failures.toLocaleString('en'),
        megabytes(peakKib),
        rounded(events / seconds),
      ]);
    }
  }
  printHeading('Replay of gzipped JSON lines from standard input', 3, options);
  const head = ['Refused', 'Unpacked, GB', 'Events', 'Failures', 'Peak RSS, MB', 'Events/s'];
  printTable({ head, rows, texts: [0] }, options);
  printText(
    'With the same heap sizes: a heap that may grow is collected later, so its peak tells more of the machine than of the ' +
      `replay. What is held does not follow the input: event ids and where requests lie whose halves may still meet are remembered ` +
      `in at most ${TABLES_MB} MB; those requests, up to ${commandLimits.replayCellsMax.toLocaleString('en')}, and the counts go through ` +
      'temporary files. What remains is a few kilobytes for each group of domain, issuer and reason, and every notice; with a ' +
      'report, one sum for each group and hour.',
    options,
  );
}

printHeading('Memory', 2, options);
await printLargestPayloads();
await printReplays();
