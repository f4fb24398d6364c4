/**
 * What follows `Failed:` in `tls_verify_status`. Source: "Connection logs for your Application Load Balancer", error reason
 * codes.
 */

import type { CodeMeaning } from '../door.js';

export const LOAD_BALANCER_CODES = {
  ClientCertMaxChainDepthExceeded: { reason: 'chain-too-long' },
  ClientCertMaxSizeExceeded: { reason: 'other' },
  ClientCertCrlHit: { reason: 'other' },
  ClientCertCrlProcessingError: { reason: 'other' },
  ClientCertUntrusted: { reason: 'other' },
  ClientCertNotYetValid: { reason: 'not-yet-valid' },
  ClientCertExpired: { reason: 'expired' },
  ClientCertTypeUnsupported: { reason: 'other' },
  ClientCertInvalid: { reason: 'other' },
  ClientCertPurposeInvalid: { reason: 'unsupported-purpose' },
  ClientCertIntentInvalid: { reason: 'unsupported-purpose' },
  ClientCertRejected: { reason: 'other' },
  ClientCertMissing: { reason: 'other' },
  UnmappedConnectionError: { cause: 'other' },
  Internal: { cause: 'other' },
} as const satisfies Readonly<Record<string, CodeMeaning>>;
