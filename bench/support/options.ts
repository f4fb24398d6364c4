/**
 * The options of every benchmark: `--quick` checks that it runs and that results are equal, `--markdown` prints its
 * section.
 */

import { parseArgs } from 'node:util';
import { table } from '../../cli/terminal/table.js';

export interface BenchOptions {
  readonly quick: boolean;
  readonly markdown: boolean;
  /** The long form, for benchmarks that take minutes. */
  readonly long: boolean;
}

export function benchOptions(args: readonly string[] = process.argv.slice(2)): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
    },
  });
  return values;
}

export interface BenchTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns of text; all others are numbers and aligned to the right. */
  readonly texts: readonly number[];
}

/** Prints a table for a terminal, or as Markdown. */
export function printTable({ head, rows, texts }: BenchTable, { markdown }: Pick<BenchOptions, 'markdown'>): void {
  const right = head.map((_, column) => column).filter((column) => !texts.includes(column));
  if (!markdown) {
    process.stdout.write(`${table(head, rows, right)}\n`);
    return;
  }
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const rule = head.map((_, column) => (right.includes(column) ? '---:' : '---'));
  process.stdout.write(`\n${[head, rule, ...rows].map(line).join('')}\n`);
}

/** A heading of this benchmark's section, or of a part of it. */
export function printHeading(text: string, level: 2 | 3, { markdown }: Pick<BenchOptions, 'markdown'>): void {
  process.stdout.write(markdown ? `${'#'.repeat(level)} ${text}\n` : `\n${text}\n`);
}

export function printText(text: string, { markdown }: Pick<BenchOptions, 'markdown'>): void {
  process.stdout.write(markdown ? `\n${text}\n` : `${text}\n`);
}

/** `1,234,000`: rounded to three significant digits. */
export function rounded(value: number): string {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 2);
  return (Math.round(value / step) * step).toLocaleString('en');
}
