/** Exports give the roll-ups of a replay of the same events, in whatever objects, order and number of copies they come. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { sourcesOf } from '../../cli/inputs/files.js';
import { replay } from '../../cli/replay/replay.js';
import { reportCollector } from '../../cli/replay/report.js';
import { readObject } from '../../functions/backfill/read-object.js';
import { sumUpDay } from '../../shared/backfill/sum-up.js';
import { backfillLimits } from '../../shared/base/backfill-limits.js';
import { DAY_MS, HOUR_MS } from '../../shared/base/time.js';
import { CANARY_DN } from '../../shared/model/canary.js';
import { groupId } from '../../shared/model/group-id.js';
import type { LogEvent, Rollup } from '../../shared/model/index.js';
import type { HalfLine } from '../../shared/ports/backfill.js';
import { type Issued, leaf } from '../support/certificates.js';
import { ACCESS_GROUP, accessEvent, denialAsLines, denialAsOneEvent, EXECUTION_GROUP } from '../support/logs.js';
import { testConfig, testWorld } from '../support/world.js';

const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MIDNIGHT = Date.UTC(2026, 4, 10);

/** A record: lines that are written together, as one of the two logs holds them. */
interface LogRecord {
  readonly logGroup: string;
  readonly events: readonly LogEvent[];
}

interface Request {
  readonly at: number;
  readonly issuer: number;
  readonly client: number;
  readonly lost: 'nothing' | 'denial' | 'record';
  readonly lagMs: number;
  readonly isInLines: boolean;
  /** A client's request id that others use as well. */
  readonly forged: number | null;
}

const requests: fc.Arbitrary<readonly Request[]> = fc.array(
  fc.record({
    // Two days and the edges of both neighbours.
    at: fc.oneof(
      fc.integer({ min: MIDNIGHT - DAY_MS, max: MIDNIGHT + DAY_MS }),
      fc.integer({ min: MIDNIGHT - 30_000, max: MIDNIGHT + 30_000 }),
    ),
    issuer: fc.nat(2),
    client: fc.nat(1),
    lost: fc.constantFrom('nothing', 'nothing', 'nothing', 'denial', 'record'),
    lagMs: fc.integer({ min: 0, max: 40_000 }),
    isInLines: fc.boolean(),
    forged: fc.option(fc.nat(1), { freq: 8 }),
  }),
  { minLength: 1, maxLength: 40 },
);

function recordsOf(all: readonly Request[]): LogRecord[] {
  return all.flatMap(({ at, issuer, client, lost, lagMs, isInLines, forged }, n) => {
    const refusal = {
      n,
      at,
      issuerDn: `C=US,O=Acme,CN=CA ${issuer}`,
      subjectDn: `CN=client-${client}`,
      ...(forged !== null && { requestId: `forged-request-id-${forged}` }),
    };
    const denial = isInLines ? denialAsLines(refusal) : [denialAsOneEvent(refusal)];
    const access = accessEvent(refusal, { 'identity.clientCert.serialNumber': `${client}` });
    return [
      ...(lost === 'denial' ? [] : [{ logGroup: EXECUTION_GROUP, events: denial }]),
      ...(lost === 'record' ? [] : [{ logGroup: ACCESS_GROUP, events: [{ ...access, timestamp: at + lagMs }] }]),
    ];
  });
}

const textOf = (records: readonly LogRecord[]): string =>
  records
    .flatMap(({ logGroup, events }) => events.map((event) => JSON.stringify({ logGroup, logStream: 's', ...event })))
    .join('\n');

/** As an export of CloudWatch Logs has it, which names neither the group nor the event. */
const exportOf = (records: readonly LogRecord[]): string =>
  records
    .flatMap(({ events }) => events.map(({ timestamp, message }) => `${new Date(timestamp).toISOString()} ${message}`))
    .join('\n');

let files = 0;
/** In the numbered parts of one export task. */
function exported(objects: readonly (readonly LogRecord[])[]): string[] {
  const task = join(folder, `task-${files++}`);
  mkdirSync(task);
  return objects.flatMap((records, part) => {
    if (records.length === 0) return [];
    const name = join(task, `${String(part).padStart(6, '0')}.gz`);
    writeFileSync(name, gzipSync(exportOf(records)));
    return [name];
  });
}

function written(objects: readonly (readonly LogRecord[])[], isZipped: boolean): string[] {
  return objects
    .filter((records) => records.length > 0)
    .map((records) => {
      const name = join(folder, `${files++}.ndjson${isZipped ? '.gz' : ''}`);
      writeFileSync(name, isZipped ? gzipSync(textOf(records)) : textOf(records));
      return name;
    });
}

const config = { domains: { abc123: 'api.bank.example' } };
const HOURS = [Math.floor((MIDNIGHT - 2 * DAY_MS) / HOUR_MS), Math.floor((MIDNIGHT + 2 * DAY_MS) / HOUR_MS)] as const;

async function replayed(paths: readonly string[]): Promise<Rollup[]> {
  const { world } = await replay(paths, testConfig(config), undefined, reportCollector());
  const { rollups } = world.stores;
  const groups = await rollups.groups(...HOURS, 1000);
  return sorted((await Promise.all(groups.map((group) => rollups.load(group, ...HOURS)))).flat());
}

async function counted(paths: readonly string[], worldOf = () => testWorld(config)): Promise<Rollup[]> {
  const byDay = new Map<number, string[]>();
  for (const source of await sourcesOf(paths, {})) {
    const { days, problem } = await readObject(source, worldOf());
    expect(problem).toBeNull();
    for (const [day, bytes] of days) byDay.set(day, [...(byDay.get(day) ?? []), gunzipSync(bytes).toString()]);
  }
  const rollups: Rollup[] = [];
  for (const [day, texts] of byDay) {
    const lines = texts.flatMap((text) => text.trim().split('\n')).map((line): HalfLine => JSON.parse(line));
    rollups.push(...(await sumUpDay(day, lines, worldOf())).rollups);
  }
  return sorted(rollups);
}

function sorted(rollups: readonly Rollup[]): Rollup[] {
  const keyOf = ({ group, hour }: Rollup) => `${hour} ${groupId(group)}`;
  return [...rollups].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

it.each([
  ['the first minute', 0, 0],
  ['the last minute of the first hour', 59, 59],
  ['the first minute of the last hour', 23 * 60, 23 * 60],
  ['the last minute', 24 * 60 - 1, 24 * 60 - 1],
  ['the last minute of the day before', -1, null],
  ['the first minute of the day after', 24 * 60, null],
])('gives the detector the minutes of the day: %s', async (_, minuteOfDay, expected) => {
  const refusal = { n: 1, at: MIDNIGHT + minuteOfDay * 60_000 + 30_000 };
  const [path = ''] = written(
    [
      [
        { logGroup: EXECUTION_GROUP, events: [denialAsOneEvent(refusal)] },
        { logGroup: ACCESS_GROUP, events: [accessEvent(refusal)] },
      ],
    ],
    false,
  );
  const [source] = await sourcesOf([path], {});
  const day = MIDNIGHT / DAY_MS;
  const { days } = await readObject(source!, testWorld(config));
  const lines = [...days].flatMap(([, bytes]) => gunzipSync(bytes).toString().trim().split('\n'));
  const halves = lines.map((line): HalfLine => JSON.parse(line));
  const { minutes, rollups } = await sumUpDay(day, halves, testWorld(config));
  const counts = minutes.flatMap((one) => one.counts);
  expect(counts).toEqual(expected === null ? [] : [[MIDNIGHT / 60_000 + expected, 1]]);
  expect(rollups.map(({ hour }) => hour)).toEqual(
    expected === null ? [] : [MIDNIGHT / HOUR_MS + Math.floor(expected / 60)],
  );
});

it('leaves out each call of the canary, once, and nobody else who uses its name', async () => {
  const [ours, pretender] = ['ec-a', 'ec-b'].map((key) => leaf({ subject: CANARY_DN, key })) as [Issued, Issued];
  const world = testWorld({ ...config, canaries: [{ domain: 'api.bank.example' }] });
  const { fingerprint } = ours.certificate;
  const call = { scope: 'api.bank.example', at: MIDNIGHT, requestId: null, extendedRequestId: null };
  await world.stores.probes.save({ ...call, fingerprint, outcome: 'calling' });
  const records = [ours, pretender, ours].flatMap(({ pem }, n): LogRecord[] => {
    const refusal = {
      n,
      at: MIDNIGHT + n,
      issuerDn: CANARY_DN,
      subjectDn: CANARY_DN,
      reason: 'self signed certificate',
    };
    return [
      { logGroup: EXECUTION_GROUP, events: [denialAsOneEvent(refusal)] },
      { logGroup: ACCESS_GROUP, events: [accessEvent(refusal, { 'identity.clientCert.clientCertPem': pem })] },
    ];
  });
  const countOf = async (some: readonly LogRecord[]): Promise<number> =>
    (await counted(written([some], false), () => world)).reduce((sum, { count }) => sum + count, 0);
  expect(await countOf(records.slice(0, 2))).toBe(0);
  expect(await countOf(records.slice(0, 4))).toBe(1);
  // Its key calls once; whoever else calls with the same certificate is refused like anybody.
  expect(await countOf(records)).toBe(2);
});

it('a day whose certificates do not fit into memory is refused, each of them counted once', async () => {
  const pem = 'x'.repeat(backfillLimits.certificateCharsPerDayMax / 8);
  const day = (of: readonly number[]) =>
    sumUpDay(
      20_000,
      of.map((n): HalfLine => ({ kind: 'certificate', fingerprint: `${n}`, pem })),
      testWorld(config),
    );
  expect(await day([0, 1, 2, 3, 4, 5, 6, 7, 7, 6, 5])).toEqual({ rollups: [], minutes: [], callers: [] });
  await expect(day([0, 1, 2, 3, 4, 5, 6, 7, 8])).rejects.toThrow(
    /^2024-10-04 has more than \d+ characters of clients' certificates; expected fewer in one day/,
  );
});

describe('the roll-ups of exports', () => {
  it('are those of a replay, however the records are spread over objects, in any order, some of them twice', async () => {
    const cases = fc.record({
      requests,
      objects: fc.integer({ min: 1, max: 5 }),
      places: fc.array(fc.nat(), { minLength: 80, maxLength: 80 }),
      copies: fc.array(fc.nat(79), { maxLength: 10 }),
      rendering: fc.constantFrom('lines', 'zipped lines', 'numbered parts'),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ requests: all, objects, places, copies, rendering }) => {
        const isExport = rendering === 'numbered parts';
        // Lines of one millisecond under one forged id are the same text there, and only their place tells them apart.
        const records = recordsOf(isExport ? all.map((one) => ({ ...one, forged: null })) : all);
        const whole = isExport ? exported([records]) : written([records], false);
        const spread: LogRecord[][] = Array.from({ length: objects }, () => []);
        for (const [index, record] of records.entries()) spread[(places[index] ?? 0) % objects]?.push(record);
        const copied = (isExport ? [...new Set(copies)] : copies).flatMap((copy) => records[copy] ?? []);
        // Equal lines of one part are several events, so the copies of an export are a part of their own, such as another task's.
        if (isExport) spread.unshift(copied);
        else for (const [index, record] of copied.entries()) spread[index % objects]?.unshift(record);
        const paths = isExport ? exported(spread) : written(spread, rendering === 'zipped lines');
        const expected = await replayed(whole);
        expect(await counted([...paths, ...paths.slice(0, 1)])).toEqual(expected);
        expect(await counted(paths.reverse())).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});
