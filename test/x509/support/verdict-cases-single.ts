/** Cases for which one kind of key is enough: algorithms, shapes of names and extensions, name constraints. */

import { altered, attributeSet, ca, extension, general, leaf, SERVER_AUTH } from '../../support/certificates.js';
import * as der from '../../support/der-writer.js';
import { type Change, CLIENT, chain, of, ROOT, type VerdictCase } from './verdict-case.js';

/** client -> issuing CA* with name constraints -> root*. */
function constrained(name: string, reason: string | null, issuing: Change, client: Change): VerdictCase {
  const made = chain('ec', { issuing, client });
  return of(name, reason, 0, made.client, [made.root, made.issuing]);
}

export function singleCases(): VerdictCase[] {
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
