/** Keys are kept of the CAs of a truststore, never of those who call: anybody can make new ones all day. */

import { expect, it } from 'vitest';
import { latin1 } from '../../shared/x509/der.js';
import { diagnose } from '../../shared/x509/diagnose.js';
import { isSignedByNamesake } from '../../shared/x509/namesakes.js';
import type { KeyCache } from '../../shared/x509/signature.js';
import { parseTruststore } from '../../shared/x509/truststore.js';
import { AT, ca, leaf } from '../support/certificates.js';

const NAME = 'C=US,O=Acme,CN=Acme CA';
const acme = ca({ subject: NAME, key: 'ec-a' });
const rsa = ca({ subject: 'CN=RSA CA', key: 'rsa-a' });
const mimic = ca({ subject: NAME, key: 'ec-b' });
const other = ca({ subject: 'CN=Nobody knows', key: 'rsa-b' });

it.each([
  ['a client of the CA', leaf({ subject: 'CN=edi', key: 'ec-c', issuer: acme }), 1],
  ['a client that signed itself', leaf({ subject: 'CN=edi', key: 'ec-d' }), 0],
  ['a client that signed itself with the name of the CA', leaf({ subject: NAME, key: 'ec-d' }), 1],
  ['a client under the name of the CA', leaf({ subject: 'CN=edi', key: 'ec-c', issuer: mimic }), 1],
  ['a client of a CA that nobody knows', leaf({ subject: 'CN=edi', key: 'rsa-c', issuer: other }), 0],
  ['a CA that calls', mimic, 1],
  ['the CA itself', acme, 1],
])('%s leaves no key of its own', (_, { certificate }, most) => {
  const kept = new Map<string, Parameters<KeyCache['set']>[1]>();
  const bundle = parseTruststore(acme.pem + rsa.pem);
  const watched = { ...bundle, known: { ...bundle.known, keys: kept } };
  for (const reason of [null, 'issuer-not-found', 'self-signed'] as const)
    diagnose(certificate, watched, AT, [], reason);
  isSignedByNamesake(certificate, watched);
  const own = [acme, rsa].map((one) => latin1(one.certificate.publicKey.spki));
  expect([...kept.keys()].filter((key) => !own.includes(key))).toEqual([]);
  expect(kept.size).toBe(most);
});
