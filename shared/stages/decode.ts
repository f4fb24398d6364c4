/**
 * From what a delivery carries to one `LogBatch`. CloudWatch Logs sends base64 of gzip of JSON to Lambda, and the same
 * gzip to Kinesis; files hold the JSON itself. Every way a payload can be broken is an error of its own, with its
 * cause; a broken event inside a good payload is a reject and costs its neighbours nothing.
 */

import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { MtlsWatchError, messageOf } from '../errors.js';
import { limits } from '../limits.js';
import type { ControlMessage, LogBatch, LogEvent, Rejected } from '../model.js';
import { accountId } from './account.js';

export type Delivery = LogBatch | ControlMessage;

/**
 * Decodes the event of a Lambda subscription, `{"awslogs":{"data":"<base64 of gzip of JSON>"}}`.
 * @throws MtlsWatchError `wrong-shape`, `bad-base64`, or what `decodeGzip` throws
 */
export function decodeSubscription(event: unknown): Delivery {
  const data = field(field(event, 'awslogs'), 'data');
  if (typeof data !== 'string') {
    throw new MtlsWatchError(
      'wrong-shape',
      'not a CloudWatch Logs subscription event: expected {"awslogs":{"data":"…"}}',
    );
  }
  return decodeGzip(decodeBase64(data));
}

/**
 * Decodes the data of a Kinesis record (base64 as Lambda hands it over). CloudWatch Logs puts one payload into a record;
 * whoever forwards or aggregates records may put several one after the other. Throws as `decodeSubscription` does.
 */
export function decodeKinesisData(data: string): readonly Delivery[] {
  const text = gunzip(decodeBase64(data)).toString('utf8');
  return text.split(BETWEEN_PAYLOADS).map((payload) => decodePayload(parseJson(payload)));
}

/** Where one JSON object ends and the next begins. Within JSON a brace, a quote, a word, a quote and a colon never follow so. */
const BETWEEN_PAYLOADS = /(?<=\})\s{0,8}(?=\{"\w{1,64}":)/;

/** @throws MtlsWatchError `bad-gzip`, `payload-too-large`, or what `decodePayload` throws */
function decodeGzip(bytes: Buffer): Delivery {
  return decodePayload(parseJson(gunzip(bytes).toString('utf8')));
}

/**
 * Decodes the JSON of a payload.
 * @throws MtlsWatchError `wrong-shape`
 */
export function decodePayload(payload: unknown): Delivery {
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
    const read = readEvent(event);
    if ('code' in read) malformed.push(read);
    else good.push(read);
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

function readEvent(event: unknown): LogEvent | Rejected {
  const id = field(event, 'id');
  const timestamp = field(event, 'timestamp');
  const message = field(event, 'message');
  const eventId = text(id);
  if (typeof id !== 'string' || id === '' || typeof message !== 'string' || !isTime(timestamp)) {
    return {
      kind: 'rejected',
      eventId,
      code: 'not-a-log-event',
      detail: 'expected an id, a timestamp in ms and a message',
    };
  }
  if (message.length > limits.eventCharsMax) {
    return { kind: 'rejected', eventId, code: 'event-too-large', detail: `a message of ${message.length} characters` };
  }
  const account = accountId(field(field(event, 'extractedFields'), '@aws.account'));
  return account === '' ? { id, timestamp, message } : { id, timestamp, message, account };
}

/** A time that a Date can hold; anything else is no timestamp. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 8.64e15;
}

function decodeBase64(data: string): Buffer {
  if (data.length * 0.75 > limits.payloadCompressedBytesMax) throw tooLarge(limits.payloadCompressedBytesMax);
  const bytes = Buffer.from(data, 'base64');
  // Buffer skips what is not base64; a payload that loses more than its padding and line breaks was not base64.
  if (bytes.length === 0 || bytes.length < Math.floor((data.trimEnd().replaceAll('=', '').length * 3) / 4) - 2) {
    throw new MtlsWatchError('bad-base64', 'the payload is not base64');
  }
  return bytes;
}

function gunzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: limits.payloadBytesMax });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(limits.payloadBytesMax, error);
    throw new MtlsWatchError('bad-gzip', `the payload is not whole gzip: ${messageOf(error)}`, { cause: error });
  }
}

function tooLarge(bound: number, cause?: unknown): MtlsWatchError {
  return new MtlsWatchError('payload-too-large', `the payload is over the bound of ${bound} bytes`, { cause });
}

function parseJson(text: string): unknown {
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
