/** The comparison of `plain.test.ts` on a million lines. */

import { test } from 'vitest';
import { compareReadings } from '../support/mutated-lines.js';

const SEED = Number(process.env.FC_SEED ?? 1);
const LINES = 500_000;

test.each(['json', 'export'] as const)('half a million mutated lines: %s', async (form) => {
  await compareReadings(form, LINES, SEED);
});
