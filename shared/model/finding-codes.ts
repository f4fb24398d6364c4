/** The codes of findings: contracts, for they are in alerts and are the file names of runbooks. */

/** All codes of a diagnosis, the deciding one first: when several apply, the verdict's reason is the first of this list. */
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
