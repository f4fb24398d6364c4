/**
 * Most lines of a log tell of requests that succeeded, and nobody asks about those. A whole line that can be nothing else is told
 * here, in the two forms that most logs have. Every other line, each that is cut off by the end of a chunk, and each that looks in
 * any way unusual is left to the readers of units and lines.
 */

import { isAscii } from 'node:buffer';
import { cloudFront } from '../../shared/doors/cloudfront/door.js';
import { loadBalancer } from '../../shared/doors/load-balancer/door.js';
import { isPlainSuccess, STATUS } from '../../shared/logs/parse-access.js';
import { plainEventOf } from './records.js';
import { NEWLINE } from './value-scanner.js';
import type { PlainSuccess } from './window.js';

/** A line: bytes `from` to `to` of a chunk, which holds its end as well. */
export interface WholeLine {
  readonly chunk: Buffer;
  readonly from: number;
  readonly to: number;
}

/** Longer lines are not what most of a log is, and a regular expression may go through one of these. */
const BYTES_MAX = 64 * 1024;
const CLOSE_OBJECT = 0x7d;
const OPEN_OBJECT = 0x7b;
const QUOTE = 0x22;
const ESCAPE = 0x1b;
const RETURN = 0x0d;

const inBytes = (text: string) => Buffer.from(text, 'latin1');
const STATUS_KEY = inBytes('"status":');
const REQUEST_ID_KEY = inBytes('"requestId"');
/** What may be, or may look like, the line of an execution log. */
const DENIED = 'Access denied';
const PAYLOAD = '"payload"';

/** @returns the text of a line that looks as if a JSON object were all of it; null for other lines */
export function objectLine({ chunk, from, to }: WholeLine): string | null {
  const end = chunk[to - 1] === RETURN ? to - 1 : to;
  if (end - from < 2 || end - from > BYTES_MAX || chunk[end - 1] !== CLOSE_OBJECT) return null;
  return chunk.toString(isAsciiChunk(chunk) ? 'latin1' : 'utf8', from, end);
}

/** An event of CloudWatch Logs as a JSON object, whose message is the record of a success. Null for everything else. */
export function plainEvent(json: object): PlainSuccess | null {
  const found = plainEventOf(json);
  if (found?.id == null || found.timestamp === null || NAMES_ANOTHER.some((key) => key in json)) return null;
  const { message, logGroup, logStream, id } = found;
  if (!message.startsWith('{') || !isPlainSuccess(message)) return null;
  if (message.includes(DENIED) || message.includes(PAYLOAD)) return null;
  if (loadBalancer.mayHold(message) || cloudFront.mayHold(message)) return null;
  return { logGroup, logStream, id, timestamp: found.timestamp, message };
}

/** Keys of what is opened before it is asked whether an object is an event. */
const NAMES_ANOTHER = ['awslogs', 'messageType', 'logEvents'] as const;
const EMPTY: Buffer = Buffer.alloc(0);

/**
 * Finds lines of an export, `2026-10-12T00:00:00.000Z {"status":…}`, that are whole and stand before
 * another whole line with a time: one without would belong to the event before it.
 */
export function exportedSuccesses(): (line: WholeLine) => PlainSuccess | null {
  // Each begins with a byte that is rare in certificates, because the search stops at each.
  const unusual = ['403', ' denied', 'payload'].map(needle);
  let ownTime = { chunk: EMPTY, from: -1, at: Number.NaN };
  let lastLine = { chunk: EMPTY, from: 0 };
  return ({ chunk, from, to }) => {
    if (lastLine.chunk !== chunk) lastLine = { chunk, from: chunk.lastIndexOf(NEWLINE) };
    if (to >= lastLine.from) return null;
    const at = ownTime.chunk === chunk && ownTime.from === from ? ownTime.at : timeAt(chunk, from);
    if (Number.isNaN(at)) return null;
    ownTime = { chunk, from: to + 1, at: timeAt(chunk, to + 1) };
    if (Number.isNaN(ownTime.at)) return null;
    const begin = from + TIME_BYTES;
    const isRecord = chunk[begin] === OPEN_OBJECT && chunk[begin + 1] === QUOTE && to - begin <= BYTES_MAX;
    if (!isRecord || unusual.some((next) => next(chunk, begin) < to)) return null;
    return isSuccess(chunk, begin, to) ? passed(chunk, begin, to, at) : null;
  };
}

function passed(chunk: Buffer, from: number, to: number, at: number): PlainSuccess | null {
  const bytes = chunk.subarray(from, to);
  // The id is made of the text, which other readers change in these cases.
  if (bytes.at(-1) === RETURN || bytes.includes(ESCAPE) || !(isAsciiChunk(chunk) || isAscii(bytes))) return null;
  return { logGroup: '', logStream: '', id: null, timestamp: at, message: bytes };
}

/** The same as `isPlainSuccess` of the text, where it has no 403, and one that no other door takes. */
function isSuccess(chunk: Buffer, from: number, to: number): boolean {
  const inner = chunk.indexOf(OPEN_OBJECT, from + 1);
  const status = chunk.lastIndexOf(STATUS_KEY, to - STATUS_KEY.length);
  if ((inner >= 0 && inner < to) || status < from) return false;
  if (!STATUS.test(chunk.toString('latin1', status, Math.min(to, status + 20)))) return false;
  const requestId = chunk.indexOf(REQUEST_ID_KEY, from);
  return requestId >= 0 && requestId < to;
}

const EXPORT_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z $/;
const TIME_BYTES = '2026-10-12T00:00:00.000Z '.length;

/** The time with which CloudWatch Logs begins each event of an export; NaN where there is none. */
function timeAt(chunk: Buffer, from: number): number {
  const text = chunk.toString('latin1', from, from + TIME_BYTES);
  return EXPORT_TIME.test(text) ? Date.parse(text.slice(0, -1)) : Number.NaN;
}

/** Finds a text in chunk after chunk, each searched once. */
function needle(text: string): (chunk: Buffer, from: number) => number {
  const bytes = inBytes(text);
  let searched = EMPTY;
  let found = -1;
  return (chunk, from) => {
    if (searched !== chunk || found < from) {
      const at = chunk.indexOf(bytes, from);
      found = at < 0 ? Number.POSITIVE_INFINITY : at;
      searched = chunk;
    }
    return found;
  };
}

let asciiChunk = EMPTY;
let isAsciiOfChunk = true;

/** Asked for every line, and looked at once for each chunk. */
function isAsciiChunk(chunk: Buffer): boolean {
  if (asciiChunk !== chunk) {
    asciiChunk = chunk;
    isAsciiOfChunk = isAscii(chunk);
  }
  return isAsciiOfChunk;
}
