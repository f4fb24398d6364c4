/**
 * What follows `Failed:` in `connectionStatus`. Source: "Observability using connection logs" (CloudFront developer guide)
 * and the viewer mutual TLS pages on OCSP and connection functions.
 */

import type { CodeMeaning } from '../door.js';

export const CLOUDFRONT_CODES = {
  ClientCertMaxChainDepthExceeded: { reason: 'chain-too-long' },
  ClientCertMaxSizeExceeded: { reason: 'other' },
  ClientCertUntrusted: { reason: 'other' },
  ClientCertNotYetValid: { reason: 'not-yet-valid' },
  ClientCertExpired: { reason: 'expired' },
  ClientCertTypeUnsupported: { reason: 'other' },
  ClientCertInvalid: { reason: 'other' },
  ClientCertIntentInvalid: { reason: 'unsupported-purpose' },
  ClientCertRejected: { reason: 'other' },
  ClientCertMissing: { reason: 'other' },
  ClientCertOcspProcessingError: { reason: 'other' },
  ClientCertOcspDenied: { reason: 'other' },
  ConnectionFunctionError: { reason: 'other' },
  ConnectionFunctionDenied: { reason: 'other' },
  TcpError: { cause: 'other' },
  TcpTimeout: { cause: 'other' },
  Internal: { cause: 'other' },
  UnmappedConnectionError: { cause: 'other' },
} as const satisfies Readonly<Record<string, CodeMeaning>>;
