/** `replay` gives the notices that the functions would have given, over every class of the detector's benchmark. */

import { describe, expect, it } from 'vitest';
import type { Notice } from '../../shared/model/index.js';
import { bothWays } from '../support/both-ways.js';
import { SITUATIONS } from '../support/situations.js';

const MINUTE = 60_000;
const first = Number(process.env.FC_SEED ?? 1);

/** All classes, three at a time. */
const DOMAINS = Array.from({ length: Math.ceil(SITUATIONS.length / 3) }, (_, n) => SITUATIONS.slice(3 * n, 3 * n + 3));

describe('logs that are delivered within their minute, shuffled, some of them twice', () => {
  it.each(DOMAINS.map((names, n) => [names.join('; '), names, first * 100 + n] as const))(
    '%s: the same notices',
    async (_, names, seed) => {
      const { functions, replayed } = await bothWays(seed, names, 2, 0);
      expect(replayed).toEqual(functions);
    },
  );

  it('many clients: as many, and as severe', async () => {
    const { functions, replayed } = await bothWays(first * 100 + 50, ['bursts', 'flapping', 'endless'], 2, 0, 40);
    const toldOf = (notices: readonly Notice[]) =>
      notices.map(({ kind, at, group, severity, count, clientCount }) => [
        kind,
        at,
        group,
        severity,
        count,
        clientCount,
      ]);
    // Some days have no incident.
    if (functions.length > 0) expect(Math.max(...functions.map(({ clientCount }) => clientCount))).toBeGreaterThan(3);
    expect(toldOf(replayed)).toEqual(toldOf(functions));
  });
});

describe('logs that are delivered up to four minutes late', () => {
  const spikesOf = (notices: readonly Notice[]) => notices.filter(({ kind }) => kind === 'spike');
  it.each([1, 2, 3].map((n) => first * 100 + n))('bursts and outages are the same incidents (%d)', async (seed) => {
    const { functions, replayed } = await bothWays(seed, ['bursts', 'bursts', 'steady, 40 an hour'], 4, 4);
    const [told, asReplayed] = [spikesOf(functions), spikesOf(replayed)];
    expect(told.map(({ group }) => group.issuerDn).sort()).toEqual(
      asReplayed.map(({ group }) => group.issuerDn).sort(),
    );
    for (const [n, one] of told.entries()) {
      const late = Date.parse(one.at) - Date.parse(asReplayed[n]?.at ?? '');
      expect(Math.abs(late)).toBeLessThanOrEqual(10 * MINUTE);
    }
  });
});
