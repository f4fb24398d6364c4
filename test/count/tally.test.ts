/** Which clients of a group are kept, and which certificates of a batch. */

import { expect, it } from 'vitest';
import { tally } from '../../shared/count/count.js';
import { worthKeeping } from '../../shared/count/partners-first.js';
import { access, client } from '../contract/examples.js';

const of = (subjectDn: string, count: number, ...sourceIps: string[]) => ({
  subjectDn,
  serialNumber: '01',
  fingerprint: null,
  sourceIps,
  count,
});

it('adds up by certificate, and keeps the busiest, of equal counts by name', () => {
  const all = [of('CN=c', 2, 'x'), of('CN=a', 1), of('CN=d', 5), of('CN=b', 2), of('CN=a', 1, 'y'), of('CN=e', 1)];
  expect(tally(all, 4).map(({ subjectDn, count }) => [subjectDn, count])).toEqual([
    ['CN=d', 5],
    ['CN=a', 2],
    ['CN=b', 2],
    ['CN=c', 2],
  ]);
  expect(tally(all.toReversed(), 4).map(({ subjectDn }) => subjectDn)).toEqual(['CN=d', 'CN=a', 'CN=b', 'CN=c']);
  expect(tally([of('CN=a', 1, 'x'), of('CN=a', 1, 'y', 'x')], 1)[0]?.sourceIps).toEqual(['x', 'y']);
});

it('keeps the certificates of the records that are joined, and of those that need no other half', () => {
  const records = ['a', 'b', 'c'].map((id) =>
    access(1, { eventId: id, client: client(1, { fingerprint: `of ${id}` }) }),
  );
  const [joined, left, alone] = records;
  if (joined === undefined || left === undefined || alone === undefined) throw new Error('expected three');
  const certificates = new Map(records.map(({ client: one, eventId }) => [one?.fingerprint ?? '', eventId]));
  const parsed = { accesses: records, certificates };
  const kept = worthKeeping(parsed, [joined, left], [joined]);
  expect(kept.accesses).toEqual([joined, alone]);
  expect([...kept.certificates]).toEqual([
    ['of a', 'a'],
    ['of c', 'c'],
  ]);
  expect(worthKeeping(parsed, [joined], [joined])).toBe(parsed);
});
