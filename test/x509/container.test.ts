/** Files that hold certificates in another form than PEM: named, with the command, as a truststore and as a client's file. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { runDiagnose } from '../../cli/commands/diagnose.js';
import { auditTruststore } from '../../shared/x509/audit.js';
import { parseTruststore } from '../../shared/x509/truststore.js';
import { AT, ca, days } from '../support/certificates.js';
import * as der from '../support/der-writer.js';

const one = ca({ subject: 'CN=one', key: 'ec-a' });
const two = ca({ subject: 'CN=two', key: 'ec-b' });

const signedData = der.oid('1.2.840.113549.1.7.2');
const pkcs7 = der.sequence(signedData, der.context(0, der.sequence(der.integer(1), der.context(0, one.der))));
/** BER of an indefinite length, as Windows and Firefox write it. */
const pkcs7Ber = Buffer.concat([
  Buffer.from([0x30, 0x80]),
  signedData,
  Buffer.from([0xa0, 0x80]),
  one.der,
  Buffer.alloc(4),
]);
const data = der.sequence(der.oid('1.2.840.113549.1.7.1'), der.context(0, der.octets(one.der)));
const pkcs12 = der.sequence(der.integer(3), data, der.sequence());
const pkcs12Ber = Buffer.concat([Buffer.from([0x30, 0x80]), der.integer(3), data, Buffer.alloc(2)]);
const privateKey = der.sequence(
  der.integer(0),
  der.sequence(der.oid('1.2.840.10045.2.1')),
  der.octets(Buffer.alloc(130)),
);
const block = (label: string, bytes: Uint8Array) =>
  `-----BEGIN ${label}-----\n${Buffer.from(bytes)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
const wide = (text: string) => Buffer.from(text, 'utf16le');
const base64 = Buffer.from(one.der).toString('base64');

const containers: readonly [string, string | Uint8Array, RegExp, RegExp][] = [
  [
    'several certificates in DER',
    Buffer.concat([one.der, two.der]),
    /2 certificates in DER/,
    /keytool -printcert -rfc -file/,
  ],
  ['PKCS#7 in PEM', block('PKCS7', pkcs7), /PKCS#7/, /^Convert it: openssl pkcs7 -in \S+ -print_certs/],
  ['PKCS#7 between the marks of a certificate', block('CERTIFICATE', pkcs7), /PKCS#7/, /openssl pkcs7 -in/],
  ['CMS in PEM', block('CMS', pkcs7), /PKCS#7/, /openssl pkcs7/],
  ['PKCS#7 in DER', pkcs7, /PKCS#7 bundle .*DER/, /openssl pkcs7 -inform der -in/],
  ['PKCS#7 in BER', pkcs7Ber, /PKCS#7 bundle .*DER/, /openssl pkcs7 -inform der -in/],
  ['PKCS#12', pkcs12, /PKCS#12/, /openssl pkcs12 -in \S+ -nokeys/],
  ['PKCS#12 in BER', pkcs12Ber, /PKCS#12/, /openssl pkcs12 -in \S+ -nokeys/],
  ['JKS', Buffer.from('feedfeed00000002', 'hex'), /Java keystore \(JKS\)/, /keytool -list -rfc -keystore/],
  ['JCEKS', Buffer.from('cececece00000002', 'hex'), /Java keystore \(JCEKS\)/, /keytool -list -rfc -keystore/],
  ['a certificate with trust settings', block('TRUSTED CERTIFICATE', one.der), /trust settings/, /openssl x509 -in/],
  ['UTF-16 with a mark', Buffer.concat([Buffer.from('fffe', 'hex'), wide(one.pem)]), /UTF-16/, /iconv -f UTF-16 /],
  ['UTF-16, little end first', wide(one.pem), /UTF-16/, /iconv -f UTF-16LE /],
  ['UTF-16, big end first', wide(one.pem).swap16(), /UTF-16/, /iconv -f UTF-16BE /],
  ['a private key in DER', privateKey, /private key/, /Take it away/],
  ['DER of something else', der.sequence(der.sequence(der.octets(Buffer.alloc(200)))), /no certificate/, /in PEM/],
  ['gzip', gzipSync(one.pem), /gzip/, /gunzip -c/],
  [
    'base64 alone',
    `${base64.replace(/.{1,64}/g, '$&\n')}`,
    /without BEGIN and END/,
    /base64 -d -in \S+ \| openssl x509/,
  ],
  [
    'base64 of PKCS#7 alone, in one line',
    Buffer.from(pkcs7).toString('base64'),
    /without BEGIN/,
    /-d -A -in .*openssl pkcs7/,
  ],
];

const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-container-'));
function file(content: string | Uint8Array): string {
  const path = join(folder, 'container');
  writeFileSync(path, content);
  return path;
}

describe.each(containers)('%s', (_, content, what, cure) => {
  test('as a truststore is one error with its command', () => {
    const truststore = parseTruststore(Buffer.from(content).toString('latin1'), 'ca.file');
    expect(truststore.certificates).toEqual([]);
    const { findings } = auditTruststore(truststore, AT, days(30));
    expect(findings).toMatchObject([{ code: 'wrong-format', severity: 'error', line: 1 }]);
    expect(findings[0]?.evidence[0]).toMatch(what);
    expect(findings[0]?.remedy).toMatch(cure);
  });

  test("as a client's file is unreadable input", async () => {
    const options = { client: file(content), truststore: 'none.pem' };
    const run = runDiagnose(options, { write: () => {} }, { now: () => AT });
    await expect(run).rejects.toMatchObject({ code: 'unreadable-input', message: expect.stringMatching(what) });
    await expect(run).rejects.toThrow(/expected the client's certificate in PEM or DER/);
  });
});

test('one certificate in DER is named as a truststore, and is a client', async () => {
  const { findings } = auditTruststore(
    parseTruststore(Buffer.from(one.der).toString('latin1'), "it's.der"),
    AT,
    days(30),
  );
  expect(findings).toMatchObject([
    { code: 'wrong-format', remedy: "Convert it: openssl x509 -inform der -in 'it'\\''s.der' -out truststore.pem" },
  ]);
  const truststore = join(folder, 'ca.pem');
  writeFileSync(truststore, one.pem);
  const code = await runDiagnose({ client: file(one.der), truststore }, { write: () => {} }, { now: () => AT });
  expect(code).toBe(1);
});

test('a comment that begins with a zero is text', () => {
  const { certificates } = parseTruststore(`0 s:CN=one\n${one.pem}`);
  expect(certificates.length).toBe(1);
});

test.each([
  ['a control character', '\u0001\0x'],
  ['a zero', '\0\u0001'],
])('bytes that begin with %s are no text in UTF-16', (_, bytes) => {
  const { findings } = auditTruststore(parseTruststore(bytes + one.pem, 'ca.file'), AT, days(30));
  expect(JSON.stringify(findings)).not.toMatch(/UTF-16/);
});
