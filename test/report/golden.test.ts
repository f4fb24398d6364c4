/**
 * The report of the sample as people get it, word for word and picture for picture: a change of it shows in a diff. Lists are cut to a
 * few rows, and what the sample has none of is put in.
 */

import { beforeAll, describe, expect, it } from 'vitest';
import { csvOf } from '../../shared/report/csv.js';
import { pageOf } from '../../shared/report/page.js';
import { type Report, reportSchema } from '../../shared/report/schema.js';
import { summaryOf } from '../../shared/report/summary.js';
import { type Made, makeSampleReport, truststore } from './sample.js';

let made: Made;
let report: Report;

beforeAll(async () => {
  made = await makeSampleReport();
  report = await made.scene.report(made.replayed, { language: 'en', truststore });
});

const ROWS = 4;

const renewal = {
  kind: 'client',
  subjectDn: 'C=US,O=Globex Corporation,CN=billing-batch',
  issuerDn: 'C=US,O=Example Trust,CN=Example Trust Server CA',
  serialNumber: '0C0C0C0C0C0C5A2A',
  notAfter: '2026-11-30T12:00:00.000Z',
  publicCa: 'Example Trust',
  usages: 'both',
  until: '2027-03-15',
  requests: 758,
  successorSince: null,
} as const;

/** A few rows of each list, and something of everything. */
function everySection(whole: Report): Report {
  const few = Object.fromEntries(
    Object.entries(whole).map(([name, value]) => [
      name,
      Array.isArray(value) && name !== 'days' ? value.slice(0, ROWS) : value,
    ]),
  ) as Report;
  const [expiring] = few.expiring ?? [];
  if (expiring === undefined) throw new Error('expected something that expires');
  return {
    ...few,
    actions: few.actions.map((action, n) =>
      n === 3 ? { ...action, state: 'over', contact: { name: 'PKI team', contact: 'pki@partner.example' } } : action,
    ),
    issuersLeftOut: { issuers: 2, failures: 17 },
    expiring: [
      expiring,
      { ...expiring, daysLeft: 1, notAfter: '2026-10-15T00:00:00.000Z', clients: 2, successorSince: null },
      { ...expiring, kind: 'ca', daysLeft: 30, notAfter: '2026-11-13T00:00:00.000Z', requests: null, clients: null },
    ],
    sunset: [
      renewal,
      { ...renewal, usages: 'client', publicCa: 'Example Trust', requests: null },
      { ...renewal, usages: 'both', publicCa: null, successorSince: '2026-10-12T08:00:00.000Z' },
      { ...renewal, usages: 'server' },
      { ...renewal, kind: 'ca', usages: null, notAfter: null, requests: null },
    ],
    silences: [
      { what: 'partners.bank.example, issuer-not-found', until: '2026-10-20T00:00:00.000Z', because: 'renewal' },
    ],
    pipeline: { events: 24384, rejected: 3, duplicates: 253, lagSeconds: 95 },
    gaps: reportSchema.shape.gaps.element.shape.id.options.map((id) => ({ id, detail: 'a detail' })),
  };
}

/** Nothing happened, and little is known. */
function quiet(whole: Report): Report {
  const emptied = Object.fromEntries(
    Object.entries(whole).map(([name, value]) => [name, Array.isArray(value) && name !== 'days' ? [] : value]),
  ) as Report;
  const none = { failures: 0, before: null, median4: null, stretches: whole.totals.stretches.map(() => null) };
  return {
    ...emptied,
    days: whole.days.map(({ date }) => ({ date, failures: 0, reasons: {} })),
    totals: { ...whole.totals, ...none, unattributed: 0, issuers: 0, scopes: 0 },
    strangers: { issuers: 0, failures: 0 },
    expiring: null,
    sunset: null,
    otherForbidden: null,
    silences: null,
    pipeline: null,
  };
}

/** Each element on a line of its own, without the style sheet and the places where a name may be broken. */
function lines(page: string): string {
  const told = page.replace(/<style>[\s\S]*?<\/style>/, '').replaceAll('<wbr>', '');
  return `${told.replace(/\s*\n\s*/g, '\n').replace(/(?<=\S)<(?=[a-z])(?!(?:bdi|b|span|br|a)\b)/g, '\n<')}\n`;
}

describe.each(['en', 'ja'] as const)('%s', (language) => {
  const golden = (name: string): string => `golden/${language}/${name}`;

  it('the page', async () => {
    await expect(lines(pageOf(everySection(report), language))).toMatchFileSnapshot(golden('page.html'));
  });

  it('the page of a quiet week', async () => {
    await expect(lines(pageOf(quiet(report), language))).toMatchFileSnapshot(golden('quiet.html'));
  });

  it('the edition for a partner', async () => {
    const partner = { organization: 'Initech' };
    const edition = await made.scene.report(made.replayed, { language, truststore, partner });
    await expect(lines(pageOf(edition, language))).toMatchFileSnapshot(golden('partner.html'));
  });

  it('the mail', async () => {
    const url = 'https://reports.example.com/2026-W42';
    const mails = [
      summaryOf(everySection(report), language, url),
      summaryOf({ ...report, gaps: [] }, language, url, 'attached'),
      summaryOf(quiet(report), language, url, 'too-large'),
    ];
    const texts = mails.map(({ noticeId, subject, text }) => `${noticeId}\n${subject}\n\n${text}`);
    await expect(texts.join(`\n${'-'.repeat(40)}\n`)).toMatchFileSnapshot(golden('mail.txt'));
  });
});

it('the figures, as JSON and as CSV', async () => {
  const cut = everySection(report);
  await expect(`${JSON.stringify(cut, null, 1)}\n`).toMatchFileSnapshot('golden/report.json');
  await expect(csvOf(cut)).toMatchFileSnapshot('golden/report.csv');
});
