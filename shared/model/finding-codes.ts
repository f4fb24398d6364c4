/** The codes of findings. They are contracts: alerts contain them, and the file names of runbooks are made of them. */

/**
 * All codes of a diagnosis in order of precedence: when several apply, the verdict's reason is the first one in this
 * list.
 */
export const findingCodes = [
  'malformed',
  'self-signed',
  'search-limit-exceeded',
  'content-altered',
  'issuer-rekeyed',
  'intermediate-missing',
  'issuer-missing',
  'key-identifier-mismatch',
  'chain-too-long',
  'certificate-too-large',
  'issuer-not-ca',
  'path-length-exceeded',
  'unhandled-critical-extension',
  'unsupported-purpose',
  'name-constraint-violated',
  'unsupported-signature',
  'unsupported-key',
  'weak-signature',
  'weak-key',
  'unsupported-curve',
  'issuer-expired',
  'issuer-not-yet-valid',
  'expired',
  'not-yet-valid',
  'two-issuers',
  'would-pass',
] as const;

export type FindingCode = (typeof findingCodes)[number];
