/**
 * The command line on a real pseudo-terminal, made by `script` of util-linux, and in a pipe. With the variable `CAPTURES` what a
 * person saw is written to that folder, a file for each verb and width.
 */

import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import columns from 'string-width';
import { expect } from 'vitest';

const WIDTHS = [60, 80, 120, 200];
const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const quoted = (args: readonly string[]): string => args.map((arg) => `'${arg}'`).join(' ');
/** @param before a command in front, such as one that ends the verb after a time */
const cli = (args: readonly string[], before: string): string =>
  `${before} '${process.execPath}' cli/start.mjs ${quoted(args)}`;

// biome-ignore lint/suspicious/noControlCharactersInRegex: what terminals are told
const FIRST_COLUMN = /\u001B\[[01]?G/g;

export function requireScript(): void {
  const { stdout = '' } = spawnSync('script', ['--version'], { encoding: 'utf8' });
  if (!stdout.includes('util-linux')) throw new Error('expected `script` of util-linux, which makes pseudo-terminals');
}

/** What a person sees: standard output and error together. */
async function onTerminal(args: readonly string[], width: number, before: string): Promise<string> {
  const command = `stty cols ${width} rows 50; exec ${cli(args, before)}`;
  const shown = spawnIn('script', ['-qec', command, '/dev/null']);
  // Lines that tell what is being done are written over, from the first column on.
  const lines = (await shown).replaceAll('\r\n', '\n').replace(FIRST_COLUMN, '\r');
  return stripVTControlCharacters(lines).replace(/[^\n]*\r/g, '');
}

export async function inPipe(args: readonly string[], before = ''): Promise<string> {
  return spawnIn('sh', ['-c', `${cli(args, before)} 2>&1 | cat`]);
}

/** The answer of the verb counts, not its exit code: `audit` says 1 where it finds something. */
async function spawnIn(file: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, NO_COLOR: undefined, CI: undefined, TERM: 'xterm', COLUMNS: undefined };
  const options = { cwd: root, env, maxBuffer: 1e8 };
  try {
    return (await run(file, args, options)).stdout;
  } catch (error) {
    if (typeof (error as { code?: unknown }).code !== 'number') throw error;
    return (error as { stdout: string }).stdout;
  }
}

/** What is pasted stays on one line: commands, addresses, ARNs and paths, and lines of JSON. */
const isTyped = (line: string): boolean =>
  /^ *(?:aws|mtls-watch|npm|https?:|(?:[a-z-]+ {2})?[“"(]?(?:arn:aws|s3:)\S*$)/.test(line) ||
  /^(?: {2,4}\S+)?\/\S+$/.test(line) ||
  /^ *["{}[\]]/.test(line);

/** Words that could be broken without need, of lines without names: those may give way. */
const wordsOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => !/=|--|[…:]\S/.test(line))
    .flatMap((line) => line.split(/\s+/).filter((word) => /^\p{Script=Latin}{4,20}[.,]?$/u.test(word)));

/** Whether the word goes on in the next line. What a verb says may change between two calls, so it need not be there at all. */
function isBroken(word: string, text: string): boolean {
  const letters = [...word.replace(/[.,]$/, '')].join('(?:\\s*\\n\\s*)?');
  return (
    text.match(new RegExp(`(?<!\\p{L})${letters}(?!\\p{L})`, 'gu'))?.some((found) => found.includes('\n')) ?? false
  );
}

/** Whole in a pipe; on every terminal no line is wider than it, no word is broken, names keep their CN. @returns the piped text */
export async function expectToFit(name: string, args: readonly string[], before = ''): Promise<string> {
  const piped = await inPipe(args, before);
  capture(name, 'piped', piped);
  expect(piped).not.toMatch(/\n\s+at |node:internal|fault of mtls-watch/);
  expect(stripVTControlCharacters(piped)).toBe(piped);
  expect(piped).not.toMatch(/…,|,…/);
  const names = new Set(piped.match(/CN=[^,\s)]+/g));
  for (const width of WIDTHS) {
    const text = await onTerminal(args, width, before);
    capture(name, String(width), text);
    // What is in a block of code is pasted.
    const prose = text.replace(/^```[^`]*^```$/gm, '');
    const wide = prose.split('\n').filter((line) => columns(line) > width && !isTyped(line));
    expect([width, wide]).toEqual([width, []]);
    const joined = text.replace(/\s+/g, '');
    expect([width, [...names].filter((one) => !joined.includes(one))]).toEqual([width, []]);
    const broken = wordsOf(piped).filter((word) => isBroken(word, text));
    expect([width, broken]).toEqual([width, []]);
  }
  return piped;
}

function capture(name: string, width: string, text: string): void {
  const folder = process.env.CAPTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name.replace(/[^\w-]+/g, '-')}.${width}.txt`), text);
}
