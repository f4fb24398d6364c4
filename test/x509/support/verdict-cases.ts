/**
 * Minimal cases for verdicts, one per cause, in RSA and in ECDSA where keys make a difference. Each is all right but for
 * the one thing it is about. Chains are drawn from the client upwards; `*` is what is in the truststore.
 */

import { AT, altered, ca, days, leaf, SERVER_AUTH } from '../../support/certificates.js';
import { CLIENT, chain, type Family, ISSUING, longChain, of, ROOT, type VerdictCase } from './verdict-case.js';
import { singleCases } from './verdict-cases-single.js';

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

export function verdictCases(): VerdictCase[] {
  const families = (['rsa', 'ec'] as const).flatMap((family) =>
    familyCases(family).map((one) => ({ ...one, name: `${one.name} (${family === 'rsa' ? 'RSA' : 'ECDSA'})` })),
  );
  return [...families, ...singleCases()];
}
