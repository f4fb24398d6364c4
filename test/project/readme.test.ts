/** What the README and the documents show is what the commands print: every `console` block is run and compared. */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const documents = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
);

const TYPED = ['npm', 'run', '-s', 'mtls-watch', '--'];
const PROMPT = `$ ${TYPED.join(' ')} `;
/** What the script runs, without the time that npm and compiling take. */
const DIRECT = [process.execPath, inject('cli')];

const blocks = documents.flatMap((name) => {
  const text = readFileSync(join(root, name), 'utf8');
  return [...text.matchAll(/^```console\n([^`]*)^```/gm)].map(([, block = '']) => {
    const [command = '', ...output] = block.split('\n');
    return [name, command, output.join('\n').trimEnd()] as const;
  });
});

it('finds the blocks', () => {
  expect(blocks.length).toBeGreaterThanOrEqual(4);
});

// The first block is run as it is typed.
it.each(blocks.map((block, index) => [...block, index === 0 ? TYPED : DIRECT] as const))(
  '%s: %s',
  (_, command, output, [file = '', ...start]) => {
    expect(command.startsWith(PROMPT)).toBe(true);
    const args = [...start, ...command.slice(PROMPT.length).split(' ')];
    const { stdout, stderr } = spawnSync(file, args, { cwd: root, encoding: 'utf8' });
    expect(`${stdout}${stderr}`.trimEnd()).toBe(output);
  },
);
