/**
 * Bundles the command line: `node cli/bundle.mjs FOLDER` writes `main.js`, `reading-thread.js`, which `replay` starts as a thread, and
 * chunks that verbs load when they are asked for. Used by `npm run build` and by the tests; `start.mjs` asks for one file in place of the
 * chunks. Plain JavaScript, because it runs before anything is compiled.
 */

import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const cli = (name) => join(root, 'cli', name);
const thread = cli('inputs/reading-thread.ts');

const EITHER = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  logLevel: 'warning',
};

const CHUNKS = {
  ...EITHER,
  entryPoints: { main: cli('main.ts'), 'reading-thread': thread },
  splitting: true,
  format: 'esm',
  charset: 'utf8',
  // What is taken in may be CommonJS and asks for `require`.
  banner: {
    js: "import { createRequire as requireOfThisFile } from 'node:module'; const require = requireOfThisFile(import.meta.url);",
  },
};

/**
 * With everything that it needs, so that a CDK app which uses the constructs installs no AWS SDK; of that, `bowser` is used by
 * browser code only.
 */
const ALONE = { ...CHUNKS, minify: true, external: ['bowser'] };

const SELF = JSON.stringify(pathToFileURL(cli('main.ts')).href);
/** Without what is large and seldom needed. The small packages are found and compiled faster in the bundle than in their own files. */
const LARGE = ['@aws-sdk/*', '@peculiar/*'];
const IN_CHECKOUT = { ...CHUNKS, external: LARGE, define: { 'import.meta.url': SELF } };

/** One file, in ASCII, because that is what V8 reads fastest, and strict, as the modules are that it is made of. */
const ONE_FILE = {
  ...EITHER,
  entryPoints: { 'command-line': cli('command-line.ts'), 'reading-thread': thread },
  format: 'cjs',
  banner: { js: "'use strict';" },
  external: LARGE,
  define: { 'import.meta.url': SELF, 'import.meta.dirname': '__dirname' },
};

/**
 * @param {string} outdir
 * @param {'checkout' | 'package'} use in a checkout, what is printed for pasting starts with `npm run`
 */
export async function bundleCli(outdir, use) {
  await build({ ...(use === 'package' ? ALONE : IN_CHECKOUT), outdir });
}

/**
 * Writes `command-line.js` and `reading-thread.js`, both CommonJS.
 * @param {string} outdir
 * @returns {Promise<string[]>} the files that were read, relative to the checkout
 */
export async function bundleInOneFile(outdir) {
  const { metafile } = await build({ ...ONE_FILE, outdir, metafile: true });
  return Object.keys(metafile.inputs);
}

const [, self, outdir] = process.argv;
if (self === fileURLToPath(import.meta.url)) await bundleCli(outdir, 'package');
