/** What the text of an event certainly is, without reading it. */

import { cloudFront } from '../../shared/doors/cloudfront/door.js';
import { loadBalancer } from '../../shared/doors/load-balancer/door.js';
import { isPlainSuccess } from '../../shared/logs/parse-access.js';

/** What may be, or may look like, the line of an execution log. */
const DENIED = 'Access denied';
const PAYLOAD = '"payload"';

/** What holds the line of an execution log within JSON. */
const WRAPPINGS = ['payload', '@message', DENIED];

/** Whether an event says all by itself: lines of an execution log belong to those around them. */
export function standsAlone(message: string): boolean {
  return message.startsWith('{') && !WRAPPINGS.some((word) => message.includes(word));
}

/** Whether the text of an event is the record of a success, and of no door but API Gateway. */
export function isPlainMessage(message: string): boolean {
  if (!message.startsWith('{"') || !isPlainSuccess(message)) return false;
  if (message.includes(DENIED) || message.includes(PAYLOAD)) return false;
  return !loadBalancer.mayHold(message) && !cloudFront.mayHold(message);
}
