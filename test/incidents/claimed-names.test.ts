/** Those who use partners' names are told apart from the partners: in baseline, severity, cover and silence. */

import { describe, expect, it } from 'vitest';
import { addSilence } from '../../cli/commands/silence.js';
import { groupId } from '../../shared/model/group-id.js';
import { type GroupKey, type Notice, SEVERAL_ISSUERS } from '../../shared/model/index.js';
import { alert, sweep } from '../../shared/pipeline.js';
import { ca, leaf } from '../support/certificates.js';
import { T0 } from '../support/logs.js';
import { type TestWorld, testWorld } from '../support/world.js';

const MINUTE = 60_000;
const DAY = 1440;
const start = Math.floor(T0 / MINUTE);
const scope = 'api.bank.example';
const dnOf = (n: number): string => `C=US,O=Partner ${n},CN=Partner ${n} CA`;
const partner = (n: number): GroupKey => ({ scope, issuerDn: dnOf(n), reason: 'issuer-not-found' });
const claim = (n: number): GroupKey => ({ ...partner(n), isUnverified: true });

const NAMES = 40;
const text = Array.from({ length: NAMES }, (_, n) => ca({ subject: dnOf(n), key: 'ec-a' }).pem).join('');
const mimicked = Array.from({ length: NAMES }, (_, n) => {
  const issuer = ca({ subject: dnOf(n), key: 'ec-f' });
  return leaf({ subject: `CN=client of ${n}`, key: 'ec-c', issuer }).pem;
});

async function world(): Promise<TestWorld> {
  const truststores = {
    read: async () => ({ text, version: 'forty partners', versionId: 'forty', modifiedAt: T0 - 90 * DAY * MINUTE }),
    earlier: async () => [],
  };
  const made = Object.assign(testWorld({ truststores: { '*': 's3://truststores/all.pem' } }), { truststores });
  await made.stores.certificates.save(new Map(mimicked.map((pem, n) => [`mimic ${n}`, pem])));
  return made;
}

type Refused = readonly (readonly [group: GroupKey, count: number, fingerprint?: string])[];

async function minuteOf(at: TestWorld, minute: number, refused: Refused): Promise<void> {
  at.at = (start + minute) * MINUTE + 40_000;
  for (const [n, [group, count, fingerprint = null]] of refused.entries()) {
    const clients = [{ subjectDn: 'CN=client', serialNumber: '1', fingerprint, sourceIps: [], count }];
    const counts = { requests: count, count, unattributed: 0, inferred: 0, reasonText: '', clients };
    const span = { firstAt: (start + minute) * MINUTE, lastAt: (start + minute) * MINUTE + 1 };
    await at.stores.facts.put([{ group, minute: start + minute, batchId: `${minute} ${n}`, ...counts, ...span }], []);
    await at.stores.rollups.mark([{ group, hour: Math.floor((start + minute) / 60), token: `${minute}` }]);
  }
  await alert(
    refused.map(([group]) => group),
    at,
  );
  at.at += 15_000;
  expect((await sweep(at)).failures).toEqual([]);
}

async function play(minutes: number, refusedIn: (minute: number) => Refused, every = 1): Promise<readonly Notice[]> {
  const at = await world();
  for (let minute = 0; minute < minutes; minute += every) await minuteOf(at, minute, refusedIn(minute));
  return at.published;
}

const told = (notice: Notice | undefined): number => Math.floor(Date.parse(notice?.at ?? '') / MINUTE) - start;
const own = (notices: readonly Notice[], group: GroupKey): Notice[] =>
  notices.filter((one) => [one.group, ...one.groups].some((each) => groupId(each) === groupId(group)));

it('a slow feed under a name teaches nothing of the partner, whose outage of 10 a minute is told', async () => {
  const rate = (minute: number): number => Math.min(100, 5 * 2 ** Math.floor(minute / DAY));
  const outage = 5 * DAY;
  const refused = (minute: number): Refused => [
    [claim(0), rate(minute)],
    ...(minute >= outage ? [[partner(0), 50] as const] : []),
  ];
  // Of every five minutes one stands for all.
  const notices = await play(outage + 30, refused, 5);
  const [spike] = own(notices, partner(0)).filter((one) => told(one) >= outage);
  expect(spike).toMatchObject({ kind: 'spike', group: partner(0) });
  expect(told(spike) - outage).toBeLessThan(5);
  expect(['medium', 'high', 'critical']).toContain(spike?.severity);
}, 60_000);

describe.each([4, NAMES])('%i names of partners, used at once', (names) => {
  it.each<[string, (n: number) => GroupKey]>([
    ['as it was counted', claim],
    ['as the kept certificates show', partner],
  ])('are medium at most, %s, and one incident of their own', async (_, groupOf) => {
    const notices = await play(40, (minute) =>
      minute < 30 ? Array.from({ length: names }, (_n, n) => [groupOf(n), 100, `mimic ${n}`] as const) : [],
    );
    expect(new Set(notices.map(({ severity }) => severity))).toEqual(new Set(['medium']));
    expect(notices.filter(({ kind }) => kind === 'spike').length).toBeLessThanOrEqual(3);
    const together = notices.filter(({ group }) => group.issuerDn === SEVERAL_ISSUERS);
    expect(together[0]?.group.isUnverified).toBe(true);
  });
});

it('partners who fail among those who use names have an incident of their own, by name and as severe as it is', async () => {
  const notices = await play(30, (minute) => [
    ...Array.from({ length: 10 }, (_, n) => [claim(n), 100] as const),
    ...(minute >= 10 ? [20, 21, 22, 23].map((n) => [partner(n), 30] as const) : []),
  ]);
  for (const n of [20, 21, 22, 23]) {
    const [spike] = own(notices, partner(n));
    expect(told(spike)).toBeLessThan(15);
    expect(spike?.group).toEqual({ scope, issuerDn: SEVERAL_ISSUERS, reason: 'other' });
    expect(spike?.severity).toBe('high');
    expect(spike?.groups.some(({ isUnverified }) => isUnverified)).toBe(false);
  }
});

it('a silence of those who use a name is no silence of the partner', async () => {
  const at = Object.assign(await world(), { output: { write: () => undefined } });
  await minuteOf(at, 0, [[claim(0), 20]]);
  const incident = at.published[0]?.incidentId ?? '';
  await addSilence({ incident, for: '2h', comment: 'somebody tries' }, at);
  for (let minute = 1; minute < 10; minute++)
    await minuteOf(at, minute, [
      [claim(0), 400],
      [partner(0), 20],
    ]);
  expect(own(at.published, claim(0))).toHaveLength(1);
  expect(own(at.published, partner(0))[0]).toMatchObject({ kind: 'spike' });
  expect(at.published[0]?.incidentId).not.toBe(own(at.published, partner(0))[0]?.incidentId);
});
