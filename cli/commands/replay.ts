/**
 * `mtls-watch replay INPUT…`: puts recorded logs through the pipeline on embedded stores and shows what it would have
 * counted and said. Two passes: first everything is read and counted, in whatever order it comes; then the minutes are
 * played one after the other and the detector looks at each, as the functions would have done at the time.
 */

import { Command } from 'commander';
import { messagesIn } from '../../shared/messages/index.js';
import { type FormatOption, readFormat, withFormat } from '../inputs/format.js';
import type { LiveOptions } from '../inputs/live/find.js';
import { liveOf, withLive } from '../inputs/live/options.js';
import { settingsOfStack, withStackSettings } from '../inputs/settings.js';
import { readReplayConfig, withOneFormat } from '../replay/config.js';
import { mostTelling, printReplay, wasJudged } from '../replay/output.js';
import { writeRefusedClient } from '../replay/refused-client.js';
import { replay } from '../replay/replay.js';
import { note, warning } from '../terminal/notes.js';
import { configOption, languageOption, withLanguage } from '../terminal/options.js';

interface Options extends LiveOptions, FormatOption {
  readonly config?: string;
  readonly stack?: string;
  readonly truststore?: string;
  readonly json?: boolean;
  readonly report?: string;
  readonly lang?: string;
}

export function replayCommand(): Command {
  const command = new Command('replay')
    .argument('[input...]', 'a file, a folder, s3://bucket/prefix, or - for standard input')
    .addOption(configOption('settings as JSON; see docs/configuration.md'))
    .option('--truststore <file>', 'the CA bundle of the domains: alerts say why a certificate is refused')
    .option('--json', 'one JSON object a line: notices, then one summary')
    .option('--report <dir>', 'write the report of the last seven days of the logs there: a page, JSON and CSV');
  withLanguage(command);
  withStackSettings(withLive(withFormat(command))).action(async (inputs: string[], options: Options) => {
    const deployed = await settingsOfStack(options, command);
    const settings = withOneFormat(
      deployed ?? (await readReplayConfig(options.config)),
      await readFormat(options.format),
    );
    const config = { ...settings, language: languageOption(options.lang, settings.language) };
    // The charts of a report are loaded only where one is asked for.
    const reports = options.report === undefined ? null : await import('../replay/report.js');
    if (options.report !== undefined) await reports?.prepareFolder(options.report);
    const live = await liveOf({ ...options, accessLogFormats: config.accessLogFormats }, 'refusals', note);
    const scene = reports?.reportCollector(config.accessLogFormats);
    const replayed = await replay(inputs, config, options.truststore ?? deployed?.truststores, scene, live);
    const written =
      options.report === undefined
        ? null
        : ((await scene?.write(replayed, options.report, options.truststore)) ?? null);
    const worst = mostTelling(replayed.notices);
    const client =
      worst === null || options.report === undefined
        ? null
        : await writeRefusedClient(worst, replayed.world.stores.certificates, options.report);
    for (const { file, detail } of replayed.problems) warning(`${file}: ${detail}`);
    replayed.truststoreErrors.forEach(warning);
    if (options.json) {
      for (const notice of replayed.notices) process.stdout.write(`${JSON.stringify(notice)}\n`);
      process.stdout.write(`${JSON.stringify(replayed.summary)}\n`);
    } else {
      printReplay(replayed, messagesIn[config.language], process.stdout, written, {
        ...options,
        inputs,
        client,
        language: config.language,
      });
    }
    // A result without any input is not a success.
    if (!wasJudged(replayed.summary)) process.exitCode = 2;
  });
  return command;
}
