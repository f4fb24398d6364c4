/**
 * What benchmarks measured and the cost model reads, in `cli/cost/measured.json`. Only what does not depend on the machine:
 * units and bytes, never times.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { type Measured, measuredSchema } from '../../cli/cost/measured.js';

const file = new URL('../../cli/cost/measured.json', import.meta.url);

export function remember(part: Partial<Measured>): void {
  const known: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const all = measuredSchema.parse({ ...(known as object), ...part });
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
}
