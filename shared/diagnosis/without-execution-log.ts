/** Which access records are of an API without an execution log, and so have nothing to be joined with. */

import { isNamed } from '../config/qualified-names.js';
import type { AccessRecord } from '../model/index.js';

/** What API Gateway gives an HTTP API's requests for an id; a REST API's is a UUID, whatever a client sends. */
const HTTP_REQUEST_ID = /^(?:\d{12}\/)?[\w+/-]{11,19}=$/;

/**
 * Whether a record is of an API without an execution log. One that does not name its API is known by its request id.
 * @param apis as the settings name them
 */
export function isWithoutExecutionLog({ api: { apiId }, requestId }: AccessRecord, apis: readonly string[]): boolean {
  if (apiId !== null) return apis.some((setting) => isNamed(setting, apiId));
  return apis.length > 0 && HTTP_REQUEST_ID.test(requestId);
}
