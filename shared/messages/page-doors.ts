/**
 * Which pages of the runbooks are about one front door only, or about mtls-watch itself: their commands stay as they are written,
 * because those of another door would show that nothing fails, or something else. Pure.
 */

import { alarmIds, gatewayRunbooks } from '../config/runbooks.js';
import { forbiddenCauses } from '../model/reasons.js';

export type PageSubject = 'api-gateway' | 'cloudfront' | 'mtls-watch';

/** Causes that have pages for every door: the others are answers of API Gateway, which no connection log shows. */
const EVERY_DOOR: ReadonlySet<string> = new Set(['connection-failed', 'other']);

const OF_GATEWAY = [...forbiddenCauses.filter((cause) => !EVERY_DOOR.has(cause)), ...gatewayRunbooks];

const OF_CLOUDFRONT = ['denied-by-function', 'function-failed'];

const SUBJECTS: ReadonlyMap<string, PageSubject> = new Map([
  ...OF_GATEWAY.map((id) => [id, 'api-gateway'] as const),
  ...OF_CLOUDFRONT.map((id) => [id, 'cloudfront'] as const),
  ...alarmIds.map((id) => [id, 'mtls-watch'] as const),
]);

/** What a page is about where that is not the given door; null for a page whose commands may be those of the door. */
export function otherSubject(id: string, door: string): PageSubject | null {
  const subject = SUBJECTS.get(id) ?? null;
  return subject === door ? null : subject;
}
