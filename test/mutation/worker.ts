/**
 * Runs tests in a copy of the tree, whose root is its working directory, for the process that started it (`workshop.ts`). Modules
 * stay transformed from one run to the next; only the changed file is read again.
 */

import { relative, resolve } from 'node:path';
import { createVitest, type TestModule } from 'vitest/node';

/** What is asked: which test files import a file; or run these, or all of them, after a file changed. */
export type Question =
  | { readonly importersOf: string }
  | { readonly tests: readonly string[] | 'all'; readonly changed: string | null };

export interface TestFile {
  readonly test: string;
  readonly isPassed: boolean;
  readonly milliseconds: number;
}

/** What ran, and the first test that failed. */
export interface Answer {
  readonly files: readonly TestFile[];
  readonly failed: string | null;
}

const root = process.cwd();
/** Those of this run: vitest's own result has those of the runs before, too. */
let ended: TestModule[] = [];
const reporters = [{ onTestModuleEnd: (one: TestModule) => void ended.push(one) }];
const vitest = await createVitest('test', { root, config: 'test/mutation/vitest.config.ts', watch: false, reporters });
const everything = new Map((await vitest.globTestSpecifications()).map((one) => [relative(root, one.moduleId), one]));

async function run(tests: readonly string[]): Promise<Answer> {
  ended = [];
  const found = tests.map((test) => everything.get(test)).filter((one) => one !== undefined);
  const { unhandledErrors } = await vitest.runTestSpecifications(found);
  const failed = ended.flatMap((one) => {
    const [test] = one.children.allTests('failed');
    return one.state() === 'failed' ? [`${one.relativeModuleId}: ${test?.fullName ?? one.errors()[0]?.message}`] : [];
  });
  const files = ended.map((one) => ({
    test: one.relativeModuleId,
    isPassed: one.state() === 'passed',
    milliseconds: Object.values(one.diagnostic()).reduce(
      (sum: number, ms) => sum + (typeof ms === 'number' ? ms : 0),
      0,
    ),
  }));
  const outside = unhandledErrors.map((error) => `outside of a test: ${Object(error).message ?? 'an error'}`);
  return { files, failed: failed[0] ?? outside[0] ?? null };
}

async function importersOf(file: string): Promise<string[]> {
  vitest.config.related = [resolve(file)];
  const found = await vitest.getRelevantTestSpecifications();
  return found.map(({ moduleId }) => relative(root, moduleId));
}

/** Changed in the last run, and as it was since. */
let restored: string | null = null;

process.on('message', async (question: Question) => {
  if ('importersOf' in question) return process.send?.(await importersOf(question.importersOf));
  const { tests, changed } = question;
  for (const file of [restored, changed]) if (file !== null) vitest.invalidateFile(resolve(file));
  restored = changed;
  return process.send?.(await run(tests === 'all' ? [...everything.keys()] : tests));
});
process.send?.('ready');
// Whoever started it is gone.
process.on('disconnect', () => process.exit());
