/**
 * A batch that is repeated gives the same counts, whatever the world outside the store says by then: the truststore is another
 * one or cannot be read, an issuer is trusted or is not any more, a setting or discovery names another domain.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import { createMemoryStores } from '../../shared/adapters/memory/index.js';
import { digest } from '../../shared/base/digest.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import type { GroupKey, LogBatch } from '../../shared/model/index.js';
import { ingest, sweep } from '../../shared/pipeline.js';
import type { Stores, World } from '../../shared/ports/index.js';
import type { TruststoreSource } from '../../shared/ports/truststore.js';
import { ca, leaf } from '../support/certificates.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch, T0 } from '../support/logs.js';
import { createMemoryTable } from '../support/memory-table.js';
import { noTruststores, testConfig } from '../support/world.js';

const MINUTE = 60_000;
const kinds = ['memory', 'DynamoDB'] as const;

/** Each call of `another` is a container that remembers nothing. */
function storesOf(kind: (typeof kinds)[number], now: () => number): { another: () => Stores } {
  const memory = createMemoryStores();
  const table = createMemoryTable({ now });
  return { another: () => (kind === 'memory' ? memory : createStoresOn(table, { now })) };
}

function worldOf(stores: Stores, now: () => number, settings: object, truststores = noTruststores): World {
  return { config: testConfig(settings), clock: { now }, stores, truststores, publisher: { publish: async () => {} } };
}

/** All roll-ups, by group; the sweep runs until the hours are closed. What is counted does not depend on how often it runs. */
async function countsIn(world: World, clock: { at: number }): Promise<string[]> {
  for (let n = 0; n < 13; n++) {
    clock.at += 10 * MINUTE;
    const { failures } = await sweep(world);
    expect(failures).toEqual([]);
  }
  const lines: string[] = [];
  for (const group of await world.stores.rollups.groups(0, 1e6, 10_000)) {
    const sum = (await world.stores.rollups.load(group, 0, 1e6)).reduce((all, { count }) => all + count, 0);
    lines.push(`${nameOf(group)}: ${sum}`);
  }
  return lines.sort();
}

function nameOf({ scope, issuerDn, reason }: GroupKey): string {
  return `${scope} | ${issuerDn} | ${reason}`;
}

const root = ca({ subject: 'C=US,O=Known,CN=Known Root', key: 'ec-a' });
const stranger = ca({ subject: 'C=US,O=Stranger,CN=Stranger Root', key: 'ec-b' });
const known = leaf({ subject: 'C=US,O=Known,CN=known', key: 'ec-c', issuer: root });
const unknown = leaf({ subject: 'C=US,O=Stranger,CN=unknown', key: 'ec-d', issuer: stranger });

/** What S3 has at an attempt; null where it cannot be read. */
function bucketOf(text: string | null): TruststoreSource {
  const read = async () => {
    if (text === null) throw new MtlsWatchError('truststore-unreadable', 'S3: SlowDown', { retryable: true });
    return { text, version: digest(text), versionId: digest(text), modifiedAt: T0 - 86_400_000 };
  };
  return { read, earlier: async () => [] };
}

/** Dies, or goes on: how many puts of facts an attempt gets through. */
function dyingAfter(stores: Stores, puts: number): Stores {
  let left = puts;
  return {
    ...stores,
    facts: {
      ...stores.facts,
      put: async (facts, forbidden) => {
        await stores.facts.put(facts, forbidden);
        if (left-- <= 0) throw new Error('crashed');
      },
    },
  };
}

describe.each(kinds)('an API without an execution log, on %s', (kind) => {
  it('counts the same whatever the truststore is when the batch is repeated', async () => {
    const pems = [known.pem, unknown.pem];
    const bundles = [root.pem, stranger.pem, `${root.pem}${stranger.pem}`, null];
    const anyBundle = fc.constantFrom(...bundles);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(1), { minLength: 1, maxLength: 6 }),
        fc.array(fc.tuple(anyBundle, fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 5 }),
        async (clients, attempts) => {
          const clock = { at: T0 + MINUTE };
          const stores = storesOf(kind, () => clock.at);
          const settings = { apisWithoutExecutionLog: ['abc123'], truststores: { '*': 's3://truststores/b.pem' } };
          const events = clients.map((client, n) =>
            accessEvent({ n }, { 'identity.clientCert.clientCertPem': pems[client] ?? '' }),
          );
          const whole = accessBatch(events);
          const cut = accessBatch(events.slice(0, 2));
          for (const [bundle, isCut, dies] of attempts) {
            const own = stores.another();
            const world = worldOf(dies ? dyingAfter(own, 0) : own, () => clock.at, settings, bucketOf(bundle));
            await ingest(isCut ? cut : whole, world).catch(() => null);
          }
          const last = worldOf(stores.another(), () => clock.at, settings, bucketOf(root.pem));
          for (const batch of [cut, whole]) await ingest(batch, last);
          const lines = await countsIn(last, clock);
          const failures = lines.reduce((sum, line) => sum + Number(line.split(': ').at(-1)), 0);
          const hour = Math.floor(T0 / 86_400_000);
          const others = await last.stores.facts.forbidden(hour, hour + 1, 1_000);
          const unmatched = others.reduce((sum, { count }) => sum + count, 0);
          // Every record is one or the other, once.
          expect(failures + unmatched).toBe(clients.length);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe.each(kinds)('issuers beyond the bound, on %s', (kind) => {
  const strangers = (from: number, count: number) =>
    Array.from({ length: count }, (_, n) => ({ n: from + n, issuerDn: `CN=stranger ${from + n}` }));
  const partners = Array.from({ length: 3 }, (_, n) => ({ n: 5_000 + n, issuerDn: 'C=US,O=Known,CN=Known Root' }));
  const batchesOf = (of: readonly { n: number; issuerDn: string }[]): LogBatch[] => [
    executionBatch(of.map((one) => denialAsOneEvent(one))),
    accessBatch(of.map((one) => accessEvent(one))),
  ];

  it.each([
    ['trusted, then not', [root.pem, stranger.pem]],
    ['not trusted, then trusted', [stranger.pem, root.pem]],
    ['unreadable first', [null, root.pem]],
    ['unreadable later', [root.pem, null]],
  ])('count in one group: %s', async (_, [first, later]) => {
    const clock = { at: T0 + MINUTE };
    const { another } = storesOf(kind, () => clock.at);
    const settings = { truststores: { '*': 's3://truststores/b.pem' } };
    const full = worldOf(another(), () => clock.at, settings, bucketOf(root.pem));
    for (const batch of batchesOf(strangers(0, limits.issuersPerScopeMax))) await ingest(batch, full);
    for (const bundle of [first, later, later]) {
      const world = worldOf(another(), () => clock.at, settings, bucketOf(bundle ?? null));
      for (const batch of batchesOf(partners)) await ingest(batch, world).catch(() => null);
    }
    const last = worldOf(another(), () => clock.at, settings, bucketOf(root.pem));
    for (const batch of batchesOf(partners)) await ingest(batch, last);
    const lines = (await countsIn(last, clock)).filter((line) => !line.includes('stranger'));
    expect(lines).toEqual([
      first === stranger.pem
        ? 'api.bank.example | (other issuers) | issuer-not-found: 3'
        : 'api.bank.example | C=US,O=Known,CN=Known Root | issuer-not-found: 3',
    ]);
  });
});

describe.each(kinds)('what a storm leaves out of its sample, on %s', (kind) => {
  it.each([
    ['no name, then one', {}, { domains: { 'abc123/prod': 'api.bank.example' } }],
    [
      'one name, then another',
      { domains: { abc123: 'old.bank.example' } },
      { domains: { abc123: 'api.bank.example' } },
    ],
    ['one name, then none', { domains: { abc123: 'api.bank.example' } }, {}],
  ])('counts once when the settings have %s', async (_, before, after) => {
    const clock = { at: T0 + MINUTE };
    const { another } = storesOf(kind, () => clock.at);
    const count = limits.calmHalvesMax + 300;
    const all = Array.from({ length: count }, (_, n) => ({ n }));
    const batches = [
      executionBatch(all.map((one) => denialAsOneEvent(one))),
      accessBatch(all.map((one) => accessEvent(one))),
    ];
    const stores = another();
    for (const load of ['denial', 'access'] as const) {
      await stores.storm.addLoad(Math.floor(clock.at / MINUTE), load, 8 * limits.joinedPerMinuteMax);
    }
    for (const settings of [before, after, before, after]) {
      const world = worldOf(another(), () => clock.at, settings);
      for (const batch of batches) await ingest(batch, world);
    }
    const lines = await countsIn(
      worldOf(another(), () => clock.at, after),
      clock,
    );
    expect(lines.reduce((sum, line) => sum + Number(line.split(': ').at(-1)), 0)).toBe(count);
  });
});
