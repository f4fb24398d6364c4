import { describe, expect, test } from 'vitest';
import { auditTruststore } from '../../shared/x509/audit.js';
import { doorRules } from '../../shared/x509/door-rules.js';
import { parseTruststore } from '../../shared/x509/truststore.js';
import { AT, ca, days, leaf, SERVER_AUTH } from '../support/certificates.js';

const root = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'rsa-a' });
const issuing = ca({ subject: 'C=US,O=Acme,CN=Acme Issuing CA', key: 'rsa-b', issuer: root });

function audit(text: string) {
  const { findings, certificates } = auditTruststore(parseTruststore(text), AT, days(30));
  return { found: findings.map(({ code, severity, line }) => [code, severity, line]), certificates };
}

test('a sound truststore has no findings', () => {
  const { found, certificates } = audit(issuing.pem + root.pem);
  expect(found).toEqual([]);
  expect(certificates.map(({ kind, chainLength }) => [kind, chainLength])).toEqual([
    ['intermediate', 3],
    ['root', 2],
  ]);
});

const past = { notBefore: AT - days(90), notAfter: AT - days(1) };
const soon = { notBefore: AT - days(90), notAfter: AT + days(10) };
const future = { notBefore: AT + days(1), notAfter: AT + days(90) };
const otherRoot = ca({ subject: 'C=US,O=Zeta,CN=Zeta Root CA', key: 'rsa-d' });
const levels = [root];
for (const key of ['rsa-b', 'rsa-c', 'rsa-d', 'rsa-e']) {
  levels.push(ca({ subject: `C=US,O=Acme,CN=Level ${key}`, key, issuer: levels.at(-1)! }));
}
const unsigned = ca({
  subject: 'C=US,O=Acme,CN=Acme Issuing CA',
  key: 'rsa-b',
  issuer: { ...root, privateKey: otherRoot.privateKey },
});

test.each<[string, object, string[]]>([
  ['ends at this moment', { notAfter: AT }, ['expires-soon']],
  ['ended a second ago', { notAfter: AT - 1_000 }, ['issuer-expired']],
  ['begins at this moment', { notBefore: AT }, []],
  ['begins in a second', { notBefore: AT + 1_000 }, ['issuer-not-yet-valid']],
  ['ends at the end of the days that were asked for', { notAfter: AT + days(30) }, ['expires-soon']],
  ['ends a second behind them', { notAfter: AT + days(30) + 1_000 }, []],
])('a CA that %s', (_, validity, codes) => {
  const { found } = audit(ca({ subject: 'CN=R', key: 'rsa-a', notBefore: AT - days(9), ...validity }).pem);
  expect(found.map(([code]) => code)).toEqual(codes);
});

describe('findings, with the line of the block', () => {
  test.each([
    ['an expired CA', ca({ subject: 'CN=R', key: 'rsa-a', ...past }).pem, [['issuer-expired', 'error', 1]]],
    ['one that expires soon', ca({ subject: 'CN=R', key: 'rsa-a', ...soon }).pem, [['expires-soon', 'warning', 1]]],
    [
      'one that is not yet valid',
      ca({ subject: 'CN=R', key: 'rsa-a', ...future }).pem,
      [['issuer-not-yet-valid', 'error', 1]],
    ],
    ['a weak key', ca({ subject: 'CN=R', key: 'rsa-1024' }).pem, [['weak-key', 'error', 1]]],
    ['a curve that is not taken', ca({ subject: 'CN=R', key: 'ec-p521' }).pem, [['unsupported-curve', 'error', 1]]],
    [
      'a weak signature',
      root.pem + ca({ subject: 'CN=I', key: 'rsa-b', issuer: root, hash: 'sha1' }).pem,
      [['weak-signature', 'error', 21]],
    ],
    [
      'a certificate that is no CA',
      root.pem + leaf({ subject: 'CN=client', key: 'rsa-b', issuer: root }).pem,
      [['issuer-not-ca', 'error', 21]],
    ],
    [
      'a CA for servers',
      ca({ subject: 'CN=R', key: 'rsa-a', extendedKeyUsage: [SERVER_AUTH] }).pem,
      [['unsupported-purpose', 'warning', 1]],
    ],
    ['a self-signed client', leaf({ subject: 'CN=client', key: 'rsa-b' }).pem, [['self-signed-client', 'info', 1]]],
    ['a missing issuer', issuing.pem, [['issuer-missing', 'error', 1]]],
    [
      'an issuer with another key',
      root.pem.replace(root.pem, ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'rsa-e' }).pem) + issuing.pem,
      [['issuer-rekeyed', 'error', 21]],
    ],
    ['a content that was altered', root.pem + unsigned.pem, [['content-altered', 'error', 21]]],
    ['five CAs in a row', levels.map(({ pem }) => pem).join(''), [['chain-too-long', 'error', 81]]],
    [
      'one subject with two issuers',
      root.pem +
        otherRoot.pem +
        issuing.pem +
        ca({ subject: 'C=US,O=Acme,CN=Acme Issuing CA', key: 'rsa-b', issuer: otherRoot }).pem,
      [
        ['two-issuers', 'error', 41],
        ['two-issuers', 'error', 61],
      ],
    ],
    ['a repetition', root.pem + root.pem, [['duplicate', 'info', 21]]],
    [
      'a block that cannot be read',
      `${root.pem}-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n`,
      [['unreadable-block', 'error', 21]],
    ],
    ['a block without its end', `${root.pem}-----BEGIN CERTIFICATE-----\nMIIB\n`, [['unreadable-block', 'error', 21]]],
    ['a comment', `# Acme\n${root.pem}`, [['not-pem', 'info', 1]]],
    ['base64 without marks', root.pem + root.pem.replace(/-----[A-Z ]+-----\n/g, ''), [['not-pem', 'warning', 21]]],
    [
      'a private key',
      `${root.pem}-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n`,
      [['private-key', 'error', 21]],
    ],
    [
      'another block',
      `${root.pem}-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n`,
      [['not-a-certificate', 'warning', 21]],
    ],
    ['nothing', '', [['no-certificates', 'error', null]]],
  ])('%s', (_, text, expected) => {
    expect(audit(text).found).toEqual(expected);
  });
});

test('every CA of a circle without a root is told', () => {
  const [a, b] = [ca({ subject: 'CN=A', key: 'ec-a' }), ca({ subject: 'CN=B', key: 'ec-b' })];
  const circle =
    ca({ subject: 'CN=A', key: 'ec-a', issuer: b }).pem + ca({ subject: 'CN=B', key: 'ec-b', issuer: a }).pem;
  expect(audit(circle).found.map(([code]) => code)).toEqual(['issuer-missing', 'issuer-missing']);
});

test('a private key is named without a byte of it', () => {
  const text = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0IGtleSBieXRlcw==\n-----END PRIVATE KEY-----\n';
  const { findings } = auditTruststore(parseTruststore(text), AT, days(30));
  expect(JSON.stringify(findings)).not.toContain('c2VjcmV0');
});

describe('one cause is one finding', () => {
  test('a CA that 28 certificates lack', () => {
    const lacking = Array.from({ length: 28 }, (_, n) =>
      ca({ subject: `C=US,O=Acme,CN=Issuing ${n}`, key: 'ec-a', issuer: root }),
    );
    const other = ca({ subject: 'C=US,O=Zeta,CN=Issuing', key: 'ec-a', issuer: otherRoot });
    const text = lacking.map(({ pem }) => pem).join('') + other.pem;
    const { findings } = auditTruststore(parseTruststore(text), AT, days(30));
    const perBlock = (lacking[0]?.pem.split('\n').length ?? 0) - 1;
    expect(findings.map(({ code, line, lines }) => [code, line, lines.length])).toEqual([
      ['issuer-missing', 1, 28],
      ['issuer-missing', 28 * perBlock + 1, 1],
    ]);
    expect(findings[0]?.lines.slice(0, 3)).toEqual([1, perBlock + 1, 2 * perBlock + 1]);
    expect(findings[0]?.evidence[0]).toBe('the same in 28 places, this one the first');
  });

  test('a file whose blocks all lost the same', () => {
    const text = (root.pem + issuing.pem + otherRoot.pem).replaceAll(/^/gm, '  ');
    const { findings } = auditTruststore(parseTruststore(text), AT, days(30));
    expect(findings.map(({ code, lines }) => [code, lines])).toEqual([['unreadable-block', [1, 21, 41]]]);
  });
});

test('a leaf is called one, with the CA that lets its holder in', () => {
  const client = leaf({ subject: 'C=US,O=Acme,CN=client', key: 'rsa-c', issuer: issuing });
  const said = (text: string) => {
    const { findings, certificates } = auditTruststore(parseTruststore(text), AT, days(30));
    expect(certificates.at(-1)?.kind).toBe('leaf');
    return findings.map(({ code, line, evidence, remedy }) => `${code} ${line} ${evidence[0]} ${remedy}`);
  };
  expect(said(root.pem + issuing.pem + client.pem)).toEqual([
    expect.stringMatching(
      /^issuer-not-ca 41 a leaf: .*by the CA that issued it, .*CN=Acme Issuing CA, which is in line 21\.$/,
    ),
  ]);
  expect(said(root.pem + client.pem)).toEqual([expect.stringMatching(/CN=Acme Issuing CA; put that CA here/)]);
});

test('self-signed clients of one name are a warning, of two names none', () => {
  const [a, b] = [leaf({ subject: 'CN=same', key: 'ec-a' }), leaf({ subject: 'CN=same', key: 'ec-b' })];
  const other = leaf({ subject: 'CN=other', key: 'ec-c' });
  const { findings } = auditTruststore(parseTruststore(a.pem + other.pem + b.pem), AT, days(30));
  expect(findings.filter(({ severity }) => severity !== 'info').map(({ code, lines }) => [code, lines])).toEqual([
    ['self-signed-same-name', [1, 23]],
  ]);
  expect(audit(a.pem + other.pem).found.map(([, severity]) => severity)).toEqual(['info', 'info']);
});

describe("the gateway's own bounds", () => {
  test('1,000 certificates', () => {
    const { certificates: most } = doorRules['api-gateway'].truststore;
    expect(audit(root.pem.repeat(most)).found.some(([code]) => code === 'too-many-certificates')).toBe(false);
    expect(audit(root.pem.repeat(most + 1)).found[0]).toEqual(['too-many-certificates', 'error', null]);
  });

  test('1 MB, whatever it holds', () => {
    const comment = `# ${'x'.repeat(98)}\n`.repeat(10_500);
    expect(audit(root.pem + comment).found[0]).toEqual(['too-large', 'error', null]);
    expect(audit(root.pem + comment.slice(0, 1_000_000)).found).toEqual([['not-pem', 'info', 21]]);
  });
});
