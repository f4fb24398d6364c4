/** The codes of `connectionStatus` in CloudFront's connection logs. */

import { type ConnectionCodes, sharedCodes } from '../connection-codes.js';

export const cloudFrontCodes: ConnectionCodes = {
  ...sharedCodes,
  ClientCertOcspProcessingError: { reason: 'revocation-check-failed' },
  ClientCertOcspDenied: { reason: 'revoked' },
  ConnectionFunctionError: { reason: 'function-failed' },
  ConnectionFunctionDenied: { reason: 'denied-by-function' },
  TcpError: { cause: 'connection-failed' },
  TcpTimeout: { cause: 'connection-failed' },
};
