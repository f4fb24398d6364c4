/** Who is named as refused, in every channel and both languages: the client where it is the point, else the issuer. */

import { describe, expect, it } from 'vitest';
import { refusedOf } from '../../shared/diagnosis/refused.js';
import { noticeOf } from '../../shared/incidents/notice.js';
import { chatOf } from '../../shared/messages/chat.js';
import { eventOf } from '../../shared/messages/event.js';
import { messagesIn } from '../../shared/messages/index.js';
import { bodyOf, smsOf, subjectOf } from '../../shared/messages/text.js';
import type { Fact, Notice } from '../../shared/model/index.js';
import { reasonWords } from '../../shared/model/reason-words.js';
import { type ReasonId, refusedWithOf } from '../../shared/model/reasons.js';
import { noticeSchema } from '../../shared/schemas/lines.js';
import type { Certificate } from '../../shared/x509/certificate.js';
import { diagnose } from '../../shared/x509/diagnose.js';
import { truststoreOf } from '../../shared/x509/truststore.js';
import { incident as anIncident } from '../contract/examples.js';
import { AT, altered, ca, type Issued, leaf, SERVER_AUTH } from '../support/certificates.js';
import { detection } from '../support/detections.js';
import { testConfig } from '../support/world.js';

const DAY = 86_400_000;
const bank = ca({ subject: 'C=DE,O=Example Bank,CN=Example Bank Root', key: 'rsa-a' });
const partners = ca({ subject: 'C=DE,O=Example Bank,CN=Example Bank Partner CA', key: 'ec-b', issuer: bank });
const expiredCa = ca({
  subject: 'C=DE,O=Example Bank,CN=Example Bank Partner CA 1',
  key: 'ec-d',
  issuer: bank,
  notAfter: AT - 3600_000,
});
const renewedCa = ca({ subject: 'C=DE,O=Example Bank,CN=Example Bank Partner CA', key: 'ec-f', issuer: bank });
const globexCa = ca({ subject: 'C=US,O=Globex Corporation,CN=Globex Issuing CA G2', key: 'ec-e' });
const initech = ca({ subject: 'C=FR,O=Initech,CN=Initech Sub CA', key: 'ec-d', issuer: globexCa });

const globex = { subject: 'C=US,O=Globex Corporation,CN=billing-batch', key: 'ec-c', issuer: partners };
const named = (name: string, more: object = {}) => leaf({ ...globex, subject: name, ...more });

interface Case {
  /** The one that failed most first. */
  readonly clients: readonly (Issued | Certificate)[];
  readonly store: readonly Issued[];
  readonly reason: ReasonId;
  readonly text: string;
  readonly isTrusted: boolean;
  /** False where the log holds no certificate. */
  readonly isDiagnosed?: boolean;
  /** In the first two lines of every rendering. */
  readonly says: readonly string[];
  readonly neverSays?: readonly string[];
}

const NO_ISSUER = { reason: 'issuer-not-found', text: 'Could not find issuer for certificate' } as const;

const CASES: Readonly<Record<string, Case>> = {
  'client-expired': {
    clients: [leaf({ ...globex, notAfter: AT - 2 * DAY })],
    store: [bank, partners],
    reason: 'expired',
    text: 'certificate has expired',
    isTrusted: true,
    says: ['Globex Corporation (billing-batch)'],
    neverSays: ['clients of Example Bank', 'Example Bank Partner CA 発行'],
  },
  'client-not-yet-valid': {
    clients: [named('C=FR,O=Initech,CN=edi', { notBefore: AT + 5 * DAY })],
    store: [bank, partners],
    reason: 'not-yet-valid',
    text: 'certificate is not yet valid',
    isTrusted: true,
    says: ['Initech (edi)'],
  },
  'client-weak-key': {
    clients: [named('C=SE,O=Umbrella AB,CN=terminal-17', { key: 'rsa-1024' })],
    store: [bank, partners],
    reason: 'weak-key',
    text: 'EE certificate key too weak',
    isTrusted: true,
    says: ['Umbrella AB (terminal-17)'],
  },
  'client-altered': {
    clients: [altered(leaf(globex))],
    store: [bank, partners],
    reason: 'signature-failure',
    text: 'certificate signature failure',
    isTrusted: true,
    says: ['Globex Corporation'],
  },
  'client-purpose': {
    clients: [1, 2, 3].map((n) =>
      named(`C=US,O=Globex Corporation,CN=web-0${n}.globex.example`, { extendedKeyUsage: [SERVER_AUTH] }),
    ),
    store: [bank, partners],
    reason: 'unsupported-purpose',
    text: 'unsupported certificate purpose',
    isTrusted: true,
    says: ['Globex Corporation'],
    neverSays: ['clients of Example Bank', '(web-0'],
  },
  'client-self-signed': {
    clients: [leaf({ subject: 'C=US,O=Globex Corporation,CN=billing-batch', key: 'ec-c' })],
    store: [bank, partners],
    reason: 'self-signed',
    text: 'self signed certificate',
    isTrusted: false,
    says: ['Globex Corporation'],
  },
  'issuer-missing': {
    clients: [leaf({ ...globex, issuer: globexCa })],
    store: [bank, partners],
    ...NO_ISSUER,
    isTrusted: false,
    says: ['Globex Issuing CA G2'],
  },
  'issuer-expired': {
    clients: ['Globex Corporation', 'Initech', 'Umbrella AB'].map((o) =>
      named(`C=US,O=${o},CN=client`, { issuer: expiredCa }),
    ),
    store: [bank, expiredCa],
    reason: 'expired',
    text: 'certificate has expired',
    isTrusted: true,
    says: ['Example Bank Partner CA 1'],
  },
  'issuer-rekeyed': {
    clients: [leaf({ ...globex, issuer: renewedCa }), named('C=FR,O=Initech,CN=edi', { issuer: renewedCa })],
    store: [bank, partners],
    reason: 'signature-failure',
    text: 'certificate signature failure',
    isTrusted: true,
    says: ['Example Bank Partner CA'],
  },
  'unknown-sentence': {
    clients: [leaf(globex)],
    store: [bank, partners],
    reason: 'other',
    text: 'The partner 7f3c2b1a-1111-4222-8333-444455556666 is not in good standing',
    isTrusted: true,
    says: ['Globex Corporation'],
  },
  'issuer-undiagnosed': {
    clients: [leaf({ ...globex, issuer: initech }), named('C=FR,O=Initech,CN=edi', { issuer: initech })],
    store: [bank, partners],
    ...NO_ISSUER,
    isTrusted: false,
    isDiagnosed: false,
    says: ['Initech Sub CA'],
  },
};

const certificateOf = (one: Issued | Certificate): Certificate => ('certificate' in one ? one.certificate : one);

function noticeFor({ clients, store, reason, text, isTrusted, isDiagnosed }: Case, language: string): Notice {
  const certificates = clients.map(certificateOf);
  const first = certificates[0]!;
  const config = testConfig({
    language,
    accessLogGroups: [{ name: '/aws/apigateway/access' }],
    timeZone: language === 'ja' ? 'Asia/Tokyo' : 'UTC',
    owners: [
      { issuerDn: partners.certificate.issuerDn, name: 'nobody', contact: 'nobody' },
      { scope: 'partners.bank.example', name: 'Partner Integration', contact: 'partner-integration@bank.example' },
      { subject: 'globex corporation', name: 'Account team Globex', contact: '+1 555 0100' },
    ],
  });
  const group = {
    ...{ scope: 'partners.bank.example', issuerDn: first.issuerDn, reason },
    ...(reason === 'other' && { words: reasonWords(text) }),
  };
  const tallies = certificates.map(({ subjectDn, serialNumber, fingerprint }, index) => {
    return { subjectDn, serialNumber, fingerprint, sourceIps: [`203.0.113.${index + 7}`], count: 30 - index };
  });
  const count = tallies.reduce((sum, one) => sum + one.count, 0);
  const fact: Fact = {
    group,
    minute: AT / 60_000,
    batchId: 'b',
    requests: count,
    count,
    unattributed: 0,
    inferred: 0,
    firstAt: AT,
    lastAt: AT + 40_000,
    reasonText: text,
    clients: tallies,
  };
  const verdict =
    isDiagnosed === false
      ? null
      : diagnose(first, truststoreOf(store.map(({ certificate }) => certificate)), AT, [], refusedWithOf(reason, text));
  const now = AT + 60_000;
  const incident = { ...anIncident(1), group, told: null, since: AT + 45_000, severity: 'medium' as const };
  const note = 'The access log holds no readable certificate of these clients.';
  return noticeOf({
    kind: 'spike',
    incident,
    because: `${count} refused in 1 minute`,
    detection: detection('spike', count),
    now,
    facts: [fact],
    recentFacts: [fact],
    clients: tallies,
    groups: [],
    scopeShare: 0.97,
    heldBackUntil: null,
    config,
    deployment: {
      region: 'eu-central-1',
      accountId: '111122223333',
      tableName: 'mtls-watch-State',
      dashboardName: null,
      operatorFunction: 'mtls-watch-OperatorOperateFunctionA0EC9797-D0464FC64CFA',
    },
    diagnosed: { verdict, verdictNote: verdict === null ? note : null, change: null, issuerTrusted: isTrusted },
  });
}

const CONSOLE = /https:\/\/eu-central-1\.console\S+?(?=\\n|\n|"|$)/g;

/** All channels of a notice, without the long addresses. */
function rendered(notice: Notice, language: 'en' | 'ja'): string {
  const words = messagesIn[language];
  const { links: _, ...json } = notice;
  const card = chatOf(notice, words);
  const sections = {
    'mail: subject': subjectOf(notice, words),
    'mail: body': bodyOf(notice, words),
    sms: smsOf(notice, words),
    card: JSON.stringify(card, null, 2),
    'event: detail': JSON.stringify(json, null, 2),
  };
  const once = (text: string): string =>
    // Signatures of elliptic curves differ in every run.
    text.replace(/\b[0-9a-f]{64}\b/gi, '(fingerprint)').replace(CONSOLE, '(console)');
  return Object.entries(sections)
    .map(([name, text]) => `== ${name}\n${once(text)}\n`)
    .join('\n');
}

describe.each(['en', 'ja'] as const)('in %s', (language) => {
  it.each(Object.entries(CASES))('%s', async (name, one) => {
    const notice = noticeFor(one, language);
    const words = messagesIn[language];
    expect(noticeSchema.parse(JSON.parse(JSON.stringify(notice)))).toEqual(notice);
    expect(JSON.parse(eventOf(notice, 'default').Detail)).toEqual(notice);
    const [first = '', second = ''] = bodyOf(notice, words).split('\n');
    const card = chatOf(notice, words);
    const isClaim = name === 'client-altered' || name === 'client-self-signed';
    const told = [subjectOf(notice, words), smsOf(notice, words), `${first} ${second}`, card.content.title];
    for (const line of told) {
      for (const text of one.says)
        expect(line.replaceAll(/（|）/g, (mark) => (mark === '（' ? '(' : ')'))).toContain(text);
      for (const text of one.neverSays ?? []) expect(line).not.toContain(text);
    }
    expect(/unverified|未検証/.test(told[0]!), told[0]).toBe(isClaim);
    await expect(rendered(notice, language)).toMatchFileSnapshot(`golden/${language}/who/${name}.txt`);
  });
});

const DN = (o: string, cn: string, ou = '') => `C=DE,O=${o},${ou === '' ? '' : `OU=${ou},`}CN=${cn}`;
const OWN_CA = 'C=DE,O=Example Bank,CN=Example Bank Partner CA';

describe('whose name is told', () => {
  it.each<[string, readonly string[], ReasonId, string, Partial<ReturnType<typeof refusedOf>>]>([
    [
      'one organization, many names',
      [DN('Globex', 'a'), DN('globex', 'b')],
      'expired',
      OWN_CA,
      { party: 'client', client: 'Globex' },
    ],
    [
      'one name, many organizations',
      [DN('Globex', 'edi'), DN('Initech', 'edi')],
      'expired',
      OWN_CA,
      { party: 'client', client: 'edi' },
    ],
    [
      'the CA gives its own organization',
      [DN('Example Bank', 'billing')],
      'expired',
      OWN_CA,
      { client: 'Example Bank (billing)' },
    ],
    [
      'and tells them apart by unit',
      [DN('Example Bank', 'a', 'Globex'), DN('Example Bank', 'b', 'Globex')],
      'expired',
      OWN_CA,
      { client: 'Example Bank, Globex' },
    ],
    [
      'nothing shared, without a diagnosis',
      [DN('Globex', 'a'), DN('Initech', 'b')],
      'expired',
      OWN_CA,
      { party: 'issuer', client: null },
    ],
    [
      'the issuer is not found',
      [DN('Globex', 'a')],
      'issuer-not-found',
      OWN_CA,
      { party: 'issuer', client: 'Globex (a)', isProven: false },
    ],
    [
      'words that nobody knows',
      [DN('Globex', 'a')],
      'other',
      OWN_CA,
      { party: 'client', client: 'Globex (a)', isProven: false },
    ],
    ['no name but the DN', ['UID=4711'], 'expired', OWN_CA, { party: 'client', client: 'UID=4711' }],
    ['no client', [], 'expired', OWN_CA, { party: 'issuer', client: null }],
    ['nobody known', [], 'other', 'unknown', { party: 'issuer', client: null, issuer: null }],
    ['several', [DN('Globex', 'a')], 'other', '(several issuers)', { party: 'issuer', client: null, issuer: null }],
    [
      'strangers counted together',
      [DN('Globex', 'a')],
      'expired',
      '(other issuers)',
      { party: 'issuer', client: null, issuer: null },
    ],
  ])('%s', (_, dns, reason, issuerDn, expected) => {
    const group = { scope: 's', issuerDn, reason };
    expect(
      refusedOf(
        group,
        null,
        dns.map((subjectDn) => ({ subjectDn })),
      ),
    ).toMatchObject(expected);
  });

  it('is that of the busiest where the cause lies with the client, with the number of others', () => {
    const clients = [DN('Globex', 'a'), DN('Initech', 'b'), DN('Umbrella', 'c'), DN('Umbrella', 'd')];
    const cause = {
      code: 'expired',
      severity: 'error',
      depth: 0,
      subjectDn: clients[0]!,
      evidence: [],
      remedy: '',
    } as const;
    const verdict = { verdict: 'refused', reason: 'expired', findings: [cause], path: [] } as const;
    const group = { scope: 's', issuerDn: OWN_CA, reason: 'expired' } as const;
    const told = refusedOf(
      group,
      verdict,
      clients.map((subjectDn) => ({ subjectDn })),
    );
    expect(told).toMatchObject({ party: 'client', client: 'Globex (a)', others: 2, isProven: true });
    const above = { ...verdict, findings: [{ ...cause, depth: 1 }] };
    expect(
      refusedOf(
        group,
        above,
        clients.map((subjectDn) => ({ subjectDn })),
      ),
    ).toMatchObject({ party: 'issuer', client: null });
  });
});

describe('the end of an incident', () => {
  it('names whom its beginning named, without a diagnosis', () => {
    const spike = noticeFor(CASES['client-expired']!, 'en');
    const { refused, cause } = spike;
    expect({ refused, cause }).toEqual({
      refused: {
        party: 'client',
        client: 'Globex Corporation (billing-batch)',
        others: 0,
        issuer: 'Example Bank Partner CA',
        isProven: true,
      },
      cause: 'expired',
    });
  });
});
