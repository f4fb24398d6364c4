import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { certificateFromLoggedPem, parseCertificate } from '../../shared/x509/certificate.js';
import { readDer } from '../../shared/x509/der.js';
import { canonicalDn, canonicalDnOf } from '../../shared/x509/dn.js';
import spellings from '../fixtures/dn-spellings.json' with { type: 'json' };
import openssl from '../fixtures/openssl-names.json' with { type: 'json' };
import { anyText } from '../support/any-text.js';
import { attributeSet, leaf } from '../support/certificates.js';
import { sequence } from '../support/der-writer.js';

const CANONICAL = 'C=US,ST=Washington,L=Seattle,O=Example Corp,OU=Security,CN=My Private CA';

describe('one name in many spellings', () => {
  test.each([
    'C=US,ST=Washington,L=Seattle,O=Example Corp,OU=Security,CN=My Private CA',
    'C=US, ST=Washington, L=Seattle, O=Example Corp, OU=Security, CN=My Private CA',
    'C = US, ST = Washington, L = Seattle, O = Example Corp, OU = Security, CN = My Private CA',
    'CN=My Private CA,OU=Security,O=Example Corp,L=Seattle,ST=Washington,C=US',
    'CN=My Private CA, OU=Security, O=Example Corp, L=Seattle, S=Washington, C=US',
    '/C=US/ST=Washington/L=Seattle/O=Example Corp/OU=Security/CN=My Private CA',
    'countryName=US,stateOrProvinceName=Washington,localityName=Seattle,organizationName=Example Corp,organizationalUnitName=Security,commonName=My Private CA',
    '2.5.4.6=US,2.5.4.8=Washington,2.5.4.7=Seattle,2.5.4.10=Example Corp,OID.2.5.4.11=Security,cn=My Private CA',
    'C=US,ST=Washington,L=Seattle,O="Example Corp",OU=Security,CN=#130d4d792050726976617465204341',
    '  C=US;ST=Washington;L=Seattle;O=Example Corp;OU=Security;CN=My Private CA  ',
  ])('%s', (text) => {
    expect(canonicalDn(text)).toBe(CANONICAL);
  });
});

describe('values', () => {
  test.each([
    ['commas, escaped', 'C=US,O=Foo\\, Inc.,CN=x', 'C=US,O=Foo\\, Inc.,CN=x'],
    ['commas, quoted', 'C=US, O="Foo, Inc.", CN=x', 'C=US,O=Foo\\, Inc.,CN=x'],
    ['commas, as they are', 'C=US,O=Foo, Inc.,CN=x', 'C=US,O=Foo\\, Inc.,CN=x'],
    ['quotes inside of quotes', 'O="The \\"Big\\" One",CN=x', 'O=The \\"Big\\" One,CN=x'],
    ['hex pairs of UTF-8', 'C=DE,O=M\\C3\\BCller,CN=x', 'C=DE,O=Müller,CN=x'],
    ['hex pairs of the slash form', '/C=DE/O=M\\xC3\\xBCller/CN=x', 'C=DE,O=Müller,CN=x'],
    ['slashes within the slash form', '/C=US/CN=https://a.example/b', 'C=US,CN=https://a.example/b'],
    ['multi-valued, sorted', 'C=US,UID=7+CN=x', 'C=US,CN=x+UID=7'],
    ['multi-valued, with spaces', 'C = US, UID = 7 + CN = x', 'C=US,CN=x+UID=7'],
    ['a plus that separates nothing', 'C=US,CN=a+b', 'C=US,CN=a\\+b'],
    ['equals signs', 'C=US,CN=a=b', 'C=US,CN=a=b'],
    ['leading and trailing spaces, which mean nothing', 'C=US,CN=\\ x\\ ', 'C=US,CN=x'],
    ['a leading hash', 'C=US,CN=\\#1', 'C=US,CN=\\#1'],
    ['a backslash that escapes nothing', 'C=US,CN=DOM\\user', 'C=US,CN=DOM\\\\user'],
    ['control and bidi characters', 'C=US,CN=a\nb\u202ec\u0000', 'C=US,CN=a\\0Ab\\E2\\80\\AEc\\00'],
    ['mail addresses', 'C=US,CN=x,emailAddress=a@b.example', 'C=US,CN=x,EMAILADDRESS=a@b.example'],
    ['mail addresses under another name', 'E=a@b.example, CN=x, C=US', 'C=US,CN=x,EMAILADDRESS=a@b.example'],
    ['domain components', 'CN=x,OU=People,DC=example,DC=com', 'DC=com,DC=example,OU=People,CN=x'],
    ['DER that is no text', 'C=US,1.2.3.4=#0500', 'C=US,1.2.3.4=#0500'],
    ['unknown names', 'c=US, foo=bar', 'C=US,FOO=bar'],
    ['an empty name', '', ''],
    ['an empty value', 'C=US,O=,CN=x', 'C=US,O=,CN=x'],
    ['no name at all', 'Hello, World = 1', 'Hello\\, World \\= 1'],
    ['markup', '<b>x</b>', '\\<b\\>x\\</b\\>'],
  ])('%s', (_, text, expected) => {
    expect(canonicalDn(text)).toBe(expected);
  });

  test('long names are cut and stay different', () => {
    const [a, b] = ['a', 'b'].map((end) => canonicalDn(`C=US,O=${'x'.repeat(600)},CN=${end}`));
    expect(a?.length).toBeLessThanOrEqual(limits.dnCharsMax);
    expect(a).toMatch(/^C=US,O=x+,CUT=[0-9a-f]{16}$/);
    expect(a).not.toBe(b);
    expect(canonicalDn(a ?? '')).toBe(a);
  });
});

/** Texts that look like names, with the characters that matter to the grammar. */
const pieces = fc.array(
  fc.oneof(
    fc.constantFrom(
      ',',
      '+',
      '=',
      '"',
      '\\',
      '/',
      ';',
      '#',
      ' ',
      'C=',
      'CN=',
      'O=',
      'DC=',
      'CUT=',
      '#0c0161',
      '\\2C',
      '…',
      '\u202e',
      '\ud800',
      '\u00a0',
      'x'.repeat(200),
    ),
    anyText({ maxLength: 6 }),
  ),
  { maxLength: 30 },
);

test('canonical names are bounded, visible and canonical', () => {
  fc.assert(
    fc.property(
      pieces.map((parts) => parts.join('')),
      (text) => {
        const dn = canonicalDn(text);
        expect(dn.length).toBeLessThanOrEqual(limits.dnCharsMax);
        expect(dn).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(canonicalDn(dn)).toBe(dn);
      },
    ),
    { numRuns: 3000 },
  );
});

describe('text and certificate agree', () => {
  const attribute = fc.record({
    type: fc.constantFrom('C', 'ST', 'L', 'O', 'OU', 'CN', 'DC', 'E', '1.2.3.4'),
    value: fc.oneof(
      fc.string({ minLength: 1, maxLength: 12 }),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
      fc.constantFrom('Foo, Inc.', ' x ', '#1', 'a+b', 'a"b', '\u00fc', 'a\\b', 'x'.repeat(300)),
    ),
  });
  const names = fc.array(fc.array(attribute, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 6 });

  /** RFC 4514 text in the order of the certificate, written independently of the code under test. */
  const textOf = (rdns: readonly (readonly { type: string; value: string }[])[], glue: string) =>
    rdns
      .map((rdn) =>
        rdn
          .map(
            ({ type, value }) =>
              `${type}=${[...Buffer.from(value)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('')}`,
          )
          .join('+'),
      )
      .join(glue);

  test('for any name', () => {
    fc.assert(
      fc.property(names, (rdns) => {
        const name = sequence(
          ...rdns.map((rdn) => attributeSet(...rdn.map(({ type, value }) => [type, value] as const))),
        );
        const dn = canonicalDnOf(readDer(name));
        expect(canonicalDn(textOf(rdns, ', '))).toBe(dn);
        expect(canonicalDn(dn)).toBe(dn);
        expect(leaf({ subject: name, key: 'ec-a' }).certificate.subjectDn).toBe(dn);
      }),
      { numRuns: 300 },
    );
  });

  test('for names from the general to the special, in both orders', () => {
    fc.assert(
      fc.property(names, (rdns) => {
        const order = ['C', 'DC', 'ST', 'L', 'O', 'OU', 'CN', 'E'];
        const sorted = rdns
          .map((rdn) => rdn.filter(({ type }) => order.includes(type)))
          .filter((rdn) => rdn.length === 1)
          .sort((a, b) => order.indexOf(a[0]!.type) - order.indexOf(b[0]!.type));
        // Of two attributes of one rank nobody can tell which comes first.
        fc.pre(new Set(sorted.map(([one]) => one?.type)).size === sorted.length && sorted.length > 1);
        fc.pre(!(sorted[0]?.[0]?.type === 'C' && sorted[1]?.[0]?.type === 'DC'));
        expect(canonicalDn(textOf([...sorted].reverse(), ','))).toBe(canonicalDn(textOf(sorted, ',')));
      }),
      { numRuns: 500 },
    );
  });

  /**
   * As OpenSSL 3.0.19 made and printed it, so that the tests need no OpenSSL: `req -x509 -newkey ec -pkeyopt
   * ec_paramgen_curve:P-256 -utf8 -subj '/C=DE/ST=Bayern/O=Müller, Söhne \+ Co/OU=a\+b/CN=client #1/emailAddress=a@b.example'`,
   * then `x509 -subject -nameopt …` and `x509 -serial`.
   */
  test('for what openssl prints of a certificate', () => {
    const parsed = parseCertificate(Buffer.from(openssl.pem.replace(/-----[^-]+-----|\s/g, ''), 'base64'));
    if (parsed.kind === 'malformed') throw new Error(parsed.detail);
    for (const [format, line] of Object.entries(openssl.subjects)) {
      expect(canonicalDn(line.replace(/^subject=\s*/, '')), format).toBe(parsed.subjectDn);
    }
    expect(openssl.serial).toBe(`serial=${parsed.serialNumber}`);
  });
});

/**
 * What the tools print that has lost something, so that no reader can tell the name: Go's Name sorts the attributes; without escapes
 * nobody can tell a backslash from one that escapes; letters that a tool cannot read come out as U+FFFD or in octets.
 */
const LOSSY: Readonly<Record<string, readonly string[]>> = {
  punctuation: ['openssl compat', 'openssl long names', 'openssl numbers'],
  'latin-1 in a PrintableString': ['gnutls', 'java toString', 'java RFC1779', 'java RFC2253'],
  'other string types': ['gnutls', 'java RFC2253'],
  'two values in one': ['go Name'],
  mail: ['go Name'],
  'extended validation': ['go Name'],
  house: ['go Name'],
  person: ['go Name'],
  'unknown types': ['go Name'],
  'one rank only': ['go Name'],
};

/** `fixtures/dn-spellings.json` says how it was made in `support/make-spellings.ts`. */
describe('what tools print of a certificate is that issuer', () => {
  test.each(spellings.map((one) => [one.kind, one] as const))('%s', (kind, { pem, spellings: texts }) => {
    const parsed = certificateFromLoggedPem(pem);
    if (parsed.kind === 'malformed') throw new Error(parsed.detail);
    const other = Object.entries(texts).filter(([, text]) => canonicalDn(text) !== parsed.subjectDn);
    expect(other.map(([tool]) => tool)).toEqual(LOSSY[kind] ?? []);
  });

  test('a name written backwards is one issuer, and shown as it is written', () => {
    const backwards = certificateFromLoggedPem(spellings.find(({ kind }) => kind === 'backwards')!.pem);
    expect(backwards).toMatchObject({
      subjectDn: 'C=US,O=Example Corp,OU=Security,CN=My Private CA',
      subjectName: 'CN=My Private CA,OU=Security,O=Example Corp,C=US',
    });
  });

  test.each([
    [
      '.NET',
      'CN=Acme CA, SERIALNUMBER=7, STREET="1 Main St, ""North""", S=Bayern, OID.2.5.4.97=VATDE-1, O="Acme, Inc.", C=DE',
    ],
    [
      'BouncyCastle',
      'CN=Acme CA,SERIALNUMBER=7,STREET=1 Main St\\, \\"North\\",ST=Bayern,organizationIdentifier=VATDE-1,O=Acme\\, Inc.,C=DE',
    ],
    [
      'Java',
      'CN=Acme CA, SERIALNUMBER=7, STREET="1 Main St, \\"North\\"", ST=Bayern, OID.2.5.4.97=VATDE-1, O="Acme, Inc.", C=DE',
    ],
  ])('as %s writes it', (_, text) => {
    expect(canonicalDn(text)).toBe(
      'C=DE,O=Acme\\, Inc.,ORGANIZATIONIDENTIFIER=VATDE-1,ST=Bayern,STREET=1 Main St\\, \\"North\\",SERIALNUMBER=7,CN=Acme CA',
    );
  });
});
