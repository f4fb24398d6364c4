/** Reads JSON that contains events: payloads, output of commands, Lambda events, rows of query results. */

import { commandLimits } from '../../shared/base/command-limits.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { jsonIn } from '../../shared/base/json.js';
import { type DecodedDelivery, decodePayload, decodeSubscription, gunzip, gzipOf } from '../../shared/logs/decode.js';
import {
  eventOf,
  eventUnderAnyName,
  type FoundEvent,
  isGatewayRecord,
  isPlainRecord,
  timeOfRecord,
} from './records.js';
import { isBinary } from './sniff.js';

export interface Opened {
  onEvent(event: FoundEvent): void;
  /** A record without a log event around it. */
  onRecord(message: string, at: number | null): void;
  onDelivery(delivery: DecodedDelivery): void;
  /** Whether a text looks like an access record, or matches the format of the log. */
  isRecord(text: string): boolean;
  /** Decompressed bytes within a value, with the content of a file. */
  onBytes(bytes: Buffer): void;
  /** Something recognised that contains no event, such as the start of a session. */
  onKnown(): void;
  onReject(code: 'not-a-log-event' | 'event-too-large', detail: string): void;
}

/** Keys of lists of events, rows or records: of the AWS CLI, Live Tail, Kinesis, Firehose and queues. */
const LISTS = ['events', 'results', 'sessionResults', 'responseStream', 'Records', 'records', 'Messages'] as const;
/** Keys of objects around another: Live Tail, one log record, a Lambda destination, a record of a stream. */
const AROUND = ['sessionUpdate', 'logRecord', 'requestPayload', 'kinesis'] as const;
/** Keys of base64 with the content of a file, with or without gzip. */
const DATA = ['data', 'Data'] as const;
/** Keys of JSON as text: a queue's message. */
const BODIES = ['body', 'Body'] as const;

/** @param text the text of the value in the input, if it stands there by itself */
export function openValue(json: unknown, text: string | null, into: Opened, depth = 0): void {
  if (typeof json !== 'object' || json === null) into.onReject('not-a-log-event', 'a JSON value that is no object');
  else if (depth > commandLimits.inputNestingMax) into.onReject('not-a-log-event', 'JSON nested deeper than a log is');
  else if (Array.isArray(json)) openList(json, into, depth);
  else if ('awslogs' in json) delivery(() => decodeSubscription(json), into);
  else if ('messageType' in json || ('logEvents' in json && 'logGroup' in json)) {
    delivery(() => decodePayload({ messageType: 'DATA_MESSAGE', ...json }), into);
  } else if (text !== null && isPlainRecord(json)) into.onRecord(text, timeOfRecord(json));
  else {
    const event = eventOf(json);
    if (event !== null) into.onEvent(event);
    else if (!openContainer(json as Record<string, unknown>, into, depth)) openRecord(json, text, into);
  }
}

function openRecord(json: object, text: string | null, into: Opened): void {
  const event = isGatewayRecord(json) ? null : eventUnderAnyName(json);
  if (event !== null) into.onEvent(event);
  else if (isGatewayRecord(json) || (text !== null && into.isRecord(text))) {
    into.onRecord(text ?? JSON.stringify(json), timeOfRecord(json));
  } else into.onReject('not-a-log-event', 'a JSON object that is no log event');
}

function openList(list: readonly unknown[], into: Opened, depth: number): void {
  const fields = list.map(fieldOf);
  if (fields.length > 0 && fields.every((field) => field !== null)) {
    openValue(Object.fromEntries(fields), null, into, depth + 1);
  } else for (const one of list) openValue(one, null, into, depth + 1);
}

/** `{"field": "@message", "value": "…"}`, one of the cells of a row of Logs Insights. */
function fieldOf(one: unknown): [string, unknown] | null {
  if (typeof one !== 'object' || one === null) return null;
  const { field, value = '' } = one as Record<string, unknown>;
  return typeof field === 'string' ? [field, value] : null;
}

/** @returns false if the object contains nothing with events */
function openContainer(json: Record<string, unknown>, into: Opened, depth: number): boolean {
  const list = LISTS.map((key) => json[key]).find((value) => Array.isArray(value));
  const around = AROUND.map((key) => json[key]).find((value) => typeof value === 'object' && value !== null);
  const data = DATA.map((key) => json[key]).find((value) => typeof value === 'string');
  const body = BODIES.map((key) => json[key]).find((value) => typeof value === 'string');
  if (list !== undefined) {
    into.onKnown();
    for (const one of list as unknown[]) openValue(one, null, into, depth + 1);
  } else if (around !== undefined) openValue(around, null, into, depth + 1);
  else if (typeof data === 'string' && !isGatewayRecord(json)) openData(data, into);
  else if (typeof body === 'string' && body.trimStart().startsWith('{')) openBody(body, into, depth);
  else if ('sessionStart' in json) into.onKnown();
  else return false;
  return true;
}

function openBody(body: string, into: Opened, depth: number): void {
  const json = jsonIn(body);
  if (json === undefined) into.onReject('not-a-log-event', 'the body of a message is broken JSON');
  else openValue(json, body, into, depth + 1);
}

function openData(data: string, into: Opened): void {
  try {
    const bytes = gunzipAll(gzipOf(data));
    if (isBinary(bytes)) into.onReject('not-a-log-event', 'the data of a record is neither gzip nor text');
    else into.onBytes(bytes);
  } catch (error) {
    rejectFault(error, into);
  }
}

/** @throws MtlsWatchError `bad-gzip` or `payload-too-large` */
function gunzipAll(gzip: Buffer): Buffer {
  let bytes = gzip;
  for (let n = 0; n < commandLimits.inputGzipLayersMax && bytes[0] === 0x1f && bytes[1] === 0x8b; n++)
    bytes = gunzip(bytes);
  return bytes;
}

function delivery(decode: () => DecodedDelivery, into: Opened): void {
  try {
    into.onDelivery(decode());
  } catch (error) {
    rejectFault(error, into);
  }
}

function rejectFault(error: unknown, into: Opened): void {
  if (!(error instanceof MtlsWatchError)) throw error;
  into.onReject(error.code === 'payload-too-large' ? 'event-too-large' : 'not-a-log-event', error.message);
}
