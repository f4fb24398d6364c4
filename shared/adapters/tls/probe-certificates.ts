/**
 * Creates the certificates of the probes, under CAs that nobody has used and nobody will: the keys of the CAs are gone
 * when this returns, so whoever trusts them lets in these certificates and no other, until they expire.
 *
 *     root (RSA) ─┬─ ordinary certificates, those for servers only, with P-521, with RSASSA-PSS
 *                 └─ level 1 ── level 2 ── level 3 ─┬─ chains of four
 *                                                  └─ level 4 ── chains of five
 */

import './reflect.js';
import { randomBytes, type webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { limits } from '../../base/limits.js';
import { HOUR_MS } from '../../base/time.js';
import { CANARY_DN, type ProbeCertificateKind, probeCertificateKinds } from '../../model/canary.js';
import type { CanaryCertificate, ProbeCertificates } from '../../ports/gateway.js';

type Keys = webcrypto.CryptoKeyPair;
type Sign = { readonly name: string; readonly hash: string; readonly saltLength?: number };

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const P521 = { name: 'ECDSA', namedCurve: 'P-521' } as const;
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
} as const;
const BY_RSA = { name: RSA.name, hash: 'SHA-256' } as const;
const BY_PSS = { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 } as const;
const BY_EC = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** Allows for differing clocks. */
const SKEW_MS = HOUR_MS;

interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
  readonly sign: Sign;
}

/**
 * @param now the certificates are valid until `limits.probeCertificateMs` after it
 * @param ordinary how many ordinary certificates are made: one for each call
 */
export async function createProbeCertificates(now: number, ordinary: number): Promise<ProbeCertificates> {
  const validity = { notBefore: new Date(now - SKEW_MS), notAfter: new Date(now + limits.probeCertificateMs) };
  // A name of its own for each time, so that CAs that were left in a truststore are not mistaken for these.
  const made = `${new Date(now).toISOString().slice(0, 16)}Z`;
  const rootKeys = await generate(RSA);
  const root: Issuer = {
    certificate: await x509.X509CertificateGenerator.createSelfSigned({
      ...{ ...validity, serialNumber: serialNumber(), name: `CN=mtls-watch probe root ${made}` },
      ...{ keys: rootKeys, signingAlgorithm: BY_RSA, extensions: await caExtensions(rootKeys.publicKey) },
    }),
    ...{ key: rootKeys.privateKey, sign: BY_RSA },
  };
  const levels: Issuer[] = [root];
  for (let level = 1; level <= limits.chainCasMax; level++) {
    levels.push(await intermediate(`CN=mtls-watch probe level ${level} ${made}`, levels.at(-1) ?? root, validity));
  }
  const pss = { ...root, key: await forPss(rootKeys.privateKey), sign: BY_PSS };
  const leaf = (issuer: Issuer, change: Partial<Parameters<typeof client>[2]> = {}) =>
    client(issuer, validity, { curve: P256, usage: x509.ExtendedKeyUsage.clientAuth, ...change });
  const make: Readonly<Record<ProbeCertificateKind, () => Promise<CanaryCertificate>>> = {
    ordinary: () => leaf(root),
    'chain-of-four': () => leaf(levels.at(-2) ?? root),
    'chain-of-five': () => leaf(levels.at(-1) ?? root),
    'server-only': () => leaf(root, { usage: x509.ExtendedKeyUsage.serverAuth }),
    p521: () => leaf(root, { curve: P521 }),
    pss: () => leaf(pss),
  };
  const clients = {} as Record<ProbeCertificateKind, readonly CanaryCertificate[]>;
  for (const kind of probeCertificateKinds) {
    const count = kind === 'ordinary' ? ordinary : limits.probeRounds;
    clients[kind] = await Promise.all(Array.from({ length: count }, make[kind]));
  }
  // The first line break ends the last line of a truststore that has none.
  return { authorities: `\n${levels.map(({ certificate }) => `${certificate.toString('pem')}\n`).join('')}`, clients };
}

type Validity = Readonly<Record<'notBefore' | 'notAfter', Date>>;

async function intermediate(subject: string, issuer: Issuer, validity: Validity): Promise<Issuer> {
  const keys = await generate(P256);
  const certificate = await x509.X509CertificateGenerator.create({
    ...{ ...validity, serialNumber: serialNumber(), subject, issuer: issuer.certificate.subject },
    ...{ publicKey: keys.publicKey, signingKey: issuer.key, signingAlgorithm: issuer.sign },
    extensions: [...(await caExtensions(keys.publicKey)), await authorityOf(issuer)],
  });
  return { certificate, key: keys.privateKey, sign: BY_EC };
}

async function client(
  issuer: Issuer,
  validity: Validity,
  { curve, usage }: { readonly curve: typeof P256 | typeof P521; readonly usage: x509.ExtendedKeyUsage },
): Promise<CanaryCertificate> {
  const keys = await generate(curve);
  const certificate = await x509.X509CertificateGenerator.create({
    ...{ ...validity, serialNumber: serialNumber(), subject: CANARY_DN, issuer: issuer.certificate.subject },
    ...{ publicKey: keys.publicKey, signingKey: issuer.key, signingAlgorithm: issuer.sign },
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await authorityOf(issuer),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificate: certificate.toString('pem'),
    key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
    fingerprint: Buffer.from(await certificate.getThumbprint('SHA-256')).toString('hex'),
  };
}

async function caExtensions(key: webcrypto.CryptoKey): Promise<x509.Extension[]> {
  return [
    new x509.BasicConstraintsExtension(true, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    await x509.SubjectKeyIdentifierExtension.create(key),
  ];
}

function authorityOf({ certificate }: Issuer): Promise<x509.Extension> {
  return x509.AuthorityKeyIdentifierExtension.create(certificate);
}

function generate(algorithm: typeof RSA | typeof P256 | typeof P521): Promise<Keys> {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

/** The same key for signatures of another kind. */
async function forPss(key: webcrypto.CryptoKey): Promise<webcrypto.CryptoKey> {
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', key);
  return crypto.subtle.importKey('pkcs8', pkcs8, { name: BY_PSS.name, hash: BY_PSS.hash }, false, ['sign']);
}

/** Positive, without leading zeros, and nobody's before. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}
