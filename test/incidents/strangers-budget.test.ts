/** How often people are told of strangers in a day, however often strangers begin and end; never at a partner's cost. */

import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import type { GroupKey, Notice } from '../../shared/model/index.js';
import { alert, sweep } from '../../shared/pipeline.js';
import { ca } from '../support/certificates.js';
import { type TestWorld, testWorld } from '../support/world.js';

const MINUTE = 60_000;
const DAY = 1440;
/** The first minute of a UTC day. */
const start = Date.UTC(2026, 10, 20) / MINUTE;
const SCOPE = 'api.bank.example';
const acmeDn = 'C=US,O=Acme,CN=Acme CA';
const text = ca({ subject: acmeDn, key: 'ec-a' }).pem;
const other = ca({ subject: 'C=US,O=Other,CN=Other CA', key: 'ec-b' }).pem;

/** @param changedAt the minute from which on the truststore holds somebody else only, and the upload before it, too */
function world(changedAt = Number.POSITIVE_INFINITY): TestWorld {
  const versionOf = (version: string, bundle: string, minute: number) => ({
    ...{ text: bundle, version, versionId: version },
    modifiedAt: (start + minute) * MINUTE,
  });
  const usual = versionOf('one partner', text, -90 * DAY);
  const bad = versionOf('bad', other, changedAt);
  const worse = versionOf('worse', `${other}${other}`, changedAt + 1);
  const isChanged = (): boolean => at.at >= (start + changedAt) * MINUTE;
  const truststores = {
    read: async () => (isChanged() ? worse : usual),
    earlier: async () => (isChanged() ? [bad, usual] : []),
  };
  const at = Object.assign(testWorld({ truststores: { '*': 's3://truststores/all.pem' } }), { truststores });
  return at;
}

const group = (issuerDn: string, scope = SCOPE): GroupKey => ({ scope, issuerDn, reason: 'issuer-not-found' });

/** One minute as in production: what is refused is put and alerted, then the sweep runs. */
async function minuteOf(at: TestWorld, minute: number, refused: readonly (readonly [GroupKey, number])[]) {
  at.at = (start + minute) * MINUTE + 40_000;
  for (const [one, count] of refused) {
    const counts = { requests: count, count, unattributed: 0, inferred: 0, reasonText: '', clients: [] };
    const span = { firstAt: (start + minute) * MINUTE, lastAt: (start + minute) * MINUTE + 1 };
    await at.stores.facts.put([{ group: one, minute: start + minute, batchId: `${minute}`, ...counts, ...span }], []);
    const hour = Math.floor((start + minute) / 60);
    await at.stores.rollups.mark([{ group: one, hour, token: `${minute}` }]);
  }
  await alert(
    refused.map(([one]) => one),
    at,
  );
  at.at += 15_000;
  expect((await sweep(at)).failures).toEqual([]);
}

/** Every 31 minutes 30 requests of three issuers that are new each time. */
const knocks = (minute: number, scope = SCOPE): (readonly [GroupKey, number])[] =>
  minute % 31 === 0 ? [0, 1, 2].map((n) => [group(`CN=made up ${minute} ${n}`, scope), 10] as const) : [];

async function play(
  from: number,
  to: number,
  refusedIn: (minute: number) => readonly (readonly [GroupKey, number])[],
  changedAt?: number,
) {
  const at = world(changedAt);
  for (let minute = from; minute < to; minute++) await minuteOf(at, minute, refusedIn(minute));
  return at;
}

const of = (notices: readonly Notice[], day: number, scope = SCOPE): Notice[] =>
  notices.filter((one) => Math.floor((Date.parse(one.at) / MINUTE - start) / DAY) === day && one.group.scope === scope);
const begun = (notices: readonly Notice[]): Notice[] => notices.filter(({ kind }) => kind !== 'resolved');

describe('strangers who come again and again', () => {
  it('are told so often a day and domain, and once more that this is all for the day', async () => {
    const most = limits.strangerNoticesPerDayMax;
    const { published, stores } = await play(DAY - 300, DAY + 300, (minute) => [
      ...knocks(minute),
      ...knocks(minute, 'b.example'),
    ]);
    for (const scope of [SCOPE, 'b.example']) {
      for (const day of [0, 1]) {
        const told = of(published, day, scope);
        expect(begun(told)).toHaveLength(most + 1);
        const last = told.flatMap(({ heldBackUntil }) => heldBackUntil ?? []);
        expect(last).toEqual([new Date((start + (day + 1) * DAY) * MINUTE).toISOString()]);
        // Whoever was told of a beginning is told of the end.
        expect(told.length).toBeLessThanOrEqual(2 * (most + 1));
      }
    }
    expect(new Set(published.map(({ severity }) => severity))).toEqual(new Set(['low']));
    const ended = await stores.incidents.ended(0, Number.MAX_SAFE_INTEGER, 1_000);
    expect(ended.filter(({ heldBack }) => heldBack).length).toBeGreaterThan(40);
  }, 60_000);

  it('have the same budget after a change of the truststore, and what it lost is told as a partner', async () => {
    const flood = (minute: number) => (minute === 100 ? [[group('CN=made up by the thousand'), 5_000] as const] : []);
    const { published } = await play(
      0,
      500,
      (minute) => [
        ...knocks(minute),
        ...flood(minute),
        ...(minute >= 450 && minute < 480 ? [[group(acmeDn), 20] as const] : []),
      ],
      60,
    );
    const strangers = published.filter((one) => one.group.issuerDn !== acmeDn);
    expect(begun(strangers)).toHaveLength(limits.strangerNoticesPerDayMax + 1);
    expect(new Set(strangers.map(({ severity }) => severity))).toEqual(new Set(['low']));
    const [partner] = published.filter((one) => one.group.issuerDn === acmeDn);
    expect(partner).toMatchObject({ kind: 'spike', at: new Date((start + 450) * MINUTE + 40_000).toISOString() });
    expect(partner?.severity).not.toBe('low');
  }, 60_000);

  it('never cost a partner its notice, and are told the next day where they still go on', async () => {
    const lasting = group('CN=made up and lasting');
    const { published } = await play(DAY - 300, DAY + 10, (minute) => [
      ...knocks(minute),
      ...(minute >= DAY - 20 ? [[lasting, 40] as const] : []),
      ...(minute >= DAY - 60 && minute < DAY - 30 ? [[group(acmeDn), 20] as const] : []),
    ]);
    const [partner] = published.filter((one) => one.group.issuerDn === acmeDn);
    expect(partner).toMatchObject({ kind: 'spike', at: new Date((start + DAY - 60) * MINUTE + 40_000).toISOString() });
    const [told] = published.filter((one) => one.group.issuerDn === lasting.issuerDn);
    expect(told?.at.slice(0, 16)).toBe(new Date((start + DAY) * MINUTE).toISOString().slice(0, 16));
    expect(told).toMatchObject({ kind: 'spike', because: expect.stringContaining('held back') });
  }, 60_000);
});

it('a transition that is tried again is told all the same, and takes one place', async () => {
  const at = world();
  const { transition } = at.stores.incidents;
  let failing = 0;
  at.stores.incidents.transition = async (...what) => {
    if (failing-- > 0) throw new Error('throttled');
    return transition(...what);
  };
  const many = Array.from({ length: limits.strangerNoticesPerDayMax }, (_, n) => n);
  for (const n of many) {
    const minute = start + n * 40;
    const counts = { requests: 10, count: 10, unattributed: 0, inferred: 0, reasonText: '', clients: [] };
    const one = { group: group(`CN=${n}`), minute, batchId: 'b', firstAt: minute * MINUTE, lastAt: minute * MINUTE };
    await at.stores.facts.put([{ ...one, ...counts }], []);
    at.at = minute * MINUTE + 30_000;
    failing = 3;
    for (let tries = 0; tries < 3; tries++) await expect(alert([one.group], at)).rejects.toThrow('throttled');
    await alert([one.group], at);
  }
  expect(at.published.map(({ group: { issuerDn } }) => issuerDn)).toEqual(many.map((n) => `CN=${n}`));
  expect(at.published.every(({ heldBackUntil }) => heldBackUntil === undefined)).toBe(true);
});
