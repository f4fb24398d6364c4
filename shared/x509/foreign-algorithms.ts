/**
 * Names of algorithms that the gateway does not support, by object identifier, so that findings can name them. Sources:
 * NIST's registry (FIPS 204 and 205), RFC 8692, 8708, 9802, 9814 and 9881, draft-ietf-lamps-pq-composite-sigs, GM/T
 * 0006, RFC 4491 and 9215, RFC 8410.
 */

/** FIPS 205, in the order of the registry, from 2.16.840.1.101.3.4.3.20 on. */
const SLH_DSA = ['SHA2', 'SHAKE'].flatMap((hash) =>
  ['128s', '128f', '192s', '192f', '256s', '256f'].map((size) => `SLH-DSA-${hash}-${size}`),
);
/** The variants with a pre-hash, from 2.16.840.1.101.3.4.3.35 on. */
const SLH_DSA_HASHES = ['SHA256', 'SHA256', 'SHA512', 'SHA512', 'SHA512', 'SHA512'].concat([
  'SHAKE128',
  'SHAKE128',
  'SHAKE256',
  'SHAKE256',
  'SHAKE256',
  'SHAKE256',
]);
const ML_DSA = ['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'];

/** Composite signatures, from 1.3.6.1.5.5.7.6.37 on. */
const COMPOSITES = [
  '44-RSA2048-PSS-SHA256',
  '44-RSA2048-PKCS15-SHA256',
  '44-Ed25519-SHA512',
  '44-ECDSA-P256-SHA256',
  '65-RSA3072-PSS-SHA512',
  '65-RSA3072-PKCS15-SHA512',
  '65-RSA4096-PSS-SHA512',
  '65-RSA4096-PKCS15-SHA512',
  '65-ECDSA-P256-SHA512',
  '65-ECDSA-P384-SHA512',
  '65-ECDSA-brainpoolP256r1-SHA512',
  '65-Ed25519-SHA512',
  '87-ECDSA-P384-SHA512',
  '87-ECDSA-brainpoolP384r1-SHA512',
  '87-Ed448-SHAKE256',
  '87-RSA3072-PSS-SHA512',
  '87-RSA4096-PSS-SHA512',
  '87-ECDSA-P521-SHA512',
];

const NIST = '2.16.840.1.101.3.4';
const PKIX = '1.3.6.1.5.5.7.6';
const numbered = (arc: string, first: number, names: readonly string[]) =>
  names.map((name, at) => [`${arc}.${first + at}`, name] as const);

const NAMES: ReadonlyMap<string, string> = new Map([
  ...numbered(`${NIST}.3`, 17, ML_DSA),
  ...numbered(`${NIST}.3`, 20, SLH_DSA),
  ...numbered(
    `${NIST}.3`,
    32,
    ML_DSA.map((name) => `Hash${name}-with-SHA512`),
  ),
  ...numbered(
    `${NIST}.3`,
    35,
    SLH_DSA.map((name, at) => `Hash${name}-with-${SLH_DSA_HASHES[at]}`),
  ),
  ...numbered(`${NIST}.4`, 1, ['ML-KEM-512', 'ML-KEM-768', 'ML-KEM-1024']),
  ...numbered(
    PKIX,
    37,
    COMPOSITES.map((name) => `MLDSA${name}`),
  ),
  ...numbered(PKIX, 30, [
    'RSASSA-PSS-SHAKE128',
    'RSASSA-PSS-SHAKE256',
    'ecdsa-with-SHAKE128',
    'ecdsa-with-SHAKE256',
    'XMSS',
    'XMSSMT',
  ]),
  [`${NIST}.2.11`, 'SHAKE128'],
  [`${NIST}.2.12`, 'SHAKE256'],
  [`${NIST}.2.17`, 'SHAKE128-len'],
  [`${NIST}.2.18`, 'SHAKE256-len'],
  ['1.2.840.113549.1.9.16.3.17', 'HSS/LMS'],
  ['1.2.156.10197.1.301', 'SM2'],
  ['1.2.156.10197.1.401', 'SM3'],
  ['1.2.156.10197.1.501', 'SM2-with-SM3'],
  ['1.2.156.10197.1.502', 'SM2-with-SHA1'],
  ['1.2.156.10197.1.503', 'SM2-with-SHA256'],
  ['1.2.156.10197.1.504', 'RSA-with-SM3'],
  ['1.2.643.2.2.3', 'GOST R 34.11-94 with GOST R 34.10-2001'],
  ['1.2.643.2.2.4', 'GOST R 34.11-94 with GOST R 34.10-94'],
  ['1.2.643.2.2.9', 'GOST R 34.11-94'],
  ['1.2.643.2.2.19', 'GOST R 34.10-2001'],
  ['1.2.643.2.2.20', 'GOST R 34.10-94'],
  ['1.2.643.7.1.1.1.1', 'GOST R 34.10-2012 with 256 bit modulus'],
  ['1.2.643.7.1.1.1.2', 'GOST R 34.10-2012 with 512 bit modulus'],
  ['1.2.643.7.1.1.3.2', 'GOST R 34.10-2012 with GOST R 34.11-2012 (256 bit)'],
  ['1.2.643.7.1.1.3.3', 'GOST R 34.10-2012 with GOST R 34.11-2012 (512 bit)'],
  ['1.2.804.2.1.1.1.1.3.1.1', 'DSTU 4145-2002'],
  ['1.2.410.200004.1.100.4.3', 'KCDSA with HAS-160'],
  ['1.2.840.10046.2.1', 'Diffie-Hellman'],
  ['1.3.101.110', 'X25519'],
  ['1.3.101.111', 'X448'],
  ['1.3.101.113', 'Ed448'],
]);

/** Arcs of algorithms that were used experimentally before they got a standard identifier. */
const ARCS: readonly (readonly [prefix: string, name: string])[] = [
  ['2.16.840.1.114027.80.', 'composite signature'],
  ['1.3.6.1.4.1.2.267.', 'Dilithium, the draft of ML-DSA'],
  ['1.3.9999.', 'post-quantum algorithm of Open Quantum Safe'],
  ['0.4.0.127.0.7.1.1.4.', 'ecdsa-plain'],
  [`${NIST}.3.`, 'NIST signature algorithm'],
];

/** The name of an algorithm that the gateway does not support; null if the identifier is unknown. */
export function foreignName(oid: string): string | null {
  const name = NAMES.get(oid);
  if (name !== undefined) return name;
  const arc = ARCS.find(([prefix]) => oid.startsWith(prefix));
  return arc === undefined ? null : `${arc[1]} ${oid}`;
}
