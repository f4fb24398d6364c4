/** A denial that was claimed and moved: it takes the record of its cell only if it found it there itself. */

import { expect, it } from 'vitest';
import { settledAtGateway } from '../../shared/join/pairing.js';
import type { Cell, HeldHalf } from '../../shared/model/index.js';
import { access, denial } from '../contract/examples.js';

const held = <T extends HeldHalf['half']>(half: T, second: boolean) => ({ half, batchId: 'b', second });
const record = held(access(1), false);

it.each<[string, Partial<Cell>, string | null]>([
  ['found the record waiting', { denial: held(denial(1), true), access: record }, access(1).client?.subjectDn ?? ''],
  ['was there before the record', { denial: held(denial(1), false), access: record }, null],
  ['found another denial, which has the record', { denial: held(denial(2), true), access: record }, null],
  ['found another denial, which has none', { denial: held(denial(2), false), access: record }, null],
  ['found no record', { denial: held(denial(1), true) }, null],
  ['found an empty cell', { access: record }, null],
])('%s', (_, cell, subjectDn) => {
  const failure = settledAtGateway(denial(1), { denial: null, access: null, claimedBy: null, ...cell });
  expect(failure).toMatchObject({ eventId: denial(1).eventId, weight: 1 });
  expect(failure.client?.subjectDn ?? null).toBe(subjectDn);
});
