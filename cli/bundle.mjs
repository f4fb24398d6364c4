/**
 * Bundles the command line: `node cli/bundle.mjs FOLDER` writes `main.js`, `reading-thread.js`, which `replay` starts as a thread, and
 * chunks that verbs load when they are asked for. Used by `npm run build` and by the tests; `start.mjs` asks for one file in place of the
 * chunks. Plain JavaScript, because it runs before anything is compiled.
 */

import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const MAIN = join(root, 'cli', 'main.ts');
const COMMAND_LINE = join(root, 'cli', 'command-line.ts');
const THREAD = join(root, 'cli', 'inputs', 'reading-thread.ts');

const EITHER = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  charset: 'utf8',
  mainFields: ['module', 'main'],
  logLevel: 'warning',
};

const CHUNKS = {
  ...EITHER,
  format: 'esm',
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

const SELF = JSON.stringify(pathToFileURL(MAIN).href);
/** Without what is large and seldom needed. The small packages are found and compiled faster in the bundle than in their own files. */
const LARGE = ['@aws-sdk/*', '@peculiar/*'];
const IN_CHECKOUT = { ...CHUNKS, external: LARGE, define: { 'import.meta.url': SELF } };

/** One file, and strict, as the modules are that it is made of. Code that was compiled before can require a package, and not import one. */
const ONE_FILE = {
  ...EITHER,
  supported: { 'dynamic-import': false },
  entryPoints: { 'command-line': COMMAND_LINE, 'reading-thread': THREAD },
  format: 'cjs',
  banner: { js: "'use strict';" },
  external: LARGE,
  define: { 'import.meta.url': SELF, 'import.meta.dirname': '__dirname' },
};

/** What most verbs need. */
const COMMON = join(root, 'cli', 'replay', 'run.ts');
/** What comes before any verb; the verb that starts its threads before it loads the rest; and verbs that need little. */
const NOT_COMMON = /\/(?:command-line|commands\/(?:replay|cost|backtest))\.js$/;

/**
 * The bundler makes a file of what the same verbs need, and there are so many verbs that one would be loaded from a hundred files, which
 * takes Node longer than all else at its start. So whatever is loaded when it is asked for is loaded together with what most need:
 * that is one file then.
 */
const together = {
  name: 'together',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) =>
      kind === 'dynamic-import' && !NOT_COMMON.test(path)
        ? { path: join(resolveDir, path), namespace: together.name }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: together.name }, ({ path }) => ({
      contents: `import ${JSON.stringify(COMMON)}; export * from ${JSON.stringify(path)};`,
      resolveDir: root,
    }));
  },
};

/**
 * @param {string} outdir
 * @param {'checkout' | 'package'} use in a checkout, what is printed for pasting starts with `npm run`
 */
export async function bundleCli(outdir, use) {
  const options = { ...(use === 'package' ? ALONE : IN_CHECKOUT), outdir };
  await Promise.all([
    build({ ...options, entryPoints: { main: MAIN }, splitting: true, plugins: [together] }),
    build({ ...options, entryPoints: { 'reading-thread': THREAD } }),
  ]);
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
