import { expect, it } from 'vitest';
import { mutants, mutated } from './mutants.js';

it.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
  'still finds where to make the mistake: %s',
  (_, mutant) => {
    expect(mutated(mutant)).toContain(mutant.to);
  },
);
