/**
 * Minimal cases for verdicts, one per cause, in RSA and in ECDSA where keys make a difference. Each is all right but for
 * the one thing it is about. Chains are drawn from the client upwards; `*` is what is in the truststore.
 */

import type { Certificate } from '../../../shared/x509/certificate.js';
import { pemOf } from '../../../shared/x509/pem.js';
import {
  AT,
  altered,
  attributeSet,
  ca,
  days,
  extension,
  general,
  type Issued,
  leaf,
  SERVER_AUTH,
  type Spec,
} from '../../support/certificates.js';
import * as der from '../../support/der-writer.js';

export interface VerdictCase {
  readonly name: string;
  readonly client: Certificate;
  readonly truststore: readonly Certificate[];
  readonly presented?: readonly Certificate[];
  /** Null: trusted. */
  readonly reason: string | null;
  readonly depth: number;
  /** Codes of the warnings beside a verdict of trusted. */
  readonly warnings?: readonly string[];
  /** Where `openssl verify` follows other rules than the gateway, which. */
  readonly otherRules?: string;
}

const ROOT = 'C=US,O=Acme,CN=Acme Root CA';
const ISSUING = 'C=US,O=Acme,CN=Acme Issuing CA';
const CLIENT = 'C=US,O=Partner,CN=client.partner.example';
const LEVELS = ['b', 'c', 'd', 'e', 'f'];

type Family = 'rsa' | 'ec';
type Change = Partial<Spec>;

/** client -> issuing CA* -> root*, with changes to each. */
function chain(family: Family, changes: { root?: Change; issuing?: Change; client?: Change } = {}) {
  const root = ca({ subject: ROOT, key: `${family}-a`, ...changes.root });
  const issuing = ca({ subject: ISSUING, key: `${family}-b`, issuer: root, ...changes.issuing });
  const client = leaf({ subject: CLIENT, key: `${family}-c`, issuer: issuing, ...changes.client });
  return { root, issuing, client };
}

function of(
  name: string,
  reason: string | null,
  depth: number,
  client: Issued | Certificate,
  truststore: readonly Issued[],
  more: Partial<VerdictCase> = {},
): VerdictCase {
  return {
    name,
    client: 'certificate' in client ? client.certificate : client,
    truststore: truststore.map(({ certificate }) => certificate),
    reason,
    depth,
    ...more,
  };
}

/** A chain of `count` certificates, client and root included. */
function longChain(family: Family, count: number, change: (level: number) => Change = () => ({})) {
  const cas = [ca({ subject: ROOT, key: `${family}-a`, ...change(0) })];
  for (let level = 1; level < count - 1; level++) {
    cas.push(
      ca({
        subject: `C=US,O=Acme,CN=Acme Sub CA ${level}`,
        key: `${family}-${LEVELS[level - 1]}`,
        issuer: cas[level - 1]!,
        ...change(level),
      }),
    );
  }
  return { cas, client: leaf({ subject: CLIENT, key: `${family}-f`, issuer: cas.at(-1)! }) };
}

function familyCases(family: Family): VerdictCase[] {
  const { root, issuing, client } = chain(family);
  const both = [root, issuing];
  const past = { notBefore: AT - days(100), notAfter: AT - days(3) };
  const future = { notBefore: AT + days(3), notAfter: AT + days(100) };
  const stranger = ca({ subject: 'C=DE,O=Unrelated,CN=Unrelated Authority', key: `${family}-d` });
  const rekeyed = ca({ subject: ISSUING, key: `${family}-e`, issuer: root });
  const rekeyedNoIds = ca({ subject: ISSUING, key: `${family}-e`, issuer: root, keyIds: false });
  const crossRoot = ca({ subject: 'C=US,O=Zeta,CN=Zeta Root CA', key: `${family}-f` });
  const cross = ca({ subject: ISSUING, key: `${family}-b`, issuer: crossRoot, serial: '77' });
  const expired = chain(family, { issuing: past });
  const selfSigned = leaf({ subject: CLIENT, key: `${family}-c` });
  const withoutIds = chain(family, { client: { keyIds: false } });
  const oldKey = chain(family);
  const rollover = ca({ subject: ROOT, key: `${family}-d`, issuer: oldKey.root, serial: '78' });
  const newRoot = ca({ subject: ROOT, key: `${family}-d` });
  const afterRollover = leaf({ subject: CLIENT, key: `${family}-c`, issuer: newRoot });
  const four = longChain(family, 4);
  const five = longChain(family, 5);
  const six = longChain(family, 6);
  const limited = longChain(family, 4, (level) => (level === 0 ? { pathLength: 0 } : {}));
  const selfIssued = ca({ subject: ISSUING, key: `${family}-d`, issuer: issuing, serial: '79' });
  const limitedIssuing = chain(family, { root: { pathLength: 1 } });
  const belowSelfIssued = leaf({ subject: CLIENT, key: `${family}-c`, issuer: selfIssued });
  const secondGeneration = ca({ subject: 'C=US,O=Acme,CN=Acme Issuing CA G2', key: `${family}-d`, issuer: root });
  return [
    of('a complete chain', null, 0, client, both),
    of('a client right under its root', null, 0, leaf({ subject: CLIENT, key: `${family}-c`, issuer: root }), [root]),
    of('four certificates', null, 0, four.client, four.cas),
    of('four CAs', null, 0, five.client, five.cas),
    of('a self-signed client that is in the truststore', null, 0, selfSigned, [selfSigned]),
    of('one good branch beside an expired one', null, 0, client, [expired.issuing, ...both]),
    of('one good branch beside a cross-certificate without its root', null, 0, client, [cross, ...both], {
      otherRules: 'OpenSSL does not turn back to another branch',
      warnings: ['two-issuers'],
    }),
    of('a cross-certificate to another root', null, 0, client, [cross, crossRoot]),
    of('a root that re-keyed and cross-signed itself', null, 0, afterRollover, [rollover, oldKey.root]),
    of(
      'a self-issued CA, which no path length counts',
      null,
      0,
      belowSelfIssued,
      [limitedIssuing.root, issuing, selfIssued],
      { warnings: ['two-issuers', 'two-issuers'] },
    ),
    of('self-signed', 'self-signed', 0, selfSigned, both),
    of('issuer missing', 'issuer-missing', 0, leaf({ subject: CLIENT, key: `${family}-c`, issuer: stranger }), both),
    of('issuer missing, empty truststore', 'issuer-missing', 0, client, []),
    of(
      'issuer missing, root of the next generation',
      'issuer-missing',
      0,
      leaf({
        subject: CLIENT,
        key: `${family}-c`,
        issuer: ca({ subject: 'C=US,O=Acme,CN=Acme Root CA 2', key: `${family}-d` }),
      }),
      both,
    ),
    of('root missing above the issuing CA', 'issuer-missing', 1, client, [issuing]),
    of('intermediate missing', 'intermediate-missing', 0, client, [root]),
    of('intermediate missing, though presented', 'intermediate-missing', 0, client, [root], {
      presented: [issuing.certificate],
    }),
    of(
      'intermediate missing, its predecessor there',
      'intermediate-missing',
      0,
      leaf({ subject: CLIENT, key: `${family}-c`, issuer: secondGeneration }),
      both,
    ),
    of('issuer re-keyed', 'issuer-rekeyed', 0, client, [root, rekeyed]),
    of('issuer re-keyed, without key identifiers', 'issuer-rekeyed', 0, withoutIds.client, [root, rekeyedNoIds]),
    of('root re-keyed', 'issuer-rekeyed', 1, client, [issuing, newRoot]),
    of('issuer re-keyed with another kind of key', 'issuer-rekeyed', 0, client, [
      root,
      ca({ subject: ISSUING, key: family === 'rsa' ? 'ec-e' : 'rsa-e', issuer: root }),
    ]),
    of('content altered', 'content-altered', 0, altered(client), both),
    of('content of the issuing CA altered', 'content-altered', 1, client, [
      root,
      { ...issuing, certificate: altered(issuing) },
    ]),
    of('expired', 'expired', 0, chain(family, { client: past }).client, both),
    of('not yet valid', 'not-yet-valid', 0, chain(family, { client: future }).client, both),
    of('issuer expired', 'issuer-expired', 1, client, [root, expired.issuing]),
    of('root expired', 'issuer-expired', 2, client, [chain(family, { root: past }).root, issuing]),
    of('issuer not yet valid', 'issuer-not-yet-valid', 1, client, [root, chain(family, { issuing: future }).issuing]),
    of('weak signature', 'weak-signature', 0, chain(family, { client: { hash: 'sha1' } }).client, both),
    of('weak signature of the issuing CA', 'weak-signature', 1, client, [
      root,
      chain(family, { issuing: { hash: 'sha1' } }).issuing,
    ]),
    of('five CAs', 'chain-too-long', 5, six.client, six.cas, {
      otherRules: 'only the gateway stops at four CAs',
    }),
    of('issuer not a CA', 'issuer-not-ca', 1, client, [root, chain(family, { issuing: { ca: false } }).issuing]),
    of('issuer without basic constraints', 'issuer-not-ca', 1, client, [
      root,
      chain(family, { issuing: { basicConstraints: false } }).issuing,
    ]),
    of('issuer that may not sign certificates', 'issuer-not-ca', 1, client, [
      root,
      chain(family, { issuing: { keyUsage: ['digitalSignature'] } }).issuing,
    ]),
    of('path length exceeded', 'path-length-exceeded', 3, limited.client, limited.cas),
    of("a server's certificate", null, 0, chain(family, { client: { extendedKeyUsage: [SERVER_AUTH] } }).client, both, {
      otherRules: 'AWS documents no check of the extended key usage: a warning here',
      warnings: ['unsupported-purpose'],
    }),
    of(
      'key usage without signatures',
      'unsupported-purpose',
      0,
      chain(family, { client: { keyUsage: ['keyEncipherment'] } }).client,
      both,
    ),
    of(
      'a CA for servers',
      null,
      1,
      client,
      [root, chain(family, { issuing: { extendedKeyUsage: [SERVER_AUTH] } }).issuing],
      {
        otherRules: 'AWS documents no check of the extended key usage: a warning here',
        warnings: ['unsupported-purpose'],
      },
    ),
  ];
}

/** client -> issuing CA* with name constraints -> root*. */
function constrained(name: string, reason: string | null, issuing: Change, client: Change): VerdictCase {
  const made = chain('ec', { issuing, client });
  return of(name, reason, 0, made.client, [made.root, made.issuing]);
}

function singleCases(): VerdictCase[] {
  const { root, issuing } = chain('ec');
  const rsa = chain('rsa');
  const withKey = (key: string) => leaf({ subject: CLIENT, key, issuer: issuing });
  const caWithKey = (key: string) => {
    const middle = ca({ subject: 'C=US,O=Acme,CN=Acme Device CA', key, issuer: root });
    return { middle, client: leaf({ subject: CLIENT, key: 'ec-c', issuer: middle }) };
  };
  const small = caWithKey('rsa-1024');
  const edwards = caWithKey('ed25519');
  const large = caWithKey('ec-p521');
  const critical = extension('1.3.6.1.4.1.99999.1', der.nothing, true);
  const broken = extension('2.5.29.19', Buffer.from([0x30, 0x05, 0x01]), true);
  const again = extension('2.5.29.37', der.sequence(der.oid(SERVER_AUTH)));
  const pss = chain('rsa', { client: { pss: true } });
  const oldRoot = ca({ subject: ROOT, key: 'rsa-a', version: 1 });
  const mixed = der.sequence(
    attributeSet(['C', der.printable('US')]),
    attributeSet(['O', der.printable('  ACME ')]),
    attributeSet(['CN', 'acme  root ca']),
  );
  return [
    of(
      'content altered, without key identifiers',
      'content-altered',
      0,
      altered(chain('rsa', { client: { keyIds: false } }).client),
      [rsa.root, rsa.issuing],
    ),
    of('RSASSA-PSS', null, 0, pss.client, [pss.root, pss.issuing]),
    of('RSA above ECDSA', null, 0, leaf({ subject: CLIENT, key: 'ec-c', issuer: rsa.issuing }), [
      rsa.root,
      rsa.issuing,
    ]),
    of('P-384', null, 0, withKey('ec-p384'), [root, issuing]),
    of(
      'a root of version 3 without basic constraints',
      null,
      1,
      leaf({ subject: CLIENT, key: 'rsa-c', issuer: ca({ subject: ROOT, key: 'rsa-a' }) }),
      [ca({ subject: ROOT, key: 'rsa-a', basicConstraints: false })],
    ),
    of('a root of version 1', null, 0, leaf({ subject: CLIENT, key: 'rsa-c', issuer: oldRoot }), [oldRoot]),
    of('a root that signed itself with SHA-1', null, 0, rsa.client, [
      chain('rsa', { root: { hash: 'sha1' } }).root,
      rsa.issuing,
    ]),
    of(
      'an issuer name in other case, spaces and string type',
      null,
      0,
      leaf({ subject: CLIENT, key: 'ec-c', issuer: root, issuerName: mixed }),
      [root],
    ),
    of(
      'any purpose',
      null,
      0,
      leaf({ subject: CLIENT, key: 'ec-c', issuer: issuing, extendedKeyUsage: ['2.5.29.37.0'] }),
      [root, issuing],
      {
        otherRules: 'AWS documents no check of the extended key usage: a warning here',
        warnings: ['unsupported-purpose'],
      },
    ),
    of(
      'another authority key identifier',
      'key-identifier-mismatch',
      0,
      leaf({ subject: CLIENT, key: 'ec-c', issuer: issuing, authorityKeyId: Buffer.alloc(20, 7) }),
      [root, issuing],
    ),
    of('weak key', 'weak-key', 0, withKey('rsa-1024'), [root, issuing]),
    of('weak key of the issuing CA', 'weak-key', 1, small.client, [root, small.middle]),
    of('P-224', 'unsupported-curve', 0, withKey('ec-p224'), [root, issuing], {
      otherRules: 'only the gateway limits the curves',
    }),
    of('P-521', 'unsupported-curve', 0, withKey('ec-p521'), [root, issuing], {
      otherRules: 'only the gateway limits the curves',
    }),
    of('secp256k1', 'unsupported-curve', 0, withKey('ec-secp256k1'), [root, issuing], {
      otherRules: 'only the gateway limits the curves',
    }),
    of('Ed25519', 'unsupported-curve', 0, withKey('ed25519'), [root, issuing], {
      otherRules: 'only the gateway limits the curves',
    }),
    of('an Ed25519 CA', 'unsupported-curve', 1, edwards.client, [root, edwards.middle], {
      otherRules: 'only the gateway limits the curves',
    }),
    of('a P-521 CA', 'unsupported-curve', 1, large.client, [root, large.middle], {
      otherRules: 'only the gateway limits the curves',
    }),
    of('a signature with MD5', 'weak-signature', 0, chain('rsa', { client: { hash: 'md5' } }).client, [
      rsa.root,
      rsa.issuing,
    ]),
    of(
      'a signature with SHA-224',
      'weak-signature',
      0,
      chain('ec', { client: { hash: 'sha224' } }).client,
      [root, issuing],
      { otherRules: 'only the gateway wants SHA-256' },
    ),
    of(
      'unknown critical extension',
      'unhandled-critical-extension',
      0,
      leaf({ subject: CLIENT, key: 'ec-c', issuer: issuing, extensions: [critical] }),
      [root, issuing],
    ),
    of('unknown critical extension of the issuing CA', 'unhandled-critical-extension', 1, chain('ec').client, [
      root,
      chain('ec', { issuing: { extensions: [critical] } }).issuing,
    ]),
    of(
      'an unreadable extension',
      'malformed',
      0,
      leaf({ subject: CLIENT, key: 'ec-c', issuer: issuing, basicConstraints: false, extensions: [broken] }),
      [root, issuing],
    ),
    of(
      'an extension given twice',
      'malformed',
      0,
      leaf({ subject: CLIENT, key: 'ec-c', issuer: issuing, extensions: [again] }),
      [root, issuing],
    ),
    constrained(
      'names within the constraints',
      null,
      { permitted: [general.directory('C=US,O=Partner'), general.dns('partner.example')] },
      { dnsNames: ['api.partner.example'] },
    ),
    constrained(
      'directory name outside',
      'name-constraint-violated',
      { permitted: [general.directory('C=US,O=Acme')] },
      {},
    ),
    constrained(
      'directory name excluded',
      'name-constraint-violated',
      { excluded: [general.directory('C=US,O=Partner')] },
      {},
    ),
    constrained(
      'DNS name outside',
      'name-constraint-violated',
      { permitted: [general.dns('acme.example')] },
      { dnsNames: ['api.partner.example'] },
    ),
    constrained(
      'DNS name of another host with the same end',
      'name-constraint-violated',
      { permitted: [general.dns('partner.example')] },
      { dnsNames: ['evilpartner.example'] },
    ),
    constrained(
      'DNS name excluded',
      'name-constraint-violated',
      { excluded: [general.dns('partner.example')] },
      { dnsNames: ['api.partner.example'] },
    ),
    constrained('common name outside', 'name-constraint-violated', { permitted: [general.dns('acme.example')] }, {}),
    constrained(
      'mail address outside',
      'name-constraint-violated',
      { permitted: [general.email('acme.example')] },
      { altNames: [general.email('a@partner.example')] },
    ),
    constrained(
      'mail address within',
      null,
      { permitted: [general.email('.partner.example')] },
      { altNames: [general.email('a@mail.partner.example')] },
    ),
    constrained(
      'IP address outside',
      'name-constraint-violated',
      { permitted: [general.ip(10, 0, 0, 0, 255, 0, 0, 0)] },
      { altNames: [general.ip(192, 168, 0, 1)] },
    ),
    constrained(
      'IP address within',
      null,
      { permitted: [general.ip(10, 0, 0, 0, 255, 0, 0, 0)] },
      { altNames: [general.ip(10, 1, 2, 3)] },
    ),
    constrained(
      'URI outside',
      'name-constraint-violated',
      { permitted: [general.uri('.acme.example')] },
      { altNames: [general.uri('https://partner.example/x')] },
    ),
    constrained(
      'a constraint of a kind that is not known, with such a name',
      'name-constraint-violated',
      { permitted: [general.registeredId()] },
      { altNames: [general.registeredId()] },
    ),
    constrained(
      'a constraint of a kind that is not known, without such a name',
      null,
      { permitted: [general.registeredId()] },
      {},
    ),
  ];
}

export function verdictCases(): VerdictCase[] {
  const families = (['rsa', 'ec'] as const).flatMap((family) =>
    familyCases(family).map((one) => ({ ...one, name: `${one.name} (${family === 'rsa' ? 'RSA' : 'ECDSA'})` })),
  );
  return [...families, ...singleCases()];
}

export function pemsOf(certificates: readonly Certificate[]): string {
  return certificates.map(({ der: bytes }) => pemOf(bytes)).join('');
}
