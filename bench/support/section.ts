/**
 * How every benchmark prints what it found: a heading, what was measured, a table. `--markdown` gives the section of
 * `docs/performance.md`; `--quick` asks for a short run that shows that the benchmark works, not how fast anything is.
 */

import { table } from '../../cli/table.js';

export const isQuick = process.argv.includes('--quick');
export const isMarkdown = process.argv.includes('--markdown');

export function heading(title: string, ...paragraphs: readonly string[]): void {
  console.log(isMarkdown ? `## ${title}\n` : `\n${title}`);
  for (const text of paragraphs) console.log(isMarkdown ? `${text}\n` : `  ${text}`);
}

export function paragraph(text: string): void {
  console.log(isMarkdown ? `${text}\n` : `  ${text}\n`);
}

/** The first column is text, the others are numbers. */
export function rows(head: readonly string[], body: readonly (readonly (string | number)[])[]): void {
  const cells = body.map((row) => row.map(String));
  if (!isMarkdown) {
    const right = head.flatMap((_, column) => (column === 0 ? [] : [column]));
    console.log(table(head, cells, right));
    return;
  }
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  console.log(`${[head, rule, ...cells].map(line).join('\n')}\n`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
