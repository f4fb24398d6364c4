/**
 * What one certificate must be by itself, whatever path it stands in: the gateway's rules and those of RFC 5280. Each
 * broken rule is a `Problem`; `findings.ts` puts it into words.
 */

import { limits } from '../base/limits.js';
import type { Hash } from './algorithms.js';
import type { Certificate } from './certificate.js';
import { type KeyUsage, OID } from './extensions.js';

export type BrokenRule =
  | { readonly code: 'malformed'; readonly details: readonly string[] }
  | { readonly code: 'expired' | 'not-yet-valid' | 'issuer-expired' | 'issuer-not-yet-valid' }
  | { readonly code: 'weak-key' | 'unsupported-curve' | 'unsupported-key' | 'weak-signature' }
  | { readonly code: 'unsupported-purpose'; readonly detail: string }
  | { readonly code: 'unhandled-critical-extension'; readonly oids: readonly string[] }
  | { readonly code: 'issuer-not-ca'; readonly detail: string };

const RSA_BITS_MIN = 2048;
const CURVES: ReadonlySet<string> = new Set(['P-256', 'P-384']);
const STRONG: ReadonlySet<Hash> = new Set(['sha256', 'sha384', 'sha512', 'sha3-256', 'sha3-384', 'sha3-512']);

/** Critical extensions that path validation knows what to do with; the same set as OpenSSL's. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  OID.basicConstraints,
  OID.keyUsage,
  OID.extendedKeyUsage,
  OID.subjectAltName,
  OID.nameConstraints,
  OID.subjectKeyIdentifier,
  OID.authorityKeyIdentifier,
  '2.5.29.31', // CRL distribution points
  '2.5.29.32', // certificate policies
  '2.5.29.33', // policy mappings
  '2.5.29.36', // policy constraints
  '2.5.29.54', // inhibit anyPolicy
  '2.16.840.1.113730.1.1', // Netscape certificate type
  '1.3.6.1.5.5.7.48.1.5', // OCSP no check
  '1.3.6.1.5.5.7.1.7', // IP addresses (RFC 3779)
  '1.3.6.1.5.5.7.1.8', // autonomous systems (RFC 3779)
]);

/** The rules for the certificate that the client presents. */
export function clientProblems(certificate: Certificate, at: number): BrokenRule[] {
  return [
    ...malformed(certificate),
    ...criticalExtensions(certificate),
    ...clientPurpose(certificate),
    ...signatureStrength(certificate),
    ...keyStrength(certificate),
    ...(at < certificate.notBefore ? [{ code: 'not-yet-valid' } as const] : []),
    ...(at > certificate.notAfter ? [{ code: 'expired' } as const] : []),
  ];
}

/** The rules for a CA in the path. `anchor`: the self-signed end, whose own signature nobody relies on. */
export function issuerProblems(certificate: Certificate, at: number, anchor: boolean): BrokenRule[] {
  return [
    ...malformed(certificate),
    ...mayIssue(certificate, anchor),
    ...issuerPurpose(certificate),
    ...criticalExtensions(certificate),
    ...(anchor ? [] : signatureStrength(certificate)),
    ...keyStrength(certificate),
    ...(at < certificate.notBefore ? [{ code: 'issuer-not-yet-valid' } as const] : []),
    ...(at > certificate.notAfter ? [{ code: 'issuer-expired' } as const] : []),
  ];
}

function malformed({ unreadable, signatureAlgorithmsAgree }: Certificate): BrokenRule[] {
  const details = [
    ...unreadable.map(({ oid, detail }) => `extension ${oid}: ${detail}`),
    ...(signatureAlgorithmsAgree ? [] : ['the signature algorithm inside differs from the one outside']),
  ];
  return details.length > 0 ? [{ code: 'malformed', details }] : [];
}

function criticalExtensions({ extensions }: Certificate): BrokenRule[] {
  const oids = extensions.filter(({ oid, critical }) => critical && !UNDERSTOOD.has(oid)).map(({ oid }) => oid);
  return oids.length > 0 ? [{ code: 'unhandled-critical-extension', oids }] : [];
}

/** Client authentication by a signature: extended key usage (RFC 5280, 4.2.1.12) and key usage (4.2.1.3) allow it. */
function clientPurpose(certificate: Certificate): BrokenRule[] {
  const purposes = forbiddenPurposes(certificate);
  if (purposes !== null) return [{ code: 'unsupported-purpose', detail: `extended key usage: ${purposes}` }];
  const { keyUsage } = certificate;
  if (keyUsage === null || hasUsage(keyUsage, 'digitalSignature') || hasUsage(keyUsage, 'keyAgreement')) return [];
  return [{ code: 'unsupported-purpose', detail: `key usage: ${keyUsage.join(', ') || 'none'}` }];
}

/** In a CA, extended key usage limits what it may issue for; not in the RFC, but what OpenSSL, Go and Windows do. */
function issuerPurpose(certificate: Certificate): BrokenRule[] {
  const purposes = forbiddenPurposes(certificate);
  return purposes === null ? [] : [{ code: 'unsupported-purpose', detail: `extended key usage: ${purposes}` }];
}

/** What the extended key usage allows, if that is not client authentication. */
function forbiddenPurposes({ extendedKeyUsage }: Certificate): string | null {
  if (extendedKeyUsage === null) return null;
  if (extendedKeyUsage.includes(OID.clientAuth) || extendedKeyUsage.includes(OID.anyExtendedKeyUsage)) return null;
  return extendedKeyUsage.slice(0, limits.evidencePerFindingMax).map(purposeName).join(', ') || 'none';
}

const PURPOSES: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'server authentication',
  '1.3.6.1.5.5.7.3.3': 'code signing',
  '1.3.6.1.5.5.7.3.4': 'mail protection',
  '1.3.6.1.5.5.7.3.8': 'time stamping',
  '1.3.6.1.5.5.7.3.9': 'OCSP signing',
};

function purposeName(oid: string): string {
  return PURPOSES[oid] ?? oid;
}

/** RFC 5280, 4.2.1.3 and 4.2.1.9. An anchor may be of version 1, which knows no extensions, as old roots are. */
function mayIssue({ keyUsage, basicConstraints, version }: Certificate, anchor: boolean): BrokenRule[] {
  if (keyUsage !== null && !hasUsage(keyUsage, 'keyCertSign')) {
    return [{ code: 'issuer-not-ca', detail: `key usage: ${keyUsage.join(', ') || 'none'}` }];
  }
  if (basicConstraints?.ca === true) return [];
  if (basicConstraints !== null) return [{ code: 'issuer-not-ca', detail: 'basic constraints: CA false' }];
  if (anchor && version === 1) return [];
  return [{ code: 'issuer-not-ca', detail: 'no basic constraints' }];
}

function hasUsage(keyUsage: readonly KeyUsage[], usage: KeyUsage): boolean {
  return keyUsage.includes(usage);
}

function signatureStrength({ signatureAlgorithm: { hash, scheme } }: Certificate): BrokenRule[] {
  // EdDSA has no separate hash; the issuer's key is what the gateway does not take.
  const strong = hash === null ? scheme === 'eddsa' : STRONG.has(hash);
  return strong ? [] : [{ code: 'weak-signature' }];
}

function keyStrength({ publicKey: { type, bits, curve } }: Certificate): BrokenRule[] {
  if (type === 'rsa' || type === 'rsa-pss') {
    if (bits !== null && bits > limits.rsaBitsMax) return [{ code: 'unsupported-key' }];
    return bits === null || bits < RSA_BITS_MIN ? [{ code: 'weak-key' }] : [];
  }
  if (type === 'ec' || type === 'eddsa')
    return curve !== null && CURVES.has(curve) ? [] : [{ code: 'unsupported-curve' }];
  return [{ code: 'unsupported-key' }];
}
