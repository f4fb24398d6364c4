/** For `mutants.ts`: runs seeds until one is violated; prints it, or null, as JSON. Runs in a copy of the product. */

import { messageOf } from '../../shared/base/errors.js';
import { siege } from './siege.js';
import { simulate } from './simulation.js';

const seedsMax = Number(process.argv[2]);
const run = process.argv[3] === 'siege' ? siege : simulate;
let found: { seed: number; violation: string } | null = null;
for (let seed = 1; seed <= seedsMax && found === null; seed++) {
  try {
    const [violation] = (await run(seed)).violations;
    if (violation !== undefined) found = { seed, violation };
  } catch (error) {
    found = { seed, violation: `a crash: ${messageOf(error)}` };
  }
}
console.log(JSON.stringify(found));
process.exit(0);
