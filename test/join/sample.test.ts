/** What is joined in a storm: by the id of the request, the same in both logs, and a bounded number of halves of one id. */

import { expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { connectionKey, isKeySampled, sample, samplingRate } from '../../shared/join/sample.js';
import { access, denial } from '../contract/examples.js';

const { joinedPerMinuteMax: most, halvesPerRequestIdMax: times } = limits;

it.each<[number, number]>([
  [0, 1],
  [most, 1],
  [most + 1, 1 / 2],
  [2 * most, 1 / 2],
  [2 * most + 1, 1 / 4],
  [8 * most, 1 / 8],
])('of a load of %d a share of %d', (load, rate) => {
  expect(samplingRate(load)).toBe(rate);
});

const many = Array.from({ length: 2_000 }, (_, n) => n);

it('chooses about the share, the same requests in both logs, and more of the same at a higher rate', () => {
  const ids = (rate: number, halves: Parameters<typeof sample>[0]) =>
    sample(halves, rate).joined.map(({ requestId }) => requestId);
  const [denials, accesses] = [many.map((n) => denial(n)), many.map((n) => access(n))];
  const quarter = ids(1 / 4, denials);
  expect(quarter).toEqual(ids(1 / 4, accesses));
  expect(quarter.length).toBeGreaterThan(400);
  expect(quarter.length).toBeLessThan(600);
  expect(ids(1 / 2, denials)).toEqual(expect.arrayContaining(quarter));
});

it('gives each joined half its rate, and leaves the others as they are', () => {
  const denials = many.slice(0, 100).map((n) => denial(n));
  const { joined, left } = sample(denials, 1 / 2);
  expect(new Set(joined.map(({ rate }) => rate))).toEqual(new Set([1 / 2]));
  expect(new Set(left.map(({ rate }) => rate))).toEqual(new Set([1]));
  expect([...joined, ...left].map(({ eventId }) => eventId).sort()).toEqual(
    denials.map(({ eventId }) => eventId).sort(),
  );
  expect(sample(denials, 1)).toEqual({ joined: denials, left: [] });
});

it('joins no more than a few halves of one id, and an event that comes twice once', () => {
  const chosen = many.map((n) => denial(n)).find((one) => sample([one], 1 / 2).joined.length === 1);
  const { requestId } = chosen ?? denial(0);
  const forged = many.slice(0, 20).map((n) => denial(n, { requestId, eventId: `forged ${n}` }));
  const { joined, left } = sample([...forged, ...forged], 1 / 2);
  expect(joined.map(({ eventId }) => eventId)).toEqual(forged.slice(0, times).map(({ eventId }) => eventId));
  expect(left).toHaveLength(20 - times);
});

it('goes by the extended id where a record has no request id', () => {
  const of = (n: number) => access(0, { eventId: `e${n}`, requestId: '', extendedRequestId: `extended ${n}` });
  const { joined, left } = sample(many.slice(0, 100).map(of), 1 / 2);
  expect(joined.length).toBeGreaterThan(25);
  expect(left.length).toBeGreaterThan(25);
});

it('takes a key below the share of all keys, and none at it', () => {
  const key = (first: number) => Buffer.from([first, 0, 0, 0, 9]).toString('base64url');
  expect([0x00, 0x3f, 0x40, 0xff].map((first) => isKeySampled(key(first), 1 / 4))).toEqual([true, true, false, false]);
});

it('has a cell for each connection, and for each event where the door gave no id', () => {
  const keyOf = (connectionId: string, eventId: string) => connectionKey({ connectionId, eventId });
  expect(keyOf('c', 'e1')).toBe(keyOf('c', 'e2'));
  expect(keyOf('c', 'e1')).not.toBe(keyOf('d', 'e1'));
  expect(keyOf('', 'e1')).not.toBe(keyOf('', 'e2'));
  expect(keyOf('', 'c')).not.toBe(keyOf('c', ''));
});
