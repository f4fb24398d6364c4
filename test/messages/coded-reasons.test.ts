/** Alerts about refusals at CloudFront and at load balancers, whose reason is a code: they do not speak of a gateway. */

import { describe, expect, it } from 'vitest';
import { doors } from '../../shared/doors/doors.js';
import { linksOf } from '../../shared/incidents/console-links.js';
import { chatOf } from '../../shared/messages/chat.js';
import { messagesIn } from '../../shared/messages/index.js';
import { bodyOf, smsOf, subjectOf } from '../../shared/messages/text.js';
import type { Notice } from '../../shared/model/index.js';
import { sampleNotice } from '../../shared/notify/sample-notice.js';
import { testConfig } from '../support/world.js';

const AT = Date.parse('2026-11-20T09:13:00Z');
const refusals = doors.flatMap(({ id, codes }) =>
  Object.entries(codes).flatMap(([code, meaning]) =>
    'reason' in meaning ? [{ door: id, code, reason: meaning.reason }] : [],
  ),
);

function noticeOf({ door, code, reason }: (typeof refusals)[number], kind: Notice['kind'] = 'spike') {
  const notice = sampleNotice(kind, AT, null);
  const group = { ...notice.group, scope: 'files.bank.example', reason, door };
  return { ...notice, group, reasonText: code, cause: null, verdict: null };
}

describe.each(['en', 'ja'] as const)('an alert in %s', (language) => {
  it.each(refusals)('about $code of $door gives the code as that of a log', (refusal) => {
    const words = messagesIn[language];
    const text = `${subjectOf(noticeOf(refusal), words)}\n${bodyOf(noticeOf(refusal), words)}`;
    expect(text).toContain(words.reasons[refusal.reason].title);
    expect(text).toContain(refusal.code);
  });

  it.each(
    refusals.flatMap((one) =>
      (['spike', 'ongoing', 'escalated', 'resolved'] as const).map((kind) => ({ ...one, kind })),
    ),
  )('of $kind about $code of $door speaks of no gateway, in a mail, a card and an SMS', ({ kind, ...refusal }) => {
    const words = messagesIn[language];
    for (const reasonText of [refusal.code, '', 'words that no page has']) {
      const notice = { ...noticeOf(refusal, kind), reasonText };
      const texts = [subjectOf(notice, words), bodyOf(notice, words), smsOf(notice, words), chatOf(notice, words)];
      // The address of the runbook is no text.
      expect(JSON.stringify(texts).replace(/https:[^\s"]+/g, '')).not.toMatch(/gateway|ゲートウェイ/i);
    }
  });
});

describe('the link to the log', () => {
  const about = {
    ...noticeOf({ door: 'cloudfront', code: 'ClientCertUntrusted', reason: 'untrusted' }),
    since: AT,
    at: AT,
  };
  const place = { region: 'us-east-1', tableName: 't', dashboardName: null };

  it('asks the connection logs for the code', () => {
    const links = linksOf(
      about,
      testConfig({ connectionLogGroups: [{ name: '/aws/vendedlogs/cloudfront/E1' }] }),
      place,
    );
    const query = decodeURIComponent((links.executionLog ?? '').replaceAll('$25', '%').replaceAll('*', '%'));
    expect(query).toContain('@message like "ClientCertUntrusted"');
    expect(query).toContain('/aws/vendedlogs/cloudfront/E1');
    expect(links.accessLog).toBeNull();
  });

  it('names the dashboard where there is one, whatever the door', () => {
    for (const reasonText of ['ClientCertUntrusted', 'certificate has expired']) {
      const dashboardOf = (dashboardName: string | null) =>
        linksOf({ ...about, reasonText }, testConfig({}), { ...place, dashboardName }).dashboard;
      expect(dashboardOf(null)).toBeNull();
      expect(dashboardOf('refusals')).toContain('refusals');
    }
  });

  it('is not there where no connection log is named', () => {
    const { executionLog, accessLog } = linksOf(about, testConfig({}), place);
    expect([executionLog, accessLog]).toEqual([null, null]);
  });

  it('asks the logs of API Gateway where the reason is a sentence', () => {
    const sentence = { ...about, reasonText: 'certificate has expired' };
    const { executionLog } = linksOf(sentence, testConfig({ executionLogGroups: [{ name: '/e' }] }), place);
    expect(executionLog).toContain('Access');
  });
});
