/** `--quiet`, on every verb: standard error holds errors alone. The answer, on standard output, stays. */

import type { Command } from 'commander';

const write = process.stderr.write.bind(process.stderr);

/** What writes to standard error when a verb fails, even where it was told to be quiet: in the width of the terminal. */
export async function errorWriter(): Promise<(text: string) => void> {
  const { isTTY, columns } = process.stderr;
  if (!isTTY) return write;
  const { foldLines, NARROWEST } = await import('./layout.js');
  return (text) => write(foldLines(text, Math.max(NARROWEST, columns || 80)));
}

export function withQuiet(command: Command): Command {
  return command
    .option('-q, --quiet', 'no notes, warnings and progress on standard error')
    .hook('preAction', (_, action) => {
      if (action.opts<{ quiet?: boolean }>().quiet === true) process.stderr.write = () => true;
    });
}
