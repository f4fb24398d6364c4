/** Reads the JSON objects that stand for one log event each, in the spellings of the tools that write them. */

import type { InputEvent } from './window.js';

/**
 * `{logGroup, logStream, id, timestamp, message}`, what `aws logs filter-log-events` and `get-log-events` print
 * (`logStreamName`, `eventId`), and both without an id. Null for other objects.
 */
export function eventOf(json: object): InputEvent | null {
  const { message, timestamp, id, eventId, logGroup, logGroupName, logStream, logStreamName, owner } = json as Record<
    string,
    unknown
  >;
  const at = timeOf(timestamp);
  if (typeof message !== 'string' || at === null) return null;
  return {
    owner: textOf(owner) ?? '',
    logGroup: textOf(logGroup) ?? textOf(logGroupName) ?? '',
    logStream: textOf(logStream) ?? textOf(logStreamName) ?? '',
    id: textOf(id) ?? textOf(eventId),
    timestamp: at,
    message,
  };
}

const GATEWAY_KEYS = /^(?:request_?id|extended_?request_?id|resource_arn)$/i;

/** Whether an object is itself what the gateway logged: an access record or a record of vended execution logs. */
export function isGatewayRecord(json: object): boolean {
  return Object.keys(json).some((key) => GATEWAY_KEYS.test(key));
}

/** When the record says that it was made, or null. */
export function timeOfRecord(json: object): number | null {
  for (const [key, value] of Object.entries(json)) {
    if (/^(?:request_?time_?epoch|event_?timestamp)$/i.test(key)) return timeOf(value);
  }
  return null;
}

/** The same for a record that is no JSON, or not yet; milliseconds since the epoch. */
export function timeInText(text: string): number | null {
  const digits = /"request_?time_?epoch"\s{0,8}:\s{0,8}"?(\d{13})\b/i.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Milliseconds since the epoch, from a number, digits or an ISO time; null for anything else. */
function timeOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{10,16}$/.test(value) ? Number(value) : value;
  const at = typeof number === 'string' && /^\d{4}-\d\d-\d\dT/.test(number) ? Date.parse(number) : number;
  return typeof at === 'number' && Number.isSafeInteger(at) && at >= 0 && at <= 8.64e15 ? at : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, 512) : null;
}
