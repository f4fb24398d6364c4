/**
 * Bundles the command line: `node cli/bundle.mjs FOLDER` writes `main.js`, `reading-thread.js`, which `replay` starts as a thread, and
 * chunks that verbs load when they are asked for. Used by `npm run build`, by the tests, and by `start.mjs`. Plain JavaScript, because it runs before
 * anything is compiled.
 */

import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What is taken in may be CommonJS and asks for `require`. */
const INLINED = {
  mainFields: ['module', 'main'],
  banner: {
    js: "import { createRequire as requireOfThisFile } from 'node:module'; const require = requireOfThisFile(import.meta.url);",
  },
};

/**
 * With everything that it needs, so that a CDK app which uses the constructs installs no AWS SDK; of that, `bowser` is used by
 * browser code only.
 */
const ALONE = { ...INLINED, minify: true, external: ['bowser'] };

const urlOf = (path) => JSON.stringify(pathToFileURL(path).href);

/** Without what is large and seldom needed. The small packages are found and compiled faster in the bundle than in their own files. */
const IN_CHECKOUT = {
  ...INLINED,
  external: ['@aws-sdk/*', '@peculiar/*'],
  define: { 'import.meta.url': urlOf(join(root, 'cli', 'main.ts')) },
};

/**
 * @param {string} outdir
 * @param {'checkout' | 'package'} use in a checkout, what is printed for pasting starts with `npm run`
 */
export async function bundleCli(outdir, use) {
  await build({
    absWorkingDir: root,
    entryPoints: {
      main: join(root, 'cli', 'main.ts'),
      'reading-thread': join(root, 'cli', 'inputs', 'reading-thread.ts'),
    },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    charset: 'utf8',
    ...(use === 'package' ? ALONE : IN_CHECKOUT),
    logLevel: 'warning',
  });
}

const [, self, outdir] = process.argv;
if (self === fileURLToPath(import.meta.url)) await bundleCli(outdir, 'package');
