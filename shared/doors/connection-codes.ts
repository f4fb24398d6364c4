/**
 * The codes with which CloudFront and load balancers say in their connection logs why a connection failed, as in
 * `Failed:ClientCertExpired`. Here are the codes that both doors share; each door's folder adds its own.
 * Sources: AWS, "Observability using connection logs" (CloudFront) and "Connection logs for your Application Load Balancer".
 */

import type { ForbiddenCause, ReasonId } from '../model/reasons.js';

/** A refused certificate, or a failure with another cause. */
export type CodeMeaning = { readonly reason: ReasonId } | { readonly cause: ForbiddenCause };

export type ConnectionCodes = Readonly<Record<string, CodeMeaning>>;

export const sharedCodes: ConnectionCodes = {
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
  Internal: { cause: 'connection-failed' },
  UnmappedConnectionError: { cause: 'connection-failed' },
};

const UNKNOWN: CodeMeaning = { reason: 'other' };

/** What a code stands for; the reason `other` for one that the door's table does not hold. */
export function meaningOfCode(codes: ConnectionCodes, code: string): CodeMeaning {
  return (Object.hasOwn(codes, code) ? codes[code] : undefined) ?? UNKNOWN;
}
