/** What `replay` does once it is known what is asked. */

import type { Command } from 'commander';
import { messagesIn } from '../../shared/messages/index.js';
import { readConfig, settingsOfStack, withOneFormat } from '../deployed/settings.js';
import { type FormatOption, readFormat } from '../inputs/format.js';
import type { LiveOptions } from '../inputs/live/find.js';
import { liveOf } from '../inputs/live/options.js';
import type { Reading, ThreadOptions } from '../inputs/read-ahead.js';
import { note, warning } from '../terminal/notes.js';
import { languageOption } from '../terminal/options.js';
import { mostTelling, printReplay, wasJudged } from './output.js';
import { writeRefusedClient } from './refused-client.js';
import { replay } from './replay.js';

export interface ReplayOptions extends LiveOptions, FormatOption, ThreadOptions {
  readonly config?: string;
  readonly stack?: string;
  readonly truststore?: string;
  readonly json?: boolean;
  readonly report?: string;
  readonly lang?: string;
}

/** @param command tells an option that was typed from a default */
export async function runReplay(
  inputs: readonly string[],
  options: ReplayOptions,
  command: Command,
  reading: Reading | null,
): Promise<void> {
  const deployed = await settingsOfStack(options, command);
  const settings = withOneFormat(deployed ?? (await readConfig(options.config)), await readFormat(options.format));
  const config = { ...settings, language: languageOption(options.lang, settings.language) };
  // The charts of a report are loaded only where one is asked for.
  const reports = options.report === undefined ? null : await import('./report.js');
  if (options.report !== undefined) await reports?.prepareFolder(options.report);
  const live = await liveOf({ ...options, accessLogFormats: config.accessLogFormats }, 'refusals', note);
  const scene = reports?.reportCollector(config.accessLogFormats, live !== null);
  const replayed = await replay(inputs, config, options.truststore ?? deployed?.truststores, scene, live, reading);
  const written =
    options.report === undefined ? null : ((await scene?.write(replayed, options.report, options.truststore)) ?? null);
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
}
