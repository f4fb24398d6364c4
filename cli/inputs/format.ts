/** `--format`: the access-log format of the records, as text or as a file that contains it. */

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';

export interface FormatOption {
  readonly format?: string;
}

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
  const template = (option.includes('$context.') ? option : await textOf(option)).trim();
  const { recordFormat } = await import('../../shared/logs/record-format.js');
  if (template.length > limits.accessFormatCharsMax || recordFormat(template) === null) {
    throw new MtlsWatchError(
      'usage',
      `--format got ${template.length} characters without a variable, or too many; expected an access-log format such as $context.requestId $context.status, of at most ${limits.accessFormatCharsMax} characters`,
    );
  }
  return template;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new MtlsWatchError('unreadable-input', `--format: cannot read ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
