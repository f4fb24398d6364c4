/**
 * Reasons without a name: each kind of sentence is a group, exactly once in whatever order and however often its logs come, as many
 * as a scope and day have places for, and what an earlier release counted stays where it is.
 */

import { describe, expect, it } from 'vitest';
import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import { createMemoryStores } from '../../shared/adapters/memory/index.js';
import { limits } from '../../shared/base/limits.js';
import { measureFailures } from '../../shared/count/metrics.js';
import type { GroupKey, LogBatch, Parsed } from '../../shared/model/index.js';
import { ingest, ingestRead, readBatch, sweep } from '../../shared/pipeline.js';
import type { Stores, World } from '../../shared/ports/index.js';
import { CLOUDFRONT_FIELDS, cloudFrontRecord, jsonRecord } from '../support/connection-records.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch, type Refusal, T0 } from '../support/logs.js';
import { createMemoryTable } from '../support/memory-table.js';
import { noTruststores, testConfig } from '../support/world.js';

const MINUTE = 60_000;
const kinds = ['memory', 'DynamoDB'] as const;

/** Worlds on one store; each is a container that remembers nothing. */
function installation(kind: (typeof kinds)[number]) {
  const clock = { at: T0 + MINUTE };
  const now = () => clock.at;
  const memory = createMemoryStores();
  const table = createMemoryTable({ now });
  const another = (): World => ({
    config: testConfig(),
    clock: { now },
    stores: kind === 'memory' ? memory : createStoresOn(table, { now }),
    truststores: noTruststores,
    publisher: { publish: async () => {} },
  });
  return { clock, another };
}

type Call = Partial<Refusal> & { readonly n: number };
const denials = (calls: readonly Call[]): LogBatch => executionBatch(calls.map((call) => denialAsOneEvent(call)));
const records = (calls: readonly Call[]): LogBatch => accessBatch(calls.map((call) => accessEvent(call)));
const said = (...reasons: readonly string[]): Call[] => reasons.map((reason, n) => ({ n, reason }));

/** As the release before: no words on a half, and none noted for a storm. */
async function ingestAsBefore(batch: LogBatch, world: World): Promise<void> {
  const { denials: with_, connections, ...rest } = await readBatch(batch, world);
  const bare = <T extends { readonly words?: string }>(all: readonly T[]): T[] =>
    all.map(({ words: _, ...one }) => one as T);
  const { storm } = world.stores;
  const stores: Stores = {
    ...world.stores,
    storm: { ...storm, fixDenials: (id, { hasWords: _, ...wanted }) => storm.fixDenials(id, wanted) },
  };
  const read: Parsed = { ...rest, denials: bare(with_), connections: bare(connections) };
  await ingestRead(batch.batchId, read, { ...world, stores });
}

async function countsIn(world: World, clock: { at: number }): Promise<Record<string, number>> {
  for (let n = 0; n < 13; n++) {
    clock.at += 10 * MINUTE;
    expect((await sweep(world)).failures).toEqual([]);
  }
  const sums: Record<string, number> = {};
  for (const group of await world.stores.rollups.groups(0, 1e6, 10_000)) {
    const counts = (await world.stores.rollups.load(group, 0, 1e6)).map(({ count }) => count);
    sums[nameOf(group)] = counts.reduce((sum, count) => sum + count, sums[nameOf(group)] ?? 0);
  }
  return sums;
}

const nameOf = ({ reason, words = '' }: GroupKey): string => `${reason}: ${words}`;

describe.each(kinds)('on %s', (kind) => {
  it('counts each kind of sentence by itself, and the same sentence with other ids in one', async () => {
    const { another, clock } = installation(kind);
    const calls = said(
      'Certificate 04A3B2C1 is on the deny list.',
      'certificate FF00FF01 is on the deny list',
      'the moon is in the wrong quarter',
      '証明書は失効しています',
      'certificate has expired',
      '',
    );
    for (const batch of [denials(calls), records(calls), denials(calls)]) await ingest(batch, another());
    expect(await countsIn(another(), clock)).toEqual({
      'other: certificate … is on the deny list': 2,
      'other: the moon is in the wrong quarter': 1,
      'other: 証明書は失効しています': 1,
      'expired: ': 1,
      'other: ': 1,
    });
  });

  it('counts unknown codes of another door by themselves', async () => {
    const { another, clock } = installation(kind);
    const events = ['ClientCertOfTomorrow', 'ClientCertOfTomorrow', 'ClientCertOfYore'].map((code, n) => ({
      id: `connection-${n}`,
      timestamp: T0 + n,
      message: jsonRecord(cloudFrontRecord(n, { connectionStatus: `Failed:${code}` }), CLOUDFRONT_FIELDS),
    }));
    const batch = { ...denials([]), batchId: 'connections', logGroup: '/aws/vendedlogs/cloudfront', events };
    await ingest(batch, another());
    await ingest({ ...batch, batchId: 'again' }, another());
    expect(await countsIn(another(), clock)).toEqual({
      'other: ClientCertOfTomorrow': 2,
      'other: ClientCertOfYore': 1,
    });
  });

  it('gives places to as many kinds as the bound allows, and counts the others together, whatever is repeated', async () => {
    const { another, clock } = installation(kind);
    const letters = (n: number) => [...String(n)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
    const many = Array.from({ length: 300 }, (_, n) => ({ n, reason: `a made-up sentence called ${letters(n)}` }));
    const often = Array.from({ length: 5 }, (_, n) => ({ n: 900 + n, reason: 'what the gateway really says' }));
    const calls = [...many, ...often];
    for (const batch of [denials(calls), records(calls), records(calls.slice(7)), denials(calls)]) {
      await ingest(batch, another());
    }
    const counts = await countsIn(another(), clock);
    expect(Object.keys(counts)).toHaveLength(limits.reasonWordsPerScopeMax + 1);
    expect(counts['other: what the gateway really says']).toBe(5);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(calls.length);
    expect(counts['other: ']).toBe(calls.length - 5 - (limits.reasonWordsPerScopeMax - 1));
  });

  it.each([
    ['joined', 3],
    ['in a storm', limits.calmHalvesMax + 100],
  ])('counts nothing again that the release before counted, %s', async (_, count) => {
    const { another, clock } = installation(kind);
    const calls = Array.from({ length: count }, (_, n) => ({ n, reason: 'the moon is in the wrong quarter' }));
    if (count > limits.calmHalvesMax) {
      for (const load of ['denial', 'access'] as const) {
        await another().stores.storm.addLoad(Math.floor(T0 / MINUTE), load, 8 * limits.joinedPerMinuteMax);
      }
    }
    for (const batch of [denials(calls), records(calls)]) await ingestAsBefore(batch, another());
    for (const batch of [denials(calls), records(calls), denials(calls)]) await ingest(batch, another());
    expect(await countsIn(another(), clock)).toEqual({ 'other: ': count });
  });

  it('lets a half that the release before stored wait for its other half', async () => {
    const { another, clock } = installation(kind);
    const calls = said('the moon is in the wrong quarter', 'the moon is in the wrong quarter');
    await ingestAsBefore(denials(calls.slice(0, 1)), another());
    await ingest(denials(calls.slice(1)), another());
    for (const batch of [records(calls), denials(calls), records(calls)]) await ingest(batch, another());
    expect(await countsIn(another(), clock)).toEqual({ 'other: ': 1, 'other: the moon is in the wrong quarter': 1 });
  });

  it('takes what a storm joins off those without a client who have the same words', async () => {
    const { another, clock } = installation(kind);
    const count = limits.calmHalvesMax + 300;
    const calls = Array.from({ length: count }, (_, n) => ({ n, reason: n % 3 === 0 ? 'first kind' : 'second kind' }));
    for (const load of ['denial', 'access'] as const) {
      await another().stores.storm.addLoad(Math.floor(T0 / MINUTE), load, 8 * limits.joinedPerMinuteMax);
    }
    for (const batch of [denials(calls), records(calls), denials(calls), records(calls)])
      await ingest(batch, another());
    const first = calls.filter(({ reason }) => reason === 'first kind').length;
    expect(await countsIn(another(), clock)).toEqual({
      'other: first kind': first,
      'other: second kind': count - first,
    });
  });
});

it('a metric names a kind of sentence by its hash, and the rest by the reason alone', async () => {
  const { another } = installation('memory');
  const calls = said(
    'the moon is in the wrong quarter',
    'THE MOON is in the wrong quarter.',
    '',
    'certificate has expired',
  );
  await ingest(records(calls), another());
  const { facts } = await ingest(denials(calls), another());
  const reasons = measureFailures(facts).map(({ dimensions, value }) => [dimensions.reason, value]);
  expect(reasons).toEqual([
    [expect.stringMatching(/^other-[0-9a-f]{12}$/), 2],
    ['other', 1],
    ['expired', 1],
  ]);
});
