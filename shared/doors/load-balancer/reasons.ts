/** The codes of `tls_verify_status` in the connection logs of Application Load Balancers. */

import { type ConnectionCodes, sharedCodes } from '../connection-codes.js';

export const loadBalancerCodes: ConnectionCodes = {
  ...sharedCodes,
  ClientCertCrlHit: { reason: 'revoked' },
  ClientCertCrlProcessingError: { reason: 'revocation-check-failed' },
  ClientCertPurposeInvalid: { reason: 'unsupported-purpose' },
  ClientCertIncompatible: { reason: 'unsupported-certificate' },
};
