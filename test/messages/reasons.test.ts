/** A reason has one title: people find the runbook by the words of the alert or of the report. */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { messagesIn } from '../../shared/messages/index.js';
import { bodyOf, subjectOf } from '../../shared/messages/text.js';
import { reasonIds } from '../../shared/model/reasons.js';
import { sampleNotice } from '../../shared/notify/sample-notice.js';
import { reportMessages } from '../../shared/report/messages/index.js';
import { remedyOf } from '../../shared/report/page-actions.js';

const AT = Date.parse('2026-11-20T09:13:00Z');

/** Runbooks are set without the spaces that messages have beside Latin letters, and begin with a capital. */
const plain = (title: string): string => title.replaceAll(' ', '').toLowerCase();

it.each(['en', 'ja'] as const)('has one title in alert, report and runbook, in %s', (language) => {
  const notice = sampleNotice('spike', AT, null);
  for (const reason of reasonIds) {
    const undiagnosed = { ...notice, verdict: null, cause: null, reasonText: '', group: { ...notice.group, reason } };
    const subject = subjectOf(undiagnosed, messagesIn[language]);
    const { title } = reportMessages[language].reasons[reason];
    const [heading = ''] = readFileSync(`runbooks/${language}/${reason}.md`, 'utf8').split('\n');
    // Who is refused says it there, without the issuer that a certificate would have; the mail has the title below.
    const isSaidByWho = reason === 'no-client-certificate';
    if (isSaidByWho) expect(subject).toContain(messagesIn[language].withoutIssuer);
    expect(isSaidByWho ? bodyOf(undiagnosed, messagesIn[language]) : subject, reason).toContain(title);
    expect(plain(heading), reason).toBe(`#${plain(title)}`);
  }
});

it.each(['en', 'ja'] as const)('says what to do for every reason, in %s', (language) => {
  const words = reportMessages[language];
  const remedies = reasonIds.map((reason) => remedyOf({ verdict: null, reason } as never, words));
  expect(new Set(remedies).size).toBe(reasonIds.length);
  for (const remedy of remedies) expect(remedy).toMatch(language === 'en' ? /^[A-Z].*\.$/ : /。$/);
});
