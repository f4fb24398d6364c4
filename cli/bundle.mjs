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

const MAIN = join(root, 'cli', 'main.ts');
const THREAD = join(root, 'cli', 'inputs', 'reading-thread.ts');

/** What most verbs need. */
const COMMON = join(root, 'cli', 'replay', 'run.ts');
/** The first starts its threads before it loads the rest, and the others need little. */
const NOT_COMMON = /\/commands\/(?:replay|cost|backtest)\.js$/;

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
  const options = {
    absWorkingDir: root,
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    charset: 'utf8',
    ...(use === 'package' ? ALONE : IN_CHECKOUT),
    logLevel: 'warning',
  };
  await Promise.all([
    build({ ...options, entryPoints: { main: MAIN }, splitting: true, plugins: [together] }),
    build({ ...options, entryPoints: { 'reading-thread': THREAD } }),
  ]);
}

const [, self, outdir] = process.argv;
if (self === fileURLToPath(import.meta.url)) await bundleCli(outdir, 'package');
