/** The settings of a replay. */

import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';
import { type Config, parseConfig } from '../../shared/config/settings.js';

/** @param format the value of `--format`, which then applies to all access logs */
export function withOneFormat(config: Config, format: string | undefined): Config {
  return format === undefined ? config : { ...config, accessLogFormats: { '*': format } };
}

export async function readReplayConfig(file: string | undefined): Promise<Config> {
  if (file === undefined) {
    const config = parseConfig({ runbooks: { baseUrl: 'https://runbooks.invalid' } }, 'the default configuration');
    return { ...config, runbooks: { ...config.runbooks, baseUrl: pathToFileURL('runbooks').href } };
  }
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new MtlsWatchError(
      'unreadable-input',
      `cannot read the configuration ${file}: ${messageOf(error)}; expected JSON`,
      {
        cause: error,
      },
    );
  }
  return parseConfig(value, file);
}
