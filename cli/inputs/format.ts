/** `--format`: the access-log format of the records, as text or as a file that contains it. */

import type { Command } from 'commander';
import { usage } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { readWhole } from './whole-file.js';

export interface FormatOption {
  readonly format?: string;
}

const FORMAT = 'an access-log format such as $context.requestId $context.status';

export function withFormat(command: Command): Command {
  return command.option('--format <file or text>', "the stage's access-log format, with its $context variables");
}

/**
 * @param option a text with variables, or the name of a file with one
 * @returns undefined if there is no option
 * @throws MtlsWatchError `usage`, `unreadable-input`
 */
export async function readFormat(option: string | undefined): Promise<string | undefined> {
  if (option === undefined) return undefined;
  const isText = option.includes('$context.');
  const text = isText ? option : (await readWhole(option, `${FORMAT}, or a file with one`)).toString('utf8');
  const template = text.trim();
  const { recordFormat } = await import('../../shared/logs/record-format.js');
  if (template.length > limits.accessFormatCharsMax || recordFormat(template) === null) {
    throw usage(
      `--format got ${template.length} characters without a variable, or too many; expected ${FORMAT}, of at most ${limits.accessFormatCharsMax} characters`,
    );
  }
  return template;
}
