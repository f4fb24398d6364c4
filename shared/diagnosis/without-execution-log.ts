/**
 * Tells which access records belong to an API without an execution log, and so have no other half to be joined with.
 */

import { isNamed } from '../config/qualified-names.js';
import type { AccessRecord } from '../model/index.js';

/**
 * The form of the request ids that API Gateway gives to requests of HTTP APIs. A request id of a REST API is a UUID,
 * whatever the client sends.
 */
const HTTP_REQUEST_ID = /^(?:\d{12}\/)?[\w+/-]{11,19}=$/;

/**
 * Whether a record belongs to an API without an execution log. A record that does not name its API is recognised by its
 * request id.
 * @param apis API ids as the settings name them
 */
export function isWithoutExecutionLog({ api: { apiId }, requestId }: AccessRecord, apis: readonly string[]): boolean {
  if (apiId !== null) return apis.some((setting) => isNamed(setting, apiId));
  return apis.length > 0 && HTTP_REQUEST_ID.test(requestId);
}
