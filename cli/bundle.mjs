/**
 * Bundles the command line: `node cli/bundle.mjs FOLDER` writes `main.js`, `reading-thread.js`, which is started as a thread, and chunks that verbs load when they are
 * asked for. Used by `npm run build`, by the tests, and by `start.mjs`. Plain JavaScript, because it runs before
 * anything is compiled.
 */

import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * With everything that it needs, so that a CDK app which uses the constructs installs no AWS SDK. Some of it is CommonJS
 * and asks for `require`.
 */
const ALONE = {
  minify: true,
  mainFields: ['module', 'main'],
  // Used only by the browser code of the SDK.
  external: ['bowser'],
  banner: {
    js: "import { createRequire as requireOfThisFile } from 'node:module'; const require = requireOfThisFile(import.meta.url);",
  },
};

const urlOf = (path) => JSON.stringify(pathToFileURL(path).href);

/**
 * @param {string} outdir
 * @param {'checkout' | 'package'} use in a checkout, what is printed for pasting starts with `npm run`
 */
export async function bundleCli(outdir, use) {
  const entry = join(root, 'cli', 'main.ts');
  await build({
    absWorkingDir: root,
    entryPoints: { main: entry, 'reading-thread': join(root, 'cli', 'inputs', 'reading-thread.ts') },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    charset: 'utf8',
    ...(use === 'package' ? ALONE : { packages: 'external', define: { 'import.meta.url': urlOf(entry) } }),
    logLevel: 'warning',
  });
}

const [, self, outdir] = process.argv;
if (self === fileURLToPath(import.meta.url)) await bundleCli(outdir, 'package');
