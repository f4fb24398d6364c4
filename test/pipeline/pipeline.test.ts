/** The pipeline on embedded stores: counts, alerts and what is left for the sweep, on virtual time. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digest } from '../../shared/base/digest.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { samplingRate } from '../../shared/join/sample.js';
import { alert, ingest, sweep } from '../../shared/pipeline.js';
import type { TruststoreSource } from '../../shared/ports/truststore.js';
import { ca, leaf } from '../support/certificates.js';
import { anyDeliveries, ingestChunk, sidesOf } from '../support/deliveries.js';
import {
  accessBatch,
  accessEvent,
  denialAsLines,
  denialAsOneEvent,
  executionBatch,
  type Refusal,
  T0,
} from '../support/logs.js';
import { countedIn, type TestWorld, testWorld } from '../support/world.js';

const MINUTE = 60_000;

async function deliver(world: TestWorld, ...batches: ReturnType<typeof accessBatch>[]): Promise<void> {
  for (const batch of batches) {
    const { facts } = await ingest(batch, world);
    await alert(
      facts.map((fact) => fact.group),
      world,
    );
  }
}

const burst = (from: number, count: number, changes: Partial<Refusal> = {}): Refusal[] =>
  Array.from({ length: count }, (_, index) => ({ n: from + index, ...changes }));

const pairs = (refusals: readonly Refusal[]) =>
  [
    executionBatch(refusals.map((refusal) => denialAsOneEvent(refusal))),
    accessBatch(refusals.map((refusal) => accessEvent(refusal))),
  ] as const;

describe('counting', () => {
  it('gives the same counts for any partition, order and duplication of the events', async () => {
    const refusals: Refusal[] = [
      ...burst(0, 4, { issuerDn: 'C=US,O=One,CN=CA' }),
      ...burst(4, 3, { reason: 'self signed certificate', issuerDn: 'C=US,O=Two,CN=CA' }),
      ...burst(7, 3, { requestId: '11111111-1111-4111-8111-111111111111', issuerDn: 'C=US,O=Forger,CN=CA' }),
    ];
    const events = refusals.flatMap((refusal) => sidesOf(refusal));
    await fc.assert(
      fc.asyncProperty(anyDeliveries(events), async (chunks) => {
        const world = testWorld();
        for (const chunk of chunks) await ingestChunk(chunk, world);
        world.at += 60 * MINUTE;
        await sweep(world);
        expect(countedIn(world.stores)).toEqual([
          'api.bank.example | C=US,O=Forger,CN=CA | issuer-not-found: 3',
          'api.bank.example | C=US,O=One,CN=CA | issuer-not-found: 4',
          'api.bank.example | C=US,O=Two,CN=CA | self-signed: 3',
        ]);
      }),
      { numRuns: 150 },
    );
  });

  it('groups one issuer written in two ways as one', async () => {
    const world = testWorld();
    const ways = ['C=US,O=Acme,CN=Acme CA', 'CN=Acme CA, O=Acme, C=US', '/C=US/O=Acme/CN=Acme CA'];
    const refusals = ways.map((issuerDn, n) => ({ n, issuerDn }));
    await deliver(world, ...pairs(refusals));
    expect(countedIn(world.stores)).toEqual(['api.bank.example | C=US,O=Acme,CN=Acme CA | issuer-not-found: 3']);
  });

  it('counts a denial alone when its grace is over, not before', async () => {
    const world = testWorld({ graceMinutes: 5 });
    await deliver(world, executionBatch(denialAsLines({ n: 1 })));
    world.at = T0 + 4 * MINUTE;
    await sweep(world);
    expect(countedIn(world.stores)).toEqual([]);
    world.at = T0 + 6 * MINUTE;
    await sweep(world);
    expect(countedIn(world.stores)).toEqual(['abc123/prod | unknown | issuer-not-found: 1']);
  });

  it.each([
    ['while they wait', 0],
    ['long after', 60],
  ])('counts records without a denial once, whichever of them wait when they come again %s', async (_when, minutes) => {
    const world = testWorld();
    const records = [1, 2, 3].map((n) => accessEvent({ n, at: T0 }));
    const later = async (count: number) => {
      world.at += count * MINUTE;
      await sweep(world);
    };
    await ingest(accessBatch(records), world);
    await later(minutes);
    await ingest(executionBatch([denialAsOneEvent({ n: 2, at: T0 })]), world);
    await ingest(accessBatch(records), world);
    await ingest(accessBatch(records.slice(1)), world);
    await later(60);
    const unmatched = [...world.stores.facts.allForbidden()].map(({ count }) => count);
    // What was reported is not taken back when its denial comes after all.
    expect(unmatched).toEqual([minutes === 0 ? 2 : 3]);
    expect(countedIn(world.stores)).toEqual(['api.bank.example | C=US,O=Acme,CN=Acme CA | issuer-not-found: 1']);
  });

  it('folds issuers beyond the bound of a scope into one group, and never moves one', async () => {
    const world = testWorld();
    const refusals = Array.from({ length: limits.issuersPerScopeMax + 30 }, (_, n) => ({
      n,
      issuerDn: `CN=issuer ${n}`,
    }));
    await deliver(world, ...pairs(refusals));
    await deliver(world, ...pairs(refusals.map((refusal) => ({ ...refusal, n: refusal.n + 10_000 }))));
    const counted = countedIn(world.stores);
    expect(counted).toHaveLength(limits.issuersPerScopeMax + 1);
    expect(counted).toContain('api.bank.example | (other issuers) | issuer-not-found: 60');
  });

  it('always names an issuer of the truststore, however many strangers came first', async () => {
    const partner = ca({ subject: 'C=US,O=Partner,CN=Partner CA', key: 'ec-a' });
    const world = {
      ...testWorld({ truststores: { '*': 's3://truststores/x.pem' } }),
      truststores: bundleOf(partner.pem),
    };
    const strangers = Array.from({ length: limits.issuersPerScopeMax + 5 }, (_, n) => ({
      n,
      issuerDn: `CN=stranger ${n}`,
    }));
    await deliver(world, ...pairs(strangers));
    await deliver(world, ...pairs([{ n: 5_000, issuerDn: 'C=US,O=Partner,CN=Partner CA' }]));
    const counted = countedIn(world.stores);
    expect(counted).toContain('api.bank.example | C=US,O=Partner,CN=Partner CA | issuer-not-found: 1');
    expect(counted).toContain('api.bank.example | (other issuers) | issuer-not-found: 5');
  });

  it('sums hours up when they are over, and again when a late fact comes', async () => {
    const world = testWorld();
    const group = {
      scope: 'api.bank.example',
      issuerDn: 'C=US,O=Acme,CN=Acme CA',
      reason: 'issuer-not-found' as const,
    };
    const hour = Math.floor(T0 / (60 * MINUTE));
    await deliver(world, ...pairs(burst(0, 3)));
    world.at = T0 + 75 * MINUTE;
    await sweep(world);
    expect((await world.stores.rollups.load(group, hour, hour)).map((rollup) => rollup.count)).toEqual([3]);
    await deliver(world, ...pairs(burst(50, 2)));
    await sweep(world);
    expect((await world.stores.rollups.load(group, hour, hour)).map((rollup) => rollup.count)).toEqual([5]);
  });
});

describe('an API without an execution log', () => {
  const root = ca({ subject: 'C=US,O=Known,CN=Known Root', key: 'ec-a' });
  const stranger = ca({ subject: 'C=US,O=Stranger,CN=Stranger Root', key: 'ec-b' });
  const known = leaf({ subject: 'C=US,O=Known,CN=known', key: 'ec-c', issuer: root });
  const unknown = leaf({ subject: 'C=US,O=Stranger,CN=unknown', key: 'ec-d', issuer: stranger });
  const settings = {
    apisWithoutExecutionLog: ['abc123'],
    truststores: { 'api.bank.example': 's3://truststores/bundle.pem' },
  };
  const refused = (n: number, pem: string) => accessEvent({ n }, { 'identity.clientCert.clientCertPem': pem });

  it('counts a certificate that the truststore refuses, with the reason inferred, once', async () => {
    const world = { ...testWorld(settings), truststores: bundleOf(root.pem) };
    const batch = accessBatch([refused(1, unknown.pem), refused(2, known.pem), refused(3, unknown.pem)]);
    await ingest(batch, world);
    await ingest(batch, world);
    await ingest(accessBatch([refused(3, unknown.pem)]), world);
    expect(countedIn(world.stores)).toEqual([
      'api.bank.example | C=US,O=Stranger,CN=Stranger Root | issuer-not-found: 2',
    ]);
    expect([...world.stores.facts.all()].map(({ inferred }) => inferred)).toEqual([2]);
    expect([...world.stores.facts.allForbidden()].map(({ cause, count }) => [cause, count])).toEqual([
      ['unmatched', 1],
    ]);
  });

  it('counts nothing while the truststore cannot be read: the batch fails, and comes again', async () => {
    const broken = {
      read: () => Promise.reject(new MtlsWatchError('truststore-unreadable', 'no access')),
      earlier: async () => [],
    };
    const world = { ...testWorld(settings), truststores: broken };
    const batch = accessBatch([refused(1, unknown.pem)]);
    await expect(ingest(batch, world)).rejects.toMatchObject({ code: 'truststore-unreadable' });
    expect(countedIn(world.stores)).toEqual([]);
    expect([...world.stores.facts.allForbidden()]).toEqual([]);
    await ingest(batch, { ...world, truststores: bundleOf(root.pem) });
    expect(countedIn(world.stores)).toEqual([
      'api.bank.example | C=US,O=Stranger,CN=Stranger Root | issuer-not-found: 1',
    ]);
  });
});

describe('the verdict in the alert', () => {
  const root = ca({ subject: 'C=US,O=Known,CN=Known Root', key: 'ec-a' });
  const other = leaf({
    subject: 'C=US,O=Else,CN=client',
    key: 'ec-d',
    issuer: ca({ subject: 'C=US,O=Else,CN=Else Root', key: 'ec-b' }),
  });
  const settings = { truststores: { '*': 's3://truststores/bundle.pem' } };
  const spike = async (world: TestWorld) => {
    const refusals = burst(0, 30);
    world.at = T0 + 60_000;
    await deliver(
      world,
      executionBatch(refusals.map((refusal) => denialAsOneEvent(refusal))),
      accessBatch(refusals.map((refusal) => accessEvent(refusal, { 'identity.clientCert.clientCertPem': other.pem }))),
    );
    return world.published[0];
  };

  it('names the cause and what changed shortly before', async () => {
    const versions = bundleOf(root.pem, `${root.pem}${other.pem}`);
    const notice = await spike({ ...testWorld(settings), truststores: versions });
    expect(notice?.verdict).toMatchObject({ verdict: 'refused', reason: 'issuer-missing' });
    expect(notice?.runbookUrl).toBe('https://wiki.example.com/runbooks/en/issuer-missing.md');
    expect(notice?.change).toMatch(
      /^Refusals began 10 minutes after truststore version new replaced old\. In old and not in new: C=US,O=Else/,
    );
  });

  it('comes without one, and says why, where the truststore cannot be read', async () => {
    const broken = {
      read: () => Promise.reject(new MtlsWatchError('truststore-unreadable', 'access denied: allow s3:GetObject')),
      earlier: async () => [],
    };
    const notice = await spike({ ...testWorld(settings), truststores: broken });
    expect(notice).toMatchObject({ kind: 'spike', verdict: null, verdictNote: 'access denied: allow s3:GetObject' });
  });
});

/** A truststore that was replaced ten minutes before everything begins. */
function bundleOf(text: string, before: string | null = null): TruststoreSource {
  const version = (versionId: string, content: string) => ({
    text: content,
    version: digest(content),
    versionId,
    modifiedAt: T0 - 10 * MINUTE,
  });
  return {
    read: async () => version('new', text),
    earlier: async () => (before === null ? [] : [version('old', before)]),
  };
}

describe('a storm', () => {
  it('joins a share of the requests and keeps the total exact, whatever is retried', async () => {
    const world = testWorld();
    const total = 24_000;
    const batches = Array.from({ length: total / 3_000 }, (_, index) =>
      pairs(burst(index * 3_000, 3_000, { at: T0, issuerDn: `CN=issuer ${index % 2}` })),
    );
    for (const [execution, access] of batches) {
      await ingest(execution, world);
      await ingest(access, world);
      await ingest(execution, world);
    }
    world.at += 60 * MINUTE;
    await sweep(world);
    const facts = [...world.stores.facts.all()];
    const sum = (issuerDn?: string) =>
      facts
        .filter(({ group }) => issuerDn === undefined || group.issuerDn === issuerDn)
        .reduce((n, fact) => n + fact.count, 0);
    expect(sum()).toBe(total);
    for (const issuer of ['CN=issuer 0', 'CN=issuer 1']) {
      expect(sum(issuer)).toBeGreaterThan(0.9 * (total / 2));
      expect(sum(issuer)).toBeLessThan(1.1 * (total / 2));
    }
  });

  it('samples more sparsely as the load grows, and not at all below the budget', () => {
    expect(samplingRate(limits.joinedPerMinuteMax)).toBe(1);
    expect(samplingRate(limits.joinedPerMinuteMax + 1)).toBe(0.5);
    expect(samplingRate(limits.joinedPerMinuteMax * 8)).toBe(1 / 8);
  });
});

describe('alerts', () => {
  const failing = (minute: number, count = 20): Refusal[] => burst(minute * 1_000, count, { at: T0 + minute * MINUTE });

  it('tells of a spike at once, with who and why, and of its end', async () => {
    const world = testWorld();
    for (let minute = 0; minute < 3; minute++) {
      world.at = T0 + minute * MINUTE + 30_000;
      await deliver(world, ...pairs(failing(minute)));
    }
    expect(world.published.map((notice) => notice.kind)).toEqual(['spike']);
    expect(world.published[0]).toMatchObject({
      group: { scope: 'api.bank.example', issuerDn: 'C=US,O=Acme,CN=Acme CA', reason: 'issuer-not-found' },
      reasonText: 'Could not find issuer for certificate',
      runbookUrl: 'https://wiki.example.com/runbooks/en/issuer-not-found.md',
    });
    expect(world.published[0]?.clients.length).toBeGreaterThan(0);
    for (let minute = 3; minute < 240; minute++) {
      world.at = T0 + minute * MINUTE;
      await sweep(world);
    }
    // The first batch shows how many clients fail, so that no later notice has to be more severe.
    expect(world.published[0]?.clientCount).toBeGreaterThan(10);
    expect(world.published.map((notice) => notice.kind)).toEqual(['spike', 'resolved']);
    expect(world.published[1]).toMatchObject({ count: 60, incidentId: world.published[0]?.incidentId });
    expect(new Set(world.published.map((notice) => notice.noticeId)).size).toBe(2);
  });

  it('is quiet about a few failures', async () => {
    const world = testWorld();
    await deliver(world, ...pairs(failing(0, 5)));
    expect(world.published).toEqual([]);
  });

  it('keeps a notice in the outbox while SNS is down, and sends it with the next sweep', async () => {
    const world = testWorld();
    world.isSnsDown = true;
    await expect(deliver(world, ...pairs(failing(0)))).rejects.toMatchObject({
      code: 'publish-failed',
      retryable: true,
    });
    world.at += MINUTE;
    expect((await sweep(world)).failures).toHaveLength(1);
    expect(world.published).toEqual([]);
    world.isSnsDown = false;
    world.at += MINUTE;
    const swept = await sweep(world);
    expect(world.published.map((notice) => notice.kind)).toEqual(['spike']);
    expect(swept).toMatchObject({ pending: 0, failures: [] });
  });
});
