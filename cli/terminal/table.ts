/** Output, options, tables and wrapped text that the verbs share. */

import columns from 'string-width';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { DAY_MS } from '../../shared/base/time.js';
import type { Finding } from '../../shared/model/index.js';
import { pc } from './colors.js';
import { foldLines, foldMarkdown, layOut, NARROWEST, wrapWords } from './layout.js';

export interface Output {
  readonly write: (text: string) => unknown;
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

/** The columns of the terminal; null in a pipe, where nothing is cut. */
export function terminalWidth(): number | null {
  return process.stdout.isTTY === true ? Math.max(NARROWEST, process.stdout.columns || 80) : null;
}

/** Lines of text that are longer are hard to read, however wide the terminal is. */
const TEXT_MAX = 120;
const TEXT_PIPED = 100;

/** How wide sentences may be. */
function textWidth(): number {
  return Math.min(TEXT_MAX, terminalWidth() ?? TEXT_PIPED);
}

/** Columns separated by spaces, as wide as the terminal; in a pipe every cell is whole. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  return `${layOut(head, rows, { right, width: terminalWidth() }, pc.dim).join('\n')}\n`;
}

/** Text of several lines, such as a mail: words go to the next line where the terminal ends. */
export function folded(text: string): string {
  const width = terminalWidth();
  return width === null ? text : foldLines(text, Math.min(width, TEXT_MAX), width);
}

/** A page of Markdown, such as a runbook. */
export function foldedPage(page: string): string {
  const width = terminalWidth();
  return width === null ? page : foldMarkdown(page, Math.min(width, TEXT_MAX));
}

const COLUMN_LEAST = 20;

/** A name and a value a line, the values below each other. */
export function pairs(lines: readonly (readonly [name: string, value: string])[], nameWidth: number): string {
  const width = terminalWidth();
  const lead = nameWidth + 4;
  return lines
    .map(([name, value]) => {
      const parts = width === null ? [value] : wrapWords(value, Math.max(COLUMN_LEAST, width - lead), true);
      return `  ${name}${' '.repeat(Math.max(0, nameWidth - columns(name)))}  ${parts.join(`\n${' '.repeat(lead)}`)}\n`;
    })
    .join('');
}

const SEVERITY: Readonly<Record<Finding['severity'], (text: string) => string>> = {
  error: pc.red,
  warning: pc.yellow,
  info: pc.cyan,
};

/**
 * One finding: its title, code and place, the evidence, the remedy.
 * @param told the severity, in the language of the texts
 * @param name the title; null where the code is all there is
 */
export function findingText(
  { code, severity, subjectDn, evidence, remedy }: Finding,
  where: string,
  told: string = severity,
  name: string | null = null,
): string {
  const id = name === null ? SEVERITY[severity](pc.bold(code)) : `${SEVERITY[severity](pc.bold(name))} (${code})`;
  const title = `  ${id}  ${pc.dim([told, where].filter((part) => part !== '').join(told === severity ? ', ' : '、'))}`;
  const lines = [
    title,
    ...(subjectDn === null ? [] : wrap(subjectDn, 4)),
    ...evidence.flatMap((one) => wrap(`- ${one}`, 4)),
    ...wrap(remedy, 4).map((line) => pc.bold(line)),
  ];
  return `${lines.join('\n')}\n`;
}

function wrap(text: string, indent: number): string[] {
  const hang = text.startsWith('- ') ? 2 : 0;
  const lines = wrapWords(text, textWidth() - indent - hang, true);
  return lines.map((one, at) => ' '.repeat(indent + (at > 0 ? hang : 0)) + one);
}

/** A sentence below a headline, wrapped into lines. */
export function wrapped(text: string): string {
  return `${wrap(text, 2).join('\n')}\n`;
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
