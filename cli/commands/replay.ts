/**
 * `mtls-watch replay INPUT…`: puts recorded logs through the pipeline on embedded stores and shows what it would have
 * counted and said. Two passes: first everything is read and counted, in whatever order it comes; then the minutes are
 * played one after the other and the detector looks at each, as the functions would have done at the time.
 */

import { Command } from 'commander';
import { withFormat } from '../inputs/format.js';
import { withLive } from '../inputs/live/options.js';
import { readAhead, withWorkers } from '../inputs/read-ahead.js';
import type { ReplayOptions } from '../replay/run.js';
import { configOption, withLanguage, withStackSettings } from '../terminal/options.js';

export function replayCommand(): Command {
  const command = new Command('replay')
    .argument('[input...]', 'a file, a folder, s3://bucket/prefix, or - for standard input')
    .addOption(configOption('settings as JSON; see docs/configuration.md'))
    .option('--truststore <file>', 'the CA bundle of the domains: alerts say why a certificate is refused')
    .option('--json', 'one JSON object a line: notices, then one summary')
    .option('--report <dir>', 'write the report of the last seven days of the logs there: a page, JSON and CSV');
  withLanguage(command);
  return withStackSettings(withLive(withFormat(withWorkers(command)))).action(
    async (inputs: string[], options: ReplayOptions) => {
      // The files are unpacked while the rest of the code is loaded.
      const reading = await readAhead(inputs, options);
      try {
        const { runReplay } = await import('../replay/run.js');
        await runReplay(inputs, options, command, reading);
      } finally {
        await reading?.close();
      }
    },
  );
}
