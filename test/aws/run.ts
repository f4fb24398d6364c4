/**
 * `npm run test:aws`: runs each of `test/aws/*.test.ts` on a local AWS (MiniStack) that is started for it and stopped after it,
 * whatever happens. Needs Python 3 and no Docker; MiniStack is installed into `.venv` of the checkout the first time.
 * Arguments name files by a part of their name; options, written `--name=value`, are handed to vitest.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MtlsWatchError } from '../../shared/base/errors.js';
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

/** One after the other, each file on a local AWS of its own: they make stacks of the same name. */
async function run(): Promise<number> {
  const python = await installed(root);
  mkdirSync(join(root, 'out', 'local-aws'), { recursive: true });
  const names = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
  const files = readdirSync(join(root, 'test', 'aws')).filter((file) => file.endsWith('.test.ts'));
  const chosen = files.filter((file) => names.length === 0 || names.some((name) => file.includes(name)));
  if (chosen.length === 0) {
    throw new MtlsWatchError(
      'usage',
      `no test has ${names.join(' or ')} in its name; expected one of ${files.join(', ')}`,
    );
  }
  let worst = 0;
  for (const file of chosen) {
    if (interrupted) return 130;
    worst = Math.max(worst, await runFile(file, python));
  }
  return interrupted ? 130 : worst;
}

async function runFile(file: string, python: string): Promise<number> {
  const logFile = join(root, 'out', 'local-aws', `${file.replace('.test.ts', '')}.log`);
  const local = await startMiniStack(python, logFile);
  try {
    console.log(`${file} on the local AWS at ${local.env.AWS_ENDPOINT_URL}`);
    const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'));
    const args = [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project',
      'aws',
      '--reporter=verbose',
      `test/aws/${file}`,
    ];
    vitest = spawn(process.execPath, [...args, ...options], { cwd: root, env: local.env, stdio: 'inherit' });
    const [code] = await once(vitest, 'exit');
    if (code !== 0 && !interrupted) console.error(`what the local AWS and the functions said is in ${logFile}`);
    return code ?? 1;
  } finally {
    await local.stop();
  }
}
