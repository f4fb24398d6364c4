/** Every sentence of a finding, a note or a change has Japanese words with the same values, and no English is left in any of them. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { messagesIn } from '../../shared/messages/index.js';
import { ja } from '../../shared/messages/ja.js';
import { auditPhrases } from '../../shared/messages/phrases/audit-ja.js';
import { phrases as alertPhrases } from '../../shared/messages/phrases/ja.js';
import { bodyOf } from '../../shared/messages/text.js';
import { findingCodes } from '../../shared/model/finding-codes.js';
import type { Diagnosis, Finding } from '../../shared/model/index.js';
import { english, lowered, type Phrase, plain, say } from '../../shared/model/phrases.js';
import { reasonIds } from '../../shared/model/reasons.js';
import { besideRefusal } from '../../shared/x509/beside-refusal.js';
import { diagnose } from '../../shared/x509/diagnose.js';
import { doorRules } from '../../shared/x509/door-rules.js';
import { knownRules } from '../../shared/x509/standing.js';
import { parseTruststore } from '../../shared/x509/truststore.js';
import { notice } from '../contract/examples.js';
import { ca, leaf, SERVER_AUTH } from '../support/certificates.js';
import { saidInSources } from './said.js';

const phrases = { ...alertPhrases, ...auditPhrases };

const placesIn = (words: string) => [...new Set(words.match(/\{\d+\}/g) ?? [])].sort();

/** Terms of the field, products and fields of certificates; names, DNs, numbers and commands are taken out before. */
const TERMS = new Set(
  `AKID ALB API Amazon Application ASN Authority AWS Balancer BEGIN Base CA CloudFront CN CRL DER DN DirName DNS EC ECDSA END GeneralName Gateway
  HTTP ID IP JSON Let’s Encrypt DigiCert Sectigo Load Manager NetScape Netscape OCSP OpenSSL PEM POST Private REST RSA RSASSA-PSS S3 SHA SHA-1 SHA-256 SHA-384
  SM2 SSL TLS URI URL UTC UTF-8 WAF X.509 bit bits critical false keyCertSign keyUsage extendedKeyUsage basicConstraints mtls-watch otherName poison
  s2 s2n Base64 serial true P-256 P-384 P-521 P-224 SHA256 Chrome with PKCS MD5 PowerShell UTF-16 UTF-32 ASCII Java LF CR gzip zip MB cat pkcs7 p7 p12 pfx mTLS email S MIME server client CloudShell CloudWatch Lambda SNS KMS Insights JST`
    .split(/\s+/)
    .filter((one) => one !== ''),
);

/** Words of two or more Latin letters that are no terms. */
function englishIn(text: string): string[] {
  const bare = text
    .replace(/「[^」]*」/g, '')
    .replace(/https?:\/\/\S+|s3:\/\/\S+/g, '')
    .replace(/(?:\b[A-Z]{1,14}=[^,、。（）\n]*[,+]?)+/g, '')
    .replace(/^ {2}(?:mtls-watch|aws) .*$/gm, '')
    .replace(/(?:openssl|aws|mtls-watch) [a-z0-9 .:-]+/g, '')
    .replace(/\$context[\w.]*|[\w.-]*\/[\w./-]*|\b\w+_\w+\b|\{\d+\}|[\w-]+\.(?:pem|example|md)\b/g, '')
    .replace(/\b[a-z0-9]+(?:-[a-z0-9]+)+\b/g, '');
  return [...bare.matchAll(/[A-Za-z][A-Za-z’-]*(?:\d*)/g)]
    .map(([word]) => word)
    .filter((word) => word.length > 1 && !TERMS.has(word));
}

/** Two or more words in a row of which at least two are no terms: a piece of an English sentence. */
function sentencesIn(text: string): string[] {
  const runs =
    text
      .replace(/「[^」]*」|[A-Z]{1,2}=[^,（）、\n]*|(?:mtls-watch|openssl|aws) .*$/gm, '')
      .match(/[A-Za-z][a-z’']+(?:[ ,:;]+[A-Za-z][a-z’']+)+/g) ?? [];
  return runs.filter((run) => run.split(/[ ,:;]+/).filter((word) => !TERMS.has(word)).length > 1);
}

describe('the catalogue', () => {
  it('has words for every sentence that the sources hold', () => {
    const said = [...saidInSources()].filter((words) => words !== '' && /[A-Za-z]/.test(words.replace(/\{\d+\}/g, '')));
    expect(said.length).toBeGreaterThan(150);
    expect(said.filter((words) => !Object.hasOwn(phrases, words))).toEqual([]);
  });

  it('has each sentence once', () => {
    expect(Object.keys(auditPhrases).filter((words) => Object.hasOwn(alertPhrases, words))).toEqual([]);
  });

  it('has words for the doors, what they take, and where rules are known from', () => {
    const doors = Object.values(doorRules).flatMap(({ name, update, keys, rules, truststore }) => [
      ...[name, update, keys, rules.revocation.source, ...(truststore.isPlain ? [truststore.source] : [])],
      ...Object.values(rules).flatMap(({ standing, source }) => (standing === 'documented' ? [] : [source])),
    ]);
    const rules = Object.values(knownRules).flatMap(({ standing, source }) =>
      ['documented', 'seen'].includes(standing) ? [] : [source],
    );
    expect([...doors, ...rules].filter((words) => !Object.hasOwn(phrases, words))).toEqual([]);
  });

  it('holds no words that nothing says, and none without Japanese', () => {
    const latin = Object.entries(phrases).filter(
      ([words, japanese]) => japanese === words && /[A-Za-z]{3}/.test(words.replace(/\{\d+\}/g, '')),
    );
    expect(latin).toEqual([]);
  });

  it.each(Object.entries(phrases))('keeps the values of “%s”', (words, japanese) => {
    expect(placesIn(japanese)).toEqual(placesIn(words));
    expect(englishIn(japanese)).toEqual([]);
    expect(japanese).not.toMatch(/[,;!?] |[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]\.(?:\s|$)/u);
  });

  it('finds English, so that the checks above can fail', () => {
    expect(englishIn('CA 証明書 expired for 3 days')).toEqual(['expired', 'for', 'days']);
    expect(sentencesIn('証明書は expired for 3 days です')).toEqual(['expired for']);
    expect(englishIn('発行者 C=US,O=Acme Logistics,CN=Acme CA 2、署名アルゴリズム SHA-1')).toEqual([]);
  });

  it('quotes what it has no words for', () => {
    expect(ja.say(plain('7 byte(s) after the end'))).toBe('「7 byte(s) after the end」');
    expect(ja.say(lowered(say`Replace ${'CN=x'}.`))).toBe('CN=x を置き換えてください。');
    expect(ja.say(plain('toString'))).toBe('「toString」');
  });
});

const AT = Date.UTC(2026, 5, 15);
const DAY = 86_400_000;
const name = (cn: string) => `C=US,O=Acme,CN=${cn}`;
const root = ca({ subject: name('Root'), key: 'rsa-a' });
const issuing = ca({ subject: name('Issuing'), key: 'rsa-b', issuer: root });
const client = (changes: object) => leaf({ subject: name('client'), key: 'rsa-c', issuer: issuing, ...changes });
const store = (...held: { readonly pem: string }[]) => parseTruststore(held.map(({ pem }) => pem).join('\n'));
const whole = store(root, issuing);

/** A diagnosis for each way in which a certificate can be refused. */
const diagnoses: Readonly<Record<string, Diagnosis>> = {
  expired: diagnose(client({ notAfter: AT - 3 * DAY }).certificate, whole, AT),
  'not-yet-valid': diagnose(client({ notBefore: AT + DAY }).certificate, whole, AT),
  'weak-key': diagnose(client({ key: 'rsa-1024' }).certificate, whole, AT),
  'weak-signature': diagnose(client({ hash: 'sha1' }).certificate, whole, AT),
  purpose: diagnose(client({ extendedKeyUsage: [SERVER_AUTH] }).certificate, whole, AT, [], 'unsupported-purpose'),
  'issuer-missing': diagnose(client({}).certificate, store(ca({ subject: 'O=Other,CN=Other', key: 'rsa-a' })), AT),
  'intermediate-missing': diagnose(client({}).certificate, store(root), AT, [issuing.certificate]),
  rekeyed: diagnose(
    client({}).certificate,
    store(root, ca({ subject: name('Issuing'), key: 'ec-a', issuer: root })),
    AT,
  ),
  'self-signed': diagnose(leaf({ subject: name('own'), key: 'rsa-c' }).certificate, whole, AT),
  malformed: diagnose({ kind: 'malformed', detail: '7 byte(s) after the end' }, whole, AT),
  'would-pass': diagnose(client({}).certificate, whole, AT, [], 'issuer-not-found'),
  'issuer-expired': diagnose(
    client({}).certificate,
    store(root, ca({ subject: name('Issuing'), key: 'rsa-b', issuer: root, notAfter: AT - DAY })),
    AT,
  ),
};

const worded = (finding: Finding) => [...(finding.said?.evidence ?? []), finding.said?.remedy].map((one) => one!);

describe('an alert', () => {
  it.each(Object.entries(diagnoses))('of %s is Japanese, with the facts of the English one', (_, verdict) => {
    const change = say`${say`Refusals began ${say`${3} minutes`} after truststore version ${'v2'} replaced ${'v1'}.`} Both hold the same certificates.`;
    const text = bodyOf(
      notice('n', AT, { verdict, reasonText: '', change: english(change), said: { change }, because: '' }),
      ja,
    );
    expect(sentencesIn(text)).toEqual([]);
    for (const finding of verdict.findings) {
      expect(finding.said?.evidence.map(english)).toEqual(finding.evidence);
      expect(finding.said === undefined ? '' : english(finding.said.remedy)).toBe(finding.remedy);
      for (const phrase of worded(finding))
        for (const value of valuesIn(phrase)) expect(ja.say(phrase)).toContain(value);
    }
  });

  it('has evidence of at least half of all codes here, whatever the gateway refused with', () => {
    const codes = new Set(Object.values(diagnoses).flatMap(({ findings }) => findings.map(({ code }) => code)));
    expect(codes.size).toBeGreaterThan(findingCodes.length / 3);
    for (const refusedWith of reasonIds) {
      for (const { said } of besideRefusal(diagnoses['would-pass']!, refusedWith).findings) {
        for (const phrase of [...(said?.evidence ?? []), ...(said === undefined ? [] : [said.remedy])])
          expect(englishIn(ja.say(phrase))).toEqual([]);
      }
    }
  });
});

/** Names, dates and numbers: what must be the same in both languages. */
function valuesIn({ of }: Phrase): string[] {
  return of.flatMap((value) => {
    if (typeof value !== 'object') return String(value) === '' ? [] : [String(value)];
    return Array.isArray(value) ? [] : valuesIn(value as Phrase);
  });
}

describe('one glossary', () => {
  const titleOf = (id: string) => /^# (.*)$/m.exec(readFileSync(`runbooks/ja/${id}.md`, 'utf8'))?.[1];

  /** Alerts have a space between Latin and Japanese letters, the runbooks none. */
  const unspaced = (text = '') => text.replaceAll(' ', '');

  it('names a reason alike in alerts and runbooks', () => {
    const pages = reasonIds.filter((id) => existsSync(`runbooks/ja/${id}.md`));
    expect(pages).toEqual(reasonIds);
    expect(
      pages
        .filter((id) => unspaced(titleOf(id)) !== unspaced(ja.reasons[id].title))
        .map((id) => [id, titleOf(id), ja.reasons[id].title]),
    ).toEqual([]);
  });

  it.each(['en', 'ja'] as const)('names a finding alike in alerts and runbooks: %s', (language) => {
    const pages = findingCodes.map((code) => {
      const title = /^# (.*)$/m.exec(readFileSync(`runbooks/${language}/${code}.md`, 'utf8'))?.[1] ?? '';
      const { short } = messagesIn[language].findings[code];
      return [code, unspaced(title).toLowerCase(), unspaced(short).toLowerCase()];
    });
    expect(pages.filter(([, title, short]) => title !== short)).toEqual([]);
  });

  it('names files of runbooks in the index as the pages do', () => {
    const index = readFileSync('runbooks/ja/README.md', 'utf8');
    const wrong = readdirSync('runbooks/ja')
      .filter((file) => file !== 'README.md')
      .filter((file) => !index.includes(`[${titleOf(file.slice(0, -3))}](${file})`));
    expect(wrong).toEqual([]);
  });
});
