/**
 * `npm run bench -- replay`: events per second from disk for gzipped logs, as S3 exports and as JSON lines, and how much of the time
 * goes into decompression.
 */

import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { replay } from '../cli/replay/replay.js';
import { parseConfig } from '../shared/config/settings.js';
import { type LogForm, logBlocks } from './support/log-stream.js';
import { benchOptions, printHeading, printTable, printText, rounded } from './support/options.js';
import { median } from './support/rounds.js';

const options = benchOptions();
const BYTES = options.quick ? 3e6 : 3e8;
const ROUNDS = options.quick ? 1 : 5;
const FORMS: Readonly<Record<LogForm, string>> = {
  export: 'S3 export, an ISO time in front of each line',
  json: 'JSON lines with log group, stream, id and timestamp',
};
const config = parseConfig({ runbooks: { baseUrl: 'https://wiki.example.com/mtls' } }, 'the benchmark');
const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-bench-'));

async function write(form: LogForm) {
  const file = join(folder, `${form}.gz`);
  const made = { file, bytes: 0, events: 0, failures: 0 };
  const text = function* () {
    for (const block of logBlocks(form)) {
      yield block.text;
      made.bytes += block.text.length;
      made.events += block.events;
      made.failures += block.failures;
      if (made.bytes >= BYTES) return;
    }
  };
  await pipeline(Readable.from(text()), createGzip(), createWriteStream(file));
  return made;
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

async function measure(form: LogForm): Promise<string[]> {
  const { file, bytes, events, failures } = await write(form);
  const replays: number[] = [];
  const shares: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const whole = await secondsOf(async () => {
      const { summary } = await replay([file], config);
      if (summary.events !== events || summary.failures !== failures) {
        throw new Error(
          `counted ${summary.events} events, ${summary.failures} failures; there are ${events}, ${failures}`,
        );
      }
    });
    const gunzip = await secondsOf(async () => {
      for await (const _ of createReadStream(file).pipe(createGunzip({ chunkSize: 64 * 1024 })));
    });
    replays.push(whole);
    shares.push(gunzip / whole);
  }
  const seconds = median(replays);
  return [
    FORMS[form],
    events.toLocaleString('en'),
    failures.toLocaleString('en'),
    (statSync(file).size / 1e6).toFixed(1),
    (bytes / 1e6).toFixed(0),
    rounded(events / seconds),
    rounded(bytes / 1e6 / seconds),
    `${(median(shares) * 100).toFixed(0)} %`,
  ];
}

printHeading('Replay', 2, options);
try {
  const head = [
    'Gzipped logs',
    'Events',
    'Failures',
    'On disk, MB',
    'Unpacked, MB',
    'Events/s',
    'MB/s',
    'Gunzip alone',
  ];
  const rows = [await measure('export'), await measure('json')];
  printTable({ head, rows, texts: [0] }, options);
  printText(
    '200 clients, one request in a hundred refused, both logs in one file. "Gunzip alone" is the time to inflate the same file ' +
      'and do nothing else, as a share of the replay; zlib works on another thread meanwhile.',
    options,
  );
} finally {
  rmSync(folder, { recursive: true });
}
