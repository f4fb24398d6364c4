/** The parameters of RSASSA-PSS: defaults by RFC 4055, section 3.1, and each that is written. */

import { expect, it } from 'vitest';
import { readSignatureAlgorithm } from '../../shared/x509/algorithms.js';
import { readDer } from '../../shared/x509/der.js';
import * as der from '../support/der-writer.js';

const SHA256 = '2.16.840.1.101.3.4.2.1';
const SHA512 = '2.16.840.1.101.3.4.2.3';
const hashed = (oid: string) => der.sequence(der.oid(oid), der.nothing);
const mask = (oid: string) => der.sequence(der.oid('1.2.840.113549.1.1.8'), hashed(oid));
const pss = (...fields: Uint8Array[]) =>
  readSignatureAlgorithm(readDer(der.sequence(der.oid('1.2.840.113549.1.1.10'), der.sequence(...fields))));

it.each<[string, Uint8Array[], object]>([
  ['none', [], { hash: 'sha1', maskHash: 'sha1', saltLength: 20, name: 'RSASSA-PSS with SHA-1' }],
  ['a hash', [der.context(0, hashed(SHA256))], { hash: 'sha256', maskHash: 'sha1', saltLength: 20 }],
  ['a hash of the mask', [der.context(1, mask(SHA512))], { hash: 'sha1', maskHash: 'sha512', saltLength: 20 }],
  ['a salt', [der.context(2, der.integer(48))], { hash: 'sha1', maskHash: 'sha1', saltLength: 48 }],
  [
    'all of them, of different hashes',
    [der.context(0, hashed(SHA256)), der.context(1, mask(SHA512)), der.context(2, der.integer(32))],
    { hash: 'sha256', maskHash: 'sha512', saltLength: 32, scheme: 'rsa-pss' },
  ],
  [
    'hashes that cannot be used',
    [der.context(0, hashed('2.16.840.1.101.3.4.2.11')), der.context(1, mask('1.2.3.4'))],
    { hash: null, maskHash: null, name: 'RSASSA-PSS with SHAKE128' },
  ],
])('%s', (_what, fields, expected) => {
  expect(pss(...fields)).toMatchObject(expected);
});

it.each<[string, Uint8Array]>([
  ['a field without a tag of its own', hashed(SHA256)],
  ['an empty field', der.context(0)],
  ['a hash that is no identifier', der.context(0, der.sequence(der.integer(1)))],
  ['a salt below zero', der.context(2, der.integer('-1'))],
])('%s is an error', (_what, field) => {
  expect(() => pss(field)).toThrow();
});
