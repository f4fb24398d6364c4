/**
 * `npm run bench -- replay`: what the replay of gzipped logs costs beside inflating them, beside a query written by hand for DuckDB, and,
 * with `--before FOLDER`, beside the build of another checkout. All take turns, each in a process of its own; all must count
 * the same refusals. `--before` also compares the first command that people run, `npm start`. `--megabytes` and `--rounds` make it shorter.
 */

import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { type LogForm, logBlocks } from '../support/log-stream.js';
import { benchOptions, printHeading, printTable, printText } from '../support/options.js';
import { median } from '../support/rounds.js';
import { bundled, type Contender, duckdb, type Run, replayed, started, zcat } from './contenders.js';

const {
  before: beforeFolder,
  megabytes,
  rounds,
  ...flags
} = parseArgs({
  options: {
    quick: { type: 'boolean' },
    markdown: { type: 'boolean' },
    long: { type: 'boolean' },
    before: { type: 'string' },
    megabytes: { type: 'string', default: '600' },
    rounds: { type: 'string', default: '3' },
  },
}).values;
const options = benchOptions(Object.entries(flags).flatMap(([name, isSet]) => (isSet ? [`--${name}`] : [])));
const BYTES = options.quick ? 2e6 : Number(megabytes) * 1e6;
const ROUNDS = options.quick ? 1 : Number(rounds);
const FORMS: Readonly<Record<LogForm, string>> = { json: 'JSON lines', export: 'S3 export' };
const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-bench-'));

interface Logs {
  readonly files: readonly string[];
  readonly failures: number;
}

/** Writes so many files, one after the other in time. */
async function write(form: LogForm, refusedOneIn: number, fileCount: number): Promise<Logs> {
  const blocks = logBlocks(form, refusedOneIn);
  const files: string[] = [];
  let failures = 0;
  const text = function* () {
    for (let bytes = 0; bytes < BYTES / fileCount; ) {
      const block = blocks.next().value;
      bytes += block.text.length;
      failures += block.failures;
      yield block.text;
    }
  };
  for (let n = 0; n < fileCount; n++) {
    const file = join(folder, `${form}-${refusedOneIn}-${fileCount}-${n}.gz`);
    await pipeline(Readable.from(text()), createGzip(), createWriteStream(file));
    files.push(file);
  }
  return { files, failures };
}

/** Runs all in turns, each round beginning with another one. */
async function inTurns(contenders: readonly Contender[], failures: number | null) {
  const runs = new Map(contenders.map(({ name }) => [name, [] as Run[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const { name, run } = contenders[(round + turn) % contenders.length] as Contender;
      const made = await run();
      if (failures !== null && made.failures !== null && made.failures !== failures) {
        throw new Error(`${name} counted ${made.failures} refusals of ${failures}`);
      }
      runs.get(name)?.push(made);
    }
  }
  return (name: string, of: 'wall' | 'processor' | 'peakMb') =>
    median((runs.get(name) ?? []).map((run) => run[of] ?? Number.NaN));
}

const seconds = (value: number) => (Number.isNaN(value) ? '' : value.toFixed(value < 10 ? 2 : 1));
const ratio = (value: number) => (Number.isNaN(value) ? '' : `${value.toFixed(2)}×`);

async function compare(form: LogForm, refusedOneIn: number, fileCount: number, before: string | null) {
  const { files, failures } = await write(form, refusedOneIn, fileCount);
  const contenders = [
    zcat(files),
    duckdb(form, files),
    ...(before === null ? [] : [replayed('before', before, files)]),
    replayed('replay', ours, files),
  ];
  const of = await inTurns(contenders, failures);
  const megabytes = files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6;
  for (const file of files) rmSync(file);
  const what = `${FORMS[form]}, 1 in ${refusedOneIn}, ${fileCount === 1 ? 'one file' : `${fileCount} files`}, ${megabytes.toFixed(0)} MB`;
  return contenders.map(({ name }, index) => [
    index === 0 ? what : '',
    name,
    seconds(of(name, 'wall')),
    seconds(of(name, 'processor')),
    Number.isNaN(of(name, 'peakMb')) ? '' : of(name, 'peakMb').toFixed(0),
    ratio(of(name, 'wall') / of('replay', 'wall')),
    ratio(of(name, 'processor') / of('replay', 'processor')),
  ]);
}

const ours = await bundled('.');
printHeading('Replay', 2, options);
try {
  const before = beforeFolder === undefined ? null : await bundled(beforeFolder);
  const head = ['Gzipped logs', 'What', 'Wall, s', 'Processor, s', 'Peak, MB', 'Wall by ours', 'Processor by ours'];
  const rows: string[][] = [];
  for (const refusedOneIn of [100, 2]) {
    for (const form of ['json', 'export'] as const) {
      for (const fileCount of [1, 8]) rows.push(...(await compare(form, refusedOneIn, fileCount, before)));
    }
  }
  printTable({ head, rows, texts: [0, 1] }, options);
  const size = options.quick ? 'Some megabytes' : `${BYTES / 1e6} MB unpacked`;
  printText(
    `${size}, medians of ${ROUNDS} rounds in turns, each in a process of its own, start-up included. DuckDB runs the query in \`bench/replay/duckdb.mjs\`: ` +
      'it reads the events, takes the reason by a regular expression, joins by request id and groups; it detects nothing.',
    options,
  );
  if (beforeFolder !== undefined) {
    const starts = [started('before', beforeFolder), started('now', '.')];
    const of = await inTurns(starts, null);
    const startRows = starts.map(({ name }) => [name, seconds(of(name, 'wall')), seconds(of(name, 'processor'))]);
    printTable({ head: ['`npm start`', 'Wall, s', 'Processor, s'], rows: startRows, texts: [0] }, options);
  }
} finally {
  rmSync(folder, { recursive: true });
}
