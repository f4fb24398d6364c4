/** Whether the text of an event can be nothing but the record of a request that succeeded. */

import { cloudFront } from '../../shared/doors/cloudfront/door.js';
import { loadBalancer } from '../../shared/doors/load-balancer/door.js';
import { isPlainSuccess } from '../../shared/logs/parse-access.js';

/** What may be, or may look like, the line of an execution log. */
const DENIED = 'Access denied';
const PAYLOAD = '"payload"';

/** Whether the text of an event is the record of a success, and of no door but API Gateway. */
export function isPlainMessage(message: string): boolean {
  if (!message.startsWith('{"') || !isPlainSuccess(message)) return false;
  if (message.includes(DENIED) || message.includes(PAYLOAD)) return false;
  return !loadBalancer.mayHold(message) && !cloudFront.mayHold(message);
}
