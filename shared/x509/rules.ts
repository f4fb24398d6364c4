/**
 * The rules for a single certificate, independent of its path: the gateway's rules and those of RFC 5280. Each broken
 * rule is a `BrokenRule`; `findings.ts` puts it into words.
 */

import { limits } from '../base/limits.js';
import { type Phrase, type PhraseValue, plain, say } from '../model/phrases.js';
import { type Hash, UNREADABLE_KEY } from './algorithms.js';
import type { Certificate } from './certificate.js';
import { type DoorRules, doorRules } from './door-rules.js';
import { type KeyUsage, OID } from './extensions.js';
import type { RuleId } from './standing.js';

export type BrokenRule = (
  | { readonly code: 'malformed'; readonly details: readonly Phrase[] }
  | { readonly code: 'expired' | 'not-yet-valid' | 'issuer-expired' | 'issuer-not-yet-valid' }
  | { readonly code: 'weak-key' | 'unsupported-curve' | 'unsupported-key' | 'weak-signature' | 'unsupported-signature' }
  | { readonly code: 'unsupported-purpose' | 'certificate-too-large'; readonly detail: Phrase }
  | { readonly code: 'unhandled-critical-extension'; readonly oids: readonly string[] }
  | { readonly code: 'issuer-not-ca'; readonly detail: Phrase }
) & {
  /** The rule in the table of `standing.ts`, if its name differs from the code. */
  readonly rule?: RuleId;
  /**
   * If absent, the standing of the rule decides. A rule that API Gateway is not known to apply only warns there, unless the
   * gateway's own refusal fits it.
   */
  readonly severity?: 'warning' | 'info';
};

/** Leaves out the rules that only warn. */
export function decisive(problems: readonly BrokenRule[]): readonly BrokenRule[] {
  return problems.filter(({ severity }) => severity === undefined);
}

const RSA_BITS_MIN = 2048;
const STRONG: ReadonlySet<Hash> = new Set(['sha256', 'sha384', 'sha512', 'sha3-256', 'sha3-384', 'sha3-512']);

/** Critical extensions that path validation knows what to do with; the same set as OpenSSL's. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  OID.basicConstraints,
  OID.keyUsage,
  OID.extendedKeyUsage,
  OID.subjectAltName,
  OID.nameConstraints,
  OID.crlDistributionPoints,
  '2.5.29.32', // certificate policies
  '2.5.29.33', // policy mappings
  '2.5.29.36', // policy constraints
  '2.5.29.54', // inhibit anyPolicy
  OID.netscapeCertificateType,
  '1.3.6.1.5.5.7.48.1.5', // OCSP no check
  '1.3.6.1.5.5.7.1.7', // IP addresses (RFC 3779)
  '1.3.6.1.5.5.7.1.8', // autonomous systems (RFC 3779)
]);

/** The rules for the certificate that the client presents. */
export function clientProblems(
  certificate: Certificate,
  at: number,
  door: DoorRules = doorRules['api-gateway'],
): BrokenRule[] {
  return [
    ...malformed(certificate),
    ...formProblems(certificate, door, door.clientBytesSure),
    ...criticalExtensions(certificate),
    ...clientPurpose(certificate, door),
    ...signatureStrength(certificate, door),
    ...keyStrength(certificate, door),
    ...(at < certificate.notBefore ? [{ code: 'not-yet-valid' } as const] : []),
    ...(at > certificate.notAfter ? [{ code: 'expired' } as const] : []),
  ];
}

/** The rules for a CA in the path. `anchor`: the self-signed end of the path, whose own signature is not relied on. */
export function issuerProblems(
  certificate: Certificate,
  at: number,
  anchor: boolean,
  door: DoorRules = doorRules['api-gateway'],
): BrokenRule[] {
  return [
    ...malformed(certificate),
    ...formProblems(certificate, door, door.truststore.certificateBytes),
    ...mayIssue(certificate, anchor),
    ...extendedKeyUsage(certificate, 'issuer-purpose', door),
    ...criticalExtensions(certificate),
    ...(anchor ? [] : signatureStrength(certificate, door)),
    ...keyStrength(certificate, door),
    ...(at < certificate.notBefore ? [{ code: 'issuer-not-yet-valid' } as const] : []),
    ...(at > certificate.notAfter ? [{ code: 'issuer-expired' } as const] : []),
  ];
}

function malformed({ defects, unreadable }: Certificate): BrokenRule[] {
  if (defects.length === 0) return [];
  const isOnlyExtensions = defects.length === unreadable.length;
  const details = defects.map((defect) => {
    const extension = unreadable.find(({ oid, detail }) => defect === `extension ${oid}: ${detail}`);
    if (extension !== undefined) return say`extension ${extension.oid}: ${plain(extension.detail)}`;
    const [, what, why] = /^(public key|signature(?: algorithm)?|extensions): (.*)$/s.exec(defect) ?? [];
    return what === undefined ? plain(defect) : say`${plain(what)}: ${plain(why ?? '')}`;
  });
  return [{ code: 'malformed', details, ...(isOnlyExtensions ? { rule: 'unreadable-extension' } : {}) }];
}

/** @param bytesMax null for no bound */
function formProblems(
  { der, version }: Certificate,
  { takesVersion1 }: DoorRules,
  bytesMax: number | null,
): BrokenRule[] {
  const problems: BrokenRule[] = [];
  if (!takesVersion1 && version !== 3)
    problems.push({ code: 'malformed', rule: 'version-3', details: [say`version ${version} of X.509, and not 3`] });
  if (bytesMax !== null && der.length > bytesMax) {
    const detail = say`${der.length} bytes; up to ${bytesMax} are taken`;
    problems.push({ code: 'certificate-too-large', detail });
  }
  return problems;
}

function criticalExtensions({ extensions }: Certificate): BrokenRule[] {
  const oids = extensions.filter(({ oid, critical }) => critical && !UNDERSTOOD.has(oid)).map(({ oid }) => oid);
  return oids.length > 0 ? [{ code: 'unhandled-critical-extension', oids }] : [];
}

/** The key usages must allow client authentication by a signature (RFC 5280, 4.2.1.3 and 4.2.1.12). */
function clientPurpose(certificate: Certificate, door: DoorRules): BrokenRule[] {
  const isAny = certificate.extendedKeyUsage?.includes(OID.anyExtendedKeyUsage) === true;
  const problems = extendedKeyUsage(certificate, isAny ? 'any-purpose' : 'extended-key-usage', door);
  const { keyUsage, netscapeType } = certificate;
  if (netscapeType !== null && (netscapeType & NETSCAPE_CLIENT) === 0) {
    const types = NETSCAPE_TYPES.filter((_, bit) => (netscapeType & (0x80 >> bit)) !== 0);
    problems.push({
      code: 'unsupported-purpose',
      rule: 'netscape-type',
      ...onlyWarns(door),
      detail: say`Netscape certificate type: ${listOf(types)}`,
    });
  }
  if (keyUsage === null || hasUsage(keyUsage, 'digitalSignature') || hasUsage(keyUsage, 'keyAgreement'))
    return problems;
  return [...problems, { code: 'unsupported-purpose', detail: say`key usage: ${listOf(keyUsage)}` }];
}

/** In a CA, extended key usage limits what it may issue. This is not in the RFC, but OpenSSL, Go and Windows do it. */
function extendedKeyUsage({ extendedKeyUsage: usage }: Certificate, rule: RuleId, door: DoorRules): BrokenRule[] {
  if (usage === null || usage.includes(OID.clientAuth)) return [];
  const purposes = usage.slice(0, limits.evidencePerFindingMax).map(purposeName);
  return [
    {
      code: 'unsupported-purpose',
      rule,
      ...onlyWarns(door),
      detail: say`extended key usage: ${purposes.length === 0 ? say`none` : purposes}`,
    },
  ];
}

/** API Gateway is not known to look at purposes; of the other doors it is documented, or leaves the verdict open. */
function onlyWarns({ id }: DoorRules): Pick<BrokenRule, 'severity'> {
  return id === 'api-gateway' ? { severity: 'warning' } : {};
}

const NETSCAPE_CLIENT = 0x80;
const NETSCAPE_SSL_CA = 0x04;
const NETSCAPE_TYPES = [
  'SSL client',
  'SSL server',
  'S/MIME',
  'object signing',
  'unused',
  'SSL CA',
  'S/MIME CA',
  'object signing CA',
];

const PURPOSES: Readonly<Record<string, string>> = {
  [OID.anyExtendedKeyUsage]: 'any purpose, without client authentication by name',
  '1.3.6.1.5.5.7.3.1': 'server authentication',
  '1.3.6.1.5.5.7.3.3': 'code signing',
  '1.3.6.1.5.5.7.3.4': 'mail protection',
  '1.3.6.1.5.5.7.3.8': 'time stamping',
  '1.3.6.1.5.5.7.3.9': 'OCSP signing',
};

function purposeName(oid: string): Phrase {
  return plain(PURPOSES[oid] ?? oid);
}

/** Names of bits stay as they are in every language. */
function listOf(names: readonly string[]): PhraseValue {
  return names.length === 0 ? say`none` : names;
}

/**
 * RFC 5280, 4.2.1.3 and 4.2.1.9. For an anchor OpenSSL also accepts old roots: version 1, a key usage that allows
 * signing certificates without basic constraints, or a Netscape type that marks an SSL CA.
 */
function mayIssue({ keyUsage, basicConstraints, version, netscapeType }: Certificate, anchor: boolean): BrokenRule[] {
  if (keyUsage !== null && !hasUsage(keyUsage, 'keyCertSign')) {
    return [{ code: 'issuer-not-ca', detail: say`key usage: ${listOf(keyUsage)}` }];
  }
  if (basicConstraints?.ca === true) return [];
  if (basicConstraints !== null) return [{ code: 'issuer-not-ca', detail: say`basic constraints: CA false` }];
  if (anchor && (version === 1 || keyUsage !== null || ((netscapeType ?? 0) & NETSCAPE_SSL_CA) !== 0)) return [];
  return [{ code: 'issuer-not-ca', detail: say`no basic constraints` }];
}

function hasUsage(keyUsage: readonly KeyUsage[], usage: KeyUsage): boolean {
  return keyUsage.includes(usage);
}

/** Standard hashes that OpenSSL accepts and that no page of AWS mentions. */
const ODD_HASHES: ReadonlySet<Hash> = new Set(['sha512-224', 'sha512-256']);
const UNNAMED_HASHES: ReadonlySet<Hash> = new Set(['sha3-256', 'sha3-384', 'sha3-512']);

function signatureStrength({ signatureAlgorithm: { hash, scheme } }: Certificate, door: DoorRules): BrokenRule[] {
  // EdDSA has no separate hash; the finding is about the issuer's key, which the gateway does not support.
  if (scheme === 'eddsa') return [];
  if (hash === null || ODD_HASHES.has(hash)) return [{ code: 'unsupported-signature' }];
  if (!STRONG.has(hash)) return [{ code: 'weak-signature' }];
  if (UNNAMED_HASHES.has(hash)) {
    const isOpen = door.rules['signature-sha3'].standing === 'unknown';
    return [{ code: 'unsupported-signature', rule: 'signature-sha3', ...(isOpen && { severity: 'info' }) }];
  }
  if (scheme !== 'rsa-pss' || door.takesPss) return [];
  return [{ code: 'unsupported-signature', rule: 'signature-pss', severity: 'info' }];
}

/** Whether the same key would be accepted in a new certificate. */
export function isAcceptedKey(certificate: Certificate, door: DoorRules): boolean {
  return keyStrength(certificate, door).length === 0;
}

function keyStrength({ publicKey }: Certificate, door: DoorRules): BrokenRule[] {
  const { type, bits, curve, name } = publicKey;
  // A key that cannot be read is reported as malformed.
  if (name === UNREADABLE_KEY) return [];
  if (type === 'rsa' || type === 'rsa-pss') {
    if (bits !== null && bits > limits.rsaBitsMax) return [{ code: 'unsupported-key' }];
    if (bits === null || bits < RSA_BITS_MIN) return [{ code: 'weak-key' }];
    return door.takesRsaBits(bits) ? [] : [{ code: 'unsupported-key' }];
  }
  if (curve === null) return [{ code: 'unsupported-key' }];
  if (door.curves.has(curve)) return [];
  return [{ code: 'unsupported-curve', ...(curve === 'P-521' ? { rule: 'curve-p521' } : {}) }];
}
