/** Output, options, tables and wrapped text that the verbs share. */

import Table from 'cli-table3';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { DAY_MS } from '../../shared/base/time.js';
import type { Finding } from '../../shared/model/index.js';
import type { Clock } from '../../shared/ports/index.js';
import { pc } from './colors.js';

export interface Output {
  readonly write: (text: string) => unknown;
}

/**
 * The value of `--at`.
 * @throws MtlsWatchError `usage`
 */
export function timeOption(text: string | undefined, clock: Clock): number {
  if (text === undefined) return clock.now();
  const at = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(at))
    throw new MtlsWatchError(
      'usage',
      `--at got ${text}; expected an ISO time such as 2026-06-15 or 2026-06-15T08:30:00Z`,
    );
  return at;
}

/** `--within` in milliseconds. @throws MtlsWatchError `usage` */
export function daysOption(text: string): number {
  if (!/^\d{1,5}$/.test(text))
    throw new MtlsWatchError('usage', `--within got ${text}; expected a number of days such as 30`);
  return Number(text) * DAY_MS;
}

export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

export function heading(text: string): string {
  return `\n${pc.bold(text)}\n`;
}

/** Columns separated by spaces: readable on a narrow terminal, and easy to process in a pipe. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const none = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
  };
  const made = new Table({
    head: head.map((cell) => pc.dim(cell)),
    colAligns: head.map((_, column) => (right.includes(column) ? 'right' : 'left')),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 1 },
    chars: { ...none, left: '  ', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: ' ' },
  });
  made.push(...rows.map((row) => [...row]));
  const lines = made.toString().split('\n');
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

const SEVERITY: Readonly<Record<Finding['severity'], (text: string) => string>> = {
  error: pc.red,
  warning: pc.yellow,
  info: pc.cyan,
};

/** One finding: its place and code, the evidence, the remedy. */
export function findingText({ code, severity, subjectDn, evidence, remedy }: Finding, where: string): string {
  const title = `  ${SEVERITY[severity](pc.bold(code))}  ${pc.dim([severity, where].filter((part) => part !== '').join(', '))}`;
  const lines = [
    title,
    ...(subjectDn === null ? [] : wrap(subjectDn, 4)),
    ...evidence.flatMap((one) => wrap(`- ${one}`, 4)),
    ...wrap(remedy, 4).map((line) => pc.bold(line)),
  ];
  return `${lines.join('\n')}\n`;
}

const WIDTH = 100;

function wrap(text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > WIDTH - indent) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one, at) => ' '.repeat(indent + (at > 0 && text.startsWith('- ') ? 2 : 0)) + one);
}

/** A sentence below a headline, wrapped into lines. */
export function wrapped(text: string): string {
  return `${wrap(text, 2).join('\n')}\n`;
}

/** Cut for a column; the whole value is in `--json`. */
export function short(text: string, charsMax = 60): string {
  return text.length > charsMax ? `${text.slice(0, charsMax - 1)}…` : text;
}

/** `42%`; `<1%` for small shares above 0. */
export function share(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0%';
  const percent = (100 * part) / whole;
  return percent < 1 ? '<1%' : `${Math.round(percent)}%`;
}

/** Shares in JSON have four decimals, enough for one request in ten thousand. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((10_000 * part) / whole) / 10_000;
}
