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
import { type Mutant, reachOf } from './mutant.js';

export const mutants: readonly Mutant[] = [...mistakesInCounting, ...mistakesAfterCounting, ...mistakesWithStrangers];

const SEEDS_MAX = 3_000;
/** A second or more each. */
const SIEGE_SEEDS_MAX = 100;
const root = new URL('../../', import.meta.url).pathname;

interface Found {
  /** Null where a test found it. */
  readonly seed: number | null;
  readonly violation: string;
}

/** The source with the mistake in it. @throws Error where the text that it replaces is not there once */
export function mutated(mutant: Mutant): string {
  let source = readFileSync(join(root, mutant.file), 'utf8');
  for (const { from, to } of mutant.also === undefined ? [mutant] : [mutant, mutant.also]) {
    if (source.split(from).length !== 2) throw new Error(`${mutant.name}: ${from} is not once in ${mutant.file}`);
    source = source.replace(from, () => to);
  }
  return source;
}

function hunt(mutant: Mutant, seedsMax = SEEDS_MAX): Found | null {
  const copy = mkdtempSync(join(tmpdir(), 'mtls-watch-mutant-'));
  try {
    const parts = ['shared', 'test/simulation', 'test/support', 'test/fixtures', 'package.json', 'tsconfig.json'];
    for (const part of [...parts, ...(mutant.test === undefined ? [] : [mutant.test])]) {
      cpSync(join(root, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const path = join(copy, mutant.file);
    writeFileSync(path, mutated(mutant));
    if (mutant.test !== undefined) return testIn(copy, mutant.test);
    const [most, game] = mutant.isSiege ? [Math.min(seedsMax, SIEGE_SEEDS_MAX), 'siege'] : [seedsMax, 'simulation'];
    const what = [String(most), game, JSON.stringify(reachOf(mutant))];
    const run = spawnSync(process.execPath, ['--import', 'tsx', 'test/simulation/hunt.ts', ...what], {
      cwd: copy,
      encoding: 'utf8',
    });
    if (run.status !== 0) throw new Error(`${mutant.name}: ${run.signal ?? ''} ${run.stderr}`);
    const answer: unknown = JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '');
    return answer as Found | null;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** Whether a test fails in the copy, and the first that does. Without a configuration it is the only one there. */
function testIn(copy: string, file: string): Found | null {
  const args = ['node_modules/vitest/vitest.mjs', 'run', file, '--reporter=json'];
  const run = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
  const { testResults } = JSON.parse(run.stdout.slice(run.stdout.indexOf('{'))) as TestReport;
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  if (tests.length === 0) throw new Error(`${file} did not run: ${run.stderr}`);
  const failed = tests.find(({ status }) => status === 'failed');
  return failed === undefined ? null : { seed: null, violation: `\`${file}\`: ${failed.fullName}` };
}

interface TestReport {
  readonly testResults: readonly { readonly assertionResults: readonly { fullName: string; status: string }[] }[];
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
    const seeds = found === null ? `over ${seedsMax}` : (found.seed ?? 'a test');
    rows.push(`| ${mutant.name} | ${seeds} | ${violation} |`);
    console.log(`${String(seeds).padStart(9)}  ${mutant.name}: ${violation}`);
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
