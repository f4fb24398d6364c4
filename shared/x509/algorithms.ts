/**
 * Signature algorithms and public keys of certificates, as far as they are told apart by the gateway's rules.
 * Sources of the identifiers: RFC 3279, 4055, 5758, 8410 and NIST's registry of algorithms.
 */

import {
  bitString,
  CONTEXT,
  DerError,
  type DerNode,
  expectTag,
  hex,
  isUniversal,
  oidText,
  readDer,
  TAG,
} from './der.js';

export type Hash =
  | 'md2'
  | 'md4'
  | 'md5'
  | 'sha1'
  | 'sha224'
  | 'sha256'
  | 'sha384'
  | 'sha512'
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
}

export interface PublicKey {
  readonly type: 'rsa' | 'rsa-pss' | 'ec' | 'dsa' | 'eddsa' | 'unknown';
  /** Length of the RSA modulus or of the curve; null where it is not known. */
  readonly bits: number | null;
  /** NIST name where there is one, else a name or an object identifier; null for keys without a curve. */
  readonly curve: string | null;
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
  '1.2.840.10045.4.1': ['ecdsa-with-SHA1', 'ecdsa', 'sha1'],
  '1.2.840.10045.4.3.1': ['ecdsa-with-SHA224', 'ecdsa', 'sha224'],
  '1.2.840.10045.4.3.2': ['ecdsa-with-SHA256', 'ecdsa', 'sha256'],
  '1.2.840.10045.4.3.3': ['ecdsa-with-SHA384', 'ecdsa', 'sha384'],
  '1.2.840.10045.4.3.4': ['ecdsa-with-SHA512', 'ecdsa', 'sha512'],
  '1.2.840.10040.4.3': ['dsaWithSHA1', 'dsa', 'sha1'],
  '2.16.840.1.101.3.4.3.1': ['dsa_with_SHA224', 'dsa', 'sha224'],
  '2.16.840.1.101.3.4.3.2': ['dsa_with_SHA256', 'dsa', 'sha256'],
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
  '1.2.156.10197.1.301': ['SM2', 256],
};

const EDWARDS: Readonly<Record<string, readonly [string, number]>> = {
  '1.3.101.112': ['Ed25519', 256],
  '1.3.101.113': ['Ed448', 456],
};

/** Reads an AlgorithmIdentifier of a signature. @throws DerError */
export function readSignatureAlgorithm(node: DerNode): SignatureAlgorithm {
  const [type, parameters] = expectTag(node, TAG.sequence, 'signature algorithm').children;
  const oid = oidText(expectTag(type, TAG.oid, 'signature algorithm').content);
  if (oid === RSASSA_PSS) return readPss(oid, parameters);
  const [name, scheme, hash] = SIGNATURES[oid] ?? [oid, 'unknown', null];
  return { oid, name, hash, scheme: scheme as SignatureAlgorithm['scheme'], saltLength: null };
}

/** RFC 4055, section 3.1: what is left out is SHA-1 and 20 octets. */
function readPss(oid: string, parameters: DerNode | undefined): SignatureAlgorithm {
  let hash: Hash | null = 'sha1';
  let saltLength = 20;
  for (const field of parameters?.children ?? []) {
    const [value] = field.children;
    if (field.tagClass !== CONTEXT || value === undefined)
      throw new DerError('RSASSA-PSS parameters of the wrong type');
    if (field.tag === 0)
      hash = DIGESTS[oidText(expectTag(value.children[0], TAG.oid, 'RSASSA-PSS hash').content)] ?? null;
    if (field.tag === 2) saltLength = smallInteger(value);
  }
  return { oid, name: `RSASSA-PSS with ${hash ?? 'an unknown hash'}`, hash, scheme: 'rsa-pss', saltLength };
}

/** A non-negative INTEGER; what does not fit a number of JavaScript is the largest that does. @throws DerError */
export function smallInteger(node: DerNode): number {
  const { content } = expectTag(node, TAG.integer, 'number');
  if (content.length === 0 || (content[0] ?? 0) > 127) throw new DerError('number out of range');
  return Math.min(Number(`0x${hex(content)}`), Number.MAX_SAFE_INTEGER);
}

/** Reads a SubjectPublicKeyInfo. @throws DerError */
export function readPublicKey(node: DerNode): PublicKey {
  const [algorithm, key] = expectTag(node, TAG.sequence, 'public key').children;
  const [type, parameters] = expectTag(algorithm, TAG.sequence, 'public key algorithm').children;
  const oid = oidText(expectTag(type, TAG.oid, 'public key algorithm').content);
  const bits = bitString(expectTag(key, TAG.bitString, 'public key'));
  const spki = node.raw;
  if (oid === RSA_ENCRYPTION || oid === RSASSA_PSS) {
    return { type: oid === RSASSA_PSS ? 'rsa-pss' : 'rsa', bits: modulusBits(bits), curve: null, spki };
  }
  if (oid === EC_PUBLIC_KEY) {
    // Explicit parameters instead of a name could describe any curve: RFC 5480 forbids them.
    if (!isUniversal(parameters, TAG.oid)) return { type: 'ec', bits: null, curve: 'explicit parameters', spki };
    const curve = oidText(parameters.content);
    const [name, size] = CURVES[curve] ?? [curve, null];
    return { type: 'ec', bits: size, curve: name, spki };
  }
  const edwards = EDWARDS[oid];
  if (edwards !== undefined) return { type: 'eddsa', bits: edwards[1], curve: edwards[0], spki };
  return { type: DSA_KEYS.has(oid) ? 'dsa' : 'unknown', bits: null, curve: null, spki };
}

function modulusBits(key: Uint8Array): number {
  const modulus = expectTag(
    expectTag(readDer(key), TAG.sequence, 'RSA key').children[0],
    TAG.integer,
    'RSA modulus',
  ).content;
  const start = modulus.findIndex((byte) => byte !== 0);
  const first = modulus[start];
  if (first === undefined || (modulus[0] ?? 0) > 127) throw new DerError('RSA modulus is not positive');
  return (modulus.length - start - 1) * 8 + (32 - Math.clz32(first));
}

/** `RSA 2048`, `EC P-256`, …: for people. */
export function describeKey({ type, bits, curve }: PublicKey): string {
  if (curve !== null) return type === 'ec' ? `EC ${curve}` : curve;
  const name = { rsa: 'RSA', 'rsa-pss': 'RSA-PSS', ec: 'EC', dsa: 'DSA', eddsa: 'EdDSA', unknown: 'unknown key type' }[
    type
  ];
  return bits === null ? name : `${name} ${bits}`;
}
