/** Every regular expression of the product against recheck: none may backtrack super-linearly on hostile text. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkSync } from 'recheck';
import { parseSync } from 'vite';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = ['shared', 'functions', 'cli', 'infra'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);

const expressions = files.flatMap((file) => {
  const found: [file: string, pattern: string, flags: string][] = [];
  JSON.stringify(parseSync(file, readFileSync(join(root, file), 'utf8')).program, (_, node) => {
    if (node?.regex !== undefined) found.push([file, node.regex.pattern, node.regex.flags]);
    const isBuilt = node?.type === 'NewExpression' || node?.type === 'CallExpression';
    if (isBuilt && node.callee?.name === 'RegExp')
      found.push([file, 'RegExp(…) hides its pattern from this check', '']);
    return typeof node === 'bigint' ? String(node) : node;
  });
  return found;
});

it('finds the regular expressions', () => {
  expect(expressions.length).toBeGreaterThan(20);
  expect(checkSync('^(a+)+$', '').status).toBe('vulnerable');
});

/** What an attack may take is counted in characters alone: on a busy machine an expression is not slower. */
const BY_CHARACTERS = { timeout: 300_000, attackTimeout: null, incubationTimeout: null, recallTimeout: null };

it.each(expressions)('%s: /%s/%s takes linear time', (_, pattern, flags) => {
  expect(pattern).not.toContain('hides its pattern');
  expect(checkSync(pattern, flags, BY_CHARACTERS)).toMatchObject({
    status: 'safe',
    complexity: { type: expect.stringMatching(/^(safe|linear)$/) },
  });
});
