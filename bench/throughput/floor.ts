/**
 * The least that anything has to do which reads such a payload in JavaScript: base64, gunzip, `JSON.parse` of the payload, and
 * for each message that is an access record one `JSON.parse` more. A record that is not JSON costs the failed attempt.
 */

import { gunzipSync } from 'node:zlib';
import type { LogEvent } from '../../shared/model/index.js';
import type { Payload } from '../support/payloads.js';

export function floor({ event }: Payload): number {
  const { logEvents } = JSON.parse(gunzipSync(Buffer.from(event.awslogs.data, 'base64')).toString('utf8'));
  return parseMessages(logEvents);
}

export function parseMessages(events: readonly LogEvent[]): number {
  let read = 0;
  for (const { message } of events) {
    if (!message.startsWith('{')) continue;
    try {
      JSON.parse(message);
      read++;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return read;
}
