/**
 * From what a delivery carries to one `LogBatch`. CloudWatch Logs sends base64 of gzip of JSON to Lambda, and the same
 * gzip to Kinesis; files hold the JSON itself. Every way a payload can be broken is an error of its own, with its
 * cause; a broken event inside a good payload is a reject and costs its neighbours nothing.
 */

import { isAscii } from 'node:buffer';
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { MtlsWatchError, messageOf } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { accountId } from '../config/qualified-names.js';
import type { ControlMessage, LogBatch, LogEvent, Rejected } from '../model/index.js';

export type DecodedDelivery = LogBatch | ControlMessage;

/**
 * Decodes the event of a Lambda subscription, `{"awslogs":{"data":"<base64 of gzip of JSON>"}}`.
 * @throws MtlsWatchError `wrong-shape`, `bad-base64`, or what `decodeGzip` throws
 */
export function decodeSubscription(event: unknown): DecodedDelivery {
  return decodeGzip(gzipOf(subscriptionData(event)));
}

/**
 * The base64 in the event of a Lambda subscription.
 * @throws MtlsWatchError `wrong-shape`
 */
export function subscriptionData(event: unknown): string {
  const data = field(field(event, 'awslogs'), 'data');
  if (typeof data !== 'string') {
    throw new MtlsWatchError(
      'wrong-shape',
      'not a CloudWatch Logs subscription event: expected {"awslogs":{"data":"…"}}',
    );
  }
  return data;
}

/**
 * Where one JSON object ends and the next begins: CloudWatch Logs puts one payload into a Kinesis record, and whoever forwards or
 * aggregates records may put several one after the other. Within JSON a brace, a quote, a word, a quote and a colon
 * never follow so.
 */
export const BETWEEN_PAYLOADS = /(?<=\})\s{0,8}(?=\{"\w{1,64}":)/g;

/** @throws MtlsWatchError `bad-gzip`, `payload-too-large`, or what `decodePayload` throws */
export function decodeGzip(bytes: Buffer): DecodedDelivery {
  return decodePayload(parseJson(textOf(gunzip(bytes))));
}

/**
 * Decodes the JSON of a payload.
 * @throws MtlsWatchError `wrong-shape`
 */
export function decodePayload(payload: unknown): DecodedDelivery {
  const logGroup = field(payload, 'logGroup');
  const events = field(payload, 'logEvents');
  const messageType = field(payload, 'messageType');
  if (typeof logGroup !== 'string' || !Array.isArray(events)) {
    throw new MtlsWatchError('wrong-shape', 'not a CloudWatch Logs payload: expected logGroup and logEvents');
  }
  if (messageType === 'CONTROL_MESSAGE') {
    return { kind: 'control', logGroup, message: String(field(events[0], 'message') ?? '').slice(0, 200) };
  }
  if (messageType !== 'DATA_MESSAGE') {
    throw new MtlsWatchError(
      'wrong-shape',
      'not a CloudWatch Logs payload: expected messageType DATA_MESSAGE or CONTROL_MESSAGE',
    );
  }
  const good: LogEvent[] = [];
  const malformed: Rejected[] = [];
  for (const event of events) {
    if (isLogEvent(event)) good.push('extractedFields' in event ? withAccount(event) : event);
    else malformed.push(rejectOf(event));
  }
  return batchOf({
    owner: text(field(payload, 'owner')),
    logGroup,
    logStream: text(field(payload, 'logStream')),
    events: good,
    malformed,
  });
}

/** Makes a batch; its id is derived from the group, the stream and the event ids, so a retry is the same batch. */
export function batchOf(content: Omit<LogBatch, 'kind' | 'batchId'>): LogBatch {
  const hash = createHash('sha256').update(`${content.owner}\n${content.logGroup}\n${content.logStream}\n`);
  hash.update(content.events.map(({ id, account }) => (account === undefined ? id : `${account} ${id}`)).join('\n'));
  return { kind: 'batch', batchId: hash.digest('base64url').slice(0, 22), ...content };
}

/** The event as it stands in the payload, whatever else it holds. */
function isLogEvent(event: unknown): event is LogEvent {
  if (typeof event !== 'object' || event === null) return false;
  const { id, timestamp, message } = event as Record<string, unknown>;
  if (typeof id !== 'string' || id === '' || typeof message !== 'string' || !isTime(timestamp)) return false;
  return message.length <= limits.eventCharsMax;
}

/** The fields that a subscription adds say which account wrote the event. */
function withAccount(event: LogEvent): LogEvent {
  const { id, timestamp, message } = event;
  const added = field(event, 'extractedFields');
  const account = accountId(field(added, '@aws.account'));
  const sourceLog = text(field(added, '@source.log')).slice(0, 512);
  return {
    id,
    timestamp,
    message,
    ...(account === '' ? {} : { account }),
    ...(sourceLog === '' ? {} : { sourceLog }),
  };
}

function rejectOf(event: unknown): Rejected {
  const eventId = text(field(event, 'id'));
  const length = text(field(event, 'message')).length;
  return length > limits.eventCharsMax
    ? { kind: 'rejected', eventId, code: 'event-too-large', detail: `a message of ${length} characters` }
    : { kind: 'rejected', eventId, code: 'not-a-log-event', detail: 'expected an id, a timestamp in ms and a message' };
}

/** A time that a Date can hold; anything else is no timestamp. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 8.64e15;
}

/** @throws MtlsWatchError `bad-base64` or `payload-too-large` */
export function gzipOf(data: string): Buffer {
  if (data.length * 0.75 > limits.payloadCompressedBytesMax) throw tooLarge(limits.payloadCompressedBytesMax);
  const bytes = Buffer.from(data, 'base64');
  // Buffer skips what is not base64; a payload that loses more than its padding and line breaks was not base64.
  if (bytes.length === 0 || bytes.length < Math.floor((data.trimEnd().replaceAll('=', '').length * 3) / 4) - 2) {
    throw new MtlsWatchError('bad-base64', 'the payload is not base64');
  }
  return bytes;
}

export function gunzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: limits.payloadBytesMax, chunkSize: roomFor(bytes) });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(limits.payloadBytesMax, error);
    throw badGzip(error);
  }
}

export function badGzip(cause: unknown): MtlsWatchError {
  return new MtlsWatchError('bad-gzip', `the payload is not whole gzip: ${messageOf(cause)}`, { cause });
}

/**
 * As much as comes out, for zlib would otherwise fill pieces of 16 KB and put them together afterwards. The last four bytes
 * of gzip tell it (RFC 1952, 2.3.1); one that lies costs no more than the pieces. One byte more shows zlib the end.
 */
function roomFor(gzip: Buffer): number {
  const told = Math.min(unpackedBytes(gzip), limits.payloadBytesMax, gzip.length * INFLATES_MAX);
  return Math.max(CHUNK_BYTES_MIN, told + 1);
}

/** What gzip says of itself. */
export function unpackedBytes(gzip: Buffer): number {
  return gzip.length < SIZE_BYTES ? 0 : gzip.readUInt32LE(gzip.length - SIZE_BYTES);
}

const SIZE_BYTES = 4;
/** zlib takes no less. */
const CHUNK_BYTES_MIN = 64;
/** The most that deflate can do. */
const INFLATES_MAX = 1032;

export function tooLarge(bound: number, cause?: unknown): MtlsWatchError {
  return new MtlsWatchError('payload-too-large', `the payload is over the bound of ${bound} bytes`, { cause });
}

/** Logs are nearly always ASCII, which V8 copies byte by byte where it would have to decode UTF-8. */
export function textOf(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MtlsWatchError('bad-json', `the payload is not JSON: ${messageOf(error).slice(0, 120)}`, {
      cause: error,
    });
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
