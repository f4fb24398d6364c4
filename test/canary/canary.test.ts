/** The canary in the pipeline: followed, never counted, and no cover for anybody who passes himself off as it. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { probeOf } from '../../shared/canary/recognize.js';
import { measureSightings } from '../../shared/count/metrics.js';
import { CANARY_DN } from '../../shared/model/canary.js';
import type { LogEvent, Probe } from '../../shared/model/index.js';
import { type Ingested, ingest, sweep } from '../../shared/pipeline.js';
import { ca, type Issued, leaf } from '../support/certificates.js';
import { anyDeliveries, ingestChunk, type SidedEvent, sidesOf } from '../support/deliveries.js';
import {
  accessBatch,
  accessEvent,
  denialAsLines,
  denialAsOneEvent,
  executionBatch,
  type Refusal,
  T0,
  uuid,
} from '../support/logs.js';
import { countedIn, type TestWorld, testWorld } from '../support/world.js';

const MINUTE = 60_000;
const DOMAIN = 'api.bank.example';
const CANARY = { canaries: [{ domain: DOMAIN }] };

const selfSigned = (key: string): Issued => leaf({ subject: CANARY_DN, key });
const ours = selfSigned('ec-a');
const pretender = selfSigned('ec-b');
const SELF_SIGNED = 'self signed certificate';

/** The canary's call as the gateway's logs tell it. */
const CALL: Required<
  Pick<Refusal, 'n' | 'at' | 'requestId' | 'extendedRequestId' | 'reason' | 'subjectDn' | 'issuerDn'>
> = {
  n: 5000,
  at: T0 + 500,
  requestId: uuid(5000),
  extendedRequestId: 'Canary5000FEg=',
  reason: SELF_SIGNED,
  subjectDn: CANARY_DN,
  issuerDn: CANARY_DN,
};

const probe = (changes: Partial<Probe> = {}): Probe => ({
  fingerprint: ours.certificate.fingerprint,
  scope: DOMAIN,
  at: T0,
  outcome: 'refused',
  requestId: CALL.requestId,
  extendedRequestId: CALL.extendedRequestId,
  ...changes,
});
const unfinished = probe({ outcome: 'calling', requestId: null, extendedRequestId: null });

async function worldWith(called: Probe | null = unfinished, settings: object = CANARY): Promise<TestWorld> {
  const world = testWorld(settings);
  if (called !== null) await world.stores.probes.save(called);
  return world;
}

/** An access record with a certificate; null leaves the PEM out, as some formats do. */
function accessOf(refusal: Refusal, certificate: Issued | null, changes: Record<string, unknown> = {}): LogEvent {
  const pem = certificate === null ? '-' : certificate.pem;
  return accessEvent(refusal, { 'identity.clientCert.clientCertPem': pem, ...changes });
}

const denied = executionBatch([denialAsOneEvent(CALL)]);
const logged = accessBatch([accessOf(CALL, ours)]);

const othersIn = ({ stores }: TestWorld) =>
  [...stores.facts.allForbidden()].map(({ cause, count }) => `${cause}: ${count}`).sort();

async function settle(world: TestWorld) {
  world.at += 30 * MINUTE;
  const { failures, sightings } = await sweep(world);
  expect(failures).toEqual([]);
  return sightings;
}

const sightingsOf = (ingested: readonly Ingested[]) => ingested.flatMap(({ sightings }) => sightings);

describe('a refusal of the canary', () => {
  it.each([
    ['denial first', [denied, logged]],
    ['access record first', [logged, denied]],
  ])('is measured and not counted, whichever half comes first: %s', async (_what, batches) => {
    const world = await worldWith();
    world.at = T0 + 42_000;
    const ingested: Ingested[] = [];
    for (const batch of batches) ingested.push(await ingest(batch, world));
    expect(sightingsOf(ingested)).toEqual([
      { probe: expect.objectContaining(unfinished), seenAt: T0 + 42_000, isWhole: true },
    ]);
    expect(measureSightings(sightingsOf(ingested))).toEqual([
      { name: 'CanaryRoundTrip', unit: 'Seconds', value: 42, dimensions: { scope: DOMAIN } },
    ]);
    expect(await settle(world)).toEqual([]);
    expect(countedIn(world.stores)).toEqual([]);
    expect(othersIn(world)).toEqual([]);
    expect(world.published).toEqual([]);
    expect(await world.stores.certificates.load(ours.certificate.fingerprint)).toBeNull();
    expect(await world.stores.groups.admit(DOMAIN, Math.floor(T0 / 86_400_000), [])).toEqual(new Set());
  });

  it('is seen once, with one time, however often it is delivered and retried', async () => {
    const world = await worldWith();
    await ingest(denied, world);
    world.at = T0 + 1000;
    const first = await ingest(logged, world);
    world.at = T0 + 9000;
    const again = [await ingest(logged, world), await ingest(denied, world), await ingest(logged, world)];
    expect(sightingsOf([first, ...again]).map(({ seenAt }) => seenAt)).toEqual([T0 + 1000, T0 + 1000, T0 + 1000]);
    await settle(world);
    expect(countedIn(world.stores)).toEqual([]);
  });

  it('whose record never comes is half of one: set aside by the ids of the answer, and no round trip', async () => {
    const world = await worldWith(probe());
    await ingest(executionBatch(denialAsLines(CALL)), world);
    const sightings = await settle(world);
    expect(measureSightings(sightings)).toEqual([
      { name: 'CanaryHalfSeen', unit: 'Count', value: 1, dimensions: { scope: DOMAIN } },
    ]);
    expect(countedIn(world.stores)).toEqual([]);
    // The record that comes at last finds it settled.
    expect((await ingest(logged, world)).sightings).toEqual([]);
    await settle(world);
    expect([countedIn(world.stores), othersIn(world)]).toEqual([[], []]);
  });

  it('whose denial never comes is no round trip, and no other 403 either', async () => {
    const world = await worldWith();
    await ingest(logged, world);
    expect(await settle(world)).toEqual([]);
    expect(othersIn(world)).toEqual([]);
    expect((await world.stores.probes.between(0, T0, 1))[0]?.seen).toBeNull();
  });

  it('is known by the ids where the access log holds no certificate', async () => {
    const world = await worldWith(probe());
    await ingest(denied, world);
    const { sightings } = await ingest(accessBatch([accessOf(CALL, null)]), world);
    expect(sightings).toHaveLength(1);
    expect(countedIn(world.stores)).toEqual([]);
  });

  it('stopped by a firewall is not among the other 403s', async () => {
    const world = await worldWith();
    const blocked = { 'error.responseType': 'WAF_FILTERED' };
    const { parsed } = await ingest(
      accessBatch([accessOf(CALL, ours, blocked), accessOf({ ...CALL, n: 5001 }, pretender, blocked)]),
      world,
    );
    expect(parsed.otherForbidden.map(({ cause }) => cause)).toEqual(['waf']);
    expect(othersIn(world)).toEqual(['waf: 1']);
  });

  it('of an API without an execution log is inferred, measured and not counted', async () => {
    const settings = { ...CANARY, apisWithoutExecutionLog: ['abc123'], truststores: { '*': 's3://truststores/x.pem' } };
    const root = ca({ subject: 'C=US,O=Acme,CN=Root', key: 'ec-c' });
    const bundle = { text: root.pem, version: 'of the canary', versionId: null, modifiedAt: T0 };
    const world = {
      ...(await worldWith(unfinished, settings)),
      truststores: { read: async () => bundle, earlier: async () => [] },
    };
    const { sightings } = await ingest(
      accessBatch([accessOf(CALL, ours), accessOf({ ...CALL, n: 1, requestId: uuid(1) }, pretender)]),
      world,
    );
    expect(sightings.map(({ isWhole }) => isWhole)).toEqual([true]);
    expect(countedIn(world.stores)).toEqual([`${DOMAIN} | ${CANARY_DN} | self-signed: 1`]);
  });

  it('counts like any other where no canary is configured or none called', async () => {
    for (const world of [await worldWith(unfinished, {}), await worldWith(null)]) {
      await ingest(denied, world);
      expect((await ingest(logged, world)).sightings).toEqual([]);
      expect(countedIn(world.stores)).toEqual([`${DOMAIN} | ${CANARY_DN} | self-signed: 1`]);
    }
  });
});

describe('whoever passes himself off as the canary', () => {
  const forged: Refusal = { ...CALL, n: 6000, requestId: uuid(6000), extendedRequestId: 'Forger6000FEg=' };

  it('with its name and another key, counts', async () => {
    const world = await worldWith(probe());
    await ingest(executionBatch([denialAsOneEvent(forged), denialAsOneEvent(CALL)]), world);
    const { sightings } = await ingest(accessBatch([accessOf(forged, pretender), accessOf(CALL, ours)]), world);
    expect(sightings).toHaveLength(1);
    expect(countedIn(world.stores)).toEqual([`${DOMAIN} | ${CANARY_DN} | self-signed: 1`]);
    expect(await world.stores.certificates.load(pretender.certificate.fingerprint)).not.toBeNull();
  });

  it('with its request id pinned, counts, and cannot keep the canary from being seen', async () => {
    const world = await worldWith(probe());
    const pinned = { ...forged, requestId: CALL.requestId };
    await ingest(executionBatch([denialAsOneEvent(pinned), denialAsOneEvent(CALL)]), world);
    const { sightings } = await ingest(accessBatch([accessOf(pinned, pretender), accessOf(CALL, ours)]), world);
    expect([...sightings, ...(await settle(world))]).toHaveLength(1);
    expect(countedIn(world.stores)).toEqual([`${DOMAIN} | ${CANARY_DN} | self-signed: 1`]);
  });

  it('with its request id pinned, in logs that tell no other, hides no refusal: one is set aside for one call', async () => {
    const world = await worldWith(probe());
    const pinned = [0, 1, 2].map((n) => ({ ...forged, n: 6000 + n, requestId: CALL.requestId }));
    const lines = [...pinned.flatMap((one) => denialAsLines(one).slice(1, 2)), ...denialAsLines(CALL).slice(1, 2)];
    const { sightings } = await ingest(executionBatch(lines), world);
    const total = sightings.length + (await settle(world)).length;
    expect(total).toBe(1);
    const sum = [...world.stores.facts.all()].reduce((n, { count }) => n + count, 0);
    expect(sum).toBe(3);
  });

  it('with its request id pinned, in a format without the gateway’s own id, is known by his certificate', async () => {
    const world = await worldWith(probe());
    const pinned = { ...forged, requestId: CALL.requestId };
    const bare = { extendedRequestId: '-' };
    await ingest(executionBatch(denialAsLines(pinned).slice(1, 2)), world);
    expect((await ingest(accessBatch([accessOf(pinned, pretender, bare)]), world)).sightings).toEqual([]);
    expect(countedIn(world.stores)).toEqual([`${DOMAIN} | ${CANARY_DN} | self-signed: 1`]);
    await ingest(executionBatch(denialAsLines(CALL).slice(1, 2)), world);
    await ingest(accessBatch([accessOf(CALL, ours, bare)]), world);
    await settle(world);
    expect(countedIn(world.stores)).toEqual([`${DOMAIN} | ${CANARY_DN} | self-signed: 1`]);
    expect(othersIn(world)).toEqual([]);
  });

  it('with its whole certificate, which he can copy and not use, hides one refusal for each call at most', async () => {
    const world = await worldWith(probe());
    const copies = [0, 1, 2, 3].map((n) => ({
      ...forged,
      n: 7000 + n,
      requestId: uuid(7000 + n),
      extendedRequestId: `Copy${n}=`,
    }));
    await ingest(executionBatch(copies.map((copy) => denialAsOneEvent(copy))), world);
    const { sightings } = await ingest(accessBatch(copies.map((copy) => accessOf(copy, ours))), world);
    expect(sightings).toHaveLength(1);
    expect(countedIn(world.stores)).toEqual([`${DOMAIN} | ${CANARY_DN} | self-signed: 3`]);
  });

  it('is not known by a request id that is empty or belongs to another call', () => {
    const lone = { client: null, requestId: '', extendedRequestId: null };
    expect(probeOf(lone, [probe({ requestId: '', extendedRequestId: null })])).toBeNull();
    expect(probeOf({ ...lone, requestId: uuid(1) }, [unfinished, probe()])).toBeNull();
    // The gateway's own id decides where both have it, whatever the other says.
    expect(probeOf({ ...lone, requestId: CALL.requestId, extendedRequestId: 'Else=' }, [probe()])).toBeNull();
    expect(
      probeOf({ ...lone, requestId: uuid(1), extendedRequestId: CALL.extendedRequestId }, [probe()]),
    ).not.toBeNull();
  });
});

describe('the canary beside other traffic', () => {
  const others: Refusal[] = [
    ...[0, 1, 2].map((n) => ({ n, issuerDn: 'C=US,O=One,CN=CA' })),
    ...[3, 4].map((n) => ({ n, issuerDn: CANARY_DN, subjectDn: CANARY_DN, reason: SELF_SIGNED })),
    ...[5, 6].map((n) => ({ n, requestId: CALL.requestId, issuerDn: 'C=US,O=Pinned,CN=CA' })),
    { n: 7, reason: SELF_SIGNED, issuerDn: 'CN=stranger' },
  ];
  const sides = (refusal: Refusal, certificate: Issued | null) => sidesOf(refusal, accessOf(refusal, certificate));
  /** A denial whose record never comes. */
  const alone = { side: executionBatch, event: denialAsOneEvent({ n: 8, reason: SELF_SIGNED }) };
  const traffic = [
    ...others.flatMap((refusal) => sides(refusal, refusal.issuerDn === CANARY_DN ? pretender : null)),
    alone,
  ];
  const withCanary = [...traffic, ...sides(CALL, ours)];

  async function countAll(chunks: readonly SidedEvent[][], completedAfter: number): Promise<TestWorld> {
    const world = await worldWith();
    for (const [index, chunk] of chunks.entries()) {
      if (index === completedAfter) await world.stores.probes.save(probe());
      await ingestChunk(chunk, world);
    }
    await settle(world);
    return world;
  }

  it('changes no count, in any partition, order and duplication, before and after its call is completed', async () => {
    const plain = await countAll([traffic], 0);
    const expected = { counted: countedIn(plain.stores), others: othersIn(plain) };
    expect(expected).toEqual({
      counted: [
        `${DOMAIN} | C=US,O=One,CN=CA | issuer-not-found: 3`,
        `${DOMAIN} | C=US,O=Pinned,CN=CA | issuer-not-found: 2`,
        `${DOMAIN} | ${CANARY_DN} | self-signed: 2`,
        `${DOMAIN} | CN=stranger | self-signed: 1`,
        'abc123/prod | unknown | self-signed: 1',
      ].sort(),
      others: [],
    });
    await fc.assert(
      fc.asyncProperty(anyDeliveries(withCanary), fc.integer({ min: 0, max: 20 }), async (chunks, completedAfter) => {
        const world = await countAll(chunks, completedAfter);
        expect({ counted: countedIn(world.stores), others: othersIn(world) }).toEqual(expected);
        expect((await world.stores.probes.between(0, T0, 1))[0]?.seen).not.toBeNull();
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['all of which is joined', 0],
    ['of which hardly anything is joined', 1_000_000],
  ])('keeps the total of a storm exact, %s', async (_what, load) => {
    const world = await worldWith(probe());
    for (const kind of ['denial', 'access'] as const)
      await world.stores.storm.addLoad(Math.floor(T0 / MINUTE), kind, load);
    const storm: Refusal[] = Array.from({ length: 500 }, (_, n) => ({
      n,
      at: T0,
      reason: n % 2 ? SELF_SIGNED : 'expired',
    }));
    const ingested = [
      await ingest(executionBatch([...storm, CALL].map((refusal) => denialAsOneEvent(refusal))), world),
      await ingest(accessBatch([...storm.map((one) => accessEvent(one)), accessOf(CALL, ours)]), world),
    ];
    expect(sightingsOf(ingested)).toEqual([expect.objectContaining({ isWhole: true })]);
    await settle(world);
    expect([...world.stores.facts.all()].reduce((sum, { count }) => sum + count, 0)).toBe(500);
    expect(othersIn(world)).toEqual([]);
  });

  it('costs batches that have nothing to do with it no look at the store', async () => {
    const world = await worldWith(probe());
    const probes = {
      save: () => Promise.reject(new Error('nobody called')),
      between: () => Promise.reject(new Error('a look at the store')),
      see: () => Promise.reject(new Error('a mark')),
    };
    const blind = { ...world, stores: { ...world.stores, probes } };
    const plain = others.filter(({ issuerDn, reason }) => issuerDn !== CANARY_DN && reason === undefined);
    await ingest(executionBatch(plain.map((refusal) => denialAsOneEvent(refusal))), blind);
    await ingest(accessBatch(plain.map((refusal) => accessEvent(refusal))), blind);
    await ingest(executionBatch([denialAsOneEvent({ n: 7, reason: SELF_SIGNED })]), blind);
    await ingest(accessBatch([accessEvent({ n: 7 })]), blind);
    expect(countedIn(world.stores)).toHaveLength(3);
    await expect(ingest(logged, blind)).rejects.toThrow('a look at the store');
  });
});
