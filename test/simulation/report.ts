/** What a campaign has to say: a table of what was injected, and the violations with the trace of the first. */

import type { Campaign } from './campaign.js';
import { writeFaults, writes } from './disk.js';

/** Everything else that a campaign injects or provokes. */
export const otherFaults = [
  'a read throttled',
  'a batch delivered again',
  'a batch delivered out of order',
  'an event in several batches',
  'an invocation with a clock that is off',
  'an invocation retried',
  'an invocation that finished late',
  'a sweep cut off',
  'a batch to the dead letters',
  'a dead letter put through again',
  'a dead letter put through days later',
  'a batch that came too late',
  'a sweep that stayed away',
  'a slot taken by another half',
  'a claim lost to the other half or another sweep',
  'a transition lost to another invocation',
  'a notice in the hands of another invocation',
  'a batch sampled',
  'a rate fixed before',
] as const;

/** What never happened in the campaign, of all that should. */
export function missing({ counts }: Campaign): string[] {
  const wanted = [...otherFaults, ...writes.flatMap((write) => writeFaults.map((fault) => `${fault} ${write}`))];
  return wanted.filter((what) => (counts.get(what) ?? 0) === 0);
}

export function report(campaign: Campaign, isTraceWanted = false): string {
  const { seeds, failed, counts, trace } = campaign;
  const count = (what: string): string => String(counts.get(what) ?? 0).padStart(14);
  const lines = [`${'faults per item written'.padEnd(24)}${writeFaults.map((fault) => fault.padStart(14)).join('')}`];
  for (const write of writes) {
    lines.push(`${write.padEnd(24)}${writeFaults.map((fault) => count(`${fault} ${write}`)).join('')}`);
  }
  lines.push('', ...otherFaults.map((what) => `${what.padEnd(52)}${count(what)}`), '');
  for (const { seed, violations } of failed) {
    lines.push(`seed ${seed}:`, ...violations.slice(0, VIOLATIONS_SHOWN).map((violation) => `  ${violation}`));
  }
  const [first] = failed;
  if (first !== undefined) {
    const shown = isTraceWanted ? trace : trace.slice(-TRACE_SHOWN);
    lines.push(
      '',
      `trace of seed ${first.seed} (again with: npm run simulate -- --seed ${first.seed} --trace):`,
      ...shown,
      '',
    );
  }
  lines.push(`${seeds} seeds, ${failed.length} with violations${failed.length === 0 ? ': 0 violations' : ''}`);
  return lines.join('\n');
}

const VIOLATIONS_SHOWN = 5;
const TRACE_SHOWN = 60;
