/**
 * The catalogue of reasons for which a client certificate is refused, and of the causes of other failures. To add a
 * reason, add its id here, with the gateway's words where the gateway gives it, and a page `runbooks/<lang>/<id>.md`. Ids
 * are contracts: they are in metrics, alerts, silences and file names.
 * Source of the first three texts: AWS's article on mutual-TLS 403s. The others are OpenSSL's words
 * (`X509_verify_cert_error_string`), which the gateway's library is expected to use.
 */

/** The gateway's words for each reason, lower case; `self-signed` and `self signed` are the same. */
const REASON_TEXTS = {
  'issuer-not-found': [
    'could not find issuer for certificate',
    'unable to get issuer certificate',
    'unable to get local issuer certificate',
    'unable to verify the first certificate',
  ],
  'insecure-signature-algorithm': [
    'client cert using an insecure signature algorithm',
    'ca signature digest algorithm too weak',
    'ca md too weak',
  ],
  'self-signed': ['self signed certificate'],
  'self-signed-in-chain': ['self signed certificate in certificate chain'],
  expired: ['certificate has expired'],
  'not-yet-valid': ['certificate is not yet valid'],
  'chain-too-long': ['certificate chain too long'],
  'signature-failure': ['certificate signature failure'],
  'invalid-ca': ['invalid ca certificate'],
  'path-length-exceeded': ['path length constraint exceeded'],
  'unsupported-purpose': ['unsupported certificate purpose'],
  'unhandled-critical-extension': ['unhandled critical extension'],
  'weak-key': ['ee certificate key too weak', 'ca certificate key too weak'],
} as const;

/** Reasons that CloudFront and load balancers give by a code; API Gateway has no words for them. */
const CODED_REASONS = [
  /** The door does not say which of the checks of the path failed. */
  'untrusted',
  'no-client-certificate',
  'certificate-too-large',
  /** The door could not read the certificate, or does not say what is wrong with it. */
  'invalid-certificate',
  /** A kind of key or signature that the door, or the policy of its listener, does not accept. */
  'unsupported-certificate',
  'revoked',
  'revocation-check-failed',
  /** Custom validation refused it; the door does not say which. */
  'rejected',
  'denied-by-function',
  /** The owner's own function threw an error, so the door closed the connection of a client that may be right. */
  'function-failed',
] as const;

export type ReasonId = keyof typeof REASON_TEXTS | (typeof CODED_REASONS)[number] | 'other';

export const reasonIds = [...Object.keys(REASON_TEXTS), ...CODED_REASONS, 'other'] as readonly ReasonId[];

const idByText = new Map<string, ReasonId>(
  Object.entries(REASON_TEXTS).flatMap(([id, texts]) => texts.map((text) => [text, id as ReasonId] as const)),
);

/** The id of a reason given in the gateway's words; `other` for words that the catalogue does not hold. */
export function reasonIdOf(text: string): ReasonId {
  const normal = text.trim().toLowerCase().replaceAll('self-signed', 'self signed').replace(/\.$/, '');
  return idByText.get(normal) ?? 'other';
}

/** What a door refused with: a reason that is known here, or its own words. */
export type RefusedWith = ReasonId | { readonly words: string };

/** @param text the door's own words; empty where they are not known */
export function refusedWithOf(reason: ReasonId, text: string): RefusedWith {
  return reason === 'other' && text !== '' ? { words: text } : reason;
}

export function reasonOfRefusal(refusedWith: RefusedWith): ReasonId {
  return typeof refusedWith === 'object' ? 'other' : refusedWith;
}

/** Whether a reason's text is the code of a door that logs connections: one word, where API Gateway writes a sentence. */
export function isCode(text: string): boolean {
  return /^[A-Za-z]{3,64}$/.test(text);
}

/** The gateway's words for all reasons, as `reasonIdOf` compares them. */
export function knownTexts(): readonly string[] {
  return [...idByText.keys()];
}

/**
 * Whether the reason proves the names in the certificate: the gateway gives it only after it verified the signature, so a CA of the
 * truststore signed them. OpenSSL looks at times last; at keys, algorithms, extensions and purposes it looks before.
 */
export function proves(reason: ReasonId): boolean {
  return PROVING.includes(reason);
}

const PROVING: readonly ReasonId[] = [
  'expired',
  'not-yet-valid',
  'revoked',
  'revocation-check-failed',
  'denied-by-function',
];

/** Causes of a failure other than a refused certificate; `logs/forbidden.ts` tells those of a 403 apart. */
export const forbiddenCauses = [
  'waf',
  'invalid-api-key',
  'missing-authentication-token',
  'authorizer-denied',
  'iam-denied',
  'resource-policy-denied',
  'invalid-security-token',
  'expired-token',
  'signature-expired',
  'signature-mismatch',
  'incomplete-signature',
  /**
   * A bare `Forbidden` of an API without an execution log whose access record holds no certificate. Whether the
   * certificate was refused cannot be told.
   */
  'certificate-not-logged',
  /** A bare `Forbidden` for which no denial arrived: a wrong path mapping, stage or endpoint, or a private API. */
  'unmatched',
  /** A connection to CloudFront or to a load balancer that failed for a cause other than the client's certificate. */
  'connection-failed',
  /** A 403 with a cause that this list does not hold, such as an integration's own answer. */
  'other',
] as const;

export type ForbiddenCause = (typeof forbiddenCauses)[number];
