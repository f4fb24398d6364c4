/**
 * Bundles the functions with esbuild: one file each, the AWS SDK included, so that what was tested is what runs. Called
 * at synth; `npm run build` bundles without synthesising and prints the sizes.
 */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

export const functionNames = ['ingest', 'sweep', 'weekly-report', 'canary', 'reconcile'] as const;
export type FunctionName = (typeof functionNames)[number];

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Writes `index.mjs` with the function's `handler`.
 * @returns the folder that holds it, and nothing else
 */
export function bundle(name: FunctionName): string {
  const folder = join(root, 'dist', 'functions', name);
  buildSync({
    absWorkingDir: root,
    entryPoints: [`functions/${name}/handler.ts`],
    outfile: join(folder, 'index.mjs'),
    bundle: true,
    minify: true,
    // Names of errors and functions stay readable in the logs.
    keepNames: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // The SDK's ES modules shrink to what is used; its CommonJS files would come whole.
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  });
  return folder;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of functionNames) {
    const file = join(bundle(name), 'index.mjs');
    console.log(`${file}  ${Math.ceil(statSync(file).size / 1024)} KiB`);
  }
}
