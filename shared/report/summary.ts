/** The report in a mail's length: it stands on its own, and says where the page is. */

import { limits } from '../base/limits.js';
import { clean } from '../base/text.js';
import { reportMessages } from './messages/index.js';
import type { Language, ReportMessages } from './messages/types.js';
import { remedyOf, sentencesOf } from './page-actions.js';
import { cut, issuerName, numberText, reasonTitle } from './page-parts.js';
import type { Report } from './schema.js';
import { shareText } from './shares.js';

export interface ReportSummary {
  /** The same for every summary of one week: a second one can be told by it. */
  readonly noticeId: string;
  /** ASCII, as SNS wants it. */
  readonly subject: string;
  readonly text: string;
}

const ACTIONS_MAX = 5;
const LINE_CHARS_MAX = 400;

/** @param page whether it comes with the summary, or is too large for that; by default it is at the URL alone */
export function summaryOf(
  report: Report,
  language: Language,
  url: string,
  page?: 'attached' | 'too-large',
): ReportSummary {
  const words = reportMessages[language];
  const open = report.actions.filter(({ state }) => state === 'open');
  const subject = words.mail.subject(report.period.label, numberText(report.totals.failures), open.length);
  const actions = open.slice(0, ACTIONS_MAX).flatMap((action) => {
    const head = `${action.rank}. ${cut(issuerName(action.issuerDn, words))}: ${words.withNote(reasonTitle(action, words), numberText(action.failures))}`;
    return [head, `   ${remedyOf(action, words)}`];
  });
  const lines = [
    ...sentencesOf(report, words),
    ...sunsetLines(report, words),
    ...shareLines(report, words),
    '',
    ...(actions.length === 0 ? [] : [words.mail.first, ...actions, '']),
    ...[...new Set(report.gaps.map(({ id }) => id))].map((id) => `! ${words.gaps[id]}`),
    ...(page === undefined ? [] : [page === 'attached' ? words.mail.attached : words.mail.tooLarge]),
    words.mail.where(url),
    words.mail.signIn,
  ];
  // Each is one line: a name must not begin one of its own.
  const charsMax = Math.max(LINE_CHARS_MAX, url.length + 40);
  const text = lines.map((line) => clean(line, charsMax));
  return {
    noticeId: `report-${report.period.label}`,
    subject: subject.replace(/[^ -~]/g, '?').slice(0, limits.subjectCharsMax),
    text: `${text.join('\n')}\n`,
  };
}

/** Those with most refusals. */
function shareLines({ shares }: Report, words: ReportMessages): string[] {
  const known = (shares ?? []).flatMap(({ letIn, share, ...one }) =>
    letIn === null || share === null || one.refused === 0 ? [] : [{ ...one, calls: letIn + one.refused, share }],
  );
  return known
    .slice(0, ACTIONS_MAX)
    .map(({ owner, scope, refused, calls, share }) =>
      words.shares.mail(cut(owner), cut(scope), numberText(refused), numberText(calls), shareText(share)),
    );
}

/** Only what its issuer's name says, and who was not moved: of both usages alone nobody knows. */
function sunsetLines({ sunset }: Report, words: ReportMessages): string[] {
  const clients = (sunset ?? []).filter(
    ({ kind, publicCa, successorSince }) => kind === 'client' && publicCa !== null && successorSince === null,
  );
  const requests = clients.reduce((sum, one) => sum + (one.requests ?? 0), 0);
  return clients.length === 0 ? [] : [words.sunset.mail(clients.length, numberText(requests))];
}
