import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { reasonWords } from '../../shared/model/reason-words.js';
import { anyText } from '../support/any-text.js';

/** Sentences of one kind, behind the words that they all give. */
const KINDS: readonly (readonly [string, readonly string[]])[] = [
  [
    'certificate … is on the deny list',
    [
      'Certificate 04:A3:1F:2B:99 is on the deny list.',
      'certificate 0a3f99e1 is on the  deny list',
      'certificate 0x4FA31F2B99 is on the deny list',
      'CERTIFICATE 04-a3-1f-2b-99 IS ON THE DENY LIST!',
      'certificate 04 a3 1f 2b 99 is on the deny list',
      'certificate 318734523098123 is on the deny list',
      'certificate "billing, batch" is on the deny list',
      "certificate 'billing batch' is on the deny list",
      'certificate «billing» is on the deny list',
      'certificate CN=partner-7,O=Acme is on the deny list',
      'certificate /C=US/O=Acme Corp/CN=partner 7 is on the deny list',
      'certificate C = US, O = Acme\\, Inc., CN = Partner Seven is on the deny list',
      'certificate "CN=x, O=y" is on the deny list',
      'certificate 1.3.6.1.4.1.311.1=x,CN=y is on the deny list',
    ],
  ],
  [
    'request … of … came too late',
    [
      'Request 7f3c2b1a-1111-2222-3333-444455556666 of 10.1.2.3 came too late',
      'request 0b0e6b50-9c2b-4d9c-8f63-4be7b3a5d2aa of 10.1.2.3:443 came too late',
      'request Zk3xP0aBcD9fGh= of 2001:db8::17 came too late',
      'request DHEXAMPLEiYFXg= of [2001:db8::1]:443 came too late',
      'request 17 of ::ffff:10.1.2.3 came too late',
      'request #4711 of 10.0.0.0/8 came too late',
      'request 8f3k2j1z of fe80::1%eth0 came too late',
      'request 9 of api.partner.example.com came too late',
      'request 9 of ops@partner.example came too late',
    ],
  ],
  [
    'host … is not allowed',
    [
      ...['evil.example', 'a.test', 'printer.local', 'nosuch.invalid', 'b.corp', 'acme.dev', 'xn--mnchen-3ya.de'],
      ...['my-shop.example:8443', 'evil.example/login', '*.evil.example', 'a.xn--p1ai'],
    ].map((host) => `host ${host} is not allowed`),
  ],
  ['host=… is not allowed', ['host=evil.example is not allowed', 'host=api.evil.example is not allowed']],
  [
    'certificate ended at …',
    [
      'certificate ended at 2026-11-29T16:45:00.123Z',
      'certificate ended at 2026-11-29 16:45:00',
      'certificate ended at Nov 29 16:45:00 2026 GMT',
      'certificate ended at Nov  9 16:45:00 2026 GMT',
      'certificate ended at Sun, 29 Nov 2026 16:45:00 GMT',
      'certificate ended at 29/Nov/2026:16:45:00 +0000',
      'certificate ended at 20261129164500Z',
      'certificate ended at 1764434700',
      'certificate ended at 29.11.2026',
    ],
  ],
  ['certificate expired … ago', ['certificate expired 1 day ago', 'certificate expired 17 hours ago.']],
  ['serial … revoked', ['serial 17 revoked', 'serial 0A3F revoked', 'Serial FFEE revoked', 'serial 00012 revoked']],
  ['serial=… revoked', ['serial=17 revoked', 'serial=0A3F99 revoked']],
  [
    '証明書 … は失効しています',
    ['証明書04A3B2C1D2は失効しています', '証明書「billing」は失効しています', '証明書 A0B1C2D3E4 は失効しています'],
  ],
  ['the moon is in the wrong quarter', ['the moon is in the wrong quarter', ' The  Moon\tis in the WRONG quarter. ']],
  ['ClientCertOfYore', ['ClientCertOfYore']],
  ['class certificateonholdexception', ['class CertificateOnHoldException']],
  ["client's certificate can't be read", ["Client's certificate can't be read"]],
  ['', ['', '  ', '.', ' ... ']],
];

/** What tells kinds of sentences apart stays: each of these is of a kind of its own. */
const APART = [
  ['error 18 at depth 0', 'error 20 at depth 0', 'error 18 at depth 1'],
  ['TLS alert 42', 'TLS alert 45', 'TLS 1.2 alert 42'],
  ['key of 1024 bits', 'key of 2048 bits'],
  ['curve secp256r1', 'curve prime256v1', 'curve x25519', 'curve brainpoolP512t1'],
  ['signature sha256WithRSAEncryption', 'signature sha1WithRSAEncryption', 'signature ecdsa-with-SHA384'],
  ['cipher TLS_AES_128_GCM_SHA256', 'cipher TLS_AES_256_GCM_SHA384'],
  ['extension 2.5.29.37', 'extension 2.5.29.15', 'extension 1.3.6.1.4.1.311.21.10'],
  ['subject CN=a was revoked', 'subject CN=a is on hold', 'issuer CN=a is on hold'],
  ['code=17', 'code=18'],
  ['client.pem cannot be read', 'truststore.pem cannot be read', 'truststore.crt cannot be read'],
  ['needs 2.beta', 'needs v3.beta', 'needs v3.rc', 'e.g. this', 'i.e. this'],
  ['certificate revoked', 'certificate suspended', '証明書は失効', '証明書は停止'],
  ['ClientCertOfTomorrow', 'ClientCertOfYesterday'],
];

describe('the words of a reason', () => {
  it.each(KINDS.flatMap(([words, texts]) => texts.map((text) => [text, words] as const)))(
    'of %j are %j',
    (text, words) => expect(reasonWords(text)).toBe(words),
  );

  it.each(APART)('differ: %j', (...texts) => {
    expect(new Set(texts.map(reasonWords)).size).toBe(texts.length);
  });

  it('are short, and hold nothing that a terminal or a mail would interpret, whatever the text is', () => {
    fc.assert(
      fc.property(anyText({ maxLength: 300 }), (text) => {
        const words = reasonWords(text);
        expect(words.length).toBeLessThanOrEqual(limits.reasonWordsCharsMax);
        expect(words).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(words).toBe(words.trim());
      }),
    );
  });

  it('of long texts are cut between words, and differ by their beginning only', () => {
    const long = 'the certificate has many faults '.repeat(20);
    expect(reasonWords(long)).toMatch(/^the certificate .* …$/);
    expect(reasonWords(`${long} and more`)).toBe(reasonWords(long));
    expect(reasonWords('x'.repeat(5_000))).toHaveLength(limits.reasonWordsCharsMax);
  });
});

const both = (...words: readonly string[]) => words.flatMap((word) => [word, word.toUpperCase()]);

describe('of each kind of value, every form is left out', () => {
  const MONTHS =
    'jan january feb february mar march apr april may jun june jul july aug august sep sept september oct october nov november dec december';
  it.each(MONTHS.split(' '))(
    'a day in %s, before and behind the month, with and without the day of the week',
    (month) => {
      const days = ['', 'mon ', 'Tuesday, ', 'WED ', 'thu, ', 'Friday ', 'sat ', 'Sunday, '];
      const dates = [`29 ${month}`, `9-${month}`, `${month}  9`, `${month} 29`];
      const texts = days.flatMap((day) => dates.map((date) => `ended ${day}${date} too soon`));
      expect(
        new Set(texts.filter((text) => !/ (?:\w+ {1,2}9|\w+ 29) /.test(text) || / {2}/.test(text)).map(reasonWords)),
      ).toEqual(new Set(['ended … too soon']));
    },
  );

  it.each([
    ['9 marches', '… marches'],
    ['129 jan', '… jan'],
    ['x9 may', 'x9 may'],
    ['mayor 9', 'mayor …'],
    ['noct 9', 'noct …'],
    ['someday 9', 'someday …'],
  ])('no day and month is in %j', (text, words) => {
    expect(reasonWords(text)).toBe(words);
  });

  const UNITS =
    'ms millisecond milliseconds s sec secs second seconds min mins minute minutes h hour hours day days week weeks month months year years gmt utc am pm';
  it.each(both(...UNITS.split(' ')))('an amount of %s', (unit) => {
    expect([`late by 17 ${unit}`, `late by 17 ${unit}, retry`].map(reasonWords)).toEqual([
      'late by …',
      'late by …, retry',
    ]);
    expect(reasonWords(`late by 17 ${unit}x`)).toBe(`late by … ${unit.toLowerCase()}x`);
  });

  it.each(['ms', 's', 'm', 'h', 'd', 'kb', 'mb', '%'])('an amount with %s behind it', (unit) => {
    expect(['17', '-1', '+1,234.5', '#9'].map((n) => reasonWords(`by ${n}${unit} too much`))).toEqual(
      Array(4).fill('by … too much'),
    );
    expect(reasonWords(`by 17${unit}x too much`)).toBe(`by 17${unit}x too much`);
  });

  it.each([
    '"a b"',
    '“a b”',
    '„a b“',
    '„a b”',
    '«a b»',
    '‘a b’',
    '「a b」',
    '『a b』',
    '`a b`',
    "'a b'",
    '""',
    '“”',
    '«»',
    '‘’',
    '「」',
    '『』',
    '``',
    "''",
  ])('what is quoted: %s', (quoted) => {
    expect(reasonWords(`name ${quoted} is bad`)).toBe('name … is bad');
  });

  it.each(['"a b', '“a b', '„a b', '«a b', '‘a b', '「a b', '『a b', '`a b'])(
    'what is quoted and was cut: %s',
    (quoted) => {
      expect(reasonWords(`bad name ${quoted}`)).toBe('bad name …');
    },
  );

  it.each(["don't say it isn't", "clients' keys and servers' keys"])(
    'an apostrophe is no quotation mark: %s',
    (text) => {
      expect(reasonWords(text)).toBe(text);
    },
  );

  const TYPES =
    'cn ou o c l st s dc e t gn sn uid serialnumber emailaddress email street title postalcode givenname surname';
  it.each(both(...TYPES.split(' ')))('a name that begins with %s', (type) => {
    for (const text of [
      `${type}=Acme`,
      `/${type}=Acme/CN=x`,
      `${type} = Acme, CN = x`,
      `CN=x,${type}=Acme`,
      `CN=x+${type}=Acme`,
      `CN=x; ${type}=Acme`,
    ]) {
      expect([text, reasonWords(`the name ${text} is bad`)]).toEqual([text, 'the name … is bad']);
    }
  });

  it.each([
    ['2.5.4.3=x', '…'],
    ['OID.2.5.4.3=x', '…'],
    ['CN=Acme Corp', '…'],
    ['CN=Acme, Inc.', '…'],
    ['CN=Acme, LLC', '…'],
    ['CN=Acme,Ltd', '…'],
    ['CN=Acme, GmbH', '…'],
    ['CN=Acme, AG', '…'],
    ['CN=Acme, Co', '…'],
    ['CN=Acme, Corp', '…'],
    ['CN=A\\, b', '… b'],
    ['CN=Acme & Sons 7', '…'],
    ['CN=acme corp', '… corp'],
    ['CN=Acme, bad', '…, bad'],
    ['mode=strict', 'mode=strict'],
    ['2.5=x', '2.5=x'],
    ['xcn=y', 'xcn=y'],
  ])('of the name %s is left %s', (name, left) => {
    expect(reasonWords(`no ${name} here`)).toBe(`no ${left} here`);
  });

  it.each([
    '0b0e6b50-9c2b-4d9c-8f63-4be7b3a5d2aa',
    '0B0E6B50-9C2B-4D9C-8F63-4BE7B3A5D2AA',
    'https://a/',
    'x+y.z-1://b',
    'arn:aws:acm:x',
    'ARN:aws',
    '/etc/ssl',
    '/a/b/c',
    '1.2.3.4',
    '255.255.255.255:65535',
    '10.0.0.0/8',
    '::1',
    'fe80::1%eth0',
    '2001:db8::/32',
    '::ffff:10.1.2.3',
    'a:b:c',
    '[::1]:443',
    '[2001:db8::1]',
    '04:a3:1f',
    '4-A3-1F',
    '2026-11-29',
    '2026/1/2',
    '2026.11.29x',
    '29.11.2026',
    '1-2-2026',
    '29/Nov/2026',
    '202611291645',
    '20261129T164500Z',
    '20261129164500',
    '9:05',
    '16:45:00.123',
    '1234abcd',
    'ABCDEF12',
    'abcdefabcdefabcd',
    '0x4fa31',
    '0xFFFFFFFF',
    'api.partner.example',
    'a.b.c.d.example:443',
    '*.a.example/x',
    'a.example',
    'aB3dE5gH',
    'abcdefg=',
    'Zk3+xP0/aBcD==',
    '12345',
    '0x1f',
  ])('%s', (value) => {
    expect(reasonWords(`the ${value} is bad`)).toBe('the … is bad');
    expect(reasonWords(`the (${value}), is bad`)).toBe('the (…), is bad');
    expect(reasonWords(`the mode=${value} is bad`)).toBe('the mode=… is bad');
  });

  it.each([
    'abcdefab',
    'abcdefabcdefabc',
    'arnold',
    'a@',
    '/etc',
    '/a/',
    '://x',
    'facade',
    'x2y',
    'v1.',
    'v10.beta',
    '3.beta',
    'deadbeef',
    'sha256',
    'secp384r1',
    'prime256v1',
    'x25519',
    'tlsv1',
    'sha-256',
    'rsa-2048',
    'abc-def',
    'a_b',
    'a.b',
    'internationalization',
    '1:5',
    'a:b',
  ])('and %s stays', (word) => {
    expect(reasonWords(`the ${word} is bad`)).toBe(`the ${word.replace(/\.$/, '.')} is bad`);
  });
});

describe('what tells kinds apart stays', () => {
  it.each([
    'pem',
    'crt',
    'cer',
    'cert',
    'der',
    'key',
    'csr',
    'crl',
    'jks',
    'pfx',
    'json',
    'jsonl',
    'txt',
    'log',
    'conf',
    'cfg',
    'cnf',
    'ini',
    'yaml',
    'yml',
    'xml',
    'html',
    'js',
    'mjs',
    'cjs',
    'ts',
    'py',
    'lua',
    'jar',
    'class',
    'dll',
    'exe',
    'csv',
    'zip',
    'tar',
    'gz',
  ])('the name of a file that ends in .%s', (end) =>
    expect(reasonWords(`cannot read client.${end} there`)).toBe(`cannot read client.${end} there`),
  );

  it.each([128, 160, 192, 224, 256, 384, 512, 521, 1024, 1536, 2048, 3072, 4096, 8192, 25519])(
    'the size %i',
    (size) => {
      expect(reasonWords(`a key of ${size} bits`)).toBe(`a key of ${size} bits`);
      expect(reasonWords(`a key of ${size + 3} bits`)).toBe('a key of … bits');
      if (size > 999) expect(reasonWords(`the rsa-${size} key`)).toBe(`the rsa-${size} key`);
    },
  );

  it.each(
    'error errno err code alert status depth level version tls ssl rfc rule policy class type reason sha exponent http x エラー コード'.split(
      ' ',
    ),
  )('the number behind %s, up to six digits', (word) => {
    expect([`the ${word} 17 came`, `the ${word}: 654321 came`, `the ${word}=17 came`].map(reasonWords)).toEqual([
      `the ${word} 17 came`,
      `the ${word}: 654321 came`,
      `the ${word}=17 came`,
    ]);
    expect(reasonWords(`the ${word} 7654321 came`)).toBe(`the ${word} … came`);
  });

  it.each(['oid', 'extension', 'usage', 'algorithm', 'attribute'])('the object identifier behind %s', (word) => {
    expect(reasonWords(`the ${word} 2.5.29.37 is bad`)).toBe(`the ${word} 2.5.29.37 is bad`);
    expect(reasonWords('the thing 2.5.29.37 is bad')).toBe('the thing … is bad');
  });

  it.each(['1.3.6.1.4', '2.16.840.1.101'])('the object identifier %s anywhere', (oid) => {
    expect(reasonWords(`the thing ${oid} is bad`)).toBe(`the thing ${oid} is bad`);
  });

  it.each(['3.3.6.1.4', '1.3.6.1'])('and %s is none', (text) => {
    expect(reasonWords(`the thing ${text} is bad`)).toBe('the thing … is bad');
  });
});

it.each(
  'serial serialnumber number no sn id requestid request trace session fingerprint thumbprint keyid ski aki hash nonce token ip address host client user port シリアル 番号 シリアル番号'.split(
    ' ',
  ),
)('what stands behind %s is an id, if it has a digit or is in capitals', (word) => {
  expect(['a7', 'x-9', 'FF', 'ABCDEF'].map((id) => reasonWords(`the ${word} ${id} is bad`))).toEqual(
    Array(4).fill(`the ${word} … is bad`),
  );
  expect(['abc', 'A', 'ff', 'FG', 'FFx'].map((id) => reasonWords(`the ${word} ${id} is bad`))).toEqual(
    ['abc', 'a', 'ff', 'fg', 'ffx'].map((id) => `the ${word} ${id} is bad`),
  );
  expect(reasonWords(`the ${word}-a7 is bad`)).toBe(`the ${word}-… is bad`);
});

it('divides words at signs, and takes signs around a word for no part of it', () => {
  const cases = [
    ['partner-000174 left', 'partner-… left'],
    ['partner_000174/9 left', 'partner_…/9 left'],
    ['partner:000174 left', 'partner:… left'],
    ['partner-174 left', 'partner-174 left'],
    ['({[<12345>]}) left', '({[<…>]}) left'],
    ['12345?! left', '…?! left'],
    ['chain[12] left', 'chain[12] left'],
    ['=5 left', '=5 left'],
    ['mode= left', 'mode= left'],
    ['１２３４５ left', '… left'],
    ['04 a3 1f left', '… a3 1f left'],
    ['left, 1, 2; 3', 'left, …'],
    ['1 or 2', '… or …'],
    ['証明書12345が', '証明書 … が'],
    ['キー１が', 'キー … が'],
  ] as const;
  expect(cases.map(([text]) => reasonWords(text))).toEqual(cases.map(([, words]) => words));
});
