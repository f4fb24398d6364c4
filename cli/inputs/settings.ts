/** The settings for verbs that read the table of a deployed stack: those of a file, or those that the stack runs with. */

import { messageOf } from '../../shared/base/errors.js';
import type { Config } from '../../shared/config/settings.js';
import { withKnown } from '../../shared/discovery/with-known.js';
import { readReplayConfig } from '../replay/config.js';
import { isOfStack, outputOf, type TableOptions } from './stack.js';

export interface SettingsOptions extends TableOptions {
  readonly config?: string;
}

/** Loads the SDK only here. */
async function readDeployed(functionName: string): Promise<Config> {
  const [{ deployedSettings }, { LambdaClient }, { createDynamoInventory }, { createDynamoClient }] = await Promise.all(
    [
      import('../../shared/adapters/aws/deployed-settings.js'),
      import('@aws-sdk/client-lambda'),
      import('../../shared/adapters/dynamodb/inventory.js'),
      import('../../shared/adapters/dynamodb/index.js'),
    ],
  );
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
  functionOf: () => Promise<string> = () => outputOf('IngestFunctionName', '--config FILE', options),
  read: (functionName: string) => Promise<Config> = readDeployed,
): Promise<Config> {
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
