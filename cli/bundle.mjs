/**
 * Bundles the command line: `node cli/bundle.mjs FOLDER` writes `main.js`, and chunks that verbs load when they are
 * asked for. Used by `npm run build`, by the tests, and by `start.mjs`. Plain JavaScript, because it runs before
 * anything is compiled.
 */

import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * @param {string} outdir
 * @param {'checkout' | 'package'} use in a checkout, what is printed for pasting starts with `npm run`
 */
export async function bundleCli(outdir, use) {
  const entry = join(root, 'cli', 'main.ts');
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    charset: 'utf8',
    ...(use === 'package' ? {} : { define: { 'import.meta.url': JSON.stringify(pathToFileURL(entry).href) } }),
    logLevel: 'warning',
  });
}

const [, self, outdir] = process.argv;
if (self === fileURLToPath(import.meta.url)) await bundleCli(outdir, 'package');
