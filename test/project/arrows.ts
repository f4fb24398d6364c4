/**
 * Which part of the tree may import which, and that no import leads back to where it began, types included. `npm run lint`
 * runs this file; the table in `CONTRIBUTING.md` says the same and is held to it by a test. An own check, because
 * dependency-cruiser cannot read TypeScript 7, and Biome's patterns see the text of an import, not the file that it names.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';

/** A folder, or one file, and what it may import besides itself. The longest name that fits a file counts. */
export type Arrows = Readonly<Record<string, readonly string[]>>;

const FOUNDATION = ['shared/base', 'shared/model'];
const DECISIONS = [...FOUNDATION, 'shared/config', 'shared/ports'];

export const arrows: Arrows = {
  'shared/base': [],
  'shared/model': ['shared/base'],
  'shared/config': [...FOUNDATION, 'shared/x509'],
  'shared/x509': FOUNDATION,
  'shared/ports': [...FOUNDATION, 'shared/config'],
  'shared/messages': [...FOUNDATION, 'shared/config'],
  'shared/detect': [...FOUNDATION, 'shared/config'],
  'shared/join': [...FOUNDATION, 'shared/config', 'shared/ports'],
  'shared/canary': [...FOUNDATION, 'shared/ports'],
  'shared/logs': [...DECISIONS, 'shared/x509'],
  'shared/doors': [...FOUNDATION, 'shared/config', 'shared/x509', 'shared/logs'],
  'shared/diagnosis': [...DECISIONS, 'shared/x509', 'shared/join'],
  'shared/count': [...DECISIONS, 'shared/join', 'shared/canary', 'shared/diagnosis'],
  'shared/calls': [...DECISIONS, 'shared/logs', 'shared/count', 'shared/x509'],
  'shared/discovery': [...DECISIONS, 'shared/x509', 'shared/logs', 'shared/calls', 'shared/doors'],
  'shared/incidents': [...DECISIONS, 'shared/detect', 'shared/count', 'shared/diagnosis'],
  'shared/notify': [...FOUNDATION, 'shared/ports', 'shared/incidents'],
  'shared/report': [
    ...DECISIONS,
    ...['x509', 'messages', 'count', 'calls', 'diagnosis', 'doors'].map((name) => `shared/${name}`),
  ],
  'shared/schemas': [...FOUNDATION, 'shared/config', 'shared/messages', 'shared/report', 'shared/discovery'],
  'shared/pipeline.ts': [
    ...FOUNDATION,
    ...['canary', 'count', 'diagnosis', 'doors', 'incidents', 'join', 'logs', 'notify', 'ports'].map(
      (name) => `shared/${name}`,
    ),
  ],
  'shared/adapters': [...DECISIONS, 'shared/messages', 'shared/schemas', 'shared/report', 'shared/x509'],
  // It runs the pipeline, and on stores in memory.
  'shared/backfill': [
    ...DECISIONS,
    'shared/adapters',
    'shared/count',
    'shared/detect',
    'shared/diagnosis',
    'shared/pipeline.ts',
  ],
  functions: ['shared'],
  // What is exported is read by the readers of the command line.
  'functions/backfill': ['shared', 'functions/wiring', 'cli/inputs'],
  cli: ['shared'],
  infra: [
    ...FOUNDATION,
    ...['config', 'discovery', 'doors', 'logs', 'messages', 'x509', 'adapters/clock.ts'].map(
      (name) => `shared/${name}`,
    ),
  ],
  sample: ['shared/adapters/tls'],
  docs: ['shared'],
  test: ['shared', 'functions', 'cli', 'infra', 'sample', 'docs', 'package.json', 'cdk.json'],
  bench: ['shared', 'functions', 'cli', 'infra', 'sample', 'test/support', 'test/simulation'],
};

/** Files that carry data between decisions and ports; all others of `PURE` decide, and ask nothing of the world. */
const MOVERS = [
  'canary/call',
  'canary/exclude',
  'canary/probe-rules',
  'canary/uncounted',
  'count/bound-scopes',
  'count/partners-first',
  'count/pulses',
  'count/record',
  'count/settle',
  'count/words',
  'diagnosis/by-fingerprint',
  'diagnosis/claims',
  'diagnosis/diagnosis',
  'diagnosis/infer',
  'diagnosis/logged',
  'diagnosis/probed',
  'diagnosis/seen-before',
  'incidents/alike',
  'incidents/announce',
  'incidents/assess',
  'incidents/evaluate',
  'incidents/evaluate-apart',
  'incidents/evaluate-scopes',
  'incidents/look-at-calls',
  'incidents/muting',
  'incidents/one-cause',
  'incidents/operate',
  'incidents/scope-total',
  'doors/read',
  'join/connections',
  'join/correlate',
  'join/shed-load',
  'join/storm',
  'logs/redact',
  'logs/read-batch',
  'logs/unpack',
  'notify/fan-out',
  'notify/outbox',
].map((name) => `shared/${name}.ts`);

const PURE = [
  'canary',
  'count',
  'detect',
  'diagnosis',
  'incidents',
  'doors',
  'join',
  'logs',
  'messages',
  'model',
  'notify',
  'x509',
];

export function isPure(file: string): boolean {
  // The `door.ts` of each door loads its readers.
  const isMover = MOVERS.includes(file) || file.endsWith('/door.ts');
  return PURE.some((name) => file.startsWith(`shared/${name}/`)) && !isMover;
}

/** Modules with a world behind them. */
const WORLD = ['node:fs', 'node:fs/promises', 'p-map', 'shared/ports/index.ts'];

export interface Import {
  /** A path from the root of the checkout, or the name of a package. */
  readonly to: string;
  readonly isType: boolean;
}

export type Imports = ReadonlyMap<string, readonly Import[]>;

/** @param files each source file's text, by its path from the root of the checkout */
export function importsIn(files: ReadonlyMap<string, string>): Imports {
  return new Map([...files].map(([file, text]) => [file, importsOf(file, text)] as const));
}

/** One sentence for each import that the map does not allow, and one for each circle. */
export function brokenArrows(imports: Imports): string[] {
  const broken = [...imports].flatMap(([file, all]) => all.flatMap((one) => objectionsTo(file, one)));
  const circles = circlesIn(imports).map((circle) => `${circle.join(' -> ')}: the imports go round in a circle`);
  return [...broken, ...circles];
}

/** Every import and re-export of a file, dynamic ones and those of types included. */
export function importsOf(file: string, text: string): Import[] {
  const { staticImports, staticExports, dynamicImports } = parseSync(file, text).module;
  const found = [
    ...staticImports.map(({ moduleRequest, entries }) => ({
      name: moduleRequest.value,
      isType: entries.length > 0 && entries.every(({ isType }) => isType),
    })),
    ...staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest, isType }) => (moduleRequest ? [{ name: moduleRequest.value, isType }] : [])),
    ),
    ...dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      name: text.slice(start + 1, end - 1),
      isType: false,
    })),
    // The parser lists no `import('…')` in the place of a type.
    ...[...text.matchAll(/\bimport\('(\.[^']+)'\)/g)]
      .filter(({ index }) => dynamicImports.every(({ start }) => start !== index))
      .map(([, name = '']) => ({ name, isType: true })),
  ];
  return found.map(({ name, isType }) => ({ to: targetOf(file, name), isType }));
}

function targetOf(file: string, name: string): string {
  if (!name.startsWith('.')) return name;
  return posix.join(posix.dirname(file), name).replace(/\.js$/, '.ts');
}

function objectionsTo(file: string, { to, isType }: Import): string[] {
  const objections: string[] = [];
  const room = Object.keys(arrows)
    .filter((name) => isWithin(file, name))
    .sort((a, b) => b.length - a.length)[0];
  const isInside = ROOTS.some((root) => isWithin(to, root));
  if (room !== undefined && isInside && ![room, ...(arrows[room] ?? [])].some((name) => isWithin(to, name))) {
    objections.push(`${file} imports ${to}: ${room} may import ${arrows[room]?.join(', ') || 'nothing'}`);
  }
  if (isWithin(file, 'shared') && !isWithin(file, 'shared/adapters') && to.startsWith('@aws-sdk/')) {
    objections.push(`${file} imports ${to}: only shared/adapters knows the AWS SDK`);
  }
  if (isPure(file) && !isType && WORLD.includes(to)) {
    objections.push(`${file} imports ${to}: this file decides, and asks nothing of the world`);
  }
  return objections;
}

function isWithin(path: string, name: string): boolean {
  return path === name || path.startsWith(`${name}/`);
}

/** The circles that a walk along the imports meets, as files, the first one again at the end. */
function circlesIn(imports: Imports): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (file: string): void => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file]);
    if (done.has(file)) return;
    done.add(file);
    way.push(file);
    for (const { to } of imports.get(file) ?? []) if (imports.has(to)) visit(to);
    way.pop();
  };
  for (const file of imports.keys()) visit(file);
  return circles;
}

export const root = fileURLToPath(new URL('../..', import.meta.url));

const ROOTS = ['shared', 'functions', 'cli', 'infra', 'sample', 'docs', 'test', 'bench'];

/** The source files of the checkout. */
export function sourceFiles(folders: readonly string[] = ROOTS): Map<string, string> {
  const names = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => posix.join(folder, name)),
  );
  return new Map(
    names.filter((name) => /\.m?ts$/.test(name)).map((name) => [name, readFileSync(join(root, name), 'utf8')] as const),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = sourceFiles();
  const broken = brokenArrows(importsIn(files));
  for (const line of broken) console.error(line);
  if (broken.length > 0) {
    console.error(`\n${broken.length} import(s) against the map in CONTRIBUTING.md (test/project/arrows.ts)`);
    process.exitCode = 1;
  } else console.log(`${files.size} files keep to the map in CONTRIBUTING.md.`);
}
