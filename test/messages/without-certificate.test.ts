/** Who presents no certificate has no issuer: no channel names one beside that reason. */

import { describe, expect, it } from 'vitest';
import { refusedOf } from '../../shared/diagnosis/refused.js';
import { chatOf } from '../../shared/messages/chat.js';
import { messagesIn } from '../../shared/messages/index.js';
import { number } from '../../shared/messages/parts.js';
import { bodyOf, smsOf, subjectOf } from '../../shared/messages/text.js';
import { type GroupKey, type Notice, UNKNOWN_ISSUER } from '../../shared/model/index.js';
import { sampleNotice } from '../../shared/notify/sample-notice.js';

const AT = Date.parse('2026-11-20T09:13:00Z');
const portal: GroupKey = {
  scope: 'portal.bank.example',
  issuerDn: UNKNOWN_ISSUER,
  reason: 'no-client-certificate',
  door: 'cloudfront',
};

function noticeOf(kind: Notice['kind'], group = portal): Notice {
  const notice = sampleNotice(kind, AT, null);
  const clients = [{ ...notice.clients[0]!, subjectDn: '', serialNumber: '', sourceIps: ['198.51.100.61'] }];
  const refused = refusedOf(group, null, clients);
  const { account: _, region: __, ...rest } = notice;
  return { ...rest, group, refused, clients, reasonText: 'ClientCertMissing', cause: null, verdict: null };
}

const SAID = {
  en: {
    spike: 'portal.bank.example refuses connections without a client certificate',
    ongoing: 'still: portal.bank.example refuses connections without a client certificate',
    escalated: 'worse: portal.bank.example refuses connections without a client certificate',
    resolved: 'resolved: portal.bank.example no longer refuses connections without a client certificate',
  },
  ja: {
    spike: 'portal.bank.example がクライアント証明書のない接続を拒否',
    ongoing: '継続: portal.bank.example がクライアント証明書のない接続を拒否',
    escalated: '悪化: portal.bank.example がクライアント証明書のない接続を拒否',
    resolved: '解消: portal.bank.example はクライアント証明書のない接続を拒否していません',
  },
} as const;

const FIRST = {
  en: {
    spike: 'portal.bank.example refuses connections without a client certificate.',
    ongoing: 'portal.bank.example still refuses connections without a client certificate.',
    escalated:
      'portal.bank.example refuses connections without a client certificate, and many more than when it began.',
    resolved: 'portal.bank.example no longer refuses connections without a client certificate.',
  },
  ja: {
    spike: 'portal.bank.example がクライアント証明書のない接続を拒否しています。',
    ongoing: 'portal.bank.example はクライアント証明書のない接続を引き続き拒否しています。',
    escalated: 'portal.bank.example がクライアント証明書のない接続を拒否する件数が、開始時より大きく増えました。',
    resolved: 'portal.bank.example はクライアント証明書のない接続を拒否しなくなりました。',
  },
} as const;

const CASES = (['en', 'ja'] as const).flatMap((language) =>
  (['spike', 'ongoing', 'escalated', 'resolved'] as const).map((kind) => [language, kind] as const),
);

describe.each(CASES)('in %s, %s', (language, kind) => {
  const words = messagesIn[language];
  const notice = noticeOf(kind);
  const said = SAID[language][kind];

  it('is said in the subject and the SMS', () => {
    expect(subjectOf(notice, words)).toBe(`[${words.severities[notice.severity]}] ${said}`);
    expect(smsOf(notice, words)).toContain(`] ${said}${words.stop}`);
  });

  it('is said on the card, whose client has no empty name', () => {
    const chat = chatOf(notice, words);
    expect(chat.content.title.endsWith(`] ${said}`)).toBe(true);
    expect(chat.metadata.summary.endsWith(`] ${said}`)).toBe(true);
    expect(chat.content.description.split('\n')[0]).toBe(FIRST[language][kind]);
    const [client] = notice.clients;
    expect(chat.content.description).toContain(words.withoutCertificate('198.51.100.61', number(client!.count)));
  });

  it('is the first sentence of the mail', () => {
    expect(bodyOf(notice, words).split('\n')[0]).toBe(FIRST[language][kind]);
  });
});

it('an issuer that is not known is named so where a certificate was presented, in the words of the language', () => {
  const untrusted = noticeOf('spike', { ...portal, reason: 'untrusted' });
  expect(subjectOf(untrusted, messagesIn.en)).toContain('refuses clients of an unknown issuer: ');
  expect(subjectOf(untrusted, messagesIn.ja)).toContain('不明な発行者');
  expect(bodyOf(untrusted, messagesIn.en)).toMatch(/^ {2}Issuer +unknown$/m);
  expect(bodyOf(untrusted, messagesIn.ja)).toMatch(/^ {2}発行者 +不明$/m);
  expect(chatOf(untrusted, messagesIn.ja).content.description).toContain('*発行者* 不明\n');
});
