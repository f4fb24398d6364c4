/** Who is told of whom: partners and strangers of one domain, through alert and sweep on embedded stores. */

import { describe, expect, it } from 'vitest';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { groupId } from '../../shared/model/group-id.js';
import {
  type Fact,
  type GroupKey,
  type Notice,
  SEVERAL_ISSUERS,
  SEVERAL_STRANGERS,
  UNKNOWN_ISSUER,
} from '../../shared/model/index.js';
import { alert, sweep } from '../../shared/pipeline.js';
import type { TruststoreSource } from '../../shared/ports/truststore.js';
import { ca } from '../support/certificates.js';
import { T0 } from '../support/logs.js';
import { type TestWorld, testWorld } from '../support/world.js';

const MINUTE = 60_000;
const start = Math.floor(T0 / MINUTE);
const NAMES = ['Ada', 'Bo', 'Cy', 'Di', 'Ed'];
const dnOf = (name: string): string => `C=US,O=${name},CN=${name} CA`;
const partner = (name: string): GroupKey => ({ scope: 'api.bank.example', issuerDn: dnOf(name), reason: 'expired' });
const stranger = (n: number): GroupKey => ({ ...partner(''), issuerDn: `CN=made up ${n}`, reason: 'issuer-not-found' });

/** Failures of a group in each minute of a span, by one client or several. */
interface Failing {
  readonly group: GroupKey;
  /** Minutes after the start. */
  readonly from: number;
  readonly to: number;
  readonly each: number;
  readonly clients?: number;
}

/** Every minute as in production: what failed is put and alerted, then the sweep runs. */
async function play(minutes: number, failing: readonly Failing[], changes: Partial<TestWorld> = {}) {
  const world = Object.assign(testWorld({ truststores: { '*': 's3://truststores/all.pem' } }), changes);
  for (let minute = 0; minute < minutes; minute++) {
    world.at = (start + minute) * MINUTE + 40_000;
    const now = failing.filter(({ from, to }) => from <= minute && minute < to);
    const facts = now.flatMap((one) => factsOf(one, start + minute));
    await world.stores.facts.put(facts, []);
    await world.stores.rollups.mark(
      facts.map(({ group, minute: at }) => ({ group, hour: Math.floor(at / 60), token: `${at}` })),
    );
    await alert(
      now.map(({ group }) => group),
      world,
    );
    world.at = (start + minute) * MINUTE + 59_000;
    expect((await sweep(world)).failures).toEqual([]);
  }
  return world.published;
}

function factsOf({ group, each, clients = 1 }: Failing, minute: number): Fact[] {
  const at = minute * MINUTE;
  const tallies = Array.from({ length: clients }, (_, n) => ({
    subjectDn: `CN=client ${n}`,
    serialNumber: `${n}`,
    fingerprint: null,
    sourceIps: [],
    count: each / clients,
  }));
  const counts = { requests: each, count: each, unattributed: 0, inferred: 0, reasonText: '', clients: tallies };
  return [{ group, minute, batchId: `${groupId(group)} ${minute}`, firstAt: at, lastAt: at + 1, ...counts }];
}

/** Knows the partners, and was put in place long ago. */
const bundle = NAMES.map((name) => ca({ subject: dnOf(name), key: 'ec-a' }).pem).join('');
const partners: TruststoreSource = {
  read: async () => ({
    text: bundle,
    version: 'all',
    versionId: 'all',
    modifiedAt: T0 - 90 * 86_400_000,
  }),
  earlier: async () => [],
};
const unreadable: TruststoreSource = {
  read: () => Promise.reject(new MtlsWatchError('truststore-unreadable', 'no access')),
  earlier: async () => [],
};
const minuteOf = ({ at }: Notice): number => Math.floor(Date.parse(at) / MINUTE) - start;
const told = (notices: readonly Notice[]): string[] =>
  notices.map((one) => `${minuteOf(one)} ${one.kind} ${one.group.issuerDn.replace(/.*O=(\w+).*/, '$1')}`);
const names = (notice: Notice | undefined): string[] =>
  [...new Set(notice?.groups.map(({ issuerDn }) => issuerDn.replace(/.*O=(\w+).*/, '$1')))].sort();
const scanner = (from: number, to: number): Failing[] =>
  Array.from({ length: 40 }, (_, n) => ({ group: stranger(n), from: from + (n % 2), to: to, each: 1 })).map(
    (one, n) => ({
      ...one,
      to: n % 3 === 0 ? to : one.from + 1,
    }),
  );

describe.each<[string, TruststoreSource]>([
  ['where the truststore tells them apart', partners],
  ['where nobody knows who is who', unreadable],
])('strangers who try the door, %s', (_where, truststores) => {
  it('hide no partner that begins to fail after them', async () => {
    const failing = { group: partner('Ada'), from: 6, to: 60, each: 20 };
    const notices = await play(60, [...scanner(0, 2), failing], { truststores });
    const strangers = notices.filter(({ group }) => group.issuerDn === SEVERAL_STRANGERS);
    expect(strangers[0]).toMatchObject({ kind: 'spike', severity: 'low' });
    const [spike] = notices.filter(({ group }) => group.issuerDn === dnOf('Ada'));
    expect(spike).toMatchObject({ kind: 'spike' });
    expect(minuteOf(spike as Notice)).toBe(6);
    expect(spike?.severity).not.toBe('low');
  });

  it('hide several partners neither, and are not named with them', async () => {
    const failing = ['Ada', 'Bo', 'Cy'].map((name) => ({ group: partner(name), from: 6, to: 60, each: 20 }));
    const notices = await play(40, [...scanner(0, 2), ...failing], { truststores });
    const [spike] = notices.filter(({ group }) => group.issuerDn === SEVERAL_ISSUERS);
    expect(minuteOf(spike as Notice)).toBe(6);
    expect(names(spike)).toEqual(['Ada', 'Bo', 'Cy']);
  });
});

it('strangers hide nobody who is told as low himself', async () => {
  const failing = { group: { ...partner('Ada'), issuerDn: UNKNOWN_ISSUER }, from: 6, to: 60, each: 3 };
  const notices = await play(60, [...scanner(0, 40), failing], { truststores: partners });
  const [spike] = notices.filter(({ group }) => group.issuerDn === UNKNOWN_ISSUER);
  expect(spike).toMatchObject({ kind: 'spike', severity: 'low' });
});

describe('partners that fail together', () => {
  it('have one incident that names each, is as severe as the worst, and is over when all are', async () => {
    const failing = ['Ada', 'Bo', 'Cy', 'Di'].map((name, n) => ({
      group: partner(name),
      from: 2,
      to: 30 + n,
      each: n === 0 ? 600 : 12,
      clients: 6,
    }));
    const notices = await play(80, failing, { truststores: partners });
    expect(told(notices)).toEqual([`2 spike ${SEVERAL_ISSUERS}`, `42 resolved ${SEVERAL_ISSUERS}`]);
    expect(names(notices[0])).toEqual(['Ada', 'Bo', 'Cy', 'Di']);
    expect(notices[0]?.severity).toBe('critical');
  });

  it.each([
    ['of a version before', (name: string) => partner(name), SEVERAL_ISSUERS, 'high'],
    ['whom nobody knows', (name: string) => ({ ...partner(name), issuerDn: `CN=${name}` }), SEVERAL_STRANGERS, 'low'],
  ] as const)('are four %s after changes of the truststore', async (_who, groupOf, issuerDn, severity) => {
    const versionOf = (text: string) => ({ text, version: text, versionId: text.slice(-60, -30), modifiedAt: T0 });
    const changed: TruststoreSource = {
      read: async () => versionOf(ca({ subject: 'CN=New', key: 'ec-b' }).pem),
      earlier: async () => [versionOf(ca({ subject: 'CN=Wrong', key: 'ec-c' }).pem), versionOf(bundle)],
    };
    const failing = ['Ada', 'Bo', 'Cy', 'Di'].map((name) => ({ group: groupOf(name), from: 2, to: 20, each: 12 }));
    const [spike] = await play(20, failing, { truststores: changed });
    expect(spike).toMatchObject({ group: { issuerDn }, severity });
  });

  it('are told of at once when another joins', async () => {
    const failing = ['Ada', 'Bo', 'Cy'].map((name) => ({ group: partner(name), from: 2, to: 40, each: 12 }));
    const notices = await play(60, [...failing, { group: partner('Di'), from: 20, to: 40, each: 12 }], {
      truststores: partners,
    });
    const [, joined] = notices;
    expect(joined && minuteOf(joined)).toBe(20);
    expect(joined).toMatchObject({ kind: 'escalated', group: { issuerDn: SEVERAL_ISSUERS } });
    expect(names(joined)).toContain('Di');
    expect(notices.every(({ group }) => group.issuerDn === SEVERAL_ISSUERS)).toBe(true);
  });

  it('are named with the first of them when they are about to fire', async () => {
    const failing = ['Ada', 'Bo', 'Cy', 'Di', 'Ed'].map((name, n) => ({
      group: partner(name),
      from: n % 2,
      to: 60,
      each: 3,
    }));
    const notices = await play(50, failing, { truststores: partners });
    expect(names(notices[0])).toEqual(NAMES);
    expect(notices.filter(({ kind }) => kind === 'spike')).toHaveLength(1);
  });

  it('are told in six notices at most where a CA above them expires at midnight, in two domains, for nine hours', async () => {
    const failing = ['a.bank.example', 'b.bank.example'].flatMap((scope) =>
      NAMES.map((name, n) => ({ group: { ...partner(name), scope }, from: n % 3, to: 540, each: 2, clients: 2 })),
    );
    const notices = await play(570, failing, { truststores: partners });
    expect(names(notices[0])).toEqual(NAMES);
    expect(notices.map(({ kind }) => kind).sort()).toEqual([
      ...['ongoing', 'ongoing', 'resolved', 'resolved', 'spike', 'spike'],
    ]);
  }, 120_000);

  it.each<[string, readonly GroupKey[]]>([
    [
      'a partner and four sentences',
      ['deny list', 'error 4711', 'error 4712', 'blocked'].map((words) => ({
        ...partner('Ada'),
        reason: 'other',
        words,
      })),
    ],
    [
      'a partner and four reasons',
      (['expired', 'weak-key', 'untrusted', 'chain-too-long'] as const).map((reason) => ({
        ...partner('Ada'),
        reason,
      })),
    ],
    [
      'a made-up issuer and four reasons',
      (['expired', 'weak-key', 'untrusted', 'chain-too-long'] as const).map((reason) => ({ ...stranger(0), reason })),
    ],
  ])('are no several where they are one: %s', async (_, groups) => {
    const notices = await play(
      50,
      groups.map((group, n) => ({ group, from: 2 + (n % 2), to: 10, each: 12 })),
      { truststores: partners },
    );
    const spikes = notices.filter(({ kind }) => kind === 'spike');
    expect(new Set(notices.map(({ group }) => group.issuerDn))).toEqual(new Set([groups[0]?.issuerDn]));
    // No certificate is known here, so no cause is shared, and each is told by itself.
    expect(new Set(spikes.map(({ group }) => groupId(group)))).toEqual(new Set(groups.map(groupId)));
    expect(spikes).toHaveLength(groups.length);
    expect(notices.map(({ severity }) => severity)).not.toContain('high');
  });

  it('are two incidents where they are two', async () => {
    const failing = ['Ada', 'Bo'].map((name) => ({ group: partner(name), from: 2, to: 20, each: 12 }));
    const notices = await play(50, failing, { truststores: partners });
    expect(
      notices
        .filter(({ kind }) => kind === 'spike')
        .map(({ group }) => group.issuerDn)
        .sort(),
    ).toEqual([dnOf('Ada'), dnOf('Bo')]);
  });
});

it('tells how severe an incident is when its first window is full', async () => {
  const group = { ...partner('Ada'), issuerDn: 'C=US,O=Ada,CN=Ada CA 2', reason: 'issuer-not-found' as const };
  const notices = await play(30, [{ group, from: 0, to: 25, each: 60, clients: 50 }], { truststores: partners });
  expect(notices[0]).toMatchObject({ kind: 'spike', issuerTrusted: false });
  expect(notices.filter(({ kind }) => kind === 'escalated').at(-1)?.severity).toBe('critical');
});
