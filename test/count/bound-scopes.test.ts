/** Under a wildcard domain the caller chooses the host name: scopes, metrics and incidents stay bounded all the same. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import { createMemoryStores } from '../../shared/adapters/memory/index.js';
import { limits } from '../../shared/base/limits.js';
import { hostName, knownDomain, truststoreUri } from '../../shared/config/qualified-names.js';
import { measure } from '../../shared/count/metrics.js';
import { OTHER_DOMAINS } from '../../shared/model/index.js';
import { ingest, sweep } from '../../shared/pipeline.js';
import type { Stores, World } from '../../shared/ports/index.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch, T0 } from '../support/logs.js';
import { createMemoryTable } from '../support/memory-table.js';
import { noTruststores, testConfig } from '../support/world.js';

const MINUTE = 60_000;

function storesOf(kind: 'memory' | 'DynamoDB'): { another: () => Stores } {
  const memory = createMemoryStores();
  const table = createMemoryTable({ now: () => T0 });
  return { another: () => (kind === 'memory' ? memory : createStoresOn(table, { now: () => T0 })) };
}

function worldOf(stores: Stores, settings: object = {}, now = () => T0 + MINUTE): World {
  const publisher = { publish: async () => {} };
  return { config: testConfig(settings), clock: { now }, stores, truststores: noTruststores, publisher };
}

/** Brings both halves of one refusal for each host. @returns scopes of facts and of metrics, with the count of each */
async function refuse(hosts: readonly string[], world: World, from = 0, changes: object = {}) {
  const all = hosts.map((domainName, n) => ({ domainName, n: from + n }));
  const batches = [
    executionBatch(all.map(({ n }) => denialAsOneEvent({ n, at: T0 }))),
    accessBatch(all.map(({ n, domainName }) => accessEvent({ n, at: T0 }, { domainName, ...changes }))),
  ];
  const counts = new Map<string, number>();
  const measured = new Set<string>();
  for (const batch of batches) {
    const { correlated, ...rest } = await ingest(batch, world);
    for (const { group, count } of rest.facts) counts.set(group.scope, (counts.get(group.scope) ?? 0) + count);
    for (const { dimensions } of measure({ batch, counted: correlated.counted, ...rest }, world.clock.now())) {
      if (dimensions.scope !== undefined) measured.add(dimensions.scope);
    }
  }
  return { counts, measured };
}

const hosts = (count: number, of = 'wild.example', prefix = 'h') =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}.${of}`);

describe.each(['memory', 'DynamoDB'] as const)('host names that callers choose, on %s', (kind) => {
  it('are at most so many scopes a day, the rest one', async () => {
    const { another } = storesOf(kind);
    const seen = new Map<string, number>();
    const measured = new Set<string>();
    for (let from = 0; from < 720; from += 90) {
      const names = hosts(720).slice(from, from + 90);
      const found = await refuse(names, worldOf(another()), from);
      for (const [scope, count] of found.counts) seen.set(scope, (seen.get(scope) ?? 0) + count);
      for (const scope of found.measured) measured.add(scope);
    }
    expect(seen.size).toBe(limits.domainsPerDayMax + 1);
    expect(seen.get(OTHER_DOMAINS)).toBe(720 - limits.domainsPerDayMax);
    expect([...measured].sort()).toEqual([...seen.keys()].sort());
  });

  it('are bounded in the other 403s too', async () => {
    const { another } = storesOf(kind);
    const blocked = { 'error.responseType': 'WAF_FILTERED', 'error.message': 'Forbidden' };
    const world = worldOf(another());
    const { measured } = await refuse(hosts(300), world, 0, blocked);
    expect(measured.size).toBeLessThanOrEqual(limits.domainsPerDayMax + 1);
    const facts = await world.stores.facts.forbidden(0, 1e6, 10_000);
    expect(new Set(facts.map(({ scope }) => scope)).size).toBe(limits.domainsPerDayMax + 1);
    expect(facts.reduce((sum, { count }) => sum + count, 0)).toBe(300);
  });

  it('do not take the place of a domain that is known, nor of another account', async () => {
    const { another } = storesOf(kind);
    await refuse(hosts(100), worldOf(another(), { truststores: { 'api.bank.example': 's3://bundles/a.pem' } }));
    for (const truststores of [{ 'api.bank.example': 's3://bundles/a.pem' }, {}]) {
      const { counts } = await refuse(
        ['api.bank.example', 'late.bank.example'],
        worldOf(another(), { truststores }),
        500,
      );
      // The second time the settings have lost the name: a repeat counts as the first attempt did.
      expect(counts.get('api.bank.example') ?? 0).toBe(1);
      expect(counts.get(OTHER_DOMAINS) ?? 0).toBe(1);
    }
  });

  it('are one scope where the wildcard domain is known', async () => {
    const { another } = storesOf(kind);
    const wild = { truststores: { '*.wild.example': 's3://bundles/a.pem', 'own.wild.example': 's3://bundles/b.pem' } };
    const names = [...hosts(100), 'own.wild.example', 'api.bank.example'];
    const { counts, measured } = await refuse(names, worldOf(another(), wild));
    const expected = { '*.wild.example': 100, 'own.wild.example': 1, 'api.bank.example': 1 };
    expect(Object.fromEntries(counts)).toEqual(expected);
    expect([...measured].sort()).toEqual(Object.keys(expected).sort());
  });

  it('are told apart by account, and bounded for each', async () => {
    const { another } = storesOf(kind);
    const central = worldOf(another(), { central: {} });
    await refuse(hosts(100), central);
    const other = { ...accessBatch([]), owner: '444455556666' };
    const batches = [
      executionBatch([denialAsOneEvent({ n: 900, at: T0 })]),
      accessBatch([accessEvent({ n: 900, at: T0 })]),
    ];
    const scopes: string[] = [];
    for (const batch of batches) {
      const { facts } = await ingest({ ...batch, owner: other.owner }, central);
      scopes.push(...facts.map(({ group }) => group.scope));
    }
    expect(scopes).toEqual(['444455556666/api.bank.example']);
  });

  it('count once, in one scope, however a batch is repeated', async () => {
    const { another } = storesOf(kind);
    const world = () => worldOf(another());
    const names = hosts(120);
    await refuse(names, world());
    await refuse(names.slice(40, 90), world(), 40);
    await refuse(names, world());
    let at = T0;
    const late = worldOf(another(), {}, () => at);
    for (let n = 0; n < 130; n++, at += MINUTE) expect((await sweep(late)).failures).toEqual([]);
    let sum = 0;
    for (const group of await late.stores.rollups.groups(0, 1e6, 1_000)) {
      sum += (await late.stores.rollups.load(group, 0, 1e6)).reduce((all, { count }) => all + count, 0);
    }
    expect(sum).toBe(120);
  });

  it('leave stages without a domain alone', async () => {
    const { another } = storesOf(kind);
    const all = Array.from({ length: 120 }, (_, n) => ({ n, at: T0 }));
    const world = worldOf(another());
    const scopes = new Set<string>();
    for (const one of all) {
      await ingest(executionBatch([denialAsOneEvent(one)], `API-Gateway-Execution-Logs_abc${one.n}/prod`), world);
      const record = accessEvent(one, { domainName: '-', apiId: `abc${one.n}` });
      for (const { group } of (await ingest(accessBatch([record]), world)).facts) scopes.add(group.scope);
    }
    expect(scopes.size).toBe(120);
  });
});

describe('a host name', () => {
  it.each([
    ['API.Bank.Example', 'api.bank.example'],
    ['api.bank.example.', 'api.bank.example'],
    ['api.bank.example:443', 'api.bank.example'],
    ['API.bank.example.:8443', 'api.bank.example'],
    ['api.bank.example:', 'api.bank.example'],
    ['444455556666/api', '444455556666api'],
    ['..', ''],
  ])('%s is %s', async (name, normal) => {
    expect(hostName(name)).toBe(normal);
    const { counts } = await refuse([name], worldOf(createMemoryStores()));
    expect([...counts.keys()]).toEqual([normal === '' ? 'abc123/prod' : normal]);
  });

  it('is what settings mean, however they spell it', () => {
    const { truststores, domains, detection } = testConfig({
      truststores: { 'API.Bank.Example.': 's3://bundles/a.pem', '111122223333/*.Wild.example': 's3://bundles/b.pem' },
      domains: { abc123: 'API.bank.example' },
      detection: {
        overrides: [
          { scope: 'Api.Bank.Example', floor: 5 },
          { scope: 'abc123/Prod', floor: 5 },
        ],
      },
    });
    expect(Object.keys(truststores)).toEqual(['api.bank.example', '111122223333/*.wild.example']);
    expect(domains).toEqual({ abc123: 'api.bank.example' });
    expect(detection.overrides.map(({ scope }) => scope)).toEqual(['api.bank.example', 'abc123/Prod']);
  });

  it('stays what it is when it is read twice', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'B', '.', ':', '4', '/', '*', '-'), maxLength: 30 });
    fc.assert(
      fc.property(letters, (name) => {
        const once = hostName(name);
        expect(once).not.toMatch(/[A-Z/]/);
        expect(knownDomain(once, new Set([once]))).toBe(once);
      }),
    );
  });
});

describe('the truststore of a name', () => {
  const truststores = {
    'api.wild.example': 's3://b/exact',
    '*.wild.example': 's3://b/wild',
    '*.deep.wild.example': 's3://b/deep',
    '111122223333/*.wild.example': 's3://b/own',
    '111122223333/*': 's3://b/account',
    '*': 's3://b/any',
  };
  it.each([
    ['api.wild.example', 'exact'],
    ['x.wild.example', 'wild'],
    ['*.wild.example', 'wild'],
    ['x.deep.wild.example', 'deep'],
    ['x.y.wild.example', 'wild'],
    ['wild.example', 'any'],
    ['xwild.example', 'any'],
    ['111122223333/x.wild.example', 'own'],
    ['444455556666/x.wild.example', 'wild'],
    ['111122223333/other.example', 'account'],
    ['444455556666/other.example', 'any'],
    ['(other domains)', 'any'],
  ])('%s is that of %s', (scope, which) => {
    expect(truststoreUri(scope, truststores)).toBe(`s3://b/${which}`);
  });

  it('of many accounts stand at one address, for scopes that bear an account', () => {
    const many = {
      '*': 's3://b-{account}/{account}/ca.pem',
      '*.own.example': 's3://bucket/own',
      '111122223333/x.example': 's3://bucket/x',
    };
    expect(truststoreUri('444455556666/x.example', many)).toBe('s3://b-444455556666/444455556666/ca.pem');
    expect(truststoreUri('111122223333/x.example', many)).toBe('s3://bucket/x');
    expect(truststoreUri('444455556666/a.own.example', many)).toBe('s3://bucket/own');
    expect(truststoreUri('x.example', many)).toBeNull();
    expect(truststoreUri('{account}/x.example', many)).toBeNull();
    expect(testConfig({ truststores: many, central: {} }).truststores).toEqual(many);
    expect(() => testConfig({ truststores: many })).toThrow(
      /truststores: .*expected `central` where an address has \{account\}/,
    );
  });

  it.each(['api.*.example', '*example.com', '**', '*.*.example', 'https://api.example', 'a b', '*.', '12/*', '.'])(
    'cannot be set for %s',
    (name) => {
      const set = () => testConfig({ truststores: { [name]: 's3://bucket/a.pem' } });
      expect(set).toThrow(/expected a custom domain such as api\.example\.com, \*\.example\.com/);
    },
  );
});
