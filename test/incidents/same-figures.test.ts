/** One incident has one sum, wherever it is told: the alert, `incidents`, `incidents show`, the report. */

import { describe, expect, it } from 'vitest';
import { listIncidents } from '../../cli/commands/incidents.js';
import { showIncident } from '../../cli/commands/show-incident.js';
import { limits } from '../../shared/base/limits.js';
import { messagesIn } from '../../shared/messages/index.js';
import { sumWords } from '../../shared/messages/parts.js';
import { groupId } from '../../shared/model/group-id.js';
import { countOf, type Fact, type GroupKey, type Notice, SEVERAL_ISSUERS } from '../../shared/model/index.js';
import { alert, sweep } from '../../shared/pipeline.js';
import { gatherReport } from '../../shared/report/gather.js';
import { daysPeriod } from '../../shared/report/period.js';
import { ca, leaf } from '../support/certificates.js';
import { T0 } from '../support/logs.js';
import { type TestWorld, testWorld } from '../support/world.js';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const start = Math.floor(T0 / MINUTE);
const PARTNERS = ['Ada', 'Bo', 'Cy', 'Di'];
const dnOf = (name: string): string => `C=US,O=${name},CN=${name} CA`;
const MANY = Array.from({ length: 130 }, (_, n) => `Partner ${n}`);
const trusted = new Map(
  [...PARTNERS, ...MANY].map((name) => [name, ca({ subject: dnOf(name), key: 'ec-a' })] as const),
);
const rekeyed = leaf({
  subject: 'C=US,O=Ada,CN=edi',
  key: 'ec-c',
  issuer: ca({ subject: dnOf('Ada'), key: 'ec-b' }),
});

/** What a group refuses in each minute from the start. */
interface Stream {
  readonly group: GroupKey;
  readonly counts: readonly number[];
  readonly fingerprint?: string;
}

const at = (group: Partial<GroupKey>): GroupKey => ({
  scope: 'api.bank.example',
  issuerDn: dnOf('Ada'),
  reason: 'expired',
  ...group,
});
const each = (count: number, from: number, to: number): number[] =>
  Array.from({ length: to }, (_, minute) => (minute < from ? 0 : count));

async function play(streams: readonly Stream[], minutes: number): Promise<TestWorld> {
  const bundle = [...trusted.values()].map(({ pem }) => pem).join('');
  const world = Object.assign(testWorld({ truststores: { '*': 's3://truststores/all.pem' } }), {
    truststores: {
      read: async () => ({ text: bundle, version: 'same-figures', versionId: 'v', modifiedAt: T0 - 90 * 86_400_000 }),
      earlier: async () => [],
    },
  });
  await world.stores.certificates.save(new Map([[rekeyed.certificate.fingerprint, rekeyed.pem]]));
  for (let minute = 0; minute < minutes; minute++) {
    world.at = (start + minute) * MINUTE + 40_000;
    const facts = streams.flatMap((stream) => factOf(stream, minute));
    await world.stores.facts.put(facts, []);
    const marks = facts.map((one) => ({
      group: one.group,
      hour: Math.floor(one.minute / 60),
      token: `${one.minute}`,
    }));
    await world.stores.rollups.mark(marks);
    if (facts.length > 0)
      await alert(
        facts.map(({ group }) => group),
        world,
      );
    world.at += 15_000;
    expect((await sweep(world)).failures).toEqual([]);
  }
  return world;
}

function factOf({ group, counts, fingerprint = '' }: Stream, minute: number): Fact[] {
  const count = counts[minute] ?? 0;
  if (count === 0) return [];
  const { subjectDn, serialNumber } = rekeyed.certificate;
  const client = { subjectDn, serialNumber, fingerprint: fingerprint || null, sourceIps: [], count };
  const own = { requests: count, count, unattributed: 0, inferred: 0, reasonText: group.reason, clients: [client] };
  const firstAt = (start + minute) * MINUTE + 1;
  return [{ ...own, group, minute: start + minute, batchId: `${groupId(group)} ${minute}`, firstAt, lastAt: firstAt }];
}

/** The sum and the beginning of the only incident that was told, in each place. */
async function figures(world: TestWorld) {
  const ends = world.published.filter(({ kind }) => kind === 'resolved');
  expect(ends).toHaveLength(1);
  const end = ends[0] as Notice;
  const lines: string[] = [];
  const shown = {
    stores: world.stores,
    clock: world.clock,
    output: { write: (text: string) => void lines.push(text) },
    config: async () => world.config,
    truststores: world.truststores,
  };
  await listIncidents({ ended: '7', json: true }, shown);
  const listed = lines.map((line) => JSON.parse(line)).find(({ incidentId }) => incidentId === end.incidentId);
  lines.length = 0;
  await showIncident(end.incidentId, { json: true }, shown);
  const one = JSON.parse(lines.join(''));
  const report = await gatherReport(
    {
      period: daysPeriod(DAY * Math.floor(T0 / DAY), DAY * Math.floor(T0 / DAY + 2)),
      ...{ language: 'en', generatedAt: world.at, partner: null, details: null, expiring: null },
      ...{ sunset: null, pipeline: null, gaps: [] },
    },
    world,
  );
  const told = report.incidents.find(({ incidentId }) => incidentId === end.incidentId);
  return {
    alert: [countOf(end), end.since],
    list: [listed.count, listed.firstFailureAt],
    show: [one.count, one.firstFailureAt],
    notices: one.notices.at(-1).count,
    report: [told?.failures, told?.firstFailureAt],
    reasons: told?.reasons,
    words: sumWords(end, messagesIn.en),
  };
}

const scanner: Stream[] = Array.from({ length: 180 }, (_, n) => ({
  group: at({ issuerDn: `CN=made up ${n}`, reason: 'issuer-not-found' }),
  // It begins slowly, long before it is noticed.
  counts: [...new Array<number>(n < 12 ? 2 + n : 13 + Math.floor(n / 6)).fill(0), 1],
}));
const background: Stream = {
  group: at({ issuerDn: dnOf('Di'), reason: 'chain-too-long' }),
  counts: each(1, 0, 60).map((count, minute) => (minute % 7 === 0 ? count : 0)),
};

describe('the same incident has the same sum and beginning everywhere', () => {
  it.each<[string, readonly Stream[], number, number]>([
    ['a scanner, whose groups come and go', [...scanner, background], 180, 2],
    ['a single partner', [{ group: at({}), counts: each(9, 3, 30) }], 27 * 9, 3],
    [
      'partners that fail together',
      PARTNERS.map((name, n) => ({ group: at({ issuerDn: dnOf(name) }), counts: each(6 + n, 3, 30 + n) })),
      27 * 6 + 28 * 7 + 29 * 8 + 30 * 9,
      3,
    ],
    [
      'more partners than one incident names, some of which begin later',
      [...MANY, 'Ada'].map((name, n) => ({
        group: at({ issuerDn: dnOf(name) }),
        counts: each(4, n < 110 ? 3 : 12, 20),
      })),
      110 * 17 * 4 + 21 * 8 * 4,
      3,
    ],
    [
      'two reasons of one cause, told as one',
      (['issuer-not-found', 'signature-failure'] as const).map((reason, n) => ({
        group: at({ reason }),
        counts: each(10 + n, 3, 30),
        fingerprint: rekeyed.certificate.fingerprint,
      })),
      27 * 21,
      3,
    ],
  ])('%s', async (_, streams, count, beganAt) => {
    const seen = await figures(await play(streams, 90));
    const since = new Date((start + beganAt) * MINUTE + 1).toISOString();
    expect(seen).toMatchObject({
      alert: [count, since],
      list: [count, since],
      show: [count, since],
      notices: count,
      report: [count, since],
      words: `${count.toLocaleString('en')} in all`,
    });
    const parts = seen.reasons ?? [];
    if (parts.length > 0) expect(parts.reduce((sum, { failures }) => sum + failures, 0)).toBe(count);
  });
});

it('tells once of more partners than one incident names, and of how many they are', async () => {
  const streams = MANY.map((name) => ({ group: at({ issuerDn: dnOf(name) }), counts: each(4, 3, 20) }));
  const { published } = await play(streams, 40);
  expect(published.map(({ kind, group, groups }) => [kind, group.issuerDn, groups.length])).toEqual([
    ['spike', SEVERAL_ISSUERS, limits.groupsPerScopeIncidentMax],
    ['resolved', SEVERAL_ISSUERS, limits.groupsPerScopeIncidentMax],
  ]);
  const [spike] = published;
  expect(spike?.because).toBe('130 groups of this domain began to fail within 30 minutes; 1560 refused in 5 minutes');
  expect(spike?.lastHour.reduce((sum, count) => sum + count)).toBe(spike?.count);
});
