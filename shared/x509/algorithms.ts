/**
 * Signature algorithms and public keys of certificates, as far as the gateway's rules distinguish them. Sources of the
 * identifiers: RFC 3279, 4055, 5758, 8410 and NIST's registry of algorithms. Algorithms that the gateway does not
 * support are in `foreign-algorithms.ts`.
 */

import {
  bitString,
  CONTEXT,
  DerError,
  type DerNode,
  expectTag,
  hex,
  integerContent,
  isUniversal,
  oidText,
  readDer,
  TAG,
} from './der.js';
import { foreignName } from './foreign-algorithms.js';

export type Hash =
  | 'md2'
  | 'md4'
  | 'md5'
  | 'sha1'
  | 'sha224'
  | 'sha256'
  | 'sha384'
  | 'sha512'
  | 'sha512-224'
  | 'sha512-256'
  | 'sha3-224'
  | 'sha3-256'
  | 'sha3-384'
  | 'sha3-512';

export interface SignatureAlgorithm {
  readonly oid: string;
  /** As OpenSSL prints it, or the object identifier where it is not known. */
  readonly name: string;
  /** Null where the algorithm is unknown or has no separate hash (EdDSA). */
  readonly hash: Hash | null;
  readonly scheme: 'rsa' | 'rsa-pss' | 'ecdsa' | 'dsa' | 'eddsa' | 'unknown';
  /** Octets; RSASSA-PSS only. */
  readonly saltLength: number | null;
  /** The hash of the mask generation function; RSASSA-PSS only, and nearly always the same as `hash`. */
  readonly maskHash: Hash | null;
}

export interface PublicKey {
  readonly type: 'rsa' | 'rsa-pss' | 'ec' | 'dsa' | 'eddsa' | 'unknown';
  /** Length of the RSA modulus or of the curve; null where it is not known. */
  readonly bits: number | null;
  /** NIST name where there is one, else a name or an object identifier; null for keys without a curve. */
  readonly curve: string | null;
  /** The name or object identifier of any other kind of key; null for the kinds above. */
  readonly name: string | null;
  /** DER of the SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
}

const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';
const RSASSA_PSS = '1.2.840.113549.1.1.10';
const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
const DSA_KEYS: ReadonlySet<string> = new Set(['1.2.840.10040.4.1', '1.3.14.3.2.12']);

const SIGNATURES: Readonly<Record<string, readonly [string, SignatureAlgorithm['scheme'], Hash | null]>> = {
  '1.2.840.113549.1.1.2': ['md2WithRSAEncryption', 'rsa', 'md2'],
  '1.2.840.113549.1.1.3': ['md4WithRSAEncryption', 'rsa', 'md4'],
  '1.2.840.113549.1.1.4': ['md5WithRSAEncryption', 'rsa', 'md5'],
  '1.2.840.113549.1.1.5': ['sha1WithRSAEncryption', 'rsa', 'sha1'],
  '1.3.14.3.2.29': ['sha1WithRSA', 'rsa', 'sha1'],
  '1.2.840.113549.1.1.14': ['sha224WithRSAEncryption', 'rsa', 'sha224'],
  '1.2.840.113549.1.1.11': ['sha256WithRSAEncryption', 'rsa', 'sha256'],
  '1.2.840.113549.1.1.12': ['sha384WithRSAEncryption', 'rsa', 'sha384'],
  '1.2.840.113549.1.1.13': ['sha512WithRSAEncryption', 'rsa', 'sha512'],
  '1.2.840.113549.1.1.15': ['sha512-224WithRSAEncryption', 'rsa', 'sha512-224'],
  '1.2.840.113549.1.1.16': ['sha512-256WithRSAEncryption', 'rsa', 'sha512-256'],
  '1.2.840.10045.4.1': ['ecdsa-with-SHA1', 'ecdsa', 'sha1'],
  '1.2.840.10045.4.3.1': ['ecdsa-with-SHA224', 'ecdsa', 'sha224'],
  '1.2.840.10045.4.3.2': ['ecdsa-with-SHA256', 'ecdsa', 'sha256'],
  '1.2.840.10045.4.3.3': ['ecdsa-with-SHA384', 'ecdsa', 'sha384'],
  '1.2.840.10045.4.3.4': ['ecdsa-with-SHA512', 'ecdsa', 'sha512'],
  '1.2.840.10040.4.3': ['dsaWithSHA1', 'dsa', 'sha1'],
  '2.16.840.1.101.3.4.3.1': ['dsa_with_SHA224', 'dsa', 'sha224'],
  '2.16.840.1.101.3.4.3.2': ['dsa_with_SHA256', 'dsa', 'sha256'],
  '2.16.840.1.101.3.4.3.3': ['dsa_with_SHA384', 'dsa', 'sha384'],
  '2.16.840.1.101.3.4.3.4': ['dsa_with_SHA512', 'dsa', 'sha512'],
  '2.16.840.1.101.3.4.3.9': ['ecdsa_with_SHA3-224', 'ecdsa', 'sha3-224'],
  '2.16.840.1.101.3.4.3.10': ['ecdsa_with_SHA3-256', 'ecdsa', 'sha3-256'],
  '2.16.840.1.101.3.4.3.11': ['ecdsa_with_SHA3-384', 'ecdsa', 'sha3-384'],
  '2.16.840.1.101.3.4.3.12': ['ecdsa_with_SHA3-512', 'ecdsa', 'sha3-512'],
  '2.16.840.1.101.3.4.3.13': ['RSA-SHA3-224', 'rsa', 'sha3-224'],
  '2.16.840.1.101.3.4.3.14': ['RSA-SHA3-256', 'rsa', 'sha3-256'],
  '2.16.840.1.101.3.4.3.15': ['RSA-SHA3-384', 'rsa', 'sha3-384'],
  '2.16.840.1.101.3.4.3.16': ['RSA-SHA3-512', 'rsa', 'sha3-512'],
  '1.3.101.112': ['ED25519', 'eddsa', null],
  '1.3.101.113': ['ED448', 'eddsa', null],
};

const DIGESTS: Readonly<Record<string, Hash>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '2.16.840.1.101.3.4.2.5': 'sha512-224',
  '2.16.840.1.101.3.4.2.6': 'sha512-256',
  '2.16.840.1.101.3.4.2.7': 'sha3-224',
  '2.16.840.1.101.3.4.2.8': 'sha3-256',
  '2.16.840.1.101.3.4.2.9': 'sha3-384',
  '2.16.840.1.101.3.4.2.10': 'sha3-512',
};

const CURVES: Readonly<Record<string, readonly [string, number]>> = {
  '1.2.840.10045.3.1.1': ['P-192', 192],
  '1.3.132.0.33': ['P-224', 224],
  '1.2.840.10045.3.1.7': ['P-256', 256],
  '1.3.132.0.34': ['P-384', 384],
  '1.3.132.0.35': ['P-521', 521],
  '1.3.132.0.10': ['secp256k1', 256],
  '1.3.36.3.3.2.8.1.1.7': ['brainpoolP256r1', 256],
  '1.3.36.3.3.2.8.1.1.11': ['brainpoolP384r1', 384],
  '1.3.36.3.3.2.8.1.1.13': ['brainpoolP512r1', 512],
};

const SM2_CURVE = '1.2.156.10197.1.301';
const ED25519 = '1.3.101.112';
const ED448 = '1.3.101.113';

/** Reads an AlgorithmIdentifier of a signature. @throws DerError */
export function readSignatureAlgorithm(node: DerNode): SignatureAlgorithm {
  const [type, parameters] = expectTag(node, TAG.sequence, 'signature algorithm').children;
  const oid = oidText(expectTag(type, TAG.oid, 'signature algorithm').content);
  if (oid === RSASSA_PSS) return readPss(oid, parameters);
  const [name, scheme, hash] = SIGNATURES[oid] ?? [foreignName(oid) ?? oid, 'unknown' as const, null];
  return { oid, name, hash, scheme, saltLength: null, maskHash: null };
}

/** Defaults by RFC 4055, section 3.1: SHA-1 and a salt of 20 octets. */
function readPss(oid: string, parameters: DerNode | undefined): SignatureAlgorithm {
  let hash: Hash | null = 'sha1';
  let maskHash: Hash | null = 'sha1';
  let saltLength = 20;
  let hashName = 'SHA-1';
  for (const field of parameters?.children ?? []) {
    const [value] = field.children;
    if (field.tagClass !== CONTEXT || value === undefined)
      throw new DerError('RSASSA-PSS parameters of the wrong type');
    if (field.tag === 0) {
      const digest = oidText(expectTag(value.children[0], TAG.oid, 'RSASSA-PSS hash').content);
      hash = DIGESTS[digest] ?? null;
      hashName = hash ?? foreignName(digest) ?? digest;
    }
    if (field.tag === 1) maskHash = maskHashOf(value);
    if (field.tag === 2) saltLength = smallInteger(value);
  }
  return { oid, name: `RSASSA-PSS with ${hashName}`, hash, scheme: 'rsa-pss', saltLength, maskHash };
}

/** The hash of MGF1, the only mask generation function that is defined. */
function maskHashOf(mask: DerNode): Hash | null {
  const digest = mask.children[1]?.children[0];
  return isUniversal(digest, TAG.oid) ? (DIGESTS[oidText(digest.content)] ?? null) : null;
}

/**
 * A non-negative INTEGER; a value too large for a JavaScript number gives the largest safe one.
 * @throws DerError
 */
export function smallInteger(node: DerNode): number {
  const content = integerContent(node, 'number');
  if ((content[0] ?? 0) > 127) throw new DerError('number out of range');
  return Math.min(Number(`0x${hex(content)}`), Number.MAX_SAFE_INTEGER);
}

/** Reads a SubjectPublicKeyInfo. @throws DerError */
export function readPublicKey(node: DerNode): PublicKey {
  const [algorithm, key] = expectTag(node, TAG.sequence, 'public key').children;
  const [type, parameters] = expectTag(algorithm, TAG.sequence, 'public key algorithm').children;
  const oid = oidText(expectTag(type, TAG.oid, 'public key algorithm').content);
  const bits = bitString(expectTag(key, TAG.bitString, 'public key'));
  const spki = node.raw;
  const none = { bits: null, curve: null, name: null, spki };
  if (oid === RSA_ENCRYPTION || oid === RSASSA_PSS)
    return { ...none, type: oid === RSASSA_PSS ? 'rsa-pss' : 'rsa', bits: modulusBits(bits) };
  if (oid === EC_PUBLIC_KEY) {
    // Explicit parameters instead of a named curve could describe any curve; RFC 5480 forbids them.
    if (!isUniversal(parameters, TAG.oid)) return { ...none, type: 'ec', curve: 'explicit parameters' };
    const curve = oidText(parameters.content);
    // An SM2 key has the form of an EC key, but belongs to a different signature scheme.
    if (curve === SM2_CURVE) return { ...none, type: 'unknown', name: 'SM2' };
    const [name, size] = CURVES[curve] ?? [curve, null];
    return { ...none, type: 'ec', bits: size, curve: name };
  }
  if (oid === ED25519) return { ...none, type: 'eddsa', bits: 256, curve: 'Ed25519' };
  if (DSA_KEYS.has(oid)) return { ...none, type: 'dsa' };
  return { ...none, type: oid === ED448 ? 'eddsa' : 'unknown', name: foreignName(oid) ?? oid };
}

export const UNREADABLE_KEY = 'unreadable key';

/** Stands in for a key that cannot be read. */
export function unreadableKey(spki: Uint8Array): PublicKey {
  return { type: 'unknown', bits: null, curve: null, name: UNREADABLE_KEY, spki };
}

function modulusBits(key: Uint8Array): number {
  const modulus = integerContent(expectTag(readDer(key), TAG.sequence, 'RSA key').children[0], 'RSA modulus');
  const start = modulus.findIndex((byte) => byte !== 0);
  const first = modulus[start];
  if (first === undefined || (modulus[0] ?? 0) > 127) throw new DerError('RSA modulus is not positive');
  return (modulus.length - start - 1) * 8 + (32 - Math.clz32(first));
}

/** Text for people, such as `RSA 2048`, `EC P-256` or `ML-DSA-65`. */
export function describeKey({ type, bits, curve, name }: PublicKey): string {
  if (name !== null) return name;
  if (curve !== null) return type === 'ec' ? `EC ${curve}` : curve;
  const kind = { rsa: 'RSA', 'rsa-pss': 'RSA-PSS', ec: 'EC', dsa: 'DSA', eddsa: 'EdDSA', unknown: 'unknown key type' };
  return bits === null ? kind[type] : `${kind[type]} ${bits}`;
}
