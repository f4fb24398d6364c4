/** A variable of a function's environment. */

import { MtlsWatchError } from '../../shared/base/errors.js';

/** @throws MtlsWatchError `bad-config` where it is not set */
export function variable(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new MtlsWatchError('bad-config', `the variable ${name} is not set`);
  return value;
}
