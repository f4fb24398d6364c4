/** `--quiet`, on every verb: standard error holds errors alone. The answer, on standard output, stays. */

import type { Command } from 'commander';

/** What writes to standard error when a verb fails, even where it was told to be quiet. */
export const writeError = process.stderr.write.bind(process.stderr);

export function withQuiet(command: Command): Command {
  return command
    .option('-q, --quiet', 'no notes, warnings and progress on standard error')
    .hook('preAction', (_, action) => {
      if (action.opts<{ quiet?: boolean }>().quiet === true) process.stderr.write = () => true;
    });
}
