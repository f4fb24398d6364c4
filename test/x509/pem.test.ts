import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { certificateFromLoggedPem, parseCertificate } from '../../shared/x509/certificate.js';
import { pemOf, readBundle, readLoggedPem } from '../../shared/x509/pem.js';
import { anyText } from '../support/any-text.js';
import { leaf } from '../support/certificates.js';

const one = leaf({ subject: 'C=US,O=Acme,CN=one', key: 'rsa-a' });
const two = leaf({ subject: 'C=US,O=Acme,CN=two', key: 'ec-a' });
const body = Buffer.from(one.der).toString('base64');

describe('a logged PEM', () => {
  test.each([
    ['as it is', one.pem],
    ['CRLF', one.pem.replaceAll('\n', '\r\n')],
    ['escaped newlines', one.pem.replaceAll('\n', '\\n')],
    ['newlines escaped twice', one.pem.replaceAll('\n', '\\\\n')],
    ['escaped CRLF', one.pem.replaceAll('\n', '\\r\\n')],
    ['spaces', one.pem.replaceAll('\n', ' ')],
    ['no newlines', one.pem.replaceAll('\n', '')],
    ['unicode escapes', one.pem.replaceAll('\n', '\\u000a')],
    ['escaped slashes', one.pem.replaceAll('/', '\\/')],
    ['nothing but base64', body],
    ['a chain, of which the first counts', one.pem + two.pem],
    ['words in front', `subject=CN = one\n${one.pem}`],
  ])('%s', (_, text) => {
    const certificate = certificateFromLoggedPem(text);
    expect(certificate.kind === 'certificate' && certificate.fingerprint).toBe(one.certificate.fingerprint);
  });

  test.each([
    ['cut short', one.pem.slice(0, 600), 'no END line: cut short'],
    ['missing', '-', 'not base64'],
    ['less than a byte', '+=', 'the block is empty'],
    ['padding alone', '==', 'the block is empty'],
    ['something else', 'n/a', 'not valid ASN.1'],
    ['words', 'no certificate!', 'not base64'],
    ['empty', '', 'the block is empty'],
    ['bytes lost', pemOf(one.der.subarray(0, 400)), 'not valid ASN.1'],
    ['bytes too many', pemOf(Buffer.concat([one.der, Buffer.from([0, 0])])), '2 byte(s) after the end'],
    ['too long', 'A'.repeat(limits.pemCharsMax + 1), `longer than ${limits.pemCharsMax} characters`],
  ])('%s is malformed', (_, text, detail) => {
    const certificate = certificateFromLoggedPem(text);
    expect(certificate.kind === 'malformed' && certificate.detail).toContain(detail);
  });
});

describe('a bundle', () => {
  test('is read block by block, with lines', () => {
    const text = [
      'Acme Root',
      '=========',
      one.pem.trimEnd(),
      '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
      '-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----',
      '-----BEGIN CERTIFICATE-----\nAAAA',
      two.pem,
      '-----BEGIN CERTIFICATE-----\nAAAA',
    ].join('\n');
    const lines = one.pem.trimEnd().split('\n').length;
    expect(readBundle(text)).toEqual({
      truncated: false,
      entries: [
        { kind: 'text', line: 1, characters: 19, base64: false },
        { kind: 'certificate', line: 3, der: one.der },
        { kind: 'other-label', line: 3 + lines, label: 'PRIVATE KEY' },
        { kind: 'broken', line: 6 + lines, detail: 'not base64' },
        { kind: 'broken', line: 9 + lines, detail: 'BEGIN CERTIFICATE without its END line' },
        { kind: 'certificate', line: 11 + lines, der: two.der },
        {
          kind: 'broken',
          line: 12 + lines + two.pem.trimEnd().split('\n').length,
          detail: 'BEGIN CERTIFICATE without its END line',
        },
      ],
    });
  });

  test.each(['\n', '\r\n', '\\n', '', ' '])('is read with %j between its lines', (newline) => {
    const entries = readBundle((one.pem + two.pem).replaceAll('\n', newline)).entries;
    expect(entries.map((entry) => entry.kind === 'certificate' && entry.der)).toEqual([one.der, two.der]);
  });

  test('stops at its bound', () => {
    const { entries, truncated } = readBundle(
      '-----BEGIN X-----\n-----END X-----\n'.repeat(limits.truststoreBlocksMax + 5),
    );
    expect([entries.length, truncated]).toEqual([limits.truststoreBlocksMax, true]);
  });

  test('never loses a whole certificate to its neighbours', () => {
    const junk = fc.array(
      fc.oneof(
        fc.constantFrom('-----', '-----BEGIN ', 'CERTIFICATE-----', '-----END CERTIFICATE-----', '\n', 'AAAA'),
        fc.string(),
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(junk, junk, (before, after) => {
        const { entries } = readBundle(`${before.join('')}\n\n-----END X-----\n${one.pem}${after.join('')}`);
        const found = entries
          .filter((entry) => entry.kind === 'certificate')
          .map(({ der }) => Buffer.from(der).toString('base64'));
        expect(found).toContain(body);
        expect(entries.map(({ line }) => line)).toEqual(entries.map(({ line }) => line).toSorted((a, b) => a - b));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('hostile bytes', () => {
  test.each(['240231000000Z', '24010100000AZ', '240101006000Z', '241301000000Z'])('a time such as %s', (time) => {
    const bytes = Buffer.from(one.der);
    bytes.write(time, bytes.indexOf('240101000000Z'), 'latin1');
    const parsed = parseCertificate(bytes);
    expect(parsed.kind === 'malformed' && parsed.detail).toMatch(/time|ASN\.1/);
  });

  test('any change of a certificate gives a certificate or a reason', () => {
    const change = fc.array(fc.tuple(fc.nat(one.der.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    let malformed = 0;
    fc.assert(
      fc.property(change, fc.nat(one.der.length), (changes, length) => {
        const bytes = Uint8Array.from(one.der);
        for (const [at, value] of changes) bytes[at] = value;
        const parsed = parseCertificate(bytes.subarray(0, length > 700 ? bytes.length : length));
        if (parsed.kind === 'malformed') {
          malformed++;
          expect(parsed.detail).toMatch(/^[\w .,:()&;[\]>-]{3,200}$/);
        } else {
          expect(parsed.der.length).toBe(one.der.length);
          expect(parsed.subjectDn.length).toBeLessThanOrEqual(limits.dnCharsMax);
          expect(Number.isFinite(parsed.notAfter)).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
    expect(malformed).toBeGreaterThan(100);
  });

  test('any text gives bytes or a reason', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        const result = readLoggedPem(text);
        expect(result.kind === 'der' ? result.der.length : result.detail.length).toBeGreaterThan(0);
      }),
    );
  });

  test.each([
    ['nesting', Buffer.concat(Array(40).fill(Buffer.from([0x30, 0x80])))],
    ['deep nesting of definite length', nest(60)],
    ['a huge length', Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff])],
    ['an empty sequence', Buffer.from([0x30, 0])],
    ['nothing', Buffer.alloc(0)],
    ['too many bytes', Buffer.alloc(limits.certificateBytesMax + 1)],
  ])('%s', (_, bytes) => {
    expect(parseCertificate(bytes).kind).toBe('malformed');
  });
});

function nest(depth: number): Buffer {
  let bytes = Buffer.alloc(0);
  for (let i = 0; i < depth; i++) bytes = Buffer.concat([Buffer.from([0x30, bytes.length]), bytes]);
  return bytes;
}
