/** The cells of a replay in a file that is written round: what was written over is forgotten, and never taken for something else. */

import { expect, it } from 'vitest';
import { compactCells } from '../../cli/replay/compact-cells.js';
import type { Cell, Denial } from '../../shared/model/index.js';
import { randomOf } from '../support/random.js';

const REQUESTS = 4_000;
const KEPT = 200;

/** Of different lengths, so that records do not begin where others did. */
function cellOf(n: number): Cell {
  const half: Denial = {
    ...{ kind: 'denial', eventId: `e${n}`, at: n, requestId: `r${n}`, extendedRequestId: null, scope: 'é', rate: 1 },
    ...{ api: { apiId: null, stage: null }, reason: 'other', reasonText: '\n\u2028'.repeat(n % 23) },
  };
  return { denial: { half, batchId: `b${n}`, second: false }, access: null, claimedBy: null };
}

it('knows the latest, and of those before them nothing or what they were', () => {
  // Room for fewer records than places are remembered, so that some of these hold others by now.
  const cells = compactCells(KEPT, 60_000);
  const random = randomOf(1);
  let [known, forgotten, rounds, before] = [0, 0, 0, 0];
  for (let n = 0; n < REQUESTS; n++) {
    cells.set(`k${n}`, cellOf(n));
    const { spilled } = cells.size();
    if (spilled < before) rounds++;
    before = spilled;
    expect(cells.get(`k${Math.max(0, n - KEPT)}`)).toEqual(cellOf(Math.max(0, n - KEPT)));
    const other = random.integer(0, n);
    const found = cells.get(`k${other}`);
    if (found === undefined) forgotten++;
    else expect(found).toEqual(cellOf(other));
    known += found === undefined ? 0 : 1;
  }
  cells.close();
  expect(rounds).toBeGreaterThan(5);
  expect(Math.min(known, forgotten)).toBeGreaterThan(20);
});
