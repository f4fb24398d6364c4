/** The settings for verbs that read the table of a deployed stack: those of a file, or those that the stack runs with. */

import type { Command } from 'commander';
import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';
import type { Config } from '../../shared/config/settings.js';
import { withAccount } from '../terminal/account.js';
import { deployedAt, isOfStack, outputOf, type StackOptions, type TableOptions } from './stack.js';

export interface SettingsOptions extends TableOptions {
  readonly config?: string;
}

/**
 * `--stack` of a verb that reads logs: the settings that the functions of a deployed stack run with.
 * @param more what else the verb takes from there
 */
export function withStackSettings(command: Command, more = ''): Command {
  return withAccount(
    command.option('--stack <name>', `with the settings and truststores of this deployed stack${more}`),
  );
}

/**
 * The settings of the stack that is named; null where none is.
 * @param command tells a file that was typed from one that the environment names for every verb
 * @throws MtlsWatchError `usage`, errors of AWS
 */
export async function settingsOfStack(
  options: StackOptions,
  command: Pick<Command, 'getOptionValueSource'>,
  functionOf: () => Promise<string> = () => outputOf('IngestFunctionName', 'no --stack', options),
  read: (functionName: string) => Promise<Config> = readDeployed,
): Promise<Config | null> {
  if (options.stack === undefined) return null;
  if (command.getOptionValueSource('config') === 'cli')
    throw new MtlsWatchError('usage', 'expected --stack or --config, not both: each names all settings');
  return read(await functionOf());
}

const readDeployed = async (functionName: string): Promise<Config> => (await deployedAt(functionName)).config;

/**
 * The figures are in the table, whatever the settings are: where these cannot be read, `warn` is told what is missing, and the
 * defaults hold.
 */
export async function settingsHere(
  options: SettingsOptions,
  warn: (text: string) => void,
  functionOf: () => Promise<string> = () => outputOf('IngestFunctionName', '--config FILE', options),
  read: (functionName: string) => Promise<Config> = readDeployed,
): Promise<Config> {
  const { readReplayConfig } = await import('../replay/config.js');
  if (options.config !== undefined) return readReplayConfig(options.config);
  const missing = 'language, truststores and runbook addresses are the defaults';
  try {
    if (isOfStack(options)) return await read(await functionOf());
    warn(`a table tells nothing of the settings: ${missing}; expected --stack NAME in its place, or --config FILE`);
  } catch (error) {
    warn(`the settings of the stack cannot be read: ${messageOf(error)}: ${missing}; expected --config FILE`);
  }
  return readReplayConfig(undefined);
}
