/** The settings for verbs that read the table of a deployed stack: those of a file, or those that the stack runs with. */

import type { Command } from 'commander';
import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';
import type { Config } from '../../shared/config/settings.js';
import { withAccount } from '../terminal/account.js';
import type { outputOf, TableOptions } from './stack.js';

/** Options are declared before anything is known to be needed. */
const ofStack: typeof outputOf = async (...asked) => (await import('./stack.js')).outputOf(...asked);

export interface SettingsOptions extends TableOptions {
  readonly config?: string;
}

/** `--stack` of a verb that reads logs and no table: the settings that the functions of a deployed stack run with. */
export function withStackSettings(command: Command): Command {
  return withAccount(command.option('--stack <name>', 'with the settings and truststores of this deployed stack'));
}

/**
 * The settings of the stack that is named; null where none is.
 * @param command tells a file that was typed from one that the environment names for every verb
 * @throws MtlsWatchError `usage`, errors of AWS
 */
export async function settingsOfStack(
  { stack }: { readonly stack?: string },
  command: Pick<Command, 'getOptionValueSource'>,
  functionOf: () => Promise<string> = () =>
    ofStack('IngestFunctionName', 'no --stack', stack === undefined ? {} : { stack }),
  read: (functionName: string) => Promise<Config> = readDeployed,
): Promise<Config | null> {
  if (stack === undefined) return null;
  if (command.getOptionValueSource('config') === 'cli')
    throw new MtlsWatchError('usage', 'expected --stack or --config, not both: each names all settings');
  return read(await functionOf());
}

/** Loads the SDK only here. */
async function readDeployed(functionName: string): Promise<Config> {
  const [{ deployedSettings }, { LambdaClient }, { createDynamoInventory }, { createDynamoClient }, { withKnown }] =
    await Promise.all([
      import('../../shared/adapters/aws/deployed-settings.js'),
      import('@aws-sdk/client-lambda'),
      import('../../shared/adapters/dynamodb/inventory.js'),
      import('../../shared/adapters/dynamodb/index.js'),
      import('../../shared/discovery/with-known.js'),
    ]);
  const { config, known } = await deployedSettings(functionName, {
    lambda: new LambdaClient({}),
    domains: (tableName) => createDynamoInventory(createDynamoClient(), tableName).domains(),
  });
  return withKnown(config, known);
}

/**
 * The figures are in the table, whatever the settings are: where these cannot be read, `warn` is told what is missing, and the
 * defaults hold.
 */
export async function settingsHere(
  options: SettingsOptions,
  warn: (text: string) => void,
  functionOf: () => Promise<string> = () => ofStack('IngestFunctionName', '--config FILE', options),
  read: (functionName: string) => Promise<Config> = readDeployed,
): Promise<Config> {
  const [{ readReplayConfig }, { isOfStack }] = await Promise.all([
    import('../replay/config.js'),
    import('./stack.js'),
  ]);
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
