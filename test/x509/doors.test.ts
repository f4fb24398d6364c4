/** The same certificate and truststore at each front door: what is documented differs, and what is not is left open. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../shared/model/index.js';
import { english } from '../../shared/model/phrases.js';
import { auditTruststore } from '../../shared/x509/audit.js';
import { diagnose, refusedBy } from '../../shared/x509/diagnose.js';
import { doorRules, type RuledDoor, ruleAt, ruledDoors } from '../../shared/x509/door-rules.js';
import { knownRules, type RuleId, standingText } from '../../shared/x509/standing.js';
import { parseTruststore, truststoreOf } from '../../shared/x509/truststore.js';
import { AT, ca, days, type Issued, leaf, SERVER_AUTH, type Spec } from '../support/certificates.js';
import * as der from '../support/der-writer.js';
import { silentIn } from '../support/silent.js';
import { verdictCases } from './support/verdict-cases.js';

const ROOT = 'C=US,O=Acme,CN=Acme Root CA';
const root = ca({ subject: ROOT, key: 'rsa-a' });

/** The public key of an RSA modulus of so many bits; nobody holds a private key of it. */
function rsaSpki(bits: number): Uint8Array {
  const modulus = new Uint8Array(bits / 8 + 1).fill(0xc3);
  modulus[0] = 0;
  const key = der.sequence(der.tlv(0x02, modulus), der.tlv(0x02, new Uint8Array([1, 0, 1])));
  return der.sequence(der.sequence(der.oid('1.2.840.113549.1.1.1'), der.nothing), der.bits(key));
}

function chainOf(cas: number): Issued[] {
  const made = [root];
  for (const key of ['ec-b', 'ec-d', 'ec-e', 'ec-f', 'ec-a'].slice(0, cas - 1))
    made.push(ca({ subject: `C=US,O=Acme,CN=Level ${key}`, key, issuer: made.at(-1)! }));
  return made;
}

const client = (change: Partial<Spec> = {}, store: readonly Issued[] = [root]): Issued =>
  leaf({ subject: 'C=US,O=Partner,CN=client', key: 'ec-c', issuer: store.at(-1)!, ...change });
const under = (change: Partial<Spec>): readonly [Issued, readonly Issued[]] => [client(change), [root]];
const throughCa = (change: Partial<Spec>): readonly [Issued, readonly Issued[]] => {
  const issuing = ca({ subject: 'C=US,O=Acme,CN=Issuing', key: 'ec-b', issuer: root, ...change });
  return [client({}, [issuing]), [root, issuing]];
};
const chain = (cas: number): readonly [Issued, readonly Issued[]] => [client({}, chainOf(cas)), chainOf(cas)];

const issuing = ca({ subject: 'C=US,O=Acme,CN=Issuing', key: 'ec-b', issuer: root });
const selfSigned = leaf({ subject: 'CN=self', key: 'ec-c' });
const large = { dnsNames: Array.from({ length: 500 }, (_, at) => `name-${at}.a-long-enough-name.partner.example`) };

const thrice = (one: Shown): readonly [Shown, Shown, Shown] => [one, one, one];

type Shown = 'trusted' | `refused ${string}` | `likely ${string}` | `undecided ${string}`;
/** API Gateway, CloudFront, load balancer. */
const CASES: readonly (readonly [string, readonly [Issued, readonly Issued[]], Shown, Shown, Shown])[] = [
  ['an ordinary client', under({}), 'trusted', 'trusted', 'trusted'],
  ['RSA 1024', under({ key: 'rsa-1024' }), 'refused weak-key', 'undecided weak-key', 'refused weak-key'],
  ['RSA 3072', under({ key: 'rsa-3072' }), 'trusted', 'trusted', 'trusted'],
  ['RSA 8192', under({ spki: rsaSpki(8192) }), 'trusted', 'undecided unsupported-key', 'trusted'],
  ['RSA 16384', under({ spki: rsaSpki(16384) }), 'trusted', 'undecided unsupported-key', 'refused unsupported-key'],
  ['P-521', under({ key: 'ec-p521' }), 'likely unsupported-curve', 'undecided unsupported-curve', 'trusted'],
  [
    'secp256k1',
    under({ key: 'ec-secp256k1' }),
    'refused unsupported-curve',
    'undecided unsupported-curve',
    'refused unsupported-curve',
  ],
  [
    'Ed25519',
    under({ key: 'ed25519' }),
    'refused unsupported-curve',
    'undecided unsupported-curve',
    'refused unsupported-curve',
  ],
  ['SHA-1', under({ hash: 'sha1' }), 'refused weak-signature', 'undecided weak-signature', 'refused weak-signature'],
  ['RSASSA-PSS', under({ pss: true }), 'trusted', 'trusted', 'trusted'],
  [
    'for servers only',
    under({ extendedKeyUsage: [SERVER_AUTH] }),
    'trusted',
    'refused unsupported-purpose',
    'refused unsupported-purpose',
  ],
  [
    'for any purpose',
    under({ extendedKeyUsage: ['2.5.29.37.0'] }),
    'trusted',
    'undecided unsupported-purpose',
    'undecided unsupported-purpose',
  ],
  ['of version 1', under({ version: 1 }), 'trusted', 'undecided malformed', 'refused malformed'],
  ['of more than 16 KB', under(large), 'trusted', 'undecided certificate-too-large', 'undecided certificate-too-large'],
  ['expired', under({ notAfter: AT - days(1) }), 'refused expired', 'refused expired', 'refused expired'],
  ['three CAs', chain(3), 'trusted', 'trusted', 'trusted'],
  ['four CAs', chain(4), 'trusted', 'trusted', 'undecided chain-too-long'],
  ['five CAs', chain(5), 'refused chain-too-long', 'refused chain-too-long', 'refused chain-too-long'],
  ['a CA of P-384', throughCa({ key: 'ec-p384' }), 'trusted', 'trusted', 'trusted'],
  ['a CA of P-521', throughCa({ key: 'ec-p521' }), 'likely unsupported-curve', 'refused unsupported-curve', 'trusted'],
  ['a CA with SHA-1', throughCa({ hash: 'sha1' }), ...thrice('refused weak-signature')],
  ['a CA of RSA 1024', throughCa({ key: 'rsa-1024' }), ...thrice('refused weak-key')],
  [
    'an expired CA',
    throughCa({ notAfter: AT - days(1) }),
    'refused issuer-expired',
    'likely issuer-expired',
    'likely issuer-expired',
  ],
  [
    'a CA for servers only',
    throughCa({ extendedKeyUsage: [SERVER_AUTH] }),
    'trusted',
    'undecided unsupported-purpose',
    'undecided unsupported-purpose',
  ],
  [
    'an intermediate that only the client may send',
    [client({}, [issuing]), [root]],
    'refused intermediate-missing',
    'undecided intermediate-missing',
    'undecided intermediate-missing',
  ],
  [
    'an intermediate without its root',
    [client({}, [issuing]), [issuing]],
    'refused issuer-missing',
    'undecided issuer-missing',
    'undecided issuer-missing',
  ],
  ['an unknown issuer', [client(), []], ...thrice('refused issuer-missing')],
  ['self-signed, not in the truststore', [selfSigned, [root]], ...thrice('refused self-signed')],
  [
    'self-signed, in the truststore',
    [selfSigned, [selfSigned]],
    'trusted',
    'undecided self-signed',
    'undecided self-signed',
  ],
];

function shown([one, store]: readonly [Issued, readonly Issued[]], door: RuledDoor): Shown {
  const truststore = truststoreOf(store.map(({ certificate }) => certificate));
  const { verdict, reason, findings } = diagnose(one.certificate, truststore, AT, [], null, null, doorRules[door]);
  if (verdict === 'trusted') return 'trusted';
  if (verdict === 'undecided') return `undecided ${reason}`;
  const isKnown = findings[0]?.standing === 'documented' || findings[0]?.standing === 'reported';
  return isKnown ? `refused ${reason}` : `likely ${reason}`;
}

describe.each(CASES)('%s', (_name, given, ...expected) => {
  it.each(ruledDoors.map((door, at) => [door, expected[at]] as const))('at %s: %s', (door, verdict) => {
    expect(shown(given, door)).toBe(verdict);
  });
});

it('a rule that is known to refuse comes before one of which nothing is known, whatever their order elsewhere', () => {
  const of = (code: Finding['code'], standing: Finding['standing'], severity: Finding['severity'] = 'error') =>
    ({ code, standing, severity }) as Finding;
  const all = [of('malformed', 'unknown'), of('expired', 'documented'), of('not-yet-valid', 'documented')];
  const reasonOf = (door: RuledDoor, findings: readonly Finding[]) => {
    const { verdict, reason } = refusedBy(findings, [], doorRules[door]);
    return [verdict, reason];
  };
  for (const findings of [all, all.toReversed()]) {
    expect(reasonOf('cloudfront', findings)).toEqual(['refused', 'expired']);
    expect(reasonOf('api-gateway', findings)).toEqual(['refused', 'malformed']);
  }
  expect(reasonOf('cloudfront', all.slice(0, 1))).toEqual(['undecided', 'malformed']);
  expect(reasonOf('cloudfront', [of('malformed', 'unknown', 'warning')])).toEqual(['refused', 'malformed']);
});

it.each<[Finding['standing'] & string, string | null]>([
  ['documented', null],
  ['seen', null],
  ['reported', 'known from a page'],
  ['openssl', 'likely, not documented by AWS: a page'],
  ['unknown', 'not known: a page'],
])('a rule that is %s is noted as %j', (standing, note) => {
  const text = standingText({ standing, source: 'a page' });
  expect(text === null ? null : english(text)).toBe(note);
});

describe('the rules of a door', () => {
  it('say something in each of their texts', () => {
    expect(silentIn(doorRules)).toEqual([]);
    expect(silentIn(knownRules)).toEqual([]);
  });

  it('have a source each, and are never called documented where only another door documents them', () => {
    for (const door of ['cloudfront', 'load-balancer'] as const) {
      for (const rule of Object.keys(knownRules) as RuleId[]) {
        for (const depth of [0, 1]) {
          const { standing, source } = ruleAt(rule, doorRules[door], depth);
          expect(source).not.toBe('');
          if (standing === 'documented') expect(source).not.toMatch(/REST APIs|403s of mutual TLS|OpenSSL/);
          if (standing === 'documented')
            expect(source).toMatch(door === 'cloudfront' ? /CloudFront/ : /[Ll]oad [Bb]alancer/);
        }
      }
    }
  });

  it('speak of that door, and never of the gateway or its domain name', () => {
    for (const door of ['cloudfront', 'load-balancer'] as const) {
      for (const one of verdictCases()) {
        for (const refusedWith of [null, 'untrusted', 'expired', 'other'] as const) {
          const store = truststoreOf(one.truststore);
          const { findings } = diagnose(one.client, store, AT, one.presented, refusedWith, null, doorRules[door]);
          const text = findings.flatMap(({ evidence, remedy }) => [...evidence, remedy]).join('\n');
          expect(text, one.name).not.toMatch(/the gateway|domain name to/);
        }
      }
    }
  });

  it('leave a verdict undecided only where every error is of a rule that is not known there', () => {
    fc.assert(
      fc.property(fc.constantFrom(...verdictCases()), fc.constantFrom(...ruledDoors), (one, door) => {
        const { verdict, reason, findings } = diagnose(
          one.client,
          truststoreOf(one.truststore),
          AT,
          one.presented,
          null,
          null,
          doorRules[door],
        );
        const errors = findings.filter(({ severity }) => severity === 'error');
        const isOpen = door !== 'api-gateway' && errors.every(({ standing }) => standing === 'unknown');
        expect(verdict).toBe(errors.length === 0 ? 'trusted' : isOpen ? 'undecided' : 'refused');
        expect(reason).toBe(errors[0]?.code ?? null);
      }),
    );
  });
});

describe('the truststore of a door', () => {
  const codesAt = (text: string, door: RuledDoor): string[] =>
    auditTruststore(parseTruststore(text), AT, days(30), doorRules[door])
      .findings.filter(({ severity }) => severity === 'error')
      .map(({ code }) => code);
  const many = (count: number): string => root.pem.repeat(count);
  const wide = ca({ subject: 'CN=Wide', key: 'ec-b', issuer: root, ...large });
  const bundle = `${root.pem}# a comment\n${issuing.pem}`;
  const named = Array.from({ length: 20 }, (_, at) =>
    ca({ subject: `CN=${'n'.repeat(600)}${at}`, key: 'ec-b', issuer: root }),
  );

  it.each<[string, string, ...(readonly string[])[]]>([
    ['a plain bundle', bundle, [], [], []],
    ['25 certificates', many(25), [], [], []],
    ['26 certificates', many(26), [], ['too-many-certificates'], ['too-many-certificates']],
    ['1,001 certificates', many(1_001), ...Array(3).fill(expect.arrayContaining(['too-many-certificates']))],
    ['more than 64 KB', bundle + '# c\n'.repeat(17_000), [], ['too-large'], []],
    ['a certificate of more than 16 KB', root.pem + wide.pem, [], ['certificate-too-large'], ['certificate-too-large']],
    ['long subjects', root.pem + named.map(({ pem }) => pem).join(''), [], [], ['too-large']],
    ['a blank line', `${root.pem}\n${issuing.pem}`, [], ['not-plain'], ['not-plain']],
    ['text of openssl', `subject=CN = x\n${root.pem}`, [], ['not-plain'], ['not-plain']],
    ['a comment with a dash', `# a-b\n${root.pem}`, [], ['not-plain'], ['not-plain']],
  ])('%s', (_name, text, ...expected) => {
    for (const [at, door] of ruledDoors.entries()) expect(codesAt(text, door), door).toEqual(expected[at]);
  });

  it('names the line that is not of the plain form', () => {
    const { findings } = auditTruststore(
      parseTruststore(`${root.pem}\n${issuing.pem}`),
      AT,
      days(30),
      doorRules.cloudfront,
    );
    const lines = root.pem.trimEnd().split('\n').length;
    expect(findings.find(({ code }) => code === 'not-plain')).toMatchObject({ line: lines + 1 });
  });
});
