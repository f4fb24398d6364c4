/**
 * Counting exactly once, at the level of halves: whatever the partition into batches, the order, the duplication, the
 * retries and the forging of request ids, every denial counts once, and on nobody else's certificate.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryStores } from '../../shared/adapters/memory/index.js';
import { correlate, postponedList, settle, waitingLists } from '../../shared/join/correlate.js';
import { cellKey } from '../../shared/join/pairing.js';
import type { AccessRecord, Denial, Failure, Half } from '../../shared/model/index.js';
import type { JoinStore, Waiting } from '../../shared/ports/index.js';

const denial = (n: number, requestId = `r${n}`, extendedRequestId: string | null = `x${n}`): Denial => ({
  kind: 'denial',
  eventId: `d${n}`,
  at: n,
  requestId,
  extendedRequestId,
  reason: 'expired',
  reasonText: 'certificate has expired',
  api: { apiId: null, stage: null },
  scope: 'log-group',
  rate: 1,
});

const access = (n: number, requestId = `r${n}`, extendedRequestId: string | null = `x${n}`): AccessRecord => ({
  kind: 'access',
  eventId: `a${n}`,
  at: n,
  requestId,
  extendedRequestId,
  api: { apiId: null, stage: null },
  scope: 'api.example',
  client: {
    subjectDn: `CN=client-${n}`,
    issuerDn: `CN=issuer-${n % 3}`,
    serialNumber: '01',
    notBefore: null,
    notAfter: null,
    fingerprint: null,
    sourceIp: '',
    userAgent: '',
  },
  rate: 1,
});

/** Puts batches through one store and settles what waits at the end; returns what was counted. */
async function run(
  batches: readonly (readonly Half[])[],
  join: JoinStore = createMemoryStores().join,
  settleAfter: ReadonlySet<number> = new Set(),
): Promise<Failure[]> {
  const counted = new Map<string, readonly Failure[]>();
  const lists: Waiting[] = [];
  const settleAll = async () => {
    for (const list of lists) {
      const { failures } = await settle(list, join);
      const known = counted.get(`settled ${list.id}`);
      if (known !== undefined) expect(failures.length).toBeGreaterThanOrEqual(known.length);
      counted.set(`settled ${list.id}`, failures);
    }
  };
  for (const [index, batch] of batches.entries()) {
    const batchId = batchIdOf(batch);
    const correlated = await correlate(batch, batchId, join);
    const { failures } = correlated;
    // A fact is replaced by the one of a retry of the same batch, which may only know more.
    if (failures.length >= (counted.get(batchId)?.length ?? 0)) counted.set(batchId, failures);
    lists.push(...waitingLists(batchId, correlated, 0));
    if (settleAfter.has(index)) await settleAll();
  }
  await settleAll();
  return [...counted.values()].flat();
}

/** Like the real one, derived from the content, so that equal batches are retries of one another. */
const batchIdOf = (batch: readonly Half[]): string => batch.map((half) => half.eventId).join();

const issuers = (failures: readonly Failure[]): string[] =>
  failures.map(({ at, issuerDn }) => `${at} ${issuerDn}`).sort();

/** A history of deliveries: some order, cut into batches, parts of it delivered again, some batches retried. */
const deliveries = (halves: readonly Half[]) =>
  fc
    .tuple(
      fc.shuffledSubarray([...halves], { minLength: halves.length }),
      fc.shuffledSubarray([...halves]),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2 * halves.length, maxLength: 2 * halves.length }),
      fc.array(fc.nat(), { maxLength: 3 }),
    )
    .map(([all, again, sizes, retries]) => {
      const stream = [...all, ...again];
      const batches: Half[][] = [];
      for (let from = 0, b = 0; from < stream.length; from += sizes[b] ?? 1, b++)
        batches.push(stream.slice(from, from + (sizes[b] ?? 1)));
      for (const retry of retries) batches.push([...(batches[retry % batches.length] ?? [])]);
      return batches;
    });

describe('a record whose format lacks the request id', () => {
  const nameless = (n: number, extendedRequestId = `x${n}`): AccessRecord => ({
    ...access(n, '', extendedRequestId),
    scope: '/access',
    isScopeGuessed: true,
  });

  it('is joined by the extended id when the denial has waited in vain, whichever comes first', async () => {
    const joined = [{ issuerDn: 'CN=issuer-1', attribution: 'joined', scope: 'log-group' }];
    expect(await run([[denial(1)], [nameless(1)]])).toMatchObject(joined);
    expect(await run([[nameless(1)], [denial(1)]])).toMatchObject(joined);
    expect(await run([[nameless(1), denial(1)]])).toMatchObject(joined);
  });

  it('is not joined with a denial of another extended id, or of none', async () => {
    expect(await run([[denial(1, 'r1', 'x2')], [nameless(1)]])).toMatchObject([{ issuerDn: 'unknown' }]);
    expect(await run([[denial(1, 'r1', null)], [nameless(1)]])).toMatchObject([{ issuerDn: 'unknown' }]);
  });

  it('changes nothing when it comes after its denial was counted', async () => {
    const { join } = createMemoryStores();
    expect(await run([[denial(1)]], join)).toMatchObject([{ attribution: 'unpaired' }]);
    expect(await run([[nameless(1)], [denial(1)]], join)).toEqual([]);
  });

  it('is reported as unmatched once, and only when its denial can no longer come to it', async () => {
    const { join } = createMemoryStores();
    const correlated = await correlate([nameless(1)], 'b', join);
    const [list] = waitingLists('b', correlated, 0);
    const first = await settle(list ?? expect.unreachable(), join);
    expect(first).toMatchObject({ unmatched: [], postponed: [{ kind: 'access' }] });
    const again = postponedList(list ?? expect.unreachable(), first.postponed, 1);
    expect(await settle(again ?? expect.unreachable(), join)).toMatchObject({
      unmatched: [{ eventId: 'a1' }],
      postponed: [],
    });
    expect(postponedList(list ?? expect.unreachable(), [], 1)).toBeNull();
  });

  it('gives every denial one count under any order, partition, duplication and retry, settled at any time', async () => {
    const halves = [0, 1, 2, 3].flatMap((n) => [denial(n), n % 2 === 0 ? nameless(n) : access(n)]);
    await fc.assert(
      fc.asyncProperty(deliveries(halves), fc.array(fc.nat(6), { maxLength: 3 }), async (batches, settleAfter) => {
        const { join } = createMemoryStores();
        const counted = await run(batches, join, new Set(settleAfter));
        expect(counted.map(({ at }) => at).sort()).toEqual([0, 1, 2, 3]);
        for (const { at, issuerDn } of counted) expect(['unknown', `CN=issuer-${at % 3}`]).toContain(issuerDn);
      }),
      { numRuns: 500 },
    );
  });
});

describe('correlate and settle', () => {
  it('joins the halves of one request, whichever comes first', async () => {
    expect(issuers(await run([[denial(1)], [access(1)]]))).toEqual(['1 CN=issuer-1']);
    expect(issuers(await run([[access(1)], [denial(1)]]))).toEqual(['1 CN=issuer-1']);
    expect(issuers(await run([[access(1), denial(1)]]))).toEqual(['1 CN=issuer-1']);
  });

  it('counts a denial without its client after the grace, and what comes later changes nothing', async () => {
    const { join } = createMemoryStores();
    expect(await run([[denial(1)]], join)).toMatchObject([
      { issuerDn: 'unknown', attribution: 'unpaired', scope: 'log-group' },
    ]);
    expect(await run([[access(1)], [denial(1), denial(1)]], join)).toEqual([]);
  });

  it('reports an access record without a denial as unmatched, once, and still joins a late denial', async () => {
    const { join } = createMemoryStores();
    const first = await correlate([access(1)], 'b', join);
    const again = await correlate([access(1)], 'c', join);
    const lists = [...waitingLists('b', first, 0), ...waitingLists('c', again, 0)];
    const unmatched: number[] = [];
    for (const list of lists) unmatched.push((await settle(list, join)).unmatched.length);
    expect(unmatched).toEqual([1, 0]);
    expect(issuers((await correlate([denial(1)], 'd', join)).failures)).toEqual(['1 CN=issuer-1']);
  });

  it('gives honest requests the same counts under any order, partition, duplication and retry', async () => {
    const halves = [0, 1, 2, 3, 4].flatMap((n) => [denial(n, `r${n}`, n % 2 ? null : `x${n}`), access(n)]);
    await fc.assert(
      fc.asyncProperty(deliveries(halves), async (batches) => {
        expect(issuers(await run(batches))).toEqual([0, 1, 2, 3, 4].map((n) => `${n} CN=issuer-${n % 3}`));
      }),
      { numRuns: 300 },
    );
  });

  it('ties requests of one forged id by the extended id, under any order, partition, duplication and retry', async () => {
    const halves = [0, 1, 2, 3, 4].flatMap((n) => [denial(n, 'forged'), access(n, 'forged')]);
    await fc.assert(
      fc.asyncProperty(deliveries(halves), async (batches) => {
        expect(issuers(await run(batches))).toEqual([0, 1, 2, 3, 4].map((n) => `${n} CN=issuer-${n % 3}`));
      }),
      { numRuns: 1000 },
    );
  });

  it('counts every denial of a forged id where nothing ties it to a client, and pins none on another client', async () => {
    // Denials without an extended id: at most the first may be joined by the request id alone, the others stand alone.
    const halves = [0, 1, 2, 3].flatMap((n) => [denial(n, 'forged', null), ...(n < 2 ? [access(n, 'forged')] : [])]);
    await fc.assert(
      fc.asyncProperty(deliveries(halves), async (batches) => {
        const failures = await run(batches);
        expect(failures.map((failure) => failure.at).sort()).toEqual([0, 1, 2, 3]);
        expect(failures.filter((failure) => failure.attribution === 'joined').length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  it('counts every denial once whenever the sweep settles, and names no wrong client', async () => {
    const forged = [0, 1, 2].flatMap((n) => [denial(n, 'forged', n === 1 ? null : `x${n}`), access(n, 'forged')]);
    const honest = [3, 4].flatMap((n) => [denial(n), access(n)]);
    await fc.assert(
      fc.asyncProperty(deliveries([...forged, ...honest]), fc.uniqueArray(fc.nat(12)), async (batches, settleAfter) => {
        const failures = await run(batches, createMemoryStores().join, new Set(settleAfter));
        expect(failures.map((failure) => failure.at).sort()).toEqual([0, 1, 2, 3, 4]);
        for (const { at, issuerDn } of failures.filter(
          (failure) => failure.at !== 1 && failure.attribution === 'joined',
        )) {
          expect(issuerDn).toBe(`CN=issuer-${at % 3}`);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('counts a denial tied to no request id at once, and only once', async () => {
    const failures = await run([[denial(1, '', null)], [denial(1, '', null), denial(2, '', null)]]);
    expect(issuers(failures)).toEqual(['1 unknown', '2 unknown']);
  });

  it('counts a denial of no request id once, though some deliveries lack its extended id too', async () => {
    expect(await run([[denial(1, '', 'x1')], [denial(1, '', null), denial(2, '')]])).toHaveLength(2);
  });

  it('counts a denial once whose request id stands in a line that some deliveries lack', async () => {
    const whole = { ...denial(1), isIdBorrowed: true as const };
    const bare = denial(1, '', null);
    for (const batches of [
      [[bare], [whole], [access(1)]],
      [[whole], [access(1)], [bare]],
      [[access(1)], [bare], [whole]],
    ]) {
      expect((await run(batches)).map((failure) => failure.at)).toEqual([1]);
    }
    expect(issuers(await run([[whole], [access(1)], [bare]]))).toEqual(['1 CN=issuer-1']);
  });

  it('counts a denial whose record waits where its id was used twice, when a delivery that lacks its extended id comes in between', async () => {
    const { join } = createMemoryStores();
    const another = denial(3, 'other');
    await correlate([access(1, 'r')], 'record', join);
    await correlate([denial(2, 'r')], 'same id', join);
    const crashing: JoinStore = {
      ...join,
      put: (writes) =>
        writes.some(({ half }) => half.kind === 'access') ? Promise.reject(new Error('crash')) : join.put(writes),
    };
    await expect(correlate([denial(1, 'r')], 'whole', crashing)).rejects.toThrow('crash');
    const cut = await correlate([denial(1, 'r', null), another], 'cut', join);
    const whole = await correlate([denial(1, 'r')], 'whole', join);
    expect([...cut.failures, ...whole.failures]).toMatchObject([
      { eventId: 'd1', client: { subjectDn: 'CN=client-1' } },
    ]);
  });

  it('lets two denials that claim one extended id both count', async () => {
    const failures = await run([
      [denial(1, 'forged', 'x1')],
      [denial(2, 'forged', 'x1')],
      [access(1, 'forged', 'x1')],
      [denial(3, 'forged', 'x1')],
    ]);
    expect(failures.map((failure) => failure.at).sort()).toEqual([1, 2, 3]);
  });
});

it('a denial that is settled finds its record where a batch that died had put it', async () => {
  const { join } = createMemoryStores();
  const first = await correlate([denial(1, 'r')], 'first', join);
  // Another client uses the request id; then a batch takes the record of the denial further, and dies before it takes the denial along.
  await correlate([access(2, 'r')], 'another', join);
  await join.put([{ key: cellKey.extended('r', 'x1'), half: access(1, 'r'), batchId: 'died' }]);
  const [list] = waitingLists('first', first, 0);
  if (list === undefined) throw new Error('the denial waits');
  const { failures } = await settle(list, join);
  expect(failures).toMatchObject([
    { attribution: 'joined', issuerDn: 'CN=issuer-1', client: { subjectDn: 'CN=client-1' } },
  ]);
  expect((await settle(list, join)).failures).toEqual(failures);
});
