/**
 * Writes down after each test file which counters it came by (Stryker's counters, which stand in the copy that is counted in). What
 * a module does when it is loaded is told apart: later files of the same process find it loaded, and depend on it all the same.
 */

import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, expect } from 'vitest';

interface Counters {
  currentTestId?: string | undefined;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> } | undefined;
}

const scope = globalThis as { __stryker__?: Counters };
scope.__stryker__ ??= {};
const counters = scope.__stryker__;

beforeAll(() => {
  counters.currentTestId = 'test';
});

afterAll(() => {
  const { static: loaded = {}, perTest = {} } = counters.mutantCoverage ?? {};
  const line = { test: expect.getState().testPath, loaded: Object.keys(loaded), run: Object.keys(perTest.test ?? {}) };
  appendFileSync(process.env.MUTATION_HITS ?? '/dev/null', `${JSON.stringify(line)}\n`);
  counters.currentTestId = undefined;
  // In place: each module keeps the object that it found first.
  for (const id of Object.keys(loaded)) delete loaded[id];
  delete perTest.test;
});
