/** A few hundred runs of the simulation; `npm run simulate` does thousands. */

import { describe, expect, it } from 'vitest';
import { campaign } from './campaign.js';
import { report } from './report.js';
import { siegeCampaign } from './siege.js';
import { simulate } from './simulation.js';

const SEEDS = 200;
const SIEGES = 20;

describe('the simulation', () => {
  // First, since a violation is looked into with its seed alone, in a process that has loaded nothing yet.
  it('gives the same run for the same seed, write for write', async () => {
    const [first, second] = [await simulate(7, { trace: true }), await simulate(7, { trace: true })];
    expect(first.trace.length).toBeGreaterThan(100);
    expect(second).toEqual(first);
  });

  it('finds no history that breaks the promises', async () => {
    const result = await campaign(1, SEEDS);
    expect(result.failed.length, report(result)).toBe(0);
    expect(result.seeds).toBe(SEEDS);
    for (const fault of ['crash before facts.put', 'failed after join.put', 'paused before join.claim']) {
      expect(result.counts.get(fault) ?? 0, fault).toBeGreaterThan(0);
    }
  });
});

it('a siege hides no outage, teaches nothing and keeps nobody awake', async () => {
  const { lines, isHeld } = await siegeCampaign(1, SIEGES);
  expect(isHeld, lines.join('\n')).toBe(true);
  for (const what of ['a budget used up', 'a claim told', 'an outage of a partner', 'an invocation retried']) {
    expect(lines.join('\n')).toContain(what);
  }
});
