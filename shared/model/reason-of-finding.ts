/** The reason under which a diagnosis is counted where the door gives none; apart, because few deliveries are diagnosed. */

import type { ReasonId } from './reasons.js';

/** The codes are in `finding-codes.ts`. */
const REASON_BY_FINDING: Readonly<Record<string, ReasonId>> = {
  'issuer-missing': 'issuer-not-found',
  'intermediate-missing': 'issuer-not-found',
  'issuer-rekeyed': 'issuer-not-found',
  'key-identifier-mismatch': 'issuer-not-found',
  'content-altered': 'signature-failure',
  'self-signed': 'self-signed',
  expired: 'expired',
  'issuer-expired': 'expired',
  'not-yet-valid': 'not-yet-valid',
  'issuer-not-yet-valid': 'not-yet-valid',
  'chain-too-long': 'chain-too-long',
  'certificate-too-large': 'certificate-too-large',
  'issuer-not-ca': 'invalid-ca',
  'path-length-exceeded': 'path-length-exceeded',
  'unsupported-purpose': 'unsupported-purpose',
  'unhandled-critical-extension': 'unhandled-critical-extension',
  'weak-signature': 'insecure-signature-algorithm',
  'unsupported-signature': 'insecure-signature-algorithm',
  'weak-key': 'weak-key',
  'unsupported-curve': 'weak-key',
  'unsupported-key': 'weak-key',
};

export function reasonIdOfFinding(code: string): ReasonId {
  return REASON_BY_FINDING[code] ?? 'other';
}
