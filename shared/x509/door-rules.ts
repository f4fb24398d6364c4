/**
 * What each front door is documented to take: keys, signatures, the depth of a chain, purposes, sizes, and its truststore. Where no
 * page of AWS says what a door does, the standing is `unknown`, and a verdict that rests on nothing else is `undecided`.
 * `docs/verdicts.md` prints these tables.
 */

import { limits } from '../base/limits.js';
import type { Standing } from '../model/index.js';
import { knownRules, type RuleId } from './standing.js';

export const ruledDoors = ['api-gateway', 'cloudfront', 'load-balancer'] as const;
export type RuledDoor = (typeof ruledDoors)[number];

export interface DoorRule {
  readonly standing: Standing;
  readonly source: string;
  /** Where the page is about CAs only: how well the rule is known for the certificate that a client presents. */
  readonly ofClient?: Omit<DoorRule, 'ofClient'>;
}

/** Bounds of a truststore; null where none is documented. */
export interface TruststoreBounds {
  readonly certificates: number;
  readonly bytes: number | null;
  readonly certificateBytes: number | null;
  /** Characters of all subjects together. */
  readonly subjectChars: number | null;
  /** No blank lines, and no text but comments that begin with `#` and hold no `-`. */
  readonly isPlain: boolean;
  readonly source: string;
}

export interface DoorRules {
  readonly id: RuledDoor;
  /** In a sentence: `the gateway`, `CloudFront`. */
  readonly name: string;
  /** What puts a new truststore to use, in the imperative. */
  readonly update: string;
  /** Which RSA keys of 2,048 bits or more are taken. */
  readonly takesRsaBits: (bits: number) => boolean;
  readonly curves: ReadonlySet<string>;
  /** The keys in words, for evidence. */
  readonly keys: string;
  readonly takesPss: boolean;
  readonly takesVersion1: boolean;
  /** The most CAs above a client, the root included. */
  readonly chainCas: number;
  /** As many CAs are surely taken; between this and `chainCas` it is not known how the door counts. */
  readonly chainCasSure: number;
  /** As many bytes of a client's certificate are surely taken; null where nothing speaks of a bound. */
  readonly clientBytesSure: number | null;
  readonly truststore: TruststoreBounds;
  readonly rules: Readonly<Record<RuleId, DoorRule>>;
}

const KIB = 1024;

const TRUST_STORES = "AWS's page on trust stores of CloudFront";
const CLOUDFRONT_QUOTAS = "AWS's quotas on mTLS and trust stores of CloudFront";
const CLOUDFRONT_CODES = "AWS's status codes of CloudFront's connection log";
const CLOUDFRONT_REVOCATION = "AWS's page on certificate revocation in CloudFront";
const VERIFY = "AWS's page on mutual TLS for Application Load Balancers";
const BALANCER_QUOTAS = "AWS's quotas for Application Load Balancers";
const BALANCER_CODES = "AWS's reason codes of the load balancer's connection log";

const documented = (source: string): DoorRule => ({ standing: 'documented', source });
const unknown = (source: string): DoorRule => ({ standing: 'unknown', source });
const openssl = (rule: RuleId): DoorRule => ({ standing: 'openssl', source: knownRules[rule].source });

/** CloudFront lists keys and signatures of the CAs in a trust store, and says nothing of those of clients. */
const listedForCas: DoorRule = {
  ...documented(TRUST_STORES),
  ofClient: unknown(`${TRUST_STORES} lists what CAs may have, and is silent on the client's own certificate`),
};

/** What no page says of either of the two doors that take their own bundles. */
const undocumented = {
  'unreadable-extension': openssl('unreadable-extension'),
  'self-signed-listed': unknown("AWS's pages are silent on self-signed clients in a trust store"),
  'search-limit-exceeded': unknown('a bound of this tool'),
  'intermediate-missing': unknown("AWS's pages are silent on whether CAs that the client sends complete a chain"),
  'chain-incomplete': unknown("AWS's pages are silent on whether a chain may end at a CA that is no root"),
  'key-identifier-mismatch': openssl('key-identifier-mismatch'),
  'issuer-not-ca': openssl('issuer-not-ca'),
  'path-length-exceeded': openssl('path-length-exceeded'),
  'unhandled-critical-extension': openssl('unhandled-critical-extension'),
  'any-purpose': unknown("AWS's pages are silent on a usage for any purpose"),
  'issuer-purpose': unknown("AWS's pages are silent on the extended key usage of CAs"),
  'netscape-type': unknown("AWS's pages are silent on Netscape's certificate type"),
  'unsupported-purpose': openssl('unsupported-purpose'),
  'name-constraint-violated': openssl('name-constraint-violated'),
  'issuer-expired': {
    standing: 'openssl',
    source: 'OpenSSL, crypto/x509/x509_vfy.c; AWS speaks of expired clients only',
  },
  'issuer-not-yet-valid': {
    standing: 'openssl',
    source: 'OpenSSL, crypto/x509/x509_vfy.c; AWS speaks of clients only',
  },
  'two-issuers': unknown("AWS's pages are silent on one subject with two issuers"),
  'would-pass': openssl('would-pass'),
} as const satisfies Partial<Record<RuleId, DoorRule>>;

const apiGateway: DoorRules = {
  id: 'api-gateway',
  name: 'the gateway',
  update: 'update the domain name to the new truststore version',
  takesRsaBits: () => true,
  curves: new Set(['P-256', 'P-384']),
  keys: 'RSA 2048 or longer, EC P-256, EC P-384',
  takesPss: false,
  takesVersion1: true,
  chainCas: limits.chainCasMax,
  chainCasSure: limits.chainCasMax,
  clientBytesSure: null,
  truststore: {
    certificates: 1_000,
    // The page does not say whether its 1 MB is decimal or binary, so the larger one is used.
    bytes: KIB * KIB,
    certificateBytes: null,
    subjectChars: null,
    isPlain: false,
    source: "AWS's page on mutual TLS for REST APIs, “Configuring your truststore”",
  },
  rules: knownRules,
};

const cloudFront: DoorRules = {
  id: 'cloudfront',
  name: 'CloudFront',
  update: 'update the trust store in CloudFront from the new bundle, which it reads only then',
  takesRsaBits: (bits) => [2048, 3072, 4096].includes(bits),
  curves: new Set(['P-256', 'P-384']),
  keys: 'RSA 2048, 3072 or 4096, EC P-256, EC P-384',
  takesPss: true,
  takesVersion1: false,
  chainCas: 4,
  chainCasSure: 4,
  clientBytesSure: 16 * KIB,
  truststore: {
    certificates: 25,
    bytes: 64 * KIB,
    certificateBytes: 16 * KIB,
    subjectChars: null,
    isPlain: true,
    source: `${CLOUDFRONT_QUOTAS}; ${TRUST_STORES}`,
  },
  rules: {
    ...undocumented,
    malformed: documented(`${CLOUDFRONT_CODES} (ClientCertInvalid)`),
    'self-signed': documented(TRUST_STORES),
    'content-altered': documented(TRUST_STORES),
    'issuer-rekeyed': documented(TRUST_STORES),
    'issuer-missing': documented(TRUST_STORES),
    'chain-too-long': documented(`${CLOUDFRONT_QUOTAS}; by its page on revocation a client, three CAs and the root`),
    'chain-depth': documented(CLOUDFRONT_REVOCATION),
    'extended-key-usage': documented(`${CLOUDFRONT_CODES} (ClientCertIntentInvalid)`),
    'unsupported-signature': listedForCas,
    'signature-pss': documented(TRUST_STORES),
    'signature-sha3': listedForCas,
    'unsupported-key': listedForCas,
    'weak-signature': listedForCas,
    'weak-key': listedForCas,
    'unsupported-curve': listedForCas,
    'curve-p521': listedForCas,
    'certificate-too-large': {
      ...documented(CLOUDFRONT_QUOTAS),
      ofClient: unknown(`${CLOUDFRONT_CODES} has ClientCertMaxSizeExceeded, and no page says how many bytes that are`),
    },
    'version-3': listedForCas,
    expired: documented(`${CLOUDFRONT_CODES}; not where the distribution ignores expiry (IgnoreCertificateExpiry)`),
    'not-yet-valid': documented(`${CLOUDFRONT_CODES} (ClientCertNotYetValid)`),
    revocation: documented(
      `${CLOUDFRONT_REVOCATION}: it is, by OCSP where the trust store has it on, or by a connection function`,
    ),
  },
};

const loadBalancer: DoorRules = {
  id: 'load-balancer',
  name: 'the load balancer',
  update: 'replace the bundle of the trust store (aws elbv2 modify-trust-store)',
  takesRsaBits: (bits) => bits <= 8192,
  curves: new Set(['P-256', 'P-384', 'P-521']),
  keys: 'RSA 2048 to 8192, EC P-256, EC P-384, EC P-521',
  takesPss: true,
  takesVersion1: false,
  chainCas: 4,
  chainCasSure: 3,
  clientBytesSure: 16 * KIB,
  truststore: {
    certificates: 25,
    bytes: null,
    certificateBytes: 16 * KIB,
    subjectChars: 10_000,
    isPlain: true,
    source: `${BALANCER_QUOTAS}; ${VERIFY}`,
  },
  rules: {
    ...undocumented,
    malformed: documented(`${BALANCER_CODES} (ClientCertInvalid)`),
    'self-signed': documented(`${BALANCER_CODES} (ClientCertUntrusted)`),
    'content-altered': documented(`${BALANCER_CODES} (ClientCertUntrusted)`),
    'issuer-rekeyed': documented(`${BALANCER_CODES} (ClientCertUntrusted)`),
    'issuer-missing': documented(`${BALANCER_CODES} (ClientCertUntrusted)`),
    'chain-too-long': documented(`${BALANCER_QUOTAS}: a depth of 4`),
    'chain-depth': unknown(`${BALANCER_QUOTAS} say a depth of 4, and not whether the client's own certificate counts`),
    'extended-key-usage': documented(`${BALANCER_CODES} (ClientCertPurposeInvalid)`),
    'unsupported-signature': documented(VERIFY),
    'signature-pss': documented(VERIFY),
    'signature-sha3': documented(`${VERIFY}: it is not among those taken`),
    'unsupported-key': documented(VERIFY),
    'weak-signature': documented(VERIFY),
    'weak-key': documented(`${VERIFY}, and at most 8,192`),
    'unsupported-curve': documented(`${VERIFY}, or P-521`),
    'curve-p521': documented(`${VERIFY}: it is taken`),
    'certificate-too-large': {
      ...documented(BALANCER_QUOTAS),
      ofClient: unknown(
        `${BALANCER_CODES} has ClientCertMaxSizeExceeded, and no page says how many bytes; TLS messages have at most 64 K`,
      ),
    },
    'version-3': documented(VERIFY),
    expired: documented(`${BALANCER_CODES}; not where the listener ignores expiry (IgnoreClientCertificateExpiry)`),
    'not-yet-valid': documented(`${BALANCER_CODES} (ClientCertNotYetValid)`),
    revocation: documented(`${VERIFY}: it is, by the revocation lists of the trust store, where it has any`),
  },
};

export const doorRules: Readonly<Record<RuledDoor, DoorRules>> = {
  'api-gateway': apiGateway,
  cloudfront: cloudFront,
  'load-balancer': loadBalancer,
};

/** How well a rule is known at a door, for the certificate at a place of the chain. */
export function ruleAt(rule: RuleId, { rules }: DoorRules, depth: number | null): DoorRule {
  const known: DoorRule = rules[rule];
  return depth === 0 ? (known.ofClient ?? known) : known;
}
