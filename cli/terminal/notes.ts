/** Notes and warnings: on standard error, in the width of the terminal. */

import { foldLines, NARROWEST } from './layout.js';

export function note(text: string): void {
  const { isTTY, columns } = process.stderr;
  process.stderr.write(isTTY ? foldLines(text, Math.max(NARROWEST, columns || 80)) : text);
}

export function warning(text: string): void {
  note(`warning: ${text}\n`);
}
