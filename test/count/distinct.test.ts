import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { countByIssuer, countFailures } from '../../shared/count/count.js';
import { clientCountOf } from '../../shared/count/distinct.js';
import type { Fact, Failure } from '../../shared/model/index.js';
import { randomOf } from '../support/random.js';

const MINUTE = 60_000;

function failureOf(n: number, client: number, at: number): Failure {
  return {
    eventId: `e-${n}`,
    requestId: `r-${n}`,
    extendedRequestId: null,
    at,
    scope: 'api.example.com',
    issuerDn: 'CN=Partner CA',
    reason: 'issuer-not-found',
    reasonText: 'issuer not found',
    attribution: 'logged',
    client: {
      issuerDn: 'CN=Partner CA',
      subjectDn: `CN=client-${client}`,
      serialNumber: `${client}`,
      sourceIp: '',
      fingerprint: null,
    },
    weight: 1,
    denialScope: 'api.example.com',
  } as unknown as Failure;
}

const factsOf = (batch: readonly Failure[], id: number): Fact[] =>
  countFailures(
    countByIssuer(batch).map((count) => [count.group, count] as const),
    `batch-${id}`,
  );

/** Failures of so many clients over a quarter of an hour, several of each. */
function failures(clients: number, seed: number): Failure[] {
  const random = randomOf(seed);
  return Array.from({ length: clients * 2 }, (_, n) => failureOf(n, n % clients, random.integer(0, 15) * MINUTE));
}

function cut(all: readonly Failure[], batches: number, seed: number): Fact[] {
  const random = randomOf(seed);
  const parts = Array.from({ length: batches }, (): Failure[] => []);
  for (const one of all) parts[random.integer(0, batches - 1)]?.push(one);
  return parts.flatMap((part, id) => factsOf(part, id));
}

describe('how many clients failed', () => {
  it('is the same however the log was cut into batches', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        (clients, batches, seed) => {
          const all = failures(clients, seed);
          expect(clientCountOf(cut(all, batches, seed))).toBe(clientCountOf(factsOf(all, 0)));
        },
      ),
    );
  });

  it('is exact where they are few, although a fact names three', () => {
    for (let clients = 1; clients < limits.clientHashesMax; clients++) {
      expect(clientCountOf(factsOf(failures(clients, clients), 0))).toBe(clients);
    }
  });

  it('is about right where they are many', () => {
    const ratios = Array.from({ length: 60 }, (_, seed) => {
      const clients = 100 + 100 * seed;
      const all = Array.from({ length: clients }, (_, n) => failureOf(n, seed * 100_000 + n, MINUTE));
      return clientCountOf([...factsOf(all, 0), ...factsOf(all, 1)]) / clients;
    }).sort((a, b) => a - b);
    expect(ratios[30]).toBeGreaterThan(0.8);
    expect(ratios[30]).toBeLessThan(1.25);
    expect(ratios[3]).toBeGreaterThan(0.5);
    expect(ratios[56]).toBeLessThan(2);
  });

  it('is never more than the requests, whatever hashes a client makes up', () => {
    const [fact] = factsOf(
      Array.from({ length: 60 }, (_, n) => failureOf(n, n % 30, MINUTE)),
      0,
    );
    const crafted = { ...fact!, clientHashes: Array.from({ length: limits.clientHashesMax }, (_, n) => n) };
    expect(clientCountOf([crafted])).toBe(60);
  });

  it('counts a client once, by its certificate or by serial number and name', () => {
    const client = (fingerprint: string | null, serialNumber: string) => ({
      subjectDn: 'CN=a',
      serialNumber,
      fingerprint,
      sourceIps: [],
      count: 1,
    });
    const fact = (...clients: ReturnType<typeof client>[]) => ({ clients, requests: clients.length });
    expect(
      clientCountOf([
        fact(client('f', '01'), client('f', '02')),
        fact(client(null, '01'), client(null, '02')),
        fact(client('f', '01')),
      ]),
    ).toBe(3);
  });
});
