/** What holds for every file: pure files decide and do nothing else, functions are short, nothing is exported in vain. */

import { posix } from 'node:path';
import { parseSync } from 'vite';
import { expect, it } from 'vitest';
import { isPure, sourceFiles } from './arrows.js';

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** A factory of closures is one function here. */
const FUNCTION_LINES_MAX = 70;

/** Read by name from outside: by Lambda. */
const ENTRIES = /^functions\/[\w-]+\/handler\.ts handler$/;

const all = sourceFiles();
const product = [...all].filter(([file]) => /^(?:shared|functions|cli|infra)\//.test(file));
const parsed = new Map([...all].map(([file, text]) => [file, parseSync(file, text)] as const));

function* nodesOf(value: unknown, name = ''): Generator<readonly [Node, string]> {
  if (Array.isArray(value)) {
    for (const one of value) yield* nodesOf(one, name);
  } else if (typeof value === 'object' && value !== null) {
    const node = value as Node;
    const own = named(node.id) ?? named(node.key) ?? name;
    if (typeof node.type === 'string') yield [node, own];
    for (const key of Object.keys(node)) yield* nodesOf(node[key], own);
  }
}

function named(value: unknown): string | null {
  const name = (value as { readonly name?: unknown } | null | undefined)?.name;
  return typeof name === 'string' ? name : null;
}

/** What a pure file may not do, as a word; null for anything else. */
function impurity({ type, ...node }: Node): string | null {
  const object = named(node.object);
  const property = named(node.property);
  if (type === 'AwaitExpression') return 'await';
  if (type === 'Identifier' && (node.name === 'randomUUID' || node.name === 'process')) return node.name;
  if (type === 'MemberExpression' && object === 'Date' && property === 'now') return 'Date.now';
  if (type === 'MemberExpression' && object === 'Math' && property === 'random') return 'Math.random';
  const isNewDate = type === 'NewExpression' && named(node.callee) === 'Date';
  return isNewDate && (node.arguments as unknown[]).length === 0 ? 'new Date()' : null;
}

function impuritiesOf(file: string, text: string): string[] {
  return [...nodesOf(parseSync(file, text).program)].flatMap(([node]) => impurity(node) ?? []);
}

it('knows what a pure file may not do', () => {
  const text =
    'async function f() { await 1; Date.now(); new Date(); Math.random(); randomUUID(); process.env; new Date(1); }';
  expect(impuritiesOf('a.ts', text)).toEqual([
    'await',
    'Date.now',
    'new Date()',
    'Math.random',
    'randomUUID',
    'process',
  ]);
});

it('lets pure files decide and nothing else', () => {
  const pure = product.filter(([file]) => isPure(file));
  expect(pure.length).toBeGreaterThan(80);
  expect(pure.flatMap(([file, text]) => impuritiesOf(file, text).map((what) => `${file}: ${what}`))).toEqual([]);
});

it('keeps functions short', () => {
  const long: string[] = [];
  for (const [file, text] of product) {
    for (const [node, name] of nodesOf(parsed.get(file)?.program)) {
      const isFunction = /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
      const lines = isFunction ? text.slice(node.start, node.end).split('\n').length : 0;
      if (lines > FUNCTION_LINES_MAX) long.push(`${file} ${name}: ${lines} lines`);
    }
  }
  expect(long).toEqual([]);
});

it('exports no value that nothing imports', () => {
  const wanted = new Set<string>();
  const handedOn = new Set<string>();
  for (const [file, { module }] of parsed) {
    const from = (name: string): string => posix.join(posix.dirname(file), name).replace(/\.js$/, '.ts');
    for (const { moduleRequest, entries } of module.staticImports) {
      for (const { importName } of entries) wanted.add(`${from(moduleRequest.value)} ${importName.name ?? '*'}`);
    }
    for (const { entries } of module.staticExports) {
      for (const { moduleRequest, importName } of entries) {
        if (moduleRequest) handedOn.add(`${from(moduleRequest.value)} ${importName.name ?? '*'}`);
      }
    }
    // A module that is loaded late hands out what the file then names.
    for (const { moduleRequest } of module.dynamicImports) {
      const late = from(all.get(file)?.slice(moduleRequest.start + 1, moduleRequest.end - 1) ?? '');
      for (const word of all.get(file)?.match(/\w+/g) ?? []) wanted.add(`${late} ${word}`);
    }
  }
  const names = new Set([...wanted].map((one) => one.split(' ')[1]));
  const isWanted = (file: string, name: string): boolean =>
    [`${file} ${name}`, `${file} *`].some((one) => wanted.has(one)) ||
    handedOn.has(`${file} ${name}`) ||
    (handedOn.has(`${file} *`) && names.has(name));
  const vain = product.flatMap(([file]) =>
    valuesOf(file)
      .filter((name) => !isWanted(file, name) && !ENTRIES.test(`${file} ${name}`))
      .map((name) => `${file} ${name}`),
  );
  expect(vain).toEqual([]);
});

/** The values that a file declares and exports. */
function valuesOf(file: string): string[] {
  return declarationsOf(file).flatMap((declaration) => {
    if (/^TS/.test(declaration.type)) return [];
    const declared = (declaration.declarations as readonly Node[] | undefined) ?? [declaration];
    return declared.flatMap(({ id }) => named(id) ?? []);
  });
}

function declarationsOf(file: string): Node[] {
  const body = (parsed.get(file)?.program.body ?? []) as unknown as Node[];
  return body.flatMap(({ type, declaration }) =>
    type === 'ExportNamedDeclaration' && declaration !== null ? [declaration as Node] : [],
  );
}

it('gives each exported type a name of its own', () => {
  const places = new Map<string, string[]>();
  for (const [file] of product) {
    for (const { type, id } of declarationsOf(file)) {
      const name = /^TS(?:Interface|TypeAlias)/.test(type) ? named(id) : null;
      if (name !== null) places.set(name, [...(places.get(name) ?? []), file]);
    }
  }
  expect(places.size).toBeGreaterThan(200);
  expect([...places].filter(([, files]) => files.length > 1)).toEqual([]);
});
