/**
 * For `mutants.ts`: runs seeds until one is violated; prints it, or null, as JSON. Runs in a copy of the product.
 * Arguments: the number of seeds, `siege` or `simulation`, and as JSON which runs get to the mistake.
 */

import { messageOf } from '../../shared/base/errors.js';
import { drawShape } from './draw.js';
import type { Reach } from './mutant.js';
import { createRandom } from './random.js';
import { siege } from './siege.js';
import { simulate } from './simulation.js';

const [seedsMax, what, reach] = [Number(process.argv[2]), process.argv[3], process.argv[4] ?? '{}'];
const wanted = JSON.parse(reach) as Reach;
const isReached = (seed: number): boolean => {
  const { store, isLong } = drawShape(createRandom(seed));
  return (wanted.store ?? store) === store && (wanted.isLong ?? isLong) === isLong;
};
const run = what === 'siege' ? siege : simulate;
let found: { seed: number; violation: string } | null = null;
for (let seed = 1; seed <= seedsMax && found === null; seed++) {
  if (what !== 'siege' && !isReached(seed)) continue;
  try {
    const [violation] = (await run(seed)).violations;
    if (violation !== undefined) found = { seed, violation };
  } catch (error) {
    found = { seed, violation: `a crash: ${messageOf(error)}` };
  }
}
console.log(JSON.stringify(found));
process.exit(0);
