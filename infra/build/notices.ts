/**
 * The licences of the packages that are bundled into the command and the functions, which ask to stand beside their code:
 * `dist/THIRD-PARTY-LICENSES.txt`. Run by `npm run build`.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { functionNames } from './bundle.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const { metafile } = buildSync({
  absWorkingDir: root,
  entryPoints: ['cli/main.ts', ...functionNames.map((name) => `functions/${name}/handler.ts`)],
  outdir: 'dist',
  write: false,
  metafile: true,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  mainFields: ['module', 'main'],
  external: ['bowser'],
});
const inputs = Object.keys(metafile.inputs);
const folders = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));

function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const files = readdirSync(join(root, folder)).filter((file) => /^(?:licen[cs]e|notice)(?:\.|$)/i.test(file));
  const texts = files.map((file) => readFileSync(join(root, folder, file), 'utf8').trim());
  return `${name} ${version}, ${license ?? 'see below'}\n\n${texts.join('\n\n')}`;
}

const rule = `\n\n${'-'.repeat(80)}\n\n`;
writeFileSync(join(root, 'dist', 'THIRD-PARTY-LICENSES.txt'), `${[...folders].sort().map(noticeOf).join(rule)}\n`);
