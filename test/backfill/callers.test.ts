/** Who was let in, from exported logs: the same however often and in whatever order it is read, and within a bound. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBackfill } from '../../functions/backfill/backfill.js';
import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import { createPastHours } from '../../shared/adapters/dynamodb/past-hours.js';
import type { Table } from '../../shared/adapters/dynamodb/table.js';
import { callersByDay, collectCallers, pastCallers } from '../../shared/backfill/callers.js';
import { planOf } from '../../shared/backfill/plan.js';
import { DAY_MS } from '../../shared/base/time.js';
import type { ExportedObject } from '../../shared/ports/backfill.js';
import type { PastCaller, World } from '../../shared/ports/index.js';
import { certificatesOf } from '../../shared/report/weekly.js';
import { ACCESS_GROUP, accessEvent, denialAsOneEvent, EXECUTION_GROUP, T0 } from '../support/logs.js';
import { memoryBucket } from '../support/memory-bucket.js';
import { createMemoryTable } from '../support/memory-table.js';
import { listening, testWorld } from '../support/world.js';

const DAY = Math.floor(T0 / DAY_MS);
const NOW = T0 + 5 * DAY_MS;

const caller = (n: number, changes: Partial<PastCaller> = {}): PastCaller => ({
  subjectDn: `C=US,CN=client ${n}`,
  issuerDn: 'C=US,CN=CA',
  serialNumber: `0${n}`,
  notBefore: null,
  notAfter: NOW,
  isConnection: false,
  firstAt: T0,
  lastAt: T0,
  ...changes,
});

const sorted = (callers: readonly PastCaller[]) =>
  callers.map((one) => JSON.stringify(Object.entries(one).sort())).sort();

const time = fc.option(fc.integer({ min: 0, max: 5 }));
const anyCaller = fc
  .record({ n: fc.nat(3), notBefore: time, notAfter: time, isConnection: fc.boolean(), at: fc.nat(9), for: fc.nat(9) })
  .map(({ n, at, for: lasting, ...rest }) => caller(n, { ...rest, firstAt: at, lastAt: at + lasting }));

describe('callers', () => {
  it('are the same in whatever order, and however often, they are told', () => {
    fc.assert(
      fc.property(fc.array(anyCaller), fc.infiniteStream(fc.nat()), (told, order) => {
        const once = collectCallers(10);
        for (const one of told) once.add(one);
        const again = collectCallers(10);
        const keys = new Map(told.map((one) => [one, order.next().value ?? 0]));
        for (const one of [...told, ...told].sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0))) again.add(one);
        // What was put together is told again, as by another object that holds the same.
        for (const one of once.all()) again.add(one);
        expect(sorted(again.all())).toEqual(sorted(once.all()));
      }),
    );
  });

  it('are those of the latest days where there are more than fit', async () => {
    async function* of(day: number): AsyncGenerator<PastCaller> {
      yield* [caller(day), caller(day + 1)];
    }
    const { all, isCut } = await pastCallers([1, 5, 3], of, 3);
    expect([all().map(({ serialNumber }) => serialNumber), isCut()]).toEqual([['05', '06', '03'], true]);
  });
});

it('of an object are bounded by day and together, and those that are held go on', () => {
  const { add, days } = callersByDay(2, 3);
  for (const day of [1, 2]) for (const n of [1, 2, 3]) add(day, caller(n));
  add(2, caller(1, { lastAt: NOW }));
  const held = [...days].map(([day, { all }]) => [
    day,
    all().map(({ serialNumber, lastAt }) => [serialNumber, lastAt]),
  ]);
  expect(held).toEqual([
    [
      1,
      [
        ['01', T0],
        ['02', T0],
      ],
    ],
    [2, [['01', NOW]]],
  ]);
});

const success = { status: '200', 'error.message': '-', 'error.responseType': '-' };
const named = (n: number, ca: string) => ({
  'identity.clientCert.clientCertPem': undefined,
  'identity.clientCert.subjectDN': `CN=client ${n},O=Acme,C=US`,
  'identity.clientCert.issuerDN': `CN=${ca},O=Acme,C=US`,
  'identity.clientCert.serialNumber': `0${n}`,
  'identity.clientCert.validity.notBefore': 'Jan  1 00:00:00 2026 GMT',
  'identity.clientCert.validity.notAfter': `Dec ${10 + n} 00:00:00 2026 GMT`,
});
const record = (n: number, ca: string, changes: object) =>
  `${JSON.stringify({ logGroup: ACCESS_GROUP, logStream: 's', ...accessEvent({ n }, { ...named(n, ca), ...changes }) })}\n`;

/** By key: three who are let in, one of whom calls twice; one of them again beside one who is refused; those who are let in a day later. */
const contents: Record<string, string> = {
  'let-in': [1, 2, 3, 1].map((n) => record(n, 'Acme CA', success)).join(''),
  mixed:
    record(2, 'Acme CA', success) +
    record(9, 'Stranger', {}) +
    `${JSON.stringify({ logGroup: EXECUTION_GROUP, logStream: 's', ...denialAsOneEvent({ n: 9 }) })}\n`,
};
const objectOf = (key: string): ExportedObject => ({
  ...{ bucket: 'logs', key, etag: key, bytes: contents[key.replace(/^copy of /, '')]?.length ?? 0, writtenAt: T0 },
});

function scene(dies: (part: number) => boolean = () => false) {
  let writes = 0;
  const kept = createMemoryTable({ now: () => NOW });
  const table: Table = {
    ...kept,
    putAll: async (items) => {
      if (items.some(({ pk }) => pk?.S === 'callers') && dies(writes++)) throw new Error('killed');
      await kept.putAll(items);
    },
  };
  const world: World = { ...testWorld(), clock: { now: () => NOW }, stores: createStoresOn(table, { now: () => NOW }) };
  const bucket = memoryBucket();
  const steps = createBackfill({
    inWorld: (run) => run(world),
    bucket,
    open: async function* ({ key }) {
      yield Buffer.from(contents[key.replace(/^copy of /, '')] ?? '');
    },
    pastHours: createPastHours(table, world.stores.rollups, 400),
    log: listening().log,
  });
  const read = async (...keys: readonly string[]): Promise<void> => {
    const { parts } = planOf(keys.map(objectOf), new Set(), 0);
    for (const part of parts) await steps({ step: 'read', run: 'run', part });
  };
  const sum = () => steps({ step: 'sum', day: DAY, from: DAY * 24, to: (DAY + 1) * 24 });
  const learn = () => steps({ step: 'learn' });
  const known = async () =>
    (await world.stores.callers.all())
      .map(({ subjectDn, notAfter }) => `${subjectDn} ${new Date(notAfter ?? 0).toISOString().slice(0, 10)}`)
      .sort();
  return { world, read, sum, learn, known };
}

const LET_IN = [1, 2, 3].map((n) => `C=US,O=Acme,CN=client ${n} 2026-12-${10 + n}`);

describe('a backfill', () => {
  it('knows who was let in, and not who was refused; twice, and from copies, as once', async () => {
    const { read, sum, learn, known } = scene();
    await read('let-in', 'mixed');
    await sum();
    await learn();
    expect(await known()).toEqual(LET_IN);
    await read('copy of let-in', 'let-in', 'mixed');
    for (const step of [sum, sum, learn, learn]) await step();
    expect(await known()).toEqual(LET_IN);
  });

  it('knows them as well where it was killed while it wrote them down', async () => {
    const { read, sum, learn, known } = scene((write) => write === 0);
    await read('let-in');
    await sum();
    await expect(learn()).rejects.toThrow('killed');
    await learn();
    expect(await known()).toEqual(LET_IN);
  });

  it('tells the report which of their certificates expire, without their traffic', async () => {
    const { world, read, sum, learn } = scene();
    const period = { label: '', from: NOW - 7 * DAY_MS, to: NOW } as never;
    expect((await certificatesOf(period, world, [])).expiring).toBeNull();
    await read('let-in', 'mixed');
    await sum();
    await learn();
    const gaps: { id: string }[] = [];
    const { expiring, sunset } = await certificatesOf(period, world, gaps as never);
    expect(
      expiring?.map(({ subjectDn, daysLeft, requests, clients }) => ({ subjectDn, daysLeft, requests, clients })),
    ).toEqual(
      [1, 2, 3].map((n) => ({
        subjectDn: `C=US,O=Acme,CN=client ${n}`,
        daysLeft: 14 + n,
        requests: null,
        clients: null,
      })),
    );
    expect([sunset, gaps.map(({ id }) => id)]).toEqual([null, ['expiry-of-the-past']]);
    // What has expired by then may have been replaced.
    const later = { label: '', from: NOW, to: Date.UTC(2026, 11, 12, 12) } as never;
    expect((await certificatesOf(later, world, [])).expiring?.map(({ serialNumber }) => serialNumber)).toEqual(['03']);
  });
});
