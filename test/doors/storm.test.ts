/** A flood of connections at a door: each counts once however its log is cut, and the cells that it writes are bounded. */

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import { createMemoryStores } from '../../shared/adapters/memory/index.js';
import { limits } from '../../shared/base/limits.js';
import { batchOf } from '../../shared/logs/decode.js';
import type { LogBatch, LogEvent } from '../../shared/model/index.js';
import { ingest, sweep } from '../../shared/pipeline.js';
import type { Stores, World } from '../../shared/ports/index.js';
import {
  CLOUDFRONT_FIELDS,
  cloudFrontRecord,
  jsonRecord,
  LOAD_BALANCER_FIELDS,
  loadBalancerRecord,
} from '../support/connection-records.js';
import { T0 } from '../support/logs.js';
import { createMemoryTable } from '../support/memory-table.js';
import { noTruststores, testConfig } from '../support/world.js';

const MINUTE = 60_000;
const START = T0 - (T0 % MINUTE);
const FLOOD = 600;
const JOINED_A_MINUTE = 50;
const DISTRIBUTION = 'distribution/E2DX1SLDPK0123';
const SETTINGS = { domains: { [DISTRIBUTION]: 'files.bank.example', x: '*.bank.example', y: 'api.bank.example' } };

const usual = limits.joinedPerMinuteMax;
beforeEach(() => {
  Object.assign(limits, { joinedPerMinuteMax: JOINED_A_MINUTE });
});
afterEach(() => {
  Object.assign(limits, { joinedPerMinuteMax: usual });
});

const NO_CERTIFICATE = Object.fromEntries(
  ['Subject', 'Issuer', 'SerialNumber', 'Validity'].map((field) => [`clientLeafCert${field}`, '-']),
);

/** Without a certificate, with a name of everybody's own, of one partner; broken off; under names that clients choose. */
function connectionAt(n: number): Record<string, string> {
  const tlsSni = [`h${n}.bank.example`, 'api.bank.example', '-', `h${n}.example`][n % 4] ?? '-';
  const own = { clientLeafCertSubject: `O=Own ${n},CN=x`, clientLeafCertIssuer: `CN=CA ${n}` };
  return {
    tlsSni,
    ...[
      { connectionStatus: 'Failed:ClientCertMissing', ...NO_CERTIFICATE },
      { connectionStatus: 'Failed:ClientCertUntrusted', ...own },
      { connectionStatus: 'Failed:ClientCertExpired' },
      { connectionStatus: 'Failed:TcpTimeout', ...NO_CERTIFICATE },
      { connectionStatus: 'Failed:ClientCertExpired' },
    ][n % 5],
  };
}

const flood: readonly LogEvent[] = Array.from({ length: FLOOD }, (_, n) => ({
  id: `event-${n}`,
  timestamp: START + Math.floor((n * MINUTE) / FLOOD),
  message: jsonRecord(cloudFrontRecord(n, connectionAt(n)), CLOUDFRONT_FIELDS),
}));

const batch = (events: readonly LogEvent[], logStream = 'one'): LogBatch =>
  batchOf({ owner: '123456789012', logGroup: 'connections', logStream, events: [...events], malformed: [] });

function cut(events: readonly LogEvent[], size: number): LogBatch[] {
  const starts = Array.from({ length: Math.ceil(events.length / size) }, (_, n) => n * size);
  return starts.map((from) => batch(events.slice(from, from + size)));
}

const EXACT = {
  'no-client-certificate': FLOOD / 5,
  untrusted: FLOOD / 5,
  expired: (2 * FLOOD) / 5,
  'connection-failed': FLOOD / 5,
};

/** A world that forgets everything but its table, as a new container does. */
function storm(kind: 'memory' | 'DynamoDB') {
  const clock = { at: START + 2 * MINUTE };
  const table = createMemoryTable({ now: () => clock.at });
  const memory = createMemoryStores();
  const world = (settings: object = SETTINGS): World => ({
    config: testConfig(settings),
    clock: { now: () => clock.at },
    stores: kind === 'memory' ? memory : createStoresOn(table, { now: () => clock.at }),
    truststores: noTruststores,
    publisher: { publish: async () => {} },
  });
  return { clock, world };
}

/** By reason or other cause, and by scope, issuer and reason. */
async function counted({ clock, world }: ReturnType<typeof storm>) {
  for (let n = 0; n < 20; n++) {
    clock.at += 10 * MINUTE;
    expect((await sweep(world())).failures).toEqual([]);
  }
  const { rollups, facts } = world().stores;
  const sums: Record<string, number> = {};
  const groups: Record<string, number> = {};
  for (const group of await rollups.groups(0, 1e6, 10_000)) {
    for (const { count } of await rollups.load(group, 0, 1e6)) {
      sums[group.reason] = (sums[group.reason] ?? 0) + count;
      const key = `${group.door} ${group.scope} ${group.issuerDn} ${group.reason}`;
      groups[key] = (groups[key] ?? 0) + count;
    }
  }
  const day = Math.floor(START / (1440 * MINUTE));
  for (const { cause, count } of await facts.forbidden(day, day, 10_000)) sums[cause] = (sums[cause] ?? 0) + count;
  return { sums, groups };
}

describe.each(['memory', 'DynamoDB'] as const)('a flood of connections on %s', (kind) => {
  it.each([
    [6, 14],
    [200, 140],
    [600, 40],
  ])('counts each once in batches of %i that come again in batches of %i', async (size, again) => {
    const at = storm(kind);
    for (const each of [size, again, size]) for (const one of cut(flood, each)) await ingest(one, at.world());
    expect((await counted(at)).sums).toEqual(EXACT);
  });

  it('counts each once however often and wherever it is cut, in any order', async () => {
    const piece = fc.tuple(fc.nat(FLOOD - 7), fc.integer({ min: 6, max: 120 }));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 8 }), fc.boolean(), async (pieces, isFirst) => {
        const at = storm(kind);
        const whole = cut(flood, 100);
        const again = pieces.map(([from, length]) => batch(flood.slice(from, from + length)));
        for (const one of isFirst ? [...again, ...whole] : [...whole, ...again]) await ingest(one, at.world());
        for (const one of again) await ingest(one, at.world());
        expect((await counted(at)).sums).toEqual(EXACT);
      }),
      { numRuns: 12 },
    );
  });

  it('counts a batch that is repeated where it was counted, whatever the settings say by then', async () => {
    const at = storm(kind);
    for (const one of cut(flood, 200)) await ingest(one, at.world());
    for (const one of cut(flood, 200)) await ingest(one, at.world({}));
    const all = await counted(at);
    expect(all.sums).toEqual(EXACT);
    const scopes = new Set(Object.keys(all.groups).map((key) => key.split(' ')[1]));
    expect(scopes).toContain('*.bank.example');
    expect(scopes).toContain('api.bank.example');
    expect(scopes).not.toContain(DISTRIBUTION);
    expect([...scopes].filter((scope) => /^h\d+\.bank/.test(scope ?? ''))).toEqual([]);
  });

  it('leaves alone what a few batches put into cells before', async () => {
    const at = storm(kind);
    for (const from of [300, 400, 500]) await ingest(batch(flood.slice(from, from + 5)), at.world());
    for (const one of cut(flood, 200)) await ingest(one, at.world());
    expect((await counted(at)).sums).toEqual(EXACT);
  });

  it('knows a few that come again late, alone', async () => {
    const at = storm(kind);
    for (const one of cut(flood, 200)) await ingest(one, at.world());
    at.clock.at += limits.promptMs + MINUTE;
    for (let from = 0; from < FLOOD; from += 60) await ingest(batch(flood.slice(from, from + 5)), at.world());
    expect((await counted(at)).sums).toEqual(EXACT);
  });
});

it('an issuer keeps its own count in a flood: a record says all, and nothing is estimated', async () => {
  const at = storm('memory');
  for (const one of cut(flood, 200)) await ingest(one, at.world());
  const { groups } = await counted(at);
  const acme = Object.entries(groups).filter(([key]) => key.includes('Acme Logistics Issuing CA expired'));
  expect(acme.reduce((sum, [, count]) => sum + count, 0)).toBe(EXACT.expired);
  expect(acme.every(([, count]) => count > 0)).toBe(true);
});

it.each([20, 200, 600])(
  'writes as many cells in batches of %i as the load of the minute allows, however often it comes',
  async (size) => {
    const memory = createMemoryStores();
    const keys = new Set<string>();
    let written = 0;
    const join: Stores['join'] = {
      ...memory.join,
      put: (halves) => {
        written += halves.length;
        for (const { key } of halves) keys.add(key);
        return memory.join.put(halves);
      },
    };
    const at = storm('memory');
    const world = { ...at.world(), stores: { ...memory, join } };
    for (const one of cut(flood, size)) await ingest(one, world);
    // All of the first fifty, half of the next fifty, a quarter of the hundred after those, …
    const bound = JOINED_A_MINUTE * (1 + Math.ceil(Math.log2(FLOOD / JOINED_A_MINUTE)));
    expect(written).toBeLessThanOrEqual(bound);
    expect(written).toBeGreaterThan(0);
    const first = keys.size;
    // A sparser sample is a part of a denser one: chosen by the connections' own ids, wherever the log is cut and whoever writes it.
    const again = flood.map((event) => ({ ...event, id: `again ${event.id}` }));
    for (const { events } of cut(again, Math.ceil(size * 0.7))) await ingest(batch(events, 'another'), world);
    expect(keys.size).toBe(first);
  },
);

it('one connection that two log events tell of counts once in a flood', async () => {
  const at = storm('memory');
  const twice = flood.flatMap((event) => [event, { ...event, id: `again ${event.id}` }]);
  for (const one of cut(twice, 200)) await ingest(one, at.world());
  expect((await counted(at)).sums).toEqual(EXACT);
});

it('a flood at a load balancer, whose records have another id, counts once as well', async () => {
  const at = storm('memory');
  const events = flood.map((event, n) => ({
    ...event,
    message: jsonRecord(loadBalancerRecord(n), LOAD_BALANCER_FIELDS),
  }));
  for (const size of [200, 90]) for (const one of cut(events, size)) await ingest(one, at.world());
  expect((await counted(at)).sums).toEqual({ untrusted: FLOOD });
});
