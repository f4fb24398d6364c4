/**
 * What follows `Failed:` in `connectionStatus`. Source: "Observability using connection logs" (CloudFront developer guide)
 * and the viewer mutual TLS pages on OCSP and connection functions.
 */

import type { CodeMeaning } from '../door.js';

export const CLOUDFRONT_CODES = {
  ClientCertMaxChainDepthExceeded: { reason: 'chain-too-long' },
  ClientCertMaxSizeExceeded: { reason: 'certificate-too-large' },
  ClientCertUntrusted: { reason: 'untrusted' },
  ClientCertNotYetValid: { reason: 'not-yet-valid' },
  ClientCertExpired: { reason: 'expired' },
  ClientCertTypeUnsupported: { reason: 'unsupported-certificate' },
  ClientCertInvalid: { reason: 'invalid-certificate' },
  ClientCertIntentInvalid: { reason: 'unsupported-purpose' },
  ClientCertRejected: { reason: 'rejected' },
  ClientCertMissing: { reason: 'no-client-certificate' },
  ClientCertOcspProcessingError: { reason: 'revocation-check-failed' },
  ClientCertOcspDenied: { reason: 'revoked' },
  ConnectionFunctionError: { reason: 'function-failed' },
  ConnectionFunctionDenied: { reason: 'denied-by-function' },
  TcpError: { cause: 'connection-failed' },
  TcpTimeout: { cause: 'connection-failed' },
  Internal: { cause: 'connection-failed' },
  UnmappedConnectionError: { cause: 'connection-failed' },
} as const satisfies Readonly<Record<string, CodeMeaning>>;
