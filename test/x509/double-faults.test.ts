/** Two things wrong at once: the one to mend first is the reason, and the other is told beside it where it can be seen. */

import { describe, expect, test } from 'vitest';
import { parseCertificate } from '../../shared/x509/certificate.js';
import { diagnose } from '../../shared/x509/diagnose.js';
import { pemOf } from '../../shared/x509/pem.js';
import { parseTruststore, truststoreOf } from '../../shared/x509/truststore.js';
import {
  AT,
  altered,
  ca,
  days,
  extension,
  general,
  type Issued,
  leaf,
  SERVER_AUTH,
  type Spec,
} from '../support/certificates.js';
import * as der from '../support/der-writer.js';

type Change = Partial<Spec>;
const PAST = { notBefore: AT - days(90), notAfter: AT - days(3) };
const FUTURE = { notBefore: AT + days(3), notAfter: AT + days(90) };
const FOREIGN = der.sequence(der.sequence(der.oid('2.16.840.1.101.3.4.3.18')), der.bits(Buffer.alloc(1952, 7)));
const critical = extension('1.3.6.1.4.1.99999.1', der.nothing, true);
const unreadable = extension('2.5.29.17', der.sequence(der.contextPrimitive(15, Buffer.from('x'))));
const root = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'ec-a' });

function issuingWith(change: Change = {}): Issued {
  return ca({ subject: 'C=US,O=Acme,CN=Acme Issuing CA', key: 'ec-b', issuer: root, ...change });
}

function clientOf(issuer: Issued, change: Change = {}): Issued {
  return leaf({ subject: 'C=US,O=Partner,CN=client.partner.example', key: 'ec-c', issuer, ...change });
}

/** client -> issuing CA* -> root*, with changes to the client and to the issuing CA. */
function pair(client: Change, issuing: Change = {}, store?: (issuing: Issued) => Issued[]) {
  const made = issuingWith(issuing);
  return { client: clientOf(made, client).certificate, store: store?.(made) ?? [root, made] };
}

function belowFive(client: Change) {
  const cas = [root];
  for (const [at, key] of ['ec-b', 'ec-d', 'ec-e', 'ec-f'].entries())
    cas.push(ca({ subject: `C=US,O=Acme,CN=Level ${at}`, key, issuer: cas.at(-1)! }));
  return { client: clientOf(cas.at(-1)!, client).certificate, store: cas };
}

const authorityBySerial = (issuer: Issued, serial: string): Change => ({
  keyIds: false,
  extensions: [
    extension(
      '2.5.29.35',
      der.sequence(
        der.context(1, der.context(4, issuer.certificate.issuerDer)),
        der.contextPrimitive(2, Buffer.from(serial, 'hex')),
      ),
    ),
  ],
});

const stranger = () => [ca({ subject: 'C=DE,O=Unrelated,CN=Unrelated Authority', key: 'ec-f' })];
const onlyRoot = () => [root];
const rekeyed = () => [root, issuingWith({ key: 'ec-e' })];

const CASES: readonly (readonly [string, ReturnType<typeof pair>, first: string, also: string | null])[] = [
  ['expired, issuer missing', pair(PAST, {}, stranger), 'issuer-missing', 'expired'],
  ['expired, intermediate missing', pair(PAST, {}, onlyRoot), 'intermediate-missing', 'expired'],
  ['expired, issuer re-keyed', pair(PAST, {}, rekeyed), 'issuer-rekeyed', 'expired'],
  ['weak key, issuer re-keyed', pair({ key: 'rsa-1024' }, {}, rekeyed), 'issuer-rekeyed', 'weak-key'],
  [
    'expired, altered',
    { client: altered(clientOf(issuingWith(), PAST)), store: [root, issuingWith()] },
    'content-altered',
    'expired',
  ],
  ['expired, weak signature', pair({ ...PAST, hash: 'sha1' }), 'weak-signature', 'expired'],
  ['expired, weak key', pair({ ...PAST, key: 'rsa-1024' }), 'weak-key', 'expired'],
  ['weak signature, weak key', pair({ hash: 'sha1', key: 'rsa-1024' }), 'weak-signature', 'weak-key'],
  [
    'self-signed, expired',
    { client: leaf({ subject: 'CN=x', key: 'ec-c', ...PAST }).certificate, store: [root] },
    'self-signed',
    'expired',
  ],
  [
    'self-signed, weak key',
    { client: leaf({ subject: 'CN=x', key: 'rsa-1024' }).certificate, store: [root] },
    'self-signed',
    'weak-key',
  ],
  ['client and issuer expired', pair(PAST, PAST), 'issuer-expired', 'expired'],
  ['issuer expired, client not yet valid', pair(FUTURE, PAST), 'issuer-expired', 'not-yet-valid'],
  ['expired, issuer not a CA', pair(PAST, { ca: false }), 'issuer-not-ca', 'expired'],
  ['issuer expired and not a CA', pair({}, { ca: false, ...PAST }), 'issuer-not-ca', 'issuer-expired'],
  ['issuer with a weak key, expired', pair({}, { key: 'rsa-1024', ...PAST }), 'weak-key', 'issuer-expired'],
  ['five CAs, expired', belowFive(PAST), 'chain-too-long', 'expired'],
  ['five CAs, weak key', belowFive({ key: 'rsa-1024' }), 'chain-too-long', 'weak-key'],
  [
    'name outside, expired',
    pair(PAST, { permitted: [general.dns('acme.example')] }),
    'name-constraint-violated',
    'expired',
  ],
  ['critical extension, expired', pair({ ...PAST, extensions: [critical] }), 'unhandled-critical-extension', 'expired'],
  [
    'critical extension, weak signature',
    pair({ hash: 'sha1', extensions: [critical] }),
    'unhandled-critical-extension',
    'weak-signature',
  ],
  [
    'another key identifier, expired',
    pair({ ...PAST, authorityKeyId: Buffer.alloc(20, 7) }),
    'key-identifier-mismatch',
    'expired',
  ],
  [
    'another serial number of the issuer, issuer expired',
    pair(authorityBySerial(issuingWith(), '0123'), PAST),
    'key-identifier-mismatch',
    'issuer-expired',
  ],
  ['foreign key, expired', pair({ ...PAST, spki: FOREIGN }), 'unsupported-key', 'expired'],
  ['foreign key, weak signature', pair({ hash: 'sha1', spki: FOREIGN }), 'unsupported-key', 'weak-signature'],
  ['P-521, expired', pair({ ...PAST, key: 'ec-p521' }), 'unsupported-curve', 'expired'],
  ['for servers only, expired', pair({ ...PAST, extendedKeyUsage: [SERVER_AUTH] }), 'expired', 'unsupported-purpose'],
  [
    'for servers only, issuer missing',
    pair({ extendedKeyUsage: [SERVER_AUTH] }, {}, stranger),
    'issuer-missing',
    'unsupported-purpose',
  ],
  [
    'key usage without signatures, expired',
    pair({ ...PAST, keyUsage: ['keyEncipherment'] }),
    'unsupported-purpose',
    'expired',
  ],
  ['unreadable extension, expired', pair({ ...PAST, extensions: [unreadable] }), 'malformed', 'expired'],
  [
    'unreadable extension, issuer missing',
    pair({ extensions: [unreadable] }, {}, stranger),
    'malformed',
    'issuer-missing',
  ],
  ['not yet valid, weak signature', pair({ ...FUTURE, hash: 'sha1' }), 'weak-signature', 'not-yet-valid'],
  ['expired, two certificates of the issuer', pair(PAST, {}, (one) => [root, one, issuingWith(PAST)]), 'expired', null],
];

describe('of two faults the one to mend first decides', () => {
  test.each(CASES)('%s', (_, { client, store }, first, also) => {
    const { verdict, reason, findings } = diagnose(
      client,
      truststoreOf(store.map(({ certificate }) => certificate)),
      AT,
    );
    expect({ verdict, reason }).toEqual({ verdict: 'refused', reason: first });
    if (also !== null) expect(findings.map(({ code }) => code)).toContain(also);
  });
});

describe('words that can be followed', () => {
  const said = ({ client, store }: ReturnType<typeof pair>) => {
    const { findings } = diagnose(client, truststoreOf(store.map(({ certificate }) => certificate)), AT);
    return findings.map(({ evidence, remedy }) => [...evidence, remedy].join(' ')).join(' ');
  };

  test('a weak key cannot stay', () => {
    expect(said(pair({ hash: 'sha1', key: 'rsa-1024' }))).not.toContain('The key can stay');
    expect(said(pair({ hash: 'sha1' }))).toContain('The key can stay');
  });

  test('a client that is a CA is called one', () => {
    expect(said(pair({ ca: true, keyUsage: ['keyCertSign'] }))).toContain('CA certificate');
  });

  test('a public CA is not asked again', () => {
    const digicert = ca({ subject: 'C=US,O=DigiCert Inc,CN=DigiCert Sample CA', key: 'ec-d' });
    const client = clientOf(digicert, { extendedKeyUsage: [SERVER_AUTH] }).certificate;
    expect(said({ client, store: [digicert] })).toContain('private CA');
    expect(said({ client, store: [digicert] })).toContain('DigiCert issues for client authentication until 2027-03-01');
  });

  test('a precertificate is called one', () => {
    const poison = extension('1.3.6.1.4.1.11129.2.4.3', der.nothing, true);
    expect(said(pair({ extensions: [poison] }))).toContain('precertificate');
  });

  test('a self-signed client that was renewed is told from a stranger', () => {
    const [before, after] = [PAST, {}].map((change) =>
      leaf({ subject: 'CN=x', key: 'ec-c', keyIds: false, ...change, serial: change === PAST ? '01' : '02' }),
    );
    expect(said({ client: after!.certificate, store: [before!] })).toContain('renewed');
  });

  test('a client that is pinned without being self-signed learns that this does not help', () => {
    const one = clientOf(issuingWith());
    expect(said({ client: one.certificate, store: [one] })).toContain(
      "the client's own certificate is in the truststore",
    );
  });

  test('a client named like its CA gets another subject', () => {
    const own = ca({ subject: 'C=US,O=Acme,CN=Acme', key: 'ec-a', keyIds: false });
    const client = leaf({
      subject: 'C=US,O=Acme,CN=Acme',
      key: 'ec-c',
      issuer: own,
      keyIds: false,
      serial: '02',
    }).certificate;
    expect(diagnose(client, truststoreOf([own.certificate]), AT).reason).toBe('self-signed');
    expect(said({ client, store: [own] })).toContain('another subject');
  });

  test('a CA that cannot be read as a whole is named, and not missed', () => {
    const issuing = issuingWith();
    const cut = issuing.der.slice(0, issuing.der.length - 40);
    const bundle = parseTruststore(root.pem + pemOf(cut));
    const { reason, findings } = diagnose(clientOf(issuing).certificate, bundle, AT);
    expect(reason).toBe('malformed');
    expect(findings[0]?.remedy).toContain('C=US,O=Acme,CN=Acme Issuing CA');
  });
});

describe("the gateway's own sentence", () => {
  const forServers = pair({ extendedKeyUsage: [SERVER_AUTH] });
  const told = (one: ReturnType<typeof pair>, reason: Parameters<typeof diagnose>[4]) =>
    diagnose(one.client, truststoreOf(one.store.map(({ certificate }) => certificate)), AT, [], reason);

  test('makes a cause of what only warns', () => {
    expect(told(forServers, null)).toMatchObject({ verdict: 'trusted' });
    const { verdict, reason, findings } = told(forServers, 'unsupported-purpose');
    expect({ verdict, reason }).toEqual({ verdict: 'refused', reason: 'unsupported-purpose' });
    expect(findings[0]).toMatchObject({ severity: 'error', standing: 'seen' });
    expect(findings.some(({ code }) => code === 'would-pass')).toBe(false);
  });

  test('puts what fits it first', () => {
    const both = pair({ ...PAST, hash: 'sha1' });
    expect(told(both, 'expired').reason).toBe('expired');
    expect(told(both, 'insecure-signature-algorithm').reason).toBe('weak-signature');
  });

  test('beside a verdict of trusted says what the contradiction means', () => {
    const { verdict, findings } = told(pair({}), 'issuer-not-found');
    expect(verdict).toBe('trusted');
    expect(findings[0]?.remedy).toContain('Believe the gateway');
    expect(findings[0]?.evidence.join(' ')).toContain('issuer not found');
  });
});

test.each([
  ['2.16.840.1.101.3.4.3.17', 'ML-DSA-44'],
  ['2.16.840.1.101.3.4.3.18', 'ML-DSA-65'],
  ['2.16.840.1.101.3.4.3.19', 'ML-DSA-87'],
  ['2.16.840.1.101.3.4.3.20', 'SLH-DSA-SHA2-128s'],
  ['2.16.840.1.101.3.4.3.31', 'SLH-DSA-SHAKE-256f'],
  ['2.16.840.1.101.3.4.3.33', 'HashML-DSA-65-with-SHA512'],
  ['2.16.840.1.101.3.4.3.46', 'HashSLH-DSA-SHAKE-256f-with-SHAKE256'],
  ['1.3.6.1.5.5.7.6.45', 'MLDSA65-ECDSA-P256-SHA512'],
  ['1.3.6.1.5.5.7.6.54', 'MLDSA87-ECDSA-P521-SHA512'],
  ['2.16.840.1.114027.80.8.1.28', 'composite signature'],
  ['1.2.643.7.1.1.1.1', 'GOST R 34.10-2012'],
  ['1.3.101.113', 'Ed448'],
  ['1.2.3.4.5.6', '1.2.3.4.5.6'],
])('a key of %s is called %s', (oid, name) => {
  const spki = der.sequence(der.sequence(der.oid(oid)), der.bits(Buffer.alloc(57, 7)));
  const { client, store } = pair({ spki });
  const { reason, findings } = diagnose(client, truststoreOf(store.map(({ certificate }) => certificate)), AT);
  expect(reason).toBe('unsupported-key');
  expect(findings[0]?.evidence[0]).toContain(name);
  expect(parseCertificate(client.der).kind).toBe('certificate');
});
