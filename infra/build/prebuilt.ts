/**
 * The functions' code in the published package, built when the package was built, so that a user's app needs no
 * bundler.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { MtlsWatchError } from '../../shared/base/errors.js';
import type { FunctionName } from './bundle.js';

/** @throws MtlsWatchError `bad-config` if the functions were not built, as in a checkout */
export function prebuilt(name: FunctionName): Code {
  const folder = fileURLToPath(new URL(`../../functions/${name}`, import.meta.url));
  if (!existsSync(join(folder, 'index.mjs'))) {
    throw new MtlsWatchError(
      'bad-config',
      `the code of the function ${name} is not in ${folder}; expected index.mjs there, as the packed mtls-watch has it.\n` +
        '  In a checkout, give the construct its code, as infra/app.ts does, or use what npm run build makes in dist/.',
    );
  }
  return Code.fromAsset(folder);
}
