/** The share of a partner's calls that was refused: the same from recorded logs and from queries, and what is said where it is not known. */

import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../cli/deployed/settings.js';
import { collectCalls } from '../../cli/replay/calls.js';
import { replay } from '../../cli/replay/replay.js';
import { reportCollector } from '../../cli/replay/report.js';
import type { Replayed } from '../../cli/replay/types.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { getOrInsert } from '../../shared/base/get-or-insert.js';
import { limits } from '../../shared/base/limits.js';
import { areWhole } from '../../shared/calls/calls.js';
import { type AskInsights, countCalls } from '../../shared/calls/count-calls.js';
import type { LogEvent } from '../../shared/model/index.js';
import { gatherReport } from '../../shared/report/gather.js';
import { pageOf } from '../../shared/report/page.js';
import type { Report } from '../../shared/report/schema.js';
import { gapsOfCalls, sharesOf, shareText } from '../../shared/report/shares.js';
import { summaryOf } from '../../shared/report/summary.js';
import { callsOf } from '../../shared/report/weekly.js';
import { answer } from '../support/insights.js';
import { sampleDay, truststore } from './sample.js';

const period = { label: 'w', from: Date.UTC(2026, 9, 7), to: Date.UTC(2026, 9, 14) };
let replayed: Replayed;
let recorded: Report;
const events = new Map<string, LogEvent[]>();

beforeAll(async () => {
  const scene = reportCollector();
  const config = await readConfig(join(sampleDay, 'mtls-watch.json'));
  replayed = await replay([join(sampleDay, 'logs')], config, truststore, {
    ...scene,
    onEvent: (event, logGroup) => {
      scene.onEvent(event, logGroup);
      getOrInsert(events, logGroup, () => []).push(event);
    },
  });
  recorded = await scene.report(replayed, { language: 'en', period, truststore });
});

/** Logs Insights over the sample's logs. */
const ask: AskInsights = async (logGroup, query, from, to, rowsMax) => {
  const inTime = (events.get(logGroup) ?? []).filter(({ timestamp }) => from <= timestamp && timestamp < to);
  const messages = inTime.map(({ message }) => message);
  return { rows: answer(query, messages, rowsMax), isCut: false };
};

const counting = (accessLogGroups: readonly string[], successes: object | null = { logGroups: [] }) => ({
  ...replayed.world,
  config: {
    ...replayed.world.config,
    accessLogGroups: accessLogGroups.map((name) => ({ name, create: false })),
    successes: successes as { logGroups: string[] } | null,
  },
});

async function reported(world: ReturnType<typeof counting>, answerWith: AskInsights = ask): Promise<Report> {
  const gaps: Report['gaps'] = [];
  const calls = await callsOf(period, world, answerWith, gaps);
  const given = { period, partner: null, language: 'en' as const, generatedAt: period.to, gaps };
  return gatherReport({ ...given, details: null, expiring: null, sunset: null, pipeline: null, calls }, world);
}

/** The log groups with access records, and the one of files that name none. */
const accessLogs = () =>
  [...events].flatMap(([name, all]) => (all.some(({ message }) => /"domainName"/.test(message)) ? [name] : []));

it('is the same from recorded logs and from queries of Logs Insights', async () => {
  expect(accessLogs().length).toBeGreaterThan(1);
  const queried = await reported(counting(accessLogs()));
  expect(queried.shares).toEqual(recorded.shares);
  expect(recorded.shares?.length).toBeGreaterThan(6);
  // Counted from the raw lines, without the product.
  const acme = [...events.values()]
    .flat()
    .filter(({ message }) => /"domainName":"partners\.bank\.example".*CN=Acme Logistics Issuing CA/.test(message));
  const letIn = acme.filter(({ message }) => !message.includes('"error.message":"Forbidden"')).length;
  const row = recorded.shares?.find(({ owner, scope }) => owner.startsWith('Acme') && scope.startsWith('partners'));
  expect(row).toMatchObject({ letIn, share: (row?.refused ?? 0) / (letIn + (row?.refused ?? 0)) });
});

it('is not asked for where the settings do not ask', async () => {
  let asked = 0;
  const count: AskInsights = async (...what) => {
    asked++;
    return ask(...what);
  };
  const without = await reported(counting(accessLogs(), null), count);
  expect([without.shares, asked]).toEqual([null, 0]);
  expect(pageOf(without, 'en')).not.toContain('id="shares"');
});

it.each(['en', 'ja'] as const)('is on the page, %s', (language) => {
  const page = pageOf(recorded, language);
  const section = /<section aria-labelledby="shares">.*?<\/section>/s.exec(page)?.[0] ?? '';
  for (const { letIn, refused, share } of recorded.shares ?? []) {
    expect(section).toContain(`<span>${letIn?.toLocaleString('en')}</span>`);
    expect(section).toContain(`<span>${refused.toLocaleString('en')}</span>`);
    expect(section).toContain(`<span>${shareText(share ?? 0)}</span>`);
  }
});

it('is in the mail, of those with most refusals', () => {
  const { text } = summaryOf(recorded, 'en', 'https://x');
  const [first] = recorded.shares ?? [];
  const [refused, letIn] = [first?.refused ?? 0, first?.letIn ?? 0];
  const numbers = `${refused.toLocaleString('en')} of ${(refused + letIn).toLocaleString('en')} calls refused`;
  const percent = `${Math.round((100 * refused) / (refused + letIn))}%`;
  expect(text.split('\n')).toContain(`Acme Logistics Inc. at partners.bank.example: ${numbers} (${percent}).`);
  expect(text.match(/calls refused/g)?.length).toBe(5);
});

it('lacks the same only once in the mail', () => {
  const gaps = ['a', 'b'].map((detail) => ({ id: 'verdicts-unavailable' as const, detail }));
  const { text } = summaryOf({ ...recorded, gaps }, 'en', 'https://x');
  expect(text.split('\n').filter((line) => line.startsWith('!'))).toHaveLength(1);
});

describe('what is not known', () => {
  const failing: AskInsights = async () => {
    throw new MtlsWatchError('insights-unavailable', 'not authorized to perform: logs:StartQuery', {});
  };

  it('is said, and costs the report nothing else', async () => {
    const report = await reported(counting(accessLogs()), failing);
    expect(report.gaps.map(({ id }) => id)).toContain('successes-unavailable');
    expect(report.gaps.find(({ id }) => id === 'successes-unavailable')?.detail).toContain('logs:StartQuery');
    expect(report.totals).toEqual(recorded.totals);
    expect(report.shares?.every(({ letIn, share }) => letIn === null && share === null)).toBe(true);
    const page = pageOf(report, 'en');
    expect(page).toContain('Successes are not counted for some access logs, because Logs Insights did not answer');
    expect(/<section aria-labelledby="shares">.*?<\/section>/s.exec(page)?.[0]).toContain('<span>not known</span>');
  });

  it.each([
    ['a fault of its own', new TypeError('not a function')],
    ['another error of ours', new MtlsWatchError('truststore-unreadable', 'denied', {})],
  ])('is not %s: that fails', async (_, error) => {
    const faulty: AskInsights = async () => {
      throw error;
    };
    await expect(countCalls(period, counting(accessLogs()), faulty)).rejects.toBe(error);
  });

  it('of one log group is that of the domains that may be in it', async () => {
    const [first = '', ...others] = accessLogs();
    const withoutFirst: AskInsights = (logGroup, ...what) =>
      logGroup === first ? failing(logGroup, ...what) : ask(logGroup, ...what);
    const domains = [...new Set(recorded.shares?.map(({ scope }) => scope))];
    const [hit = '', ...spared] = domains;
    const callLogs = Object.fromEntries(domains.map((name) => [name, name === hit ? accessLogs() : others]));
    const world = counting(accessLogs());
    const report = await reported({ ...world, config: { ...world.config, callLogs } } as typeof world, withoutFirst);
    const known = await reported(counting(others));
    const of = (shares: Report['shares'], scopes: readonly string[]) =>
      shares?.filter(({ scope }) => scopes.includes(scope));
    expect(spared.length).toBeGreaterThan(0);
    expect(of(report.shares, spared)).toEqual(of(known.shares, spared));
    // As much as was counted would make a share, and too high a one.
    expect(of(known.shares, [hit])?.some(({ share }) => share !== null)).toBe(true);
    expect(of(report.shares, [hit])?.length).toBeGreaterThan(0);
    expect(of(report.shares, [hit])?.every(({ letIn, share }) => letIn === null && share === null)).toBe(true);
    expect(report.gaps.find(({ id }) => id === 'successes-part')?.detail).toBe(hit);
    const nobodyKnows = await reported(world, withoutFirst);
    expect(nobodyKnows.shares?.every(({ share }) => share === null)).toBe(true);
    expect(nobodyKnows.gaps.find(({ id }) => id === 'successes-part')?.detail).toBe(domains.sort().join(', '));
    expect(pageOf(nobodyKnows, 'en')).toContain('not all of their access logs are counted');
  });

  it.each<[string, Record<string, readonly string[] | null> | undefined, string[], boolean]>([
    ['counted as a whole', undefined, [], true],
    ['in any of the logs, for all that is known', undefined, ['x'], false],
    ['in logs that were counted', { 'a.example': ['one', 'two'] }, ['x'], true],
    ['in one that was not', { 'a.example': ['one', 'x'] }, ['x'], false],
    ['elsewhere as well', { 'a.example': null }, [], false],
    ['in no log', { 'a.example': [] }, [], false],
    ['not discovered, with all counted', { 'b.example': ['x'] }, [], true],
    ['not discovered', { 'b.example': ['x'] }, ['x'], false],
    ['under a wildcard', { '*.example': ['x'] }, ['x'], false],
    ['under a wildcard that was counted', { '*.example': ['one'] }, ['x'], true],
    ['of a name of its own below a wildcard', { '*.example': ['x'], 'a.example': ['one'] }, ['x'], true],
  ])('is a domain that is %s', (_, callLogs, missing, whole) => {
    const config = { ...replayed.world.config, ...(callLogs && { callLogs }) };
    expect(areWhole(missing, config)('a.example')).toBe(whole);
    expect(areWhole(missing, config)('111122223333/a.example')).toBe(whole);
  });

  it.each([
    ['format', { '*': '$context.status $context.requestId' }],
    ['unreadable', { '*': '{"s":"$context.status","i":"$context.identity.clientCert.issuerDN"}' }],
  ])('because of the %s is said by log group', async (because, accessLogFormats) => {
    const world = counting(accessLogs());
    const given = { ...world, config: { ...world.config, accessLogFormats } };
    const { calls, uncounted } = await countCalls(period, given, ask);
    expect(calls).toEqual([]);
    expect(gapsOfCalls(uncounted)).toEqual([{ id: `successes-${because}`, detail: accessLogs().join(', ') }]);
  });

  it('is what a query cut off, and what is beyond the bounds', async () => {
    const names = Array.from({ length: limits.callLogGroupsMax + 2 }, (_, n) => `group-${n}`);
    let asked = 0;
    const cut: AskInsights = async () => {
      asked++;
      return { rows: [], isCut: true };
    };
    const { uncounted } = await countCalls(period, counting(names), cut);
    const of = (reason: string) => uncounted.filter(({ because }) => because === reason).length;
    expect([asked, of('cut'), of('too-many')]).toEqual([limits.callLogGroupsMax, limits.callLogGroupsMax, 2]);
  });

  it('is who has nothing but refusals among the rows that a cut query kept', async () => {
    const row = { mwDomain: 'a.example', mwStatus: '403', calls: '9', judged: '9', others: '0' };
    const rows = [
      { ...row, mwIssuer: 'CN=one', mwRefused: '403' },
      { ...row, mwIssuer: 'CN=two' },
    ];
    const counted = (isCut: boolean) => countCalls(period, counting(['g']), async () => ({ rows, isCut }));
    const names = async (isCut: boolean) => (await counted(isCut)).calls.map(({ issuerDn }) => issuerDn);
    expect([await names(false), await names(true)]).toEqual([['CN=one', 'CN=two'], ['CN=two']]);
  });

  it('is said once for each reason, however many log groups there are', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `group-${n}`);
    const refusing: AskInsights = async (logGroup) => {
      throw new MtlsWatchError('insights-unavailable', `not authorized: ${logGroup}`, {});
    };
    const { uncounted } = await countCalls(period, counting(names), refusing);
    const named = names.slice(0, 10).join(', ');
    expect(gapsOfCalls(uncounted)).toEqual([
      { id: 'successes-unavailable', detail: `${named}, …: not authorized: group-0` },
    ]);
  });

  it('is the end of the time that queries may take', async () => {
    let now = 0;
    const slow: AskInsights = async () => {
      now += limits.callQueriesMsMax / 2;
      return { rows: [], isCut: false };
    };
    const names = Array.from({ length: 40 }, (_, n) => `group-${n}`);
    const { uncounted } = await countCalls(period, { ...counting(names), clock: { now: () => now } }, slow);
    expect(uncounted.length).toBeGreaterThan(30);
    expect(new Set(uncounted.map(({ because }) => because))).toEqual(new Set(['too-many']));
  });

  it('is the other accounts’', async () => {
    const world = counting(accessLogs());
    const central = { accounts: [], spreadAccounts: [], organizationId: null, organizationIds: [], shards: null };
    const report = await reported({ ...world, config: { ...world.config, central } } as typeof world);
    expect(report.gaps.map(({ id }) => id)).toContain('successes-elsewhere');
  });
});

describe('from recorded logs', () => {
  const observed = {
    at: period.from,
    count: 1,
    pem: null,
    subjectDn: '',
    serialNumber: '',
    notBefore: null,
    notAfter: null,
  };
  const place = (domainName: string) => ({ domainName, apiId: 'a', stage: 's' });

  it('is known of domains with a success that was no 403, because others were searched for refusals', async () => {
    const calls = collectCalls();
    const add = (scope: string, refused: boolean, isForbidden: boolean) =>
      calls.add({ ...observed, scope, refused, isForbidden, issuerDn: 'CN=x', place: place(scope) }, 'g');
    add('a.example', false, true);
    add('a.example', true, true);
    add('b.example', true, true);
    add('b.example', false, true);
    expect(calls.calls(period, replayed.world.config)).toBeNull();
    add('b.example', false, false);
    expect(calls.calls(period, replayed.world.config)).toEqual([
      { scope: 'b.example', issuerDn: 'CN=x', calls: 3, letIn: 2, letInAt: period.from },
    ]);
    expect(calls.calls({ ...period, from: period.from + 86_400_000 }, replayed.world.config)).toBeNull();
  });

  it('is counted under the names that refusals have', () => {
    const calls = collectCalls();
    const add = (domainName: string | null, apiId: string) =>
      calls.add(
        {
          ...observed,
          scope: '',
          refused: false,
          isForbidden: false,
          issuerDn: 'CN=x',
          place: { domainName, apiId, stage: 's' },
        },
        'g',
      );
    add('A.Example.:443', 'a');
    add('x.wild.example', 'a');
    add(null, 'named');
    add(null, 'other');
    const config = {
      ...replayed.world.config,
      domains: { 'named/s': 'a.example' },
      truststores: { '*.wild.example': 's3://bucket/key' },
    };
    expect(calls.calls(period, config)?.map(({ scope, letIn }) => [scope, letIn])).toEqual([
      ['a.example', 2],
      ['*.wild.example', 1],
      ['other/s', 1],
    ]);
  });
});

it('is exact at both ends, and rounded between', () => {
  expect([0, 0.0004, 0.012, 0.5, 0.994, 0.9996, 1].map(shareText)).toEqual([
    ...['0%', '<0.1%', '1.2%', '50%', '99.4%', '>99.9%', '100%'],
  ]);
});

it('is null for whom the access log does not have under that name', () => {
  const series = (issuerDn: string, count: number) => ({
    group: { scope: 'a', issuerDn, reason: 'expired' as const },
    stretches: [0, 0, 0, 0, 0, 0, 0, 0, count],
    ...{ days: [], unattributed: 0, inferred: 0, firstAt: 0, lastAt: 0, clients: [] },
  });
  const calls = [{ scope: 'a', issuerDn: 'CN=one', calls: 12, letIn: 0, letInAt: 0 }];
  const shares = sharesOf([series('CN=one', 12), series('CN=two', 5), series('CN=three', 2)], calls, null);
  expect(shares?.map(({ issuerDn, letIn, share }) => [issuerDn, letIn, share])).toEqual([
    ['CN=one', 0, 1],
    ['CN=two', null, null],
  ]);
  expect(sharesOf([series('CN=two', 5)], null, null)).toBeNull();
  expect(sharesOf([series('CN=two', 5)], calls, { issuerDn: 'CN=one' })).toEqual([]);
});
