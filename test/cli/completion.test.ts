/** Scripts that complete verbs and options, and `--quiet` on every verb. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { verbCommands, verbNames } from '../../cli/verbs.js';

const day = join(import.meta.dirname, '../../sample/day');
const run = (...args: readonly string[]) => spawnSync(process.execPath, [inject('cli'), ...args], { encoding: 'utf8' });
const hasBash = spawnSync('bash', ['-c', 'true']).status === 0;

describe.skipIf(!hasBash)('in bash', () => {
  const script = run('completion', 'bash').stdout;
  it.each([
    [['au'], 'audit'],
    [['audit', '--wi'], '--within'],
    [['silence', 'a'], 'add'],
    [['silence', 'add', '--iss'], '--issuer'],
    [['config', ''], 'validate'],
    [['expiry', 'logs', '--trust'], '--truststore'],
  ])('%j', (words, expected) => {
    const typed = ['mtls-watch', ...words].map((word) => `'${word}'`).join(' ');
    const ask = `COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _mtls_watch; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', `${script}\n${ask}`], { encoding: 'utf8' });
    expect([stdout.trim().split(' ')[0], stderr]).toEqual([expected, '']);
  });
});

it('for fish, and for zsh on what bash completes; of no other shell', () => {
  expect(run('completion', 'fish').stdout).toContain("-n '__fish_seen_subcommand_from audit' -l within\n");
  expect(run('completion', 'zsh').stdout).toMatch(/^autoload -U \+X bashcompinit/);
  expect(run('completion', 'tcsh')).toMatchObject({ status: 2, stdout: '' });
});

it('every verb takes --quiet', async () => {
  for (const name of verbNames) {
    const verb = (await verbCommands([name])).find((one) => one.name() === name);
    const leaves = verb?.commands.length ? verb.commands : [verb];
    for (const leaf of leaves)
      expect([name, leaf?.options.some(({ long }) => long === '--quiet')]).toEqual([name, true]);
  }
});

it('quiet leaves the answer and errors', () => {
  const log = join(day, 'logs/2026-10-13/payments-access.ndjson.gz');
  const damaged = join(mkdtempSync(join(tmpdir(), 'mtls-watch-quiet-')), 'damaged.gz');
  writeFileSync(damaged, readFileSync(log).subarray(0, 50_000));
  const args = ['expiry', log, damaged, '--at', '2026-10-13'];
  const [loud, quiet] = [run(...args), run(...args, '--quiet')];
  expect(loud.stderr).toMatch(/^warning: /);
  expect([quiet.stdout, quiet.status, quiet.stderr]).toEqual([loud.stdout, loud.status, '']);
  expect(run('audit', join(day, 'missing'), '--quiet').stderr).toMatch(/^error: cannot read/);
});
