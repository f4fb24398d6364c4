/**
 * Decodes a delivery into one `LogBatch`. CloudWatch Logs sends base64 of gzip of JSON to Lambda, and the same gzip to
 * Kinesis; files hold the JSON itself. Each way in which a payload can be broken has an error code of its own. A broken
 * event inside a good payload becomes a reject, and the other events are read.
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
 * The place between two JSON objects. CloudWatch Logs puts one payload into a Kinesis record, but services that forward
 * or aggregate records may put several, one after the other. Inside JSON a closing brace is never followed directly by
 * an opening brace, a quoted word and a colon.
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

/** Makes a batch. Its id is derived from the log group, the stream and the event ids, so a retry is the same batch. */
export function batchOf(content: Omit<LogBatch, 'kind' | 'batchId'>): LogBatch {
  const hash = createHash('sha256').update(`${content.owner}\n${content.logGroup}\n${content.logStream}\n`);
  hash.update(content.events.map(({ id, account }) => (account === undefined ? id : `${account} ${id}`)).join('\n'));
  return { kind: 'batch', batchId: hash.digest('base64url').slice(0, 22), ...content };
}

/** Whether a value is a log event of the payload; additional fields are allowed. */
function isLogEvent(event: unknown): event is LogEvent {
  if (typeof event !== 'object' || event === null) return false;
  const { id, timestamp, message } = event as Record<string, unknown>;
  if (typeof id !== 'string' || id === '' || typeof message !== 'string' || !isTime(timestamp)) return false;
  return message.length <= limits.eventCharsMax;
}

/** Takes the account that wrote the event from the system fields that a subscription can add. */
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

/** Whether a value is a time that a Date can hold. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 8.64e15;
}

/**
 * Decodes base64 into gzip bytes.
 * @throws MtlsWatchError `bad-base64` or `payload-too-large`
 */
export function gzipOf(data: string): Buffer {
  if (data.length * 0.75 > limits.payloadCompressedBytesMax) throw tooLarge(limits.payloadCompressedBytesMax);
  const bytes = Buffer.from(data, 'base64');
  // Buffer skips characters that are not base64. When more is lost than padding and line breaks, the text was not
  // base64.
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
 * The size of zlib's output buffer: as large as the output, because zlib would otherwise fill pieces of 16 KB and copy
 * them together. The last four bytes of gzip give the size (RFC 1952, 2.3.1); a wrong size only costs those copies. One
 * more byte lets zlib see the end.
 */
function roomFor(gzip: Buffer): number {
  const told = Math.min(unpackedBytes(gzip), limits.payloadBytesMax, gzip.length * INFLATES_MAX);
  return Math.max(CHUNK_BYTES_MIN, told + 1);
}

/** The unpacked size that gzip states in its last four bytes. */
export function unpackedBytes(gzip: Buffer): number {
  return gzip.length < SIZE_BYTES ? 0 : gzip.readUInt32LE(gzip.length - SIZE_BYTES);
}

const SIZE_BYTES = 4;
/** zlib accepts no smaller buffer. */
const CHUNK_BYTES_MIN = 64;
/** The highest compression ratio of deflate. */
const INFLATES_MAX = 1032;

export function tooLarge(bound: number, cause?: unknown): MtlsWatchError {
  return new MtlsWatchError('payload-too-large', `the payload is over the bound of ${bound} bytes`, { cause });
}

/** Decodes bytes to text. Logs are nearly always ASCII, which V8 copies byte by byte, without decoding UTF-8. */
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
