/**
 * What follows `Failed:` in `tls_verify_status`. Source: "Connection logs for your Application Load Balancer", error reason
 * codes.
 */

import type { CodeMeaning } from '../door.js';

export const LOAD_BALANCER_CODES = {
  ClientCertMaxChainDepthExceeded: { reason: 'chain-too-long' },
  ClientCertMaxSizeExceeded: { reason: 'certificate-too-large' },
  ClientCertCrlHit: { reason: 'revoked' },
  ClientCertCrlProcessingError: { reason: 'revocation-check-failed' },
  ClientCertUntrusted: { reason: 'untrusted' },
  ClientCertNotYetValid: { reason: 'not-yet-valid' },
  ClientCertExpired: { reason: 'expired' },
  ClientCertTypeUnsupported: { reason: 'unsupported-certificate' },
  ClientCertInvalid: { reason: 'invalid-certificate' },
  ClientCertPurposeInvalid: { reason: 'unsupported-purpose' },
  ClientCertIntentInvalid: { reason: 'unsupported-purpose' },
  ClientCertIncompatible: { reason: 'unsupported-certificate' },
  ClientCertRejected: { reason: 'rejected' },
  ClientCertMissing: { reason: 'no-client-certificate' },
  UnmappedConnectionError: { cause: 'connection-failed' },
  Internal: { cause: 'connection-failed' },
} as const satisfies Readonly<Record<string, CodeMeaning>>;
