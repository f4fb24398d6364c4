/** The parameters of RSASSA-PSS: defaults by RFC 4055, section 3.1, and each that is written. */

import { describe, expect, it } from 'vitest';
import { describeKey, readPublicKey, readSignatureAlgorithm, unreadableKey } from '../../shared/x509/algorithms.js';
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

const plain = (oid: string) => readSignatureAlgorithm(readDer(der.sequence(der.oid(oid), der.nothing)));

/** By RFC 3279, 4055, 5758, 8410 and NIST's registry, with the names that OpenSSL prints. */
it.each([
  ['1.2.840.113549.1.1.2', 'md2WithRSAEncryption', 'rsa', 'md2'],
  ['1.2.840.113549.1.1.3', 'md4WithRSAEncryption', 'rsa', 'md4'],
  ['1.2.840.113549.1.1.4', 'md5WithRSAEncryption', 'rsa', 'md5'],
  ['1.2.840.113549.1.1.5', 'sha1WithRSAEncryption', 'rsa', 'sha1'],
  ['1.3.14.3.2.29', 'sha1WithRSA', 'rsa', 'sha1'],
  ['1.2.840.113549.1.1.14', 'sha224WithRSAEncryption', 'rsa', 'sha224'],
  ['1.2.840.113549.1.1.11', 'sha256WithRSAEncryption', 'rsa', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384WithRSAEncryption', 'rsa', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512WithRSAEncryption', 'rsa', 'sha512'],
  ['1.2.840.113549.1.1.15', 'sha512-224WithRSAEncryption', 'rsa', 'sha512-224'],
  ['1.2.840.113549.1.1.16', 'sha512-256WithRSAEncryption', 'rsa', 'sha512-256'],
  ['1.2.840.10045.4.1', 'ecdsa-with-SHA1', 'ecdsa', 'sha1'],
  ['1.2.840.10045.4.3.1', 'ecdsa-with-SHA224', 'ecdsa', 'sha224'],
  ['1.2.840.10045.4.3.2', 'ecdsa-with-SHA256', 'ecdsa', 'sha256'],
  ['1.2.840.10045.4.3.3', 'ecdsa-with-SHA384', 'ecdsa', 'sha384'],
  ['1.2.840.10045.4.3.4', 'ecdsa-with-SHA512', 'ecdsa', 'sha512'],
  ['1.2.840.10040.4.3', 'dsaWithSHA1', 'dsa', 'sha1'],
  ['2.16.840.1.101.3.4.3.1', 'dsa_with_SHA224', 'dsa', 'sha224'],
  ['2.16.840.1.101.3.4.3.2', 'dsa_with_SHA256', 'dsa', 'sha256'],
  ['2.16.840.1.101.3.4.3.3', 'dsa_with_SHA384', 'dsa', 'sha384'],
  ['2.16.840.1.101.3.4.3.4', 'dsa_with_SHA512', 'dsa', 'sha512'],
  ['2.16.840.1.101.3.4.3.9', 'ecdsa_with_SHA3-224', 'ecdsa', 'sha3-224'],
  ['2.16.840.1.101.3.4.3.10', 'ecdsa_with_SHA3-256', 'ecdsa', 'sha3-256'],
  ['2.16.840.1.101.3.4.3.11', 'ecdsa_with_SHA3-384', 'ecdsa', 'sha3-384'],
  ['2.16.840.1.101.3.4.3.12', 'ecdsa_with_SHA3-512', 'ecdsa', 'sha3-512'],
  ['2.16.840.1.101.3.4.3.13', 'RSA-SHA3-224', 'rsa', 'sha3-224'],
  ['2.16.840.1.101.3.4.3.14', 'RSA-SHA3-256', 'rsa', 'sha3-256'],
  ['2.16.840.1.101.3.4.3.15', 'RSA-SHA3-384', 'rsa', 'sha3-384'],
  ['2.16.840.1.101.3.4.3.16', 'RSA-SHA3-512', 'rsa', 'sha3-512'],
  ['1.3.101.112', 'ED25519', 'eddsa', null],
  ['1.3.101.113', 'ED448', 'eddsa', null],
  ['1.2.3.4', '1.2.3.4', 'unknown', null],
] as const)('signature algorithm %s is %s', (oid, name, scheme, hash) => {
  expect(plain(oid)).toEqual({ oid, name, scheme, hash, saltLength: null, maskHash: null });
});

it.each([
  ['1.3.14.3.2.26', 'sha1'],
  ['2.16.840.1.101.3.4.2.4', 'sha224'],
  [SHA256, 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  [SHA512, 'sha512'],
  ['2.16.840.1.101.3.4.2.5', 'sha512-224'],
  ['2.16.840.1.101.3.4.2.6', 'sha512-256'],
  ['2.16.840.1.101.3.4.2.7', 'sha3-224'],
  ['2.16.840.1.101.3.4.2.8', 'sha3-256'],
  ['2.16.840.1.101.3.4.2.9', 'sha3-384'],
  ['2.16.840.1.101.3.4.2.10', 'sha3-512'],
] as const)('hash %s is %s', (oid, hash) => {
  expect(pss(der.context(0, hashed(oid)), der.context(1, mask(oid)))).toMatchObject({
    hash,
    maskHash: hash,
    name: `RSASSA-PSS with ${hash}`,
  });
});

describe('a public key', () => {
  const EC = '1.2.840.10045.2.1';
  const bits = (...bytes: readonly number[]) => der.tlv(0x03, Uint8Array.of(0, ...bytes));
  const key = (oid: string, parameters: Uint8Array, content = bits(4)) =>
    readPublicKey(readDer(der.sequence(der.sequence(der.oid(oid), parameters), content)));
  const told = (oid: string, parameters = der.nothing) => {
    const { spki: _, ...known } = key(oid, parameters);
    return { ...known, text: describeKey(key(oid, parameters)) };
  };

  it.each([
    ['1.2.840.10045.3.1.1', 'P-192', 192],
    ['1.3.132.0.33', 'P-224', 224],
    ['1.2.840.10045.3.1.7', 'P-256', 256],
    ['1.3.132.0.34', 'P-384', 384],
    ['1.3.132.0.35', 'P-521', 521],
    ['1.3.132.0.10', 'secp256k1', 256],
    ['1.3.36.3.3.2.8.1.1.7', 'brainpoolP256r1', 256],
    ['1.3.36.3.3.2.8.1.1.11', 'brainpoolP384r1', 384],
    ['1.3.36.3.3.2.8.1.1.13', 'brainpoolP512r1', 512],
    ['1.2.3.4', '1.2.3.4', null],
  ])('on the curve %s is EC %s', (curve, name, size) => {
    expect(told(EC, der.oid(curve))).toEqual({ type: 'ec', curve: name, bits: size, name: null, text: `EC ${name}` });
  });

  it.each([
    [EC, der.nothing, { type: 'ec', curve: 'explicit parameters', bits: null, text: 'EC explicit parameters' }],
    [EC, der.oid('1.2.156.10197.1.301'), { type: 'unknown', name: 'SM2', curve: null, text: 'SM2' }],
    ['1.3.101.112', der.nothing, { type: 'eddsa', curve: 'Ed25519', bits: 256, name: null, text: 'Ed25519' }],
    ['1.3.101.113', der.nothing, { type: 'eddsa', curve: null, bits: null }],
    ['1.2.840.10040.4.1', der.nothing, { type: 'dsa', name: null, text: 'DSA' }],
    ['1.3.14.3.2.12', der.nothing, { type: 'dsa', name: null, text: 'DSA' }],
    ['1.2.3.4', der.nothing, { type: 'unknown', name: '1.2.3.4', text: '1.2.3.4' }],
  ])('of the kind %s', (oid, parameters, expected) => {
    expect(told(oid, parameters)).toMatchObject(expected);
  });

  it.each([
    [[0x80], 8],
    [[0x00, 0x80], 8],
    [[0x01, 0x00], 9],
    [[0x7f, 0xff], 15],
    [[0x00, 0xff, 0xff], 16],
  ])('of RSA has the length of its modulus: %j is %i bits', (modulus, size) => {
    const positive = (modulus[0] ?? 0) > 127 ? [0, ...modulus] : modulus;
    const integer = der.tlv(0x02, Uint8Array.from(positive));
    const content = bits(...der.sequence(integer, der.integer(3)));
    expect(key('1.2.840.113549.1.1.1', der.nothing, content)).toMatchObject({ type: 'rsa', bits: size, name: null });
    const pssKey = key('1.2.840.113549.1.1.10', der.nothing, content);
    expect([pssKey.type, describeKey(pssKey)]).toEqual(['rsa-pss', `RSA-PSS ${size}`]);
  });

  it.each([[[0]], [[0xff]]])('of RSA whose modulus is not positive is an error: %j', (modulus) => {
    const content = bits(...der.sequence(der.tlv(0x02, Uint8Array.from(modulus)), der.integer(3)));
    expect(() => key('1.2.840.113549.1.1.1', der.nothing, content)).toThrow('RSA modulus is not positive');
  });

  it('that cannot be read says so', () => {
    expect(describeKey(unreadableKey(Uint8Array.of()))).toBe('unreadable key');
    expect(describeKey({ ...unreadableKey(Uint8Array.of()), name: null })).toBe('unknown key type');
  });
});
