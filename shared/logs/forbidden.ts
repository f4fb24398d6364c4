/**
 * Tells the causes of API Gateway's 403s apart by the error in the access log, before anything is stored. The message
 * decides first, then the response type. A bare `Forbidden` is left undecided, because a refused certificate looks like
 * that.
 * Source: AWS's article on 403 errors from API Gateway, and the gateway response types in its developer guide.
 */

import type { ForbiddenCause } from '../model/reasons.js';

/** How the gateway's messages begin, in lower case. The first match decides, so the more specific ones come first. */
const CAUSE_BY_MESSAGE: readonly (readonly [start: string, cause: ForbiddenCause])[] = [
  ['user is not authorized to access this resource', 'authorizer-denied'],
  ['user: anonymous is not authorized to perform', 'resource-policy-denied'],
  ['user: ', 'iam-denied'],
  ['the security token included in the request is invalid', 'invalid-security-token'],
  ['the security token included in the request is expired', 'expired-token'],
  ['missing authentication token', 'missing-authentication-token'],
  ['signature expired', 'signature-expired'],
  ['the request signature we calculated does not match', 'signature-mismatch'],
  ['authorization header requires', 'incomplete-signature'],
  ['invalid api key identifier specified', 'invalid-api-key'],
];

const CAUSE_BY_RESPONSE_TYPE: Readonly<Record<string, ForbiddenCause>> = {
  WAF_FILTERED: 'waf',
  INVALID_API_KEY: 'invalid-api-key',
  MISSING_AUTHENTICATION_TOKEN: 'missing-authentication-token',
  EXPIRED_TOKEN: 'expired-token',
  INVALID_SIGNATURE: 'signature-mismatch',
};

/**
 * @param message `$context.error.message`, or null where the log has none
 * @param responseType `$context.error.responseType`, or null
 * @returns the cause, or null when the 403 may be a refused certificate
 */
export function forbiddenCause(message: string | null, responseType: string | null): ForbiddenCause | null {
  const words = (message ?? '').replace(/^"|"$/g, '').toLowerCase();
  for (const [start, cause] of CAUSE_BY_MESSAGE) {
    if (words.startsWith(start)) return cause;
  }
  const byType = CAUSE_BY_RESPONSE_TYPE[responseType ?? ''];
  if (byType !== undefined) return byType;
  return words === '' || words === 'forbidden' ? null : 'other';
}
