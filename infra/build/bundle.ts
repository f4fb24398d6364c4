/**
 * Bundles the functions with esbuild, including the AWS SDK, so that the deployed code is the tested code: `index.mjs`,
 * the chunks that are loaded at start, and those that are loaded on demand. Called at synth; `npm run build` bundles
 * without synthesising and prints the sizes.
 */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync, type Metafile } from 'esbuild';

export const functionNames = [
  'ingest',
  'sweep',
  'weekly-report',
  'canary',
  'reconcile',
  'operator',
  'backfill',
] as const;
export type FunctionName = (typeof functionNames)[number];

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface FunctionBundle {
  /** Contains `index.mjs`, which exports `handler`, and its chunks. */
  readonly folder: string;
  /** The size of all files, and of those that are loaded before the first event. */
  readonly bytes: { readonly total: number; readonly atStart: number };
}

export function bundle(name: FunctionName): FunctionBundle {
  const folder = join(root, 'dist', 'functions', name);
  rmSync(folder, { recursive: true, force: true });
  const { metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: { index: `functions/${name}/handler.ts` },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Tree shaking works on the SDK's ES modules; its CommonJS files would be included completely.
    mainFields: ['module', 'main'],
    alias: { '@aws-sdk/credential-provider-node': join(root, 'functions', 'wiring', 'credentials.ts') },
    // Used only by the browser code of the SDK.
    external: ['bowser'],
    charset: 'utf8',
    logLevel: 'warning',
  });
  return { folder, bytes: sizes(metafile) };
}

/**
 * The function of a member account, as one CommonJS file without the SDK, which Lambda's runtime has: CloudFormation takes code in
 * the template in this form, and a stack set can bring no other.
 */
export function inlineMember(): string {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: ['functions/member/handler.ts'],
    write: false,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['@aws-sdk/*'],
    charset: 'utf8',
    logLevel: 'warning',
  });
  return outputFiles[0]?.text ?? '';
}

function sizes({ outputs }: Metafile): FunctionBundle['bytes'] {
  const atStart = new Set<string>();
  const add = (path: string): void => {
    if (atStart.has(path)) return;
    atStart.add(path);
    for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind === 'import-statement') add(next);
  };
  add(Object.keys(outputs).find((path) => path.endsWith('/index.mjs')) ?? '');
  const sum = (paths: Iterable<string>): number =>
    [...paths].reduce((bytes, path) => bytes + (outputs[path]?.bytes ?? 0), 0);
  return { total: sum(Object.keys(outputs)), atStart: sum(atStart) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const kib = (bytes: number): string => `${Math.ceil(bytes / 1024)} KiB`.padStart(8);
  for (const name of functionNames) {
    const { folder, bytes } = bundle(name);
    console.log(`${folder}  ${kib(bytes.atStart)} loaded at start of ${kib(bytes.total)}`);
  }
}
