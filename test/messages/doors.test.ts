/** Alerts about the doors besides API Gateway: which door it was, and whose issuer no log holds. */

import { describe, expect, it } from 'vitest';
import { readableScope } from '../../shared/config/readable-scope.js';
import { refusedOf } from '../../shared/diagnosis/refused.js';
import { matches } from '../../shared/incidents/silence.js';
import { chatOf } from '../../shared/messages/chat.js';
import { messagesIn } from '../../shared/messages/index.js';
import { issuerText, placeText } from '../../shared/messages/names.js';
import { bodyOf, smsOf, subjectOf } from '../../shared/messages/text.js';
import { findingCodes } from '../../shared/model/finding-codes.js';
import { type GroupKey, isUnloggedIssuer, type Notice, unloggedClient } from '../../shared/model/index.js';
import { reasonIds } from '../../shared/model/reasons.js';
import { sampleNotice } from '../../shared/notify/sample-notice.js';
import { noticeSchema } from '../../shared/schemas/lines.js';

const AT = Date.parse('2026-11-20T09:13:00Z');
const KINDS = ['spike', 'ongoing', 'escalated', 'resolved'] as const;
const globex: GroupKey = {
  scope: 'files.bank.example',
  issuerDn: 'O=Globex Corporation,(issuer not in the log)',
  reason: 'untrusted',
  door: 'load-balancer',
};

function noticeOf(group: GroupKey, kind: Notice['kind'], subjects: readonly string[]): Notice {
  const notice = sampleNotice(kind, AT, null);
  const clients = subjects.map((subjectDn) => ({ ...notice.clients[0]!, subjectDn }));
  const refused = refusedOf(group, null, clients);
  return { ...notice, group, refused, clients, reasonText: 'ClientCertUntrusted', cause: null, verdict: null };
}

describe.each([
  ['en', 'Globex Corporation (issuer not in the log)', 'files.bank.example (load balancer)'],
  ['ja', 'Globex Corporation（発行者はログに記録なし）', 'files.bank.example（ロードバランサー）'],
] as const)('in %s', (language, name, place) => {
  const words = messagesIn[language];

  it.each(KINDS)('a mail, a card and an SMS of %s never show the pseudo-issuer as a DN', (kind) => {
    for (const subjects of [
      ['O=Globex Corporation,CN=billing-batch'],
      ['O=Globex Corporation,CN=a', 'O=Globex Corporation,CN=b'],
      [],
    ]) {
      const notice = noticeOf(globex, kind, subjects);
      const chat = JSON.stringify(chatOf(notice, words));
      const mail = `${subjectOf(notice, words)}\n${bodyOf(notice, words)}`;
      for (const text of [mail, chat, smsOf(notice, words)]) expect(text).not.toMatch(/,[(（]issuer/);
      expect(mail).toContain(name);
      expect(mail).toContain(place);
      expect(chat).toContain(place);
      expect(subjectOf(notice, words)).toContain('Globex Corp');
    }
  });

  it('a notice of an earlier version, which named the organization as the issuer, is shown alike', () => {
    const notice = {
      ...noticeOf(globex, 'spike', []),
      refused: { party: 'issuer' as const, client: null, others: 0, issuer: 'Globex Corporation', isProven: false },
    };
    expect(bodyOf(notice, words).split('\n')[0]).toContain(name);
  });

  it('names no door where it is API Gateway', () => {
    const { door: _, ...group } = globex;
    expect(bodyOf(noticeOf(group, 'spike', []), words)).not.toContain(place);
    expect(placeText('x', {}, words)).toBe('x');
  });
});

it('the JSON of a notice has the door, and the exact key', () => {
  const notice = noticeSchema.parse(noticeOf(globex, 'spike', []));
  expect(notice.group).toEqual(globex);
  // Nobody issued them as far as anybody knows: the organization is the client's.
  expect(notice.refused?.issuer).toBeNull();
});

it.each([
  ['O=Globex Corporation,(issuer not in the log)', 'Globex Corporation'],
  ['O=Globex\\, Corporation,(issuer not in the log)', 'Globex, Corporation'],
  ['CN=a\\+b \\"c\\"\\\\,(issuer not in the log)', 'a+b "c"\\'],
  ['O=\\=x\\,CN\\=y,(issuer not in the log)', '=x,CN=y'],
  ['(issuer not in the log)', ''],
  ['O=Globex\\,(issuer not in the log)', null],
  ['CN=x (issuer not in the log)', null],
  ['C=US,O=Acme,CN=CA', null],
  ['unknown', null],
])('%s is counted for %j', (issuerDn, client) => {
  expect(unloggedClient(issuerDn)).toBe(client);
  expect(isUnloggedIssuer(issuerDn)).toBe(client !== null);
  if (client === null) expect(issuerText(issuerDn, messagesIn.en)).toBe(issuerDn);
});

describe('a load balancer whose listener has no name', () => {
  const scope = 'app/bank/50dc6c495c0c9188:443';
  const notice = noticeOf({ ...globex, scope }, 'spike', ['O=Globex Corporation,CN=a']);

  it.each([
    [scope, 'bank:443'],
    ['111122223333/app/bank/50dc6c495c0c9188:8443', '111122223333/bank:8443'],
    ['app/bank/50dc6c495c0c9188', 'bank'],
    ['/aws/vendedlogs/load-balancer/bank:443', 'bank:443'],
    ['abc123/prod', 'abc123/prod'],
    ['app/bank/50dc', 'app/bank/50dc'],
    ['app/\u202Ebank/50dc6c495c0c9188:443', 'app/\u202Ebank/50dc6c495c0c9188:443'],
    ['distribution/E2DX1SLDPK0123', 'distribution/E2DX1SLDPK0123'],
  ])('%s is called %s', (name, readable) => {
    expect(readableScope(name)).toBe(readable);
    expect(readableScope(readable)).toBe(readable);
  });

  it.each(['en', 'ja'] as const)(
    'is named shortly in a subject, and with its id in the mail and the card, in %s',
    (language) => {
      const words = messagesIn[language];
      expect(subjectOf(notice, words)).toMatch(/bank:443/);
      expect(subjectOf(notice, words)).not.toContain('50dc');
      expect(bodyOf(notice, words)).toContain(words.withNote('bank:443', `${words.doors['load-balancer']} ${scope}`));
      expect(chatOf(notice, words).content.description).toContain(`${words.doors['load-balancer']} ${scope}`);
    },
  );

  it('is silenced under either name', () => {
    for (const typed of [scope, 'bank:443', 'bank:*']) {
      expect(matches({ scope: typed, issuerDn: null, reason: null }, notice.group)).toBe(true);
    }
    expect(matches({ scope: 'bank:8443', issuerDn: null, reason: null }, notice.group)).toBe(false);
  });
});

describe.each(['en', 'ja'] as const)('commands of mtls-watch that judge, in %s', (language) => {
  const words = messagesIn[language];
  const textsOf = (door: string | undefined): string[] => {
    const group = { ...globex, ...(door === undefined ? { door: undefined } : { door }) };
    const causes = findingCodes.map((cause) => ({ ...noticeOf(group as GroupKey, 'spike', []), cause }));
    const reasons = reasonIds.map((reason) => noticeOf({ ...(group as GroupKey), reason }, 'spike', []));
    return [...causes, ...reasons].flatMap((notice) => [
      bodyOf(notice, words),
      chatOf(notice, words).content.nextSteps.join('\n'),
    ]);
  };
  const JUDGING = /mtls-watch (?:diagnose|audit|preflight)(?: [\w-]+\.pem)?(.{0,9})/g;
  const behindIn = (door: string | undefined) =>
    textsOf(door).flatMap((text) => [...text.matchAll(JUDGING)].map(([, behind = '']) => behind));

  it.each([
    ['cloudfront', ' --door cl'],
    ['load-balancer', ' --door al'],
  ])('name the door %s', (door, option) => {
    const behind = behindIn(door);
    expect(behind.length).toBeGreaterThan(2);
    expect(behind.filter((text) => !option.startsWith(text) || text.length < 9)).toEqual([]);
  });

  it('name none at API Gateway', () => {
    expect(behindIn(undefined).filter((text) => text.startsWith(' --door'))).toEqual([]);
  });
});
