/** Whose calls are known at a scope, and where nothing is. */

import { expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { lookUpIn } from '../../shared/calls/look-up.js';
import { ACCESS_LOG_FORMAT } from '../../shared/logs/access-log-format.js';
import { canonicalDn } from '../../shared/x509/dn.js';
import { ISSUER, refused, rendered, type Values } from '../support/access-formats.js';
import { answer } from '../support/insights.js';
import { testWorld } from '../support/world.js';

const T = Date.UTC(2026, 9, 13, 9);
const event = (minute: number, values: Values) => ({
  timestamp: T + minute * 60_000,
  message: rendered(ACCESS_LOG_FORMAT, refused('-', values)),
});
const letIn = { status: '200', 'error.message': '-', 'error.responseType': '-' };
const LOGS: Readonly<Record<string, readonly ReturnType<typeof event>[]>> = {
  '/one': [event(0, letIn), event(5, letIn), event(9, {}), event(10, {})],
  '/two': [event(7, letIn), event(8, { ...letIn, domainName: 'other.example' })],
};

function lookUp(settings: object, deployment?: object) {
  const world = { ...testWorld(settings), ...deployment };
  return lookUpIn(world, async (logGroup, query, from, to) => {
    const inTime = (LOGS[logGroup] ?? []).filter(({ timestamp }) => from <= timestamp && timestamp < to);
    return { rows: answer(query, inTime), isCut: false };
  });
}

const SCOPE = 'partners.bank.example';
const named = (names: readonly string[]) => ({ accessLogGroups: names.map((name) => ({ name })), successes: {} });

it('adds up what all logs have of the scope, and when a call was let in for the last time', async () => {
  const seen = await lookUp(named(['/one', '/two']))(SCOPE, T, T + 3_600_000);
  expect([...(seen ?? [])]).toEqual([[canonicalDn(ISSUER), { calls: 5, letIn: 3, letInAt: T + 7 * 60_000 }]]);
});

it('asks about the time that it is asked about', async () => {
  const seen = await lookUp(named(['/one', '/two']))(SCOPE, T + 6 * 60_000, T + 10 * 60_000);
  expect(seen?.get(canonicalDn(ISSUER))).toEqual({ calls: 2, letIn: 1, letInAt: T + 7 * 60_000 });
});

it('knows nothing where a log cannot be counted, or where there are too many', async () => {
  const unread = { ...named(['/one', '/text']), accessLogFormats: { '/text': '$context.status' } };
  expect(await lookUp(unread)(SCOPE, T, T + 1)).toBeNull();
  const many = Array.from({ length: limits.callLookUpLogGroupsMax + 1 }, (_, n) => `/log-${n}`);
  expect(await lookUp(named(many))(SCOPE, T, T + 1)).toBeNull();
  expect(await lookUp(named(many.slice(1)))(SCOPE, T, T + 1)).toEqual(new Map());
});

it('knows nothing of a domain that has calls in other logs', async () => {
  const of = (callLogs: object) => {
    const world = testWorld(named(['/one']));
    const config = { ...world.config, callLogs } as typeof world.config;
    return lookUpIn({ ...world, config }, async () => ({ rows: [], isCut: false }))(SCOPE, T, T + 1);
  };
  expect(await of({ [SCOPE]: null, 'other.example': ['/one'] })).toBeNull();
  expect(await of({ [SCOPE]: ['/one'], 'other.example': null })).toEqual(new Map());
});

it('knows the calls of its own account only', async () => {
  const settings = { ...named(['/one']), central: { accounts: ['111122223333'] } };
  const place = { region: 'eu-central-1', tableName: 't', dashboardName: null, accountId: '999988887777' };
  const own = lookUp(settings, { deployment: { ...place, operatorFunction: null } });
  expect(await own(`111122223333/${SCOPE}`, T, T + 3_600_000)).toBeNull();
  const seen = await own(`999988887777/${SCOPE}`, T, T + 3_600_000);
  expect(seen?.get(canonicalDn(ISSUER))?.letIn).toBe(2);
});

it('knows nothing where the queries take too long for a sweep', async () => {
  let now = T;
  const world = { ...testWorld(named(Array.from({ length: 12 }, (_, n) => `/log-${n}`))), clock: { now: () => now } };
  let asked = 0;
  const slow = lookUpIn(world, async () => {
    asked++;
    now += limits.callLookUpMsMax / 4;
    return { rows: [], isCut: false };
  });
  expect(await slow(SCOPE, T, T + 1)).toBeNull();
  expect(asked).toBeLessThan(12);
});
