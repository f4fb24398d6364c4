/** The report has the front doors side by side, and names each where it names what was refused there. */

import { expect, it } from 'vitest';
import { messagesIn } from '../../shared/messages/index.js';
import { nameWords } from '../../shared/messages/names.js';
import type { ForbiddenFact, GroupKey } from '../../shared/model/index.js';
import { buildReport } from '../../shared/report/build.js';
import { csvOf } from '../../shared/report/csv.js';
import { foldRollups } from '../../shared/report/fold.js';
import { reportMessages } from '../../shared/report/messages/index.js';
import { pageOf } from '../../shared/report/page.js';
import { remedyOf } from '../../shared/report/page-actions.js';
import { weekPeriod } from '../../shared/report/period.js';
import { reportSchema } from '../../shared/report/schema.js';
import { summaryOf } from '../../shared/report/summary.js';
import { incident, rollup } from '../contract/examples.js';

const period = weekPeriod('2026-W46');
const hour = period.from / 3_600_000;
const at = period.from + 1_000;
const acme = { scope: 'partners.bank.example', issuerDn: 'O=Acme,CN=Issuing CA', reason: 'expired' as const };
const atCloudFront = { ...acme, door: 'cloudfront' };
const globex = {
  scope: 'files.bank.example',
  issuerDn: 'O=Globex\\, Corporation,(issuer not in the log)',
  reason: 'untrusted' as const,
  door: 'load-balancer',
};
const DOORS: readonly (readonly [GroupKey, number])[] = [
  [acme, 5],
  [atCloudFront, 7],
  [globex, 40],
];

const other = (count: number, cause: ForbiddenFact['cause'], door?: string, minute = hour * 60): ForbiddenFact => ({
  ...{ scope: 'partners.bank.example', cause, minute, batchId: 'b', requests: count, count },
  ...(door !== undefined && { door }),
});

function reportOf(groups: typeof DOORS, forbidden: readonly ForbiddenFact[]) {
  const fold = foldRollups(period);
  for (const [group, count] of groups) {
    const client = { subjectDn: 'O=Acme,CN=edi-01', serialNumber: '0A', fingerprint: null, sourceIps: [], count };
    fold.add([rollup(hour, count, { group, firstAt: at, lastAt: at, clients: [client] })]);
    fold.add([rollup(hour - 7 * 24, 2, { group })]);
  }
  return reportSchema.parse(
    buildReport({
      period,
      generatedAt: period.to,
      partner: null,
      folded: fold.result(),
      ended: [],
      firing: groups.map(([group], n) => incident(1, { incidentId: `i${n}`, group, since: at })),
      forbidden,
      ...{ details: null, expiring: null, sunset: null, silences: null, pipeline: null, scanners: new Set(), gaps: [] },
      verdictOf: () => null,
      contactOf: () => null,
      runbookUrl: (id) => `https://wiki.example.com/en/${id}.md`,
    }),
  );
}

const everywhere = () =>
  reportOf(DOORS, [
    other(3, 'waf'),
    other(4, 'connection-failed', 'cloudfront'),
    other(9, 'connection-failed', 'cloudfront', (hour - 7 * 24) * 60),
  ]);

it('has refusals, groups, incidents and other causes of each', () => {
  const { doors } = everywhere();
  expect(
    doors.map(({ door, failures, before, groups, incidents, otherCauses }) => [
      door,
      ...[failures, before, groups, incidents, otherCauses],
    ]),
  ).toEqual([
    ['load-balancer', 40, 2, 1, 1, 0],
    ['cloudfront', 7, 2, 1, 1, 4],
    ['api-gateway', 5, 2, 1, 1, 3],
  ]);
  expect(doors.reduce((sum, { failures }) => sum + failures, 0)).toBe(everywhere().totals.failures);
});

it('has one action for one cause of a partner, and says at which doors', () => {
  const { actions } = everywhere();
  expect(actions.map(({ reason, failures, doors }) => [reason, failures, doors])).toEqual([
    ['untrusted', 40, ['load-balancer']],
    ['expired', 12, ['api-gateway', 'cloudfront']],
  ]);
});

it('keeps rows of one name at two doors apart', () => {
  const { groups, clients, incidents, otherForbidden } = everywhere();
  for (const rows of [groups, clients, incidents]) {
    expect(rows.map(({ door }) => door ?? '').sort()).toEqual(['', 'cloudfront', 'load-balancer']);
  }
  expect(otherForbidden?.flatMap(({ scopes }) => scopes.map(({ door, count }) => [door, count]))).toEqual([
    ['cloudfront', 4],
    [undefined, 3],
  ]);
  const rows = csvOf(everywhere()).trimEnd().split('\r\n');
  expect(rows.map((row) => row.split(',').at(-4))).toEqual([
    '"door"',
    '"load-balancer"',
    '"cloudfront"',
    '"api-gateway"',
  ]);
});

it.each([
  ['en', 'By front door', 'load balancer', '(issuer not in the log)'],
  ['ja', '入口別', 'ロードバランサー', '（発行者はログに記録なし）'],
] as const)('shows them on the page, in %s, and no pseudo-issuer as a DN', (language, section, name, note) => {
  const page = pageOf(everywhere(), language);
  expect(page).toContain(`<h2 id="doors">${section}</h2>`);
  const { withNote } = nameWords[language];
  expect(page).toContain(withNote('files.bank.example', name));
  expect(page).toContain(withNote('partners.bank.example', 'CloudFront'));
  expect(page).toContain(
    withNote('partners.bank.example', language === 'ja' ? 'API Gateway、CloudFront' : 'API Gateway, CloudFront'),
  );
  const { text } = summaryOf(everywhere(), language, 'https://example.com/report');
  expect(text).toMatch(/Globex, Corporation ?[(（]/);
  for (const shown of [page, text, csvOf(everywhere())]) {
    expect(shown).toContain(language === 'ja' && shown !== csvOf(everywhere()) ? note : '(issuer not in the log)');
    expect(shown).not.toMatch(/,\(issuer not|O=Globex/);
  }
});

it('has no section for the one door of most installations', () => {
  const report = reportOf([[acme, 5]], [other(3, 'waf')]);
  expect(report.doors.map(({ door }) => door)).toEqual(['api-gateway']);
  expect(pageOf(report, 'en')).not.toContain('id="doors"');
  expect(report.actions[0]).not.toHaveProperty('doors');
});

it('names no issuer for an incident in which no certificate was presented', () => {
  const portal = { scope: 'portal.bank.example', issuerDn: 'unknown', reason: 'no-client-certificate' as const };
  const report = reportOf([[portal, 9]], []);
  const rowIn = (page: string) => page.slice(page.indexOf('id="incidents"')).split('</table>')[0];
  const english = rowIn(pageOf(report, 'en'));
  expect(english).toContain('connections without a client certificate');
  expect(english).not.toContain('unknown issuer');
  const japanese = rowIn(pageOf(report, 'ja'));
  expect(japanese).toContain('クライアント証明書のない接続');
  expect(japanese).not.toContain('発行者不明');
});

it('counts and names things in Japanese as the alerts do', () => {
  const page = pageOf(reportOf(DOORS, []), 'ja');
  const multiples = /<ul class="multiples">.*?<\/ul>/s.exec(page)?.[0] ?? '';
  expect(multiples).toContain('>12 件 · ');
  expect(multiples).not.toContain('拒否件数');
  expect(page).toContain(messagesIn.ja.labels.runbook);
  expect(page).not.toContain('ランブック');
});

it('commands of remedies judge by the rules of the door', () => {
  for (const language of ['en', 'ja'] as const) {
    const remedyAt = (doors: readonly string[]) => {
      const action = { verdict: null, reason: 'invalid-certificate', doors };
      return remedyOf(action as unknown as Parameters<typeof remedyOf>[0], reportMessages[language]);
    };
    expect(remedyAt(['load-balancer'])).toContain('mtls-watch diagnose --door alb');
    expect(remedyAt(['cloudfront'])).toContain('mtls-watch diagnose --door cloudfront');
    for (const doors of [[], ['api-gateway'], ['cloudfront', 'load-balancer']])
      expect(remedyAt(doors)).not.toContain('--door');
  }
});
