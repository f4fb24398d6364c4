/**
 * Under which of the gateway's reasons a verdict counts, for APIs that log no reason of their own (HTTP APIs): the words that
 * OpenSSL, and so most likely the gateway, has for the cause.
 */

import type { Diagnosis } from '../model.js';
import type { ReasonId } from '../reasons.js';
import type { FindingCode } from './findings.js';

const REASONS: Readonly<Record<FindingCode, ReasonId>> = {
  'issuer-missing': 'issuer-not-found',
  'intermediate-missing': 'issuer-not-found',
  'issuer-rekeyed': 'issuer-not-found',
  'content-altered': 'signature-failure',
  'self-signed': 'self-signed',
  'weak-signature': 'insecure-signature-algorithm',
  'weak-key': 'weak-key',
  'unsupported-curve': 'weak-key',
  'unsupported-key': 'weak-key',
  expired: 'expired',
  'issuer-expired': 'expired',
  'not-yet-valid': 'not-yet-valid',
  'issuer-not-yet-valid': 'not-yet-valid',
  'chain-too-long': 'chain-too-long',
  'issuer-not-ca': 'invalid-ca',
  'path-length-exceeded': 'path-length-exceeded',
  'unsupported-purpose': 'unsupported-purpose',
  'unhandled-critical-extension': 'unhandled-critical-extension',
  malformed: 'other',
  'name-constraint-violated': 'other',
  'search-limit-exceeded': 'other',
  'key-identifier-mismatch': 'other',
  'two-issuers': 'other',
  'would-pass': 'other',
};

/** Null for a certificate that the truststore lets in. */
export function inferredReason({ verdict, reason }: Diagnosis): ReasonId | null {
  if (verdict === 'trusted') return null;
  return reason !== null && Object.hasOwn(REASONS, reason) ? REASONS[reason as FindingCode] : 'other';
}
