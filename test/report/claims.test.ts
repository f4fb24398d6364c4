/** Somebody who uses a partner's issuer, names and serial numbers is told apart from the partner, wherever the report names them. */

import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createFailureLog } from '../../shared/adapters/aws/failure-log.js';
import type { Failure } from '../../shared/model/index.js';
import { buildReport } from '../../shared/report/build.js';
import { csvOf } from '../../shared/report/csv.js';
import { collectDetails } from '../../shared/report/details.js';
import { foldRollups } from '../../shared/report/fold.js';
import { pageOf } from '../../shared/report/page.js';
import { weekPeriod } from '../../shared/report/period.js';
import { incident, rollup } from '../contract/examples.js';

const period = weekPeriod('2026-W46');
const hour = period.from / 3_600_000;
const at = period.from + 1_000;
const partner = { scope: 'api.example.com', issuerDn: 'O=Acme,CN=Issuing CA', reason: 'expired' as const };
const claim = { ...partner, isUnverified: true as const };
const names = { subjectDn: 'O=Acme,CN=edi-01', serialNumber: '0A', fingerprint: null };

function failure(sourceIp: string, isUnverified?: true): Failure {
  const client = { ...names, issuerDn: partner.issuerDn, sourceIp, userAgent: 'curl' };
  return { ...partner, at, client, weight: 1, attribution: 'joined', ...(isUnverified && { isUnverified }) } as Failure;
}

function report() {
  const fold = foldRollups(period);
  for (const [group, ip] of [
    [partner, '192.0.2.1'],
    [claim, '203.0.113.9'],
  ] as const) {
    fold.add([rollup(hour, 9, { group, firstAt: at, lastAt: at, clients: [{ ...names, sourceIps: [ip], count: 9 }] })]);
  }
  const details = collectDetails();
  details.record([failure('192.0.2.1'), failure('203.0.113.9', true)], 'batch');
  return buildReport({
    period,
    generatedAt: period.to,
    partner: null,
    folded: fold.result(),
    ended: [],
    firing: [partner, claim].map((group, n) =>
      incident(1, { incidentId: `i${n}`, group, since: at, lastNoticeAt: at }),
    ),
    forbidden: [],
    details: details.details(period),
    expiring: null,
    sunset: null,
    silences: null,
    pipeline: null,
    verdictOf: () => null,
    contactOf: () => null,
    runbookUrl: (id) => `https://wiki.example.com/en/${id}.md`,
    scanners: new Set(),
    gaps: [],
  });
}

it('has the addresses of either client in its own row', () => {
  const { clients } = report();
  expect(clients.map(({ sourceIps, isUnverified = false }) => [isUnverified, sourceIps])).toEqual(
    expect.arrayContaining([
      [false, ['192.0.2.1']],
      [true, ['203.0.113.9']],
    ]),
  );
});

it.each([
  ['en', 'only in the name of that CA'],
  ['ja', '名乗りのみ'],
] as const)('says so of actions, clients and incidents, in %s', (language, words) => {
  // One of each two; an action, a client and an incident.
  expect(pageOf(report(), language).split(words).length - 1).toBe(3);
});

it('has a column of its own in the CSV', () => {
  const rows = csvOf(report()).trimEnd().split('\r\n');
  expect(rows.map((row) => row.split(',').at(-3)).sort()).toEqual(['"unverified"', '""', '"yes"'].sort());
});

it('is in the record of a failure, for queries', () => {
  const log = new PassThrough();
  createFailureLog(log).record([failure('192.0.2.1'), failure('203.0.113.9', true)], 'batch');
  const lines = String(log.read())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ isUnverified }) => isUnverified)).toEqual([undefined, true]);
});
