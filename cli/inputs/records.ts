/** Reads JSON objects that represent one log event each, with the keys of many tools. */

import { jsonIn } from '../../shared/base/json.js';
import { limits } from '../../shared/base/limits.js';
import type { RecordFormat } from '../../shared/logs/record-format.js';
import { partsOf } from './columns.js';
import { clfTimeIn, fromEpoch, looksLikeEvent, stampAt } from './looks.js';
import type { InputEvent } from './window.js';

/** An event whose time may be missing. */
export type FoundEvent = Omit<InputEvent, 'timestamp' | 'undated'> & { readonly timestamp: number | null };

/**
 * `{logGroup, logStream, id, timestamp, message}`, what `aws logs filter-log-events` and `get-log-events` print
 * (`logStreamName`, `eventId`), the rows of Logs Insights (`@timestamp`, `@message`, `@log`) and of tables, under whatever
 * names. Null for other objects: an access record may have a `message` and a `time` of its own.
 */
export function eventOf(json: object): FoundEvent | null {
  const plain = plainEventOf(json);
  if (plain !== null) return plain;
  const text = messageOf(partsOf(json).message);
  return text === null ? null : eventWith(text, json);
}

/** The common case: the names that CloudWatch Logs itself uses, which need no lookup. */
function plainEventOf(json: object): FoundEvent | null {
  const {
    message,
    timestamp,
    id,
    eventId = id,
    logGroup = '',
    logStream,
    logStreamName = logStream,
    owner,
  } = json as Record<string, unknown>;
  if (typeof message !== 'string' || typeof timestamp !== 'number' || typeof eventId !== 'string') return null;
  if (typeof logGroup !== 'string' || typeof logStreamName !== 'string' || !looksLikeEvent(message)) return null;
  const at = timeOf(timestamp);
  if (at === null || owner !== undefined || GROUP_WITH_OWNER.test(logGroup)) return null;
  return {
    owner: '',
    logGroup: logGroup.slice(0, 512),
    logStream: logStreamName.slice(0, 512),
    id: textOf(eventId),
    timestamp: at,
    message,
  };
}

/** Names of log groups that tell the account as well. */
export const GROUP_WITH_OWNER = /^(?:arn:|\d{12}:)/;

/** Whether a JSON object of a file is certainly an access record, and not a row of a table or a container. */
export function isPlainRecord(json: object): boolean {
  const { requestId, message, records } = json as Record<string, unknown>;
  if (typeof requestId !== 'string' || records !== undefined || '@message' in json) return false;
  return typeof message !== 'string' || !looksLikeEvent(message);
}

/** The event if its message has an unknown key; the message is recognised by its content. */
export function eventUnderAnyName(json: object): FoundEvent | null {
  const text = Object.values(json).find((value) => typeof value === 'string' && looksLikeEvent(value));
  return text === undefined ? null : eventWith(text, json);
}

function eventWith(message: string, json: object): FoundEvent | null {
  const { time, group, stream, id, owner } = partsOf(json);
  const timestamp = timeOf(time);
  if (!looksLikeEvent(message) && (timestamp === null || isGatewayRecord(json))) return null;
  const [account, logGroup] = groupOf(textOf(group) ?? '');
  return {
    owner: textOf(owner) ?? account,
    logGroup,
    logStream: textOf(stream) ?? '',
    id: textOf(id),
    timestamp,
    message,
  };
}

/** Logs Insights prints a JSON message as an object, not as text. */
function messageOf(message: unknown): string | null {
  if (typeof message === 'string') return message;
  return typeof message === 'object' && message !== null && !Array.isArray(message) ? JSON.stringify(message) : null;
}

/** Splits `123456789012:NAME` of Logs Insights and Live Tail, or an ARN, into account and name. */
export function groupOf(text: string): [owner: string, name: string] {
  const match = /^(?:arn:[\w-]{1,20}:logs:[\w-]{0,40}:)?(\d{12}):(?:log-group:)?(.{1,512}?)(?::\*)?$/.exec(text);
  return [match?.[1] ?? '', match?.[2] ?? text];
}

/**
 * Keys that only an access record, a vended execution record or the record of a connection has, with common variants such as
 * `reqId` and `client_cert_dn`.
 */
const GATEWAY_KEYS =
  /req(?:uest)?[_-]?id|client[_-]?cert|leaf[_-]?cert|issuer[_-]?dn|^resource_arn$|^payload$|^api[_-]?id$|^connection[_-]?status$|^tls[_-]?(?:verify[_-]?status|sni)$|^distribution[_-]?(?:tenant[_-]?)?id$|^conn[_-]?trace[_-]?id$/i;
/** Fields may be nested, such as `request.requestId`. */
const DEPTH_MAX = 3;

/** Whether an object is a record of a door: an access record, a vended execution record or the record of a connection. */
export function isGatewayRecord(json: object, depth = 1): boolean {
  return Object.entries(json).some(
    ([key, value]) =>
      (GATEWAY_KEYS.test(key) && !key.startsWith('@')) ||
      (depth < DEPTH_MAX && typeof value === 'object' && value !== null && isGatewayRecord(value, depth + 1)),
  );
}

/** The request's time in a record, or null. */
export function timeOfRecord(json: object): number | null {
  return timeUnder(EPOCH_KEYS, json) ?? timeUnder(TIME_KEYS, json);
}

const EPOCH_KEYS = /^(?:.{0,40}request_?time_?epoch|event_?timestamp|@timestamp)$/i;
/** Common variants of the key, such as `reqTime` and `ts`, but not keys of durations or of a certificate's validity. */
const TIME_KEYS =
  /^(?:@?time(?:_?stamp)?|ts|date(?:_?time)?|epoch|(?:req(?:uest)?|event|access|log)[._-]?(?:time|date|ts|at|epoch).{0,12})$/i;
/** The date on which API Gateway was released; earlier times are not times of its log events. */
const FIRST_AT = Date.UTC(2015, 6, 9);

function timeUnder(keys: RegExp, json: object, depth = 1): number | null {
  for (const [key, value] of Object.entries(json)) {
    const isWithin = depth < DEPTH_MAX && typeof value === 'object' && value !== null;
    const at = isWithin ? timeUnder(keys, value, depth + 1) : keys.test(key) ? timeOf(value) : null;
    if (at !== null && at >= FIRST_AT) return at;
  }
  return null;
}

/** The same for a record that is not JSON, or not parsed yet; milliseconds since the epoch. */
export function timeInText(text: string): number | null {
  // In CSV quotes are doubled; in JSON within JSON they have a backslash in front.
  const digits = /request_?time_?epoch\\?"{0,2}\s{0,8}[:=]\s{0,8}\\?"{0,2}(\d{13})\b/i.exec(text)?.[1];
  return digits === undefined ? clfTimeIn(text.slice(0, limits.recoveredCharsMax)) : Number(digits);
}

/** The request's time in a record, by the format of its log; null if the format has no time. */
export function timeByFormat(format: RecordFormat, text: string): number | null {
  const json = text.trimStart().startsWith('{') ? ((jsonIn(text) ?? null) as Record<string, unknown> | null) : null;
  for (const variable of ['requestTimeEpoch', 'requestTime']) {
    const at = timeOf(format.valueOf(variable, text, json));
    if (at !== null) return at;
  }
  return null;
}

/** Milliseconds since the epoch from a number, digits, or a date and time; null for anything else. */
export function timeOf(value: unknown): number | null {
  if (typeof value === 'string') {
    const text = value.trim();
    if (/^\d{10,19}(?:\.\d{1,9})?$/.test(text)) return timeOf(Number(text));
    const stamp = stampAt(text);
    if (stamp === null) return text.length <= 32 ? clfTimeIn(text) : null;
    return stamp.length < text.length || Number.isNaN(stamp.at) ? null : stamp.at;
  }
  if (typeof value !== 'number') return null;
  const at = fromEpoch(value);
  return Number.isSafeInteger(at) && at >= 0 && at <= 8.64e15 ? at : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, 512) : null;
}
