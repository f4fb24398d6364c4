/**
 * `npm run simulate -- --mutants`: proves that the simulation sees what it should. Each mutant is the product with one
 * deliberate mistake, made in a copy; the simulation must find it. Writes the table of `docs/simulation.md`.
 */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mistakesAfterCounting } from './mistakes-after-counting.js';
import { mistakesInCounting } from './mistakes-in-counting.js';
import { mistakesWithStrangers } from './mistakes-with-strangers.js';
import type { Mutant } from './mutant.js';

export const mutants: readonly Mutant[] = [...mistakesInCounting, ...mistakesAfterCounting, ...mistakesWithStrangers];

const SEEDS_MAX = 3_000;
/** A second or more each. */
const SIEGE_SEEDS_MAX = 100;
const root = new URL('../../', import.meta.url).pathname;

/** The source with the mistake in it. @throws Error where the text that it replaces is not there once */
export function mutated(mutant: Mutant): string {
  let source = readFileSync(join(root, mutant.file), 'utf8');
  for (const { from, to } of mutant.also === undefined ? [mutant] : [mutant, mutant.also]) {
    if (source.split(from).length !== 2) throw new Error(`${mutant.name}: ${from} is not once in ${mutant.file}`);
    source = source.replace(from, () => to);
  }
  return source;
}

function hunt(mutant: Mutant, seedsMax = SEEDS_MAX): { readonly seed: number; readonly violation: string } | null {
  const copy = mkdtempSync(join(tmpdir(), 'mtls-watch-mutant-'));
  try {
    for (const part of [
      'shared',
      'test/simulation',
      'test/support',
      'test/fixtures',
      'package.json',
      'tsconfig.json',
    ]) {
      cpSync(join(root, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const path = join(copy, mutant.file);
    writeFileSync(path, mutated(mutant));
    const what = mutant.isSiege ? [String(Math.min(seedsMax, SIEGE_SEEDS_MAX)), 'siege'] : [String(seedsMax)];
    const run = spawnSync(process.execPath, ['--import', 'tsx', 'test/simulation/hunt.ts', ...what], {
      cwd: copy,
      encoding: 'utf8',
    });
    if (run.status !== 0) throw new Error(`${mutant.name}: ${run.signal ?? ''} ${run.stderr}`);
    const answer: unknown = JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '');
    return answer as { seed: number; violation: string } | null;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/**
 * Hunts every mutant, or those with `wanted` in their name; all of them fill the table of `docs/simulation.md`.
 * @returns the exit code: 1 where one survived
 */
export function runMutants(wanted?: string, seedsMax = SEEDS_MAX): number {
  // A text that is no longer there is told before the long run.
  for (const mutant of mutants) mutated(mutant);
  const CONTROL: Mutant = {
    name: 'no mistake',
    file: 'shared/adapters/memory/index.ts',
    from: 'const EMPTY: Cell',
    to: 'const EMPTY: Cell',
  };
  if (hunt(CONTROL, 100) !== null) throw new Error('the simulation finds a violation where there is no mistake');
  const rows: string[] = [];
  let survivors = 0;
  for (const mutant of mutants.filter(({ name }) => wanted === undefined || name.includes(wanted))) {
    const found = hunt(mutant, seedsMax);
    if (found === null) survivors++;
    const violation = found?.violation.replaceAll('|', '\\|') ?? '**survived**';
    rows.push(`| ${mutant.name} | ${found?.seed ?? `over ${seedsMax}`} | ${violation} |`);
    console.log(`${String(found?.seed ?? 'survived').padStart(9)}  ${mutant.name}: ${found?.violation ?? ''}`);
  }
  if (wanted === undefined) {
    const page = join(root, 'docs/simulation.md');
    const text = readFileSync(page, 'utf8');
    const table = ['| the mistake | seeds | what the simulation said first |', '|---|---:|---|', ...rows].join('\n');
    writeFileSync(
      page,
      text.replace(/(<!-- mutants -->\n)[\s\S]*?(<!-- \/mutants -->)/, (_, a, b) => `${a}${table}\n${b}`),
    );
  }
  console.log(`${rows.length} mutants, ${survivors} survived`);
  return survivors === 0 ? 0 : 1;
}
