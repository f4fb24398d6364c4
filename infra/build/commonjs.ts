/**
 * The library for apps in CommonJS and for Jest, which load no ES modules with `require`: one file for each entry of the
 * package in `dist/cjs`, beside copies of the types. Run by `npm run build`, after the compiler.
 */

import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'dist');
const outdir = join(dist, 'cjs');

buildSync({
  absWorkingDir: root,
  entryPoints: { 'infra/index': 'infra/index.ts', 'shared/schemas/index': 'shared/schemas/index.ts' },
  outdir,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  charset: 'utf8',
  // `dist/cjs/infra/index.js` is as far from `dist/functions` as `dist/infra/build/prebuilt.js` is.
  define: { 'import.meta.url': 'urlOfThisFile' },
  banner: { js: "const urlOfThisFile = require('node:url').pathToFileURL(__filename).href;" },
  logLevel: 'warning',
});
for (const folder of ['infra', 'shared']) {
  const isTypes = (path: string): boolean => !/\.\w+$/.test(path) || path.endsWith('.d.ts');
  cpSync(join(dist, folder), join(outdir, folder), { recursive: true, filter: isTypes });
}
writeFileSync(join(outdir, 'package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);
