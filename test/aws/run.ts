/**
 * `npm run test:aws`: runs `test/aws/*.test.ts` on a local AWS (MiniStack) that is started for them and stopped after them,
 * whatever happens. Needs Python 3 and no Docker; MiniStack is installed into `.venv` of the checkout the first time.
 * Arguments are handed to vitest.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MtlsWatchError } from '../../shared/errors.js';
import { installed, startMiniStack } from './support/ministack.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
let interrupted = false;
let vitest: ChildProcess | null = null;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true;
    vitest?.kill('SIGTERM');
  });
}

try {
  process.exitCode = await run();
} catch (error) {
  if (!(error instanceof MtlsWatchError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function run(): Promise<number> {
  const python = await installed(root);
  const logFile = join(root, 'out', 'local-aws.log');
  mkdirSync(dirname(logFile), { recursive: true });
  const local = await startMiniStack(python, logFile);
  try {
    if (interrupted) return 130;
    console.log(`the local AWS answers at ${local.env.AWS_ENDPOINT_URL}`);
    const args = [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--config',
      'vitest.aws.config.ts',
      ...process.argv.slice(2),
    ];
    vitest = spawn(process.execPath, args, { cwd: root, env: local.env, stdio: 'inherit' });
    const [code] = await once(vitest, 'exit');
    if (code !== 0 && !interrupted) console.error(`what the local AWS and the functions said is in ${logFile}`);
    return interrupted ? 130 : (code ?? 1);
  } finally {
    await local.stop();
  }
}
