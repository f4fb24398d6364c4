/**
 * Tells the 403s of API Gateway apart by the error that the access log names, before anything is stored. The message
 * decides, then the response type; a bare `Forbidden` stays open, for that is what a refused certificate looks like.
 *
 * Source: AWS's article on 403 errors from API Gateway, and the gateway response types of its developer guide.
 */

import type { ForbiddenCause } from '../model/reasons.js';

/** Beginnings of the gateway's messages, lower case. The first that fits decides, so the more special come first. */
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
