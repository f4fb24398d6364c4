/**
 * The command line on a real pseudo-terminal of four widths, made by `script` of util-linux: every verb that needs no AWS
 * account. Nothing is wider than the terminal, no word is broken, names keep their CN; in a pipe names are whole.
 */

import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import columns from 'string-width';
import { beforeAll, describe, expect, it } from 'vitest';
import { verbNames } from '../../cli/verbs.js';

const WIDTHS = [60, 80, 120, 200];
const root = join(import.meta.dirname, '../..');
const day = join('sample', 'day');
const truststore = join(day, 'truststore.pem');
const logs = ['partners-execution-morning.jsonl', 'partners-access.payloads.gz', 'portal-connections.ndjson.gz'].map(
  (name) => join(day, 'logs/2026-10-13', name),
);
const at = ['--at', '2026-10-13T09:30:00Z'];
const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-terminal-'));
const series = join(folder, 'series.csv');

const VERBS: Readonly<Record<string, readonly string[]>> = {
  audit: ['audit', truststore, ...at],
  'audit of nothing': ['audit', join(folder, 'there-is-no-such-file-here.pem')],
  diagnose: ['diagnose', '--client', join(day, 'refused-client.pem'), '--truststore', truststore, ...at],
  preflight: [
    ...['preflight', ...logs, '--current', truststore],
    ...['--truststore', join(day, 'truststore-updated.pem'), ...at],
  ],
  expiry: ['expiry', ...logs, '--truststore', truststore, '--within', '5000', ...at],
  replay: ['replay', ...logs, '--config', join(day, 'mtls-watch.json'), '--truststore', truststore],
  'replay in Japanese': ['replay', ...logs, '--truststore', truststore, '--lang', 'ja'],
  report: ['report', logs[2] ?? '', '--out', folder],
  backtest: ['backtest', series],
  cost: ['cost', '--failures-per-month', '10k', '--domains', '3'],
  'cost of nothing': ['cost'],
  'config validate': ['config', 'validate', join(day, 'mtls-watch.json')],
  runbook: ['runbook', 'issuer-rekeyed'],
  'runbook in Japanese': ['runbook', 'issuer-rekeyed', '--lang', 'ja'],
  '--help': ['--help'],
  ...Object.fromEntries(verbNames.map((name) => [`${name} --help`, [name, '--help']])),
  'silence add --help': ['silence', 'add', '--help'],
};

const run = promisify(execFile);
const quoted = (args: readonly string[]): string => args.map((arg) => `'${arg}'`).join(' ');
const env = { ...process.env, NO_COLOR: undefined, CI: undefined, TERM: 'xterm', COLUMNS: undefined };

/** What a person sees: standard output and error together. */
async function onTerminal(args: readonly string[], width: number): Promise<string> {
  const command = `stty cols ${width} rows 50; exec '${process.execPath}' cli/start.mjs ${quoted(args)}`;
  const shown = spawnIn('script', ['-qec', command, '/dev/null']);
  return stripVTControlCharacters(await shown).replaceAll('\r', '');
}

async function inPipe(args: readonly string[]): Promise<string> {
  return spawnIn('sh', ['-c', `'${process.execPath}' cli/start.mjs ${quoted(args)} 2>&1 | cat`]);
}

/** The answer of the verb counts, not its exit code: `audit` says 1 where it finds something. */
async function spawnIn(file: string, args: readonly string[]): Promise<string> {
  const options = { cwd: root, env, maxBuffer: 1e8 };
  try {
    return (await run(file, args, options)).stdout;
  } catch (error) {
    if (typeof (error as { code?: unknown }).code !== 'number') throw error;
    return (error as { stdout: string }).stdout;
  }
}

/** What is pasted stays on one line: commands, addresses and paths. */
const isTyped = (line: string): boolean =>
  /^ *(?:aws|mtls-watch|npm|https?:)/.test(line) || /^(?: {2,4}\S+)?\/\S+$/.test(line);

/** Words that could be broken without need, of lines without names: those may give way. */
const wordsOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => !/=|--|[…:]\S/.test(line))
    .flatMap((line) => line.split(/\s+/).filter((word) => /^\p{Script=Latin}{4,20}[.,]?$/u.test(word)));

beforeAll(() => {
  const { stdout = '' } = spawnSync('script', ['--version'], { encoding: 'utf8' });
  if (!stdout.includes('util-linux')) throw new Error('expected `script` of util-linux, which makes pseudo-terminals');
  const counts = Array.from({ length: 4000 }, (_, n) => `${n > 3900 && n < 3915 ? 90 : n % 5},orders of partners`);
  writeFileSync(series, `count,series\n${counts.join('\n')}\n`);
});

describe.each(Object.entries(VERBS))('%s', (_, args) => {
  it('is whole in a pipe, and fits every terminal', async () => {
    const piped = await inPipe(args);
    expect(piped).not.toMatch(/\n\s+at |node:internal|fault of mtls-watch/);
    expect(stripVTControlCharacters(piped)).toBe(piped);
    expect(piped).not.toMatch(/…,|,…/);
    const names = new Set(piped.match(/CN=[^,\s)]+/g));
    for (const width of WIDTHS) {
      const text = await onTerminal(args, width);
      // What is in a block of code is pasted.
      const prose = text.replace(/^```[^`]*^```$/gm, '');
      const wide = prose.split('\n').filter((line) => columns(line) > width && !isTyped(line));
      expect([width, wide]).toEqual([width, []]);
      const joined = text.replace(/\s+/g, '');
      expect([width, [...names].filter((name) => !joined.includes(name))]).toEqual([width, []]);
      const words = new Set(text.split(/\s+/));
      expect([width, wordsOf(piped).filter((word) => !words.has(word))]).toEqual([width, []]);
    }
  });
});

it('names in a pipe are those of --json, whole', async () => {
  for (const verb of ['audit', 'preflight', 'expiry', 'diagnose']) {
    const args = VERBS[verb] ?? [];
    const [piped, json] = [await inPipe(args), await inPipe([...args, '--json', '--quiet'])];
    const shown = new Set(
      [...json.matchAll(/"subjectDn":"((?:[^"\\]|\\.)+)"/g)].map(([, dn]) => JSON.parse(`"${dn}"`)),
    );
    const isListed = (dn: string): boolean => piped.includes(dn.slice(dn.lastIndexOf('CN=')));
    const listed = [...shown].filter(isListed);
    expect([verb, listed.length > 0]).toEqual([verb, true]);
    const joined = piped.replace(/\s+/g, ' ');
    expect([verb, listed.filter((dn) => !joined.includes(dn))]).toEqual([verb, []]);
  }
});
