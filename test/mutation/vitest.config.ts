import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import base from '../../vitest.config.js';

/** Runs test files in the order in which they are given: those likely to fail come first. */
class AsGiven extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer['sort']>[0]) {
    return files;
  }
}

/** The command line as a process of its own has the unchanged files in its bundle. */
const withProcesses = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .map((file) => `test/${file.replaceAll('\\', '/')}`)
  .filter((file) => file.endsWith('.test.ts') && readFileSync(file, 'utf8').includes("inject('cli')"));

/** Those look at the files themselves, not at what they do. */
const ofTheTree = ['test/project/**', 'test/simulation/mutants.test.ts'];

/** The stack says nothing on `shared/` that the tests of `shared/` do not say in a tenth of the time. */
const [unit] = (base.test?.projects ?? []).filter(
  (project) => typeof project === 'object' && 'test' in project && project.test?.name === 'unit',
) as [{ test: { include: string[]; exclude: string[] } }];

/** Set in the run that counts which test file comes by which point: all of it runs, and the counters are written out. */
const isCounting = process.env.MUTATION_HITS !== undefined;

export default defineConfig({
  ...base,
  // Not in `node_modules`, which the copy shares with the tree.
  cacheDir: '.vite',
  test: {
    ...base.test,
    projects: undefined,
    include: unit.test.include,
    exclude: [...unit.test.exclude, ...withProcesses, ...ofTheTree, '**/node_modules/**'],
    isolate: false,
    setupFiles: ['test/support/seed.ts', ...(isCounting ? ['test/mutation/hits.ts'] : [])],
    maxWorkers: isCounting ? 2 : 1,
    bail: isCounting ? 0 : 1,
    sequence: { sequencer: AsGiven },
  },
});
