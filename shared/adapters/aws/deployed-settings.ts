/**
 * The settings of a deployed stack, as its functions use them: those of the ingest function, with what discovery found.
 * Needs `lambda:GetFunctionConfiguration`, and where something is discovered `dynamodb:Query` on the table.
 */

import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { MtlsWatchError } from '../../base/errors.js';
import { type Config, parseConfig } from '../../config/settings.js';
import type { KnownDomain } from '../../model/account.js';

export interface SettingsClients {
  readonly lambda: Pick<LambdaClient, 'send'>;
  readonly domains: (tableName: string) => Promise<readonly KnownDomain[]>;
}

export interface DeployedSettings {
  readonly config: Config;
  /** What the reconciler found; empty where nothing is discovered. */
  readonly known: readonly KnownDomain[];
  readonly tableName: string;
}

/** @throws errors of AWS, MtlsWatchError `bad-config`, or `usage` for a function of another kind */
export async function deployedSettings(
  FunctionName: string,
  { lambda, domains }: SettingsClients,
): Promise<DeployedSettings> {
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const { MTLS_WATCH_CONFIG, TABLE_NAME } = Environment?.Variables ?? {};
  if (MTLS_WATCH_CONFIG === undefined || TABLE_NAME === undefined) {
    const missing = MTLS_WATCH_CONFIG === undefined ? 'MTLS_WATCH_CONFIG' : 'TABLE_NAME';
    throw new MtlsWatchError(
      'usage',
      `the function ${FunctionName} has no variable ${missing}; expected --stack NAME with the ingest function of mtls-watch`,
    );
  }
  const config = parseConfig(JSON.parse(MTLS_WATCH_CONFIG), 'the variable MTLS_WATCH_CONFIG');
  return { config, known: config.discover === null ? [] : await domains(TABLE_NAME), tableName: TABLE_NAME };
}
