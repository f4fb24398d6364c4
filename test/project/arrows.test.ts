/** The map of the tree: that the check of `npm run lint` listens, and that `CONTRIBUTING.md` says what it holds. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { arrows, brokenArrows, importsIn, root, sourceFiles } from './arrows.js';

const files = sourceFiles();
const imports = importsIn(files);

function withPlanted(planted: Readonly<Record<string, string>>): string[] {
  return brokenArrows(new Map([...imports, ...importsIn(new Map(Object.entries(planted)))]));
}

it('is kept by every file of the tree', () => {
  expect(files.size).toBeGreaterThan(500);
  expect(brokenArrows(imports)).toEqual([]);
});

it.each([
  ['shared/report/planted.ts', "import { systemClock } from '../adapters/clock.js';", 'shared/report may import'],
  ['cli/planted.ts', "import '../infra/stack.js';", 'cli may import shared'],
  ['shared/x509/planted.ts', "import type { Messages } from '../messages/types.js';", 'shared/x509 may import'],
  ['functions/planted.ts', "export { replay } from '../cli/replay/replay.js';", 'functions may import shared'],
  [
    'shared/base/planted.ts',
    "type Key = import('../model/index.js').GroupKey;\nexport type K = Key;",
    'base may import',
  ],
  ['shared/count/planted.ts', "export const load = () => import('../report/page.js');", 'shared/count may import'],
  ['shared/model/planted.ts', "import { readFileSync } from 'node:fs';", 'asks nothing of the world'],
  ['shared/join/planted.ts', "import { createJoin } from '../ports/index.js';", 'asks nothing of the world'],
  ['shared/notify/planted.ts', "import { SNSClient } from '@aws-sdk/client-sns';", 'only shared/adapters'],
])('names the planted import of %s', (file, text, objection) => {
  expect(withPlanted({ [file]: text })).toEqual([expect.stringContaining(objection)]);
});

it('names a planted circle, of types too', () => {
  const planted = {
    'shared/count/a.ts': "import type { B } from './b.js';\nexport type A = B;",
    'shared/count/b.ts': "import { c } from './c.js';\nexport type B = typeof c;",
    'shared/count/c.ts': "export * from './a.js';\nexport const c = 1;",
  };
  expect(withPlanted(planted)).toEqual([
    'shared/count/a.ts -> shared/count/b.ts -> shared/count/c.ts -> shared/count/a.ts: the imports go round in a circle',
  ]);
});

it('lets types of the ports into files that decide', () => {
  expect(withPlanted({ 'shared/join/planted.ts': "import type { World } from '../ports/index.js';" })).toEqual([]);
});

const rows = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, name, what, allowed] = line.split('|').map((cell) => cell.trim());
    const names = (text = ''): string[] => [...text.matchAll(/`([^`]+?)\/?`/g)].map(([, one = '']) => one);
    return name?.startsWith('`')
      ? names(name).map((one) => ({ name: one, what: what ?? '', allowed: names(allowed) }))
      : [];
  });

it('is the table of CONTRIBUTING.md', () => {
  const said = rows.filter(({ name }) => name in arrows);
  expect(said.map(({ name }) => name).sort()).toEqual(Object.keys(arrows).sort());
  const sorted = (names: readonly string[]): string[] => [...names].sort();
  for (const { name, allowed } of said)
    expect([name, ...sorted(allowed)]).toEqual([name, ...sorted(arrows[name] ?? [])]);
});

it('has a line for every folder of the tree', () => {
  const folders = new Set([...files.keys()].map((file) => file.split('/').slice(0, -1).slice(0, 2).join('/')));
  for (const folder of [...folders, 'runbooks', 'findings']) expect(rows.map(({ name }) => name)).toContain(folder);
  for (const { what } of rows) expect(what.length).toBeGreaterThan(10);
});
