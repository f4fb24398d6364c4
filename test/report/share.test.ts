/** Whose the refusals are, in the second sentence of the report: all that were refused of the client, not only what needs action. */

import { expect, it } from 'vitest';
import type { GroupKey } from '../../shared/model/index.js';
import { buildReport } from '../../shared/report/build.js';
import { foldRollups } from '../../shared/report/fold.js';
import { reportMessages } from '../../shared/report/messages/index.js';
import { pageOf } from '../../shared/report/page.js';
import { sentencesOf } from '../../shared/report/page-actions.js';
import { weekPeriod } from '../../shared/report/period.js';
import { rollup } from '../contract/examples.js';

const period = weekPeriod('2026-W43');
const issuerDn = 'C=DE,O=Example Bank AG,CN=Example Bank Partner Issuing CA';

type Row = readonly [words: string | undefined, count: number, organization: string];

function reportOf(rows: readonly Row[], owner: 'client' | 'issuer') {
  const fold = foldRollups(period);
  const at = period.from + 3_600_000;
  for (const [words, count, organization] of rows) {
    const group: GroupKey = { scope: 'api.bank.example', issuerDn, reason: 'other', ...(words && { words }) };
    const client = { subjectDn: `C=DE,O=${organization},CN=till`, serialNumber: organization, fingerprint: null };
    fold.add([
      rollup(at / 3_600_000, count, { group, firstAt: at, lastAt: at, clients: [{ ...client, sourceIps: [], count }] }),
    ]);
  }
  const findings = [{ code: 'weak-key', severity: 'error', depth: 0, evidence: [], remedy: '' }];
  const diagnosis = { verdict: 'refused', reason: 'weak-key', findings, path: [] };
  const shown = { code: 'weak-key', evidence: [], remedy: '' };
  return buildReport({
    ...{ period, generatedAt: period.to, partner: null, folded: fold.result(), ended: [], firing: [], forbidden: [] },
    ...{ details: null, expiring: null, sunset: null, silences: null, pipeline: null, scanners: new Set(), gaps: [] },
    verdictOf: () => (owner === 'client' ? ({ shown, diagnosis } as never) : null),
    contactOf: () => null,
    runbookUrl: (id) => `https://wiki.example.com/en/${id}.md`,
  });
}

function secondSentence(rows: readonly Row[], owner: 'client' | 'issuer'): string {
  return sentencesOf(reportOf(rows, owner), reportMessages.en)[1] ?? '';
}

const small = (organization: string): Row[] =>
  Array.from({ length: 5 }, (_, n) => [`kind ${'abcde'[n]}`, 2, organization]);

it.each([
  ['of one client, in groups too small for an action, too', [[undefined, 10, 'Till'], ...small('Till')], 'client', 100],
  ['of one client beside another one', [[undefined, 10, 'Till'], ...small('Another')], 'client', 50],
  ['of an issuer, whoever its clients are', [[undefined, 10, 'Till'], ...small('Another')], 'issuer', 100],
] as const)('%s', (_, rows, owner, percent) => {
  expect(secondSentence(rows, owner)).toContain(`${percent}% of them are `);
});

it('names two kinds of sentences, and says how many there are besides', () => {
  const rows = ['a', 'b', 'c', 'd'].map((kind, n): Row => [`kind ${kind}`, 9 - n, 'Till']);
  expect(secondSentence(rows, 'client')).toContain('(“kind a”, “kind b” and 2 others)');
  expect(secondSentence(rows.slice(0, 3), 'client')).toContain('(“kind a”, “kind b” and 1 other)');
  expect(secondSentence(rows.slice(0, 2), 'client')).toContain('(“kind a”, “kind b”)');
});

it('shows the kinds of sentences of an issuer in its row', () => {
  const rows = ['a', 'b', 'c'].map((kind, n): Row => [`kind ${kind}`, 9 - n, 'Till']);
  const page = pageOf(reportOf(rows, 'issuer'), 'en');
  expect(page).toContain('<span>“kind a”, “kind b” and 1 other</span>');
  const row = pageOf(reportOf([[undefined, 9, 'Till']], 'issuer'), 'en');
  expect(row).toContain('<span>another reason</span>');
});
