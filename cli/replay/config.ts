/** The settings of a replay. */

import { pathToFileURL } from 'node:url';
import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';
import { nearKey } from '../../shared/config/near-key.js';
import { type Config, parseConfig } from '../../shared/config/settings.js';
import { settingsIn, type WrittenSettings } from '../../shared/config/written-settings.js';
import { nameOf } from '../inputs/truststores.js';
import { readWhole } from '../inputs/whole-file.js';

/** @param format the value of `--format`, which then applies to all access logs */
export function withOneFormat(config: Config, format: string | undefined): Config {
  return format === undefined ? config : { ...config, accessLogFormats: { '*': format } };
}

export async function readReplayConfig(file: string | undefined): Promise<Config> {
  if (file === undefined) {
    const config = parseConfig({ runbooks: { baseUrl: 'https://runbooks.invalid' } }, 'the default configuration');
    return { ...config, runbooks: { ...config.runbooks, baseUrl: pathToFileURL('runbooks').href } };
  }
  const { settings, source } = await readSettings(file);
  return parseConfig(settings, source, nearKey);
}

/**
 * The settings as they are written in a file: alone, or in a `cdk.json`.
 * @throws MtlsWatchError `unreadable-input`
 */
export async function readSettings(file: string): Promise<WrittenSettings> {
  const name = nameOf(file);
  const text = (await readWhole(file, 'settings as JSON')).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new MtlsWatchError(
      'unreadable-input',
      `cannot read the configuration ${name}: ${messageOf(error)}; expected JSON`,
      { cause: error },
    );
  }
  return settingsIn(value, name);
}
