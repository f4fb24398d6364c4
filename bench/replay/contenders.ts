/** What takes part in the benchmark of `replay`, each as a process whose time and memory are measured. */

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { LogForm } from '../support/log-stream.js';

export interface Run {
  /** Seconds. */
  readonly wall: number;
  readonly processor: number;
  /** Null where it is not measured. */
  readonly peakMb: number | null;
  /** Null where nothing is counted. */
  readonly failures: number | null;
}

export interface Contender {
  readonly name: string;
  readonly run: () => Promise<Run>;
}

const REQUIRE =
  "import { createRequire as requireOfThisFile } from 'node:module'; const require = requireOfThisFile(import.meta.url);";

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const PEAK = pathToFileURL(here('print-peak.mjs')).href;

/**
 * Bundles the command line of a checkout, whose modules are installed, as its package ships it.
 * @returns the file to run
 */
export async function bundled(folder: string): Promise<string> {
  const root = resolve(folder);
  const outdir = join(root, 'node_modules', '.cache', 'bench-replay');
  rmSync(outdir, { recursive: true, force: true });
  const own = join(root, 'cli', 'bundle.mjs');
  if (existsSync(own)) await promisify(execFile)(process.execPath, [own, outdir]);
  else await bundledAsLater(root, outdir);
  // Without it Node looks into each file to find out what it is.
  writeFileSync(join(outdir, 'package.json'), '{"type":"module"}');
  return join(outdir, 'main.js');
}

/** Older checkouts do not bundle themselves; without it each of their files would be loaded by itself. */
async function bundledAsLater(root: string, outdir: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: { main: join(root, 'cli', 'main.ts') },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    charset: 'utf8',
    minify: true,
    mainFields: ['module', 'main'],
    external: ['bowser'],
    banner: { js: REQUIRE },
    logLevel: 'error',
  });
}

export function zcat(files: readonly string[]): Contender {
  const run = async () => measured(['zcat', ...files], { cwd: '.', failuresIn: () => null, isRead: false });
  return { name: 'zcat', run };
}

export function replayed(name: string, main: string, files: readonly string[]): Contender {
  const command = [process.execPath, '--import', PEAK, main, 'replay', ...files, '--json'];
  const failuresIn = (out: string): number => JSON.parse(out.trimEnd().split('\n').at(-1) ?? '').failures;
  return { name, run: async () => measured(command, { cwd: '.', failuresIn }) };
}

export function duckdb(form: LogForm, files: readonly string[]): Contender {
  const command = [process.execPath, '--import', PEAK, here('duckdb.mjs'), form, ...files];
  return { name: 'DuckDB', run: async () => measured(command, { cwd: '.', failuresIn: Number }) };
}

/** `npm start` in a checkout. */
export function started(name: string, folder: string): Contender {
  return { name, run: async () => measured(['npm', 'run', '-s', 'start'], { cwd: folder, failuresIn: () => null }) };
}

interface Measuring {
  readonly cwd: string;
  readonly failuresIn: (out: string) => number | null;
  /** False where the output is as large as the input. */
  readonly isRead?: boolean;
}

/** Node does not tell what a child process took, bash does. */
async function measured(command: readonly string[], { cwd, failuresIn, isRead = true }: Measuring): Promise<Run> {
  const script = `TIMEFORMAT='time %R %U %S'; time "$@"${isRead ? '' : ' >/dev/null'}`;
  const child = spawn('bash', ['-c', script, 'bash', ...command], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, told, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  const [, wall, user, system] = /^time ([\d.]+) ([\d.]+) ([\d.]+)$/m.exec(told) ?? [];
  if (code !== 0 || wall === undefined) throw new Error(`${command.join(' ')} ended with ${code}: ${told}`);
  const peak = /^peak (\d+) KiB$/m.exec(told)?.[1];
  return {
    wall: Number(wall),
    processor: Number(user) + Number(system),
    peakMb: peak === undefined ? null : (Number(peak) * 1024) / 1e6,
    failures: failuresIn(out),
  };
}
