/** Under which reason a diagnosis is counted where the door gives none. */

import { expect, it } from 'vitest';
import { findingCodes } from '../../shared/model/finding-codes.js';
import { reasonIdOfFinding } from '../../shared/model/reason-of-finding.js';

const REASONS: Readonly<Record<string, string>> = {
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

it.each(findingCodes.map((code) => [code, REASONS[code] ?? 'other'] as const))(
  '%s is counted as %s',
  (code, reason) => {
    expect(reasonIdOfFinding(code)).toBe(reason);
  },
);

it('knows only codes that exist', () => {
  expect(Object.keys(REASONS).filter((code) => !(findingCodes as readonly string[]).includes(code))).toEqual([]);
});
