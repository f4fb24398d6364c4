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
