/** A section of `docs/performance.md`, for the benchmarks that take no options besides `--quick` and `--markdown`. */

import { printHeading, printTable, printText } from './options.js';

export { median } from './rounds.js';

export const isQuick = process.argv.includes('--quick');
export const isMarkdown = process.argv.includes('--markdown');
const options = { markdown: isMarkdown };

export function heading(title: string, ...paragraphs: readonly string[]): void {
  printHeading(title, 2, options);
  for (const text of paragraphs) paragraph(text);
}

export function paragraph(text: string): void {
  printText(text, options);
}

/** The first column is text, the others are numbers. */
export function rows(head: readonly string[], body: readonly (readonly (string | number)[])[]): void {
  printTable({ head, rows: body.map((row) => row.map(String)), texts: [0] }, options);
}
