/**
 * A storm in small: every denial counts once however its log is cut, and cut again, and the writes of a minute stay within a bound
 * whatever the size of the batches. Bounds and storm are scaled down alike; `npm run bench -- storm` sends a million.
 */

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import { createMemoryStores } from '../../shared/adapters/memory/index.js';
import { limits } from '../../shared/base/limits.js';
import { batchOf } from '../../shared/logs/decode.js';
import { type LogBatch, type LogEvent, type Notice, UNKNOWN_ISSUER } from '../../shared/model/index.js';
import { alert, ingest, sweep } from '../../shared/pipeline.js';
import type { Stores, World } from '../../shared/ports/index.js';
import { ca, leaf } from '../support/certificates.js';
import { accessEvent, denialAsOneEvent, T0 } from '../support/logs.js';
import { createMemoryTable } from '../support/memory-table.js';
import { noTruststores, testConfig } from '../support/world.js';

const MINUTE = 60_000;
const REQUESTS_A_MINUTE = 1_000;
const JOINED_A_MINUTE = 50;

const usual = limits.joinedPerMinuteMax;
beforeEach(() => {
  Object.assign(limits, { joinedPerMinuteMax: JOINED_A_MINUTE });
});
afterEach(() => {
  Object.assign(limits, { joinedPerMinuteMax: usual });
});

interface Storm {
  readonly denials: readonly LogEvent[];
  readonly accesses: readonly LogEvent[];
}

const REASONS = ['certificate has expired', 'self signed certificate'];

const template = leaf({
  subject: 'C=US,O=Acme,CN=client',
  key: 'ec-a',
  serial: '7f00000000000001',
  issuer: ca({ subject: 'C=US,O=Acme,CN=Acme CA 0', key: 'ec-b' }),
});

/** A new certificate: the template with another serial number. */
function pemOfSerial(n: number): string {
  const der = Buffer.from(template.der);
  der.writeUInt32BE(n, der.indexOf(Buffer.from('7f00000000000001', 'hex')) + 4);
  return `-----BEGIN CERTIFICATE-----\\n${der.toString('base64')}\\n-----END CERTIFICATE-----\\n`;
}

/** Half of the refusals under one issuer, in the order of time, from the start of a minute on. */
function stormOf(requests: number, minutes: number, certificates?: 'each with a certificate'): Storm {
  const refusals = Array.from({ length: requests }, (_, n) => ({
    n,
    at: T0 - (T0 % MINUTE) + Math.floor((n * minutes * MINUTE) / requests),
    reason: REASONS[n % 3 === 0 ? 1 : 0] ?? '',
    issuerDn: n % 2 === 0 ? 'C=US,O=Known,CN=Busy' : `C=US,O=Acme,CN=Acme CA ${n % 40}`,
  }));
  return {
    denials: refusals.map((refusal) => denialAsOneEvent(refusal)),
    accesses: refusals.map((refusal) => {
      const own = certificates === undefined ? {} : { 'identity.clientCert.clientCertPem': pemOfSerial(refusal.n) };
      return accessEvent({ ...refusal, at: refusal.at + 1 }, own);
    }),
  };
}

function cut(logGroup: string, events: readonly LogEvent[], size: number, from = 0): LogBatch[] {
  const batches: LogBatch[] = [];
  for (let at = from; at < events.length; at += size) {
    const some = events.slice(at, at + size);
    batches.push(batchOf({ owner: '123456789012', logGroup, logStream: 'one', events: some, malformed: [] }));
  }
  return batches;
}

const EXECUTION = 'API-Gateway-Execution-Logs_abc123/prod';
const ACCESS = '/aws/apigateway/access';

function worldOf(stores: Stores, now: () => number, sent: Notice[]): World {
  return {
    config: testConfig({}),
    clock: { now },
    stores,
    truststores: noTruststores,
    publisher: { publish: async (notice) => void sent.push(notice) },
  };
}

/** The totals by reason, when all that waits is settled and all hours are closed. */
async function totals(world: World, clock: { at: number }): Promise<Record<string, number>> {
  for (let n = 0; n < 20; n++) {
    clock.at += 10 * MINUTE;
    expect((await sweep(world)).failures).toEqual([]);
  }
  const sums: Record<string, number> = {};
  for (const group of await world.stores.rollups.groups(0, 1e6, 10_000)) {
    for (const { count } of await world.stores.rollups.load(group, 0, 1e6))
      sums[group.reason] = (sums[group.reason] ?? 0) + count;
  }
  return sums;
}

const exact = (requests: number) => ({
  expired: requests - Math.ceil(requests / 3),
  'self-signed': Math.ceil(requests / 3),
});

describe.each(['memory', 'DynamoDB'] as const)('a storm on %s', (kind) => {
  it.each([
    [6, 1],
    [20, 14],
    [200, 20],
    [200, 140],
    [1_000, 200],
    [20, 1_000],
  ])('counts every denial once in batches of %i that come again in batches of %i', async (size, again) => {
    const clock = { at: T0 };
    const table = createMemoryTable({ now: () => clock.at });
    const memory = createMemoryStores();
    const { denials, accesses } = stormOf(REQUESTS_A_MINUTE, 1);
    // What was joined or counted by batches that ask is known again; batches of a few come first here.
    const sizes = again <= limits.unaskedHalvesMax ? [again, size] : [size, again];
    for (const each of [...sizes, size]) {
      const records = cut(ACCESS, accesses, each);
      for (const [index, batch] of cut(EXECUTION, denials, each).entries()) {
        const stores = kind === 'memory' ? memory : createStoresOn(table, { now: () => clock.at });
        const world = worldOf(stores, () => clock.at, []);
        clock.at = Math.max(clock.at, (batch.events.at(-1)?.timestamp ?? 0) + 1_000);
        await ingest(batch, world);
        const record = records[index];
        if (record !== undefined) await ingest(record, world);
      }
    }
    const stores = kind === 'memory' ? memory : createStoresOn(table, { now: () => clock.at });
    const world = worldOf(stores, () => clock.at, []);
    expect(await totals(world, clock)).toEqual(exact(REQUESTS_A_MINUTE));
  });

  it('counts every denial once however often and wherever it is cut, in any order', async () => {
    const { denials } = stormOf(300, 2);
    const piece = fc.tuple(fc.nat(denials.length - 1), fc.integer({ min: 6, max: 80 }));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 12 }), fc.boolean(), async (pieces, isFirst) => {
        const clock = { at: T0 + 3 * MINUTE };
        const table = createMemoryTable({ now: () => clock.at });
        const stores = kind === 'memory' ? createMemoryStores() : createStoresOn(table, { now: () => clock.at });
        const world = worldOf(stores, () => clock.at, []);
        // A storm is under way, so that nothing is joined before it and known by its cell alone.
        for (const minute of [0, 1, 2]) await stores.storm.addLoad(Math.floor(T0 / MINUTE) + minute, 'denial', 100);
        const whole = cut(EXECUTION, denials, 60);
        const again = pieces.map(([from, length]) =>
          batchOf({
            owner: '123456789012',
            logGroup: EXECUTION,
            logStream: 'one',
            events: denials.slice(from, from + length),
            malformed: [],
          }),
        );
        const many = again.filter(({ events }) => hasManyInEachMinute(events));
        for (const batch of isFirst ? [...many, ...whole] : [...whole, ...many]) await ingest(batch, world);
        for (const batch of many) await ingest(batch, world);
        expect(await totals(world, clock)).toEqual(exact(300));
      }),
      { numRuns: 30 },
    );
  });
});

describe.each(['memory', 'DynamoDB'] as const)('a few events that come again alone after a storm on %s', (kind) => {
  /** A storm that is over, of which some events come again in batches of up to five. */
  async function stormAndAgain(
    lateMs: number,
    again: (denials: readonly LogEvent[]) => readonly (readonly LogEvent[])[],
  ) {
    const clock = { at: T0 };
    const table = createMemoryTable({ now: () => clock.at });
    const memory = createMemoryStores();
    const world = () =>
      worldOf(kind === 'memory' ? memory : createStoresOn(table, { now: () => clock.at }), () => clock.at, []);
    const { denials } = stormOf(REQUESTS_A_MINUTE, 1);
    for (const batch of cut(EXECUTION, denials, 200)) await ingest(batch, world());
    clock.at = (denials.at(-1)?.timestamp ?? 0) + lateMs;
    for (const few of again(denials)) for (const batch of cut(EXECUTION, few, few.length)) await ingest(batch, world());
    return totals(world(), clock);
  }
  const few = (denials: readonly LogEvent[], starts: readonly number[]) =>
    starts.map((from) => denials.slice(from, from + limits.unaskedHalvesMax));

  it('are known when they come late', async () => {
    const starts = Array.from({ length: 40 }, (_, n) => 25 * n);
    const sums = await stormAndAgain(limits.promptMs + MINUTE, (denials) => few(denials, starts));
    expect(sums).toEqual(exact(REQUESTS_A_MINUTE));
  });

  it('count again, and no more of them than came, when they come at once', async () => {
    const sums = await stormAndAgain(1_000, (denials) => few(denials, [700, 800]));
    const all = Object.values(sums).reduce((sum, count) => sum + count, 0);
    expect(all).toBeGreaterThan(REQUESTS_A_MINUTE);
    expect(all).toBeLessThanOrEqual(REQUESTS_A_MINUTE + 2 * limits.unaskedHalvesMax);
  });
});

it('a few that were there before a storm keep what they put into cells, however late they are repeated', async () => {
  const clock = { at: T0 };
  const memory = createMemoryStores();
  const { denials } = stormOf(REQUESTS_A_MINUTE, 1);
  const small = cut(EXECUTION, denials.slice(500, 505), 5);
  let isBroken = true;
  const waiting: Stores['waiting'] = {
    ...memory.waiting,
    save: async (list) => {
      if (isBroken) throw new Error('cut off');
      return memory.waiting.save(list);
    },
  };
  const world = worldOf({ ...memory, waiting }, () => clock.at, []);
  for (const batch of small) await ingest(batch, world).catch(() => {});
  isBroken = false;
  for (const batch of cut(EXECUTION, denials, 200)) await ingest(batch, world);
  clock.at += limits.promptMs + 10 * MINUTE;
  for (const batch of small) await ingest(batch, world);
  expect(await totals(world, clock)).toEqual(exact(REQUESTS_A_MINUTE));
});

it('a denial that nothing ties counts once, whether a few or a storm bring it first', async () => {
  const clock = { at: T0 };
  const world = worldOf(createMemoryStores(), () => clock.at, []);
  // All send the same request id, and none has the gateway's own.
  const denials = Array.from({ length: 300 }, (_, n) => {
    const at = T0 - (T0 % MINUTE) + n * 200;
    const event = denialAsOneEvent({ n, at, reason: REASONS[n % 3 === 0 ? 1 : 0] ?? '', requestId: 'always-the-same' });
    return { ...event, message: event.message.replace(/^.*Extended Request Id.*$/m, '') };
  });
  for (const batch of cut(EXECUTION, denials.slice(200, 220), 4)) await ingest(batch, world);
  for (const batch of cut(EXECUTION, denials, 60)) await ingest(batch, world);
  clock.at += limits.promptMs + 10 * MINUTE;
  for (const batch of cut(EXECUTION, denials.slice(100, 140), 4)) await ingest(batch, world);
  expect(await totals(world, clock)).toEqual(exact(300));
});

/** Fewer are joined without a question, and may count again what a storm left out: docs/counting.md says so. */
function hasManyInEachMinute(events: readonly LogEvent[]): boolean {
  const minutes = new Map<number, number>();
  for (const { timestamp } of events) {
    const minute = Math.floor(timestamp / MINUTE);
    minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
  }
  return [...minutes.values()].every((count) => count > limits.unaskedHalvesMax);
}

describe('the cells that a minute of a storm writes', () => {
  it.each([20, 200, 1_000])('are bounded in batches of %i', async (size) => {
    const clock = { at: T0 };
    const memory = createMemoryStores();
    let written = 0;
    const stores: Stores = {
      ...memory,
      join: {
        ...memory.join,
        put: (halves) => {
          written += halves.length;
          return memory.join.put(halves);
        },
      },
    };
    const world = worldOf(stores, () => clock.at, []);
    const { denials, accesses } = stormOf(REQUESTS_A_MINUTE, 1);
    for (const batch of [...cut(EXECUTION, denials, size), ...cut(ACCESS, accesses, size)]) await ingest(batch, world);
    // All of the first fifty of each kind, half of the next fifty, a quarter of the hundred after those, …; a batch that goes
    // beyond one of these steps takes the rate of its last half.
    const doublings = Math.log2(REQUESTS_A_MINUTE / JOINED_A_MINUTE);
    expect(written).toBeLessThanOrEqual(2 * JOINED_A_MINUTE * (1 + Math.ceil(doublings)));
    expect(written).toBeGreaterThan(JOINED_A_MINUTE / 2);
  });
});

describe('the certificates that a minute of a storm keeps', () => {
  it.each([
    [20, 14],
    [200, 140],
    [1_000, 600],
  ])('are bounded in batches of %i that come again in batches of %i', async (size, again) => {
    const clock = { at: T0 };
    const memory = createMemoryStores();
    const saved = new Set<string>();
    const certificates: Stores['certificates'] = {
      ...memory.certificates,
      save: async (some) => {
        for (const fingerprint of [...some.keys()].slice(0, limits.certificatesPerBatchMax)) saved.add(fingerprint);
      },
    };
    const world = worldOf({ ...memory, certificates }, () => clock.at, []);
    const { denials, accesses } = stormOf(REQUESTS_A_MINUTE, 1, 'each with a certificate');
    for (const each of [size, again]) {
      for (const batch of cut(ACCESS, accesses, each)) await ingest(batch, world);
      for (const batch of cut(EXECUTION, denials, each)) await ingest(batch, world);
    }
    const doublings = Math.log2((2 * REQUESTS_A_MINUTE) / JOINED_A_MINUTE);
    expect(saved.size).toBeLessThanOrEqual(JOINED_A_MINUTE * (1 + Math.ceil(doublings)));
    // Whoever is named by a count can be looked at.
    const named = [...memory.facts.all()].flatMap(({ clients }) => clients.map(({ fingerprint }) => fingerprint));
    expect(named.length).toBeGreaterThan(0);
    for (const fingerprint of named.filter((one) => one !== null)) {
      if (size < limits.certificatesPerBatchMax) expect(saved).toContain(fingerprint);
    }
  });
});

it('nobody is told of failures without an issuer that are taken off again when the sample is joined', async () => {
  const clock = { at: T0 };
  const sent: Notice[] = [];
  const world = worldOf(createMemoryStores(), () => clock.at, sent);
  const { denials, accesses } = stormOf(5 * REQUESTS_A_MINUTE, 5);
  const records = cut(ACCESS, accesses, 200);
  let swept = 0;
  for (const [index, batch] of cut(EXECUTION, denials, 200).entries()) {
    clock.at = Math.max(clock.at, (batch.events.at(-1)?.timestamp ?? 0) + 1_000);
    await ingest(batch, world, (groups, written) => alert(groups, world, written));
    const record = records[index];
    if (record !== undefined) await ingest(record, world, (groups, written) => alert(groups, world, written));
    if (clock.at >= swept + MINUTE) {
      swept = clock.at;
      await sweep(world);
    }
  }
  await totals(world, clock);
  expect(sent.filter(({ kind }) => kind === 'spike').map(({ group }) => group.issuerDn)).not.toContain(UNKNOWN_ISSUER);
  expect(sent.some(({ group }) => group.issuerDn === 'C=US,O=Known,CN=Busy' || group.issuerDn.includes('('))).toBe(
    true,
  );
});
