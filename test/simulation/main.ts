/**
 * `npm run simulate -- --seeds N [--seed S]`: runs seeds S, S+1, …; the first violation is told with its trace.
 * `npm run simulate -- --siege --seeds N` does so for a stranger who wants to hide an outage (`siege.ts`).
 * `npm run simulate -- --mutants [NAME]` runs the deliberate mistakes instead, or those with NAME in their name; `--seeds` bounds the hunt for each.
 */

import { parseArgs } from 'node:util';
import { campaign } from './campaign.js';
import { report } from './report.js';

const { values, positionals } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    store: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    siege: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
if (values.mutants) {
  const { runMutants } = await import('./mutants.js');
  process.exit(runMutants(positionals[0], process.argv.includes('--seeds') ? Number(values.seeds) : undefined));
}
const first = Number(values.seed ?? 1);
const seeds =
  values.seed === undefined ? Number(values.seeds) : Number(process.argv.includes('--seeds') ? values.seeds : 1);
if (!Number.isSafeInteger(first) || !Number.isSafeInteger(seeds) || seeds < 1) {
  console.error('usage: simulate [--seeds N] [--seed S] [--store memory|table] [--trace]: N and S are whole numbers');
  process.exit(2);
}
const { store } = values;
if (store !== undefined && store !== 'memory' && store !== 'table') {
  console.error('--store is memory or table; without it each seed has one of them');
  process.exit(2);
}
if (values.siege) {
  const { siegeCampaign } = await import('./siege.js');
  const { lines, isHeld } = await siegeCampaign(first, seeds);
  console.log(lines.join('\n'));
  process.exit(isHeld ? 0 : 1);
}
const result = await campaign(first, seeds, store === undefined ? {} : { store });
console.log(report(result, values.trace));
process.exit(result.failed.length === 0 ? 0 : 1);
