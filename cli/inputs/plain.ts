/**
 * Most lines of a log tell of requests that succeeded, and nobody asks about those. A whole line that can be nothing else is told
 * here from its bytes, in the two forms that most logs have. Every other line, each that is cut off by the end of a chunk, and each
 * that looks in any way unusual is left to the readers of units and lines.
 */

import { isAscii } from 'node:buffer';
import { cloudFront } from '../../shared/doors/cloudfront/door.js';
import { loadBalancer } from '../../shared/doors/load-balancer/door.js';
import { isPlainSuccess } from '../../shared/logs/parse-access.js';
import { NEWLINE } from './value-scanner.js';

/** A line: bytes `from` to `to` of a chunk, which holds its end as well. */
export interface WholeLine {
  readonly chunk: Buffer;
  readonly from: number;
  readonly to: number;
}

/** An event that is known to be the record of a success: `isPlainMessage`. */
export interface PlainSuccess {
  readonly logGroup: string;
  readonly logStream: string;
  /** Null where the log has none. */
  readonly id: string | null;
  readonly timestamp: number;
  /** The bytes of the message, as the line has them. */
  readonly bytes: Buffer;
  /** Characters of the message. */
  readonly chars: number;
  text(): string;
}

/** Longer lines are not what most of a log is. */
export const PLAIN_BYTES_MAX = 64 * 1024;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_OBJECT = 0x7b;
export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
const RETURN = 0x0d;
const SPACE = 0x20;
const COMMA = 0x2c;
const ZERO = 0x30;

const inBytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** What may be, or may look like, the line of an execution log. */
const DENIED = 'Access denied';
const PAYLOAD = '"payload"';

/** Whether the text of an event is the record of a success, and of no door but API Gateway. */
export function isPlainMessage(message: string): boolean {
  if (!message.startsWith('{"') || !isPlainSuccess(message)) return false;
  if (message.includes(DENIED) || message.includes(PAYLOAD)) return false;
  return !loadBalancer.mayHold(message) && !cloudFront.mayHold(message);
}

export interface PlainBytes {
  /** Whether nothing of what a refusal holds stands between two positions. */
  readonly isUsual: (chunk: Buffer, from: number, to: number) => boolean;
  /** Whether the usual bytes of a text are the record of a success. */
  readonly isSuccess: (chunk: Buffer, from: number, to: number) => boolean;
}

/**
 * `isPlainMessage` of bytes, for ASCII; false also for some texts of which it is true.
 * @param quote how a quote within the record is written: `\\"` within a JSON string
 */
export function plainBytes(quote: '"' | '\\"'): PlainBytes {
  // The search stops at each byte with which one of these begins, so it is one that is rare in certificates.
  const unusual = ['403', ' denied', 'payload'].map(needle);
  const openObject = needle('{');
  const status = inBytes(`${quote}status${quote}:`);
  const requestId = inBytes(`${quote}requestId${quote}`);
  const begin = inBytes(`{${quote}`);
  const end = inBytes(quote);
  return {
    isUsual: (chunk, from, to) =>
      to - from <= PLAIN_BYTES_MAX &&
      holdsAt(chunk, from, begin) &&
      openObject(chunk, from + 1) >= to &&
      unusual.every((next) => next(chunk, from) >= to),
    isSuccess(chunk, from, to) {
      const record = chunk.subarray(from, to);
      const at = record.lastIndexOf(status);
      return at >= 0 && hasSuccess(record, at + status.length, end) && record.lastIndexOf(requestId) >= 0;
    },
  };
}

/** The same as the pattern of a status in `isPlainSuccess`. */
function hasSuccess(record: Buffer, from: number, quote: Buffer): boolean {
  let at = record[from] === SPACE ? from + 1 : from;
  if (holdsAt(record, at, quote)) at += quote.length;
  const first = record[at] ?? 0;
  if (first <= ZERO || first > ZERO + 5 || !isDigit(record[at + 1]) || !isDigit(record[at + 2])) return false;
  const next = record[at + 3];
  return next === COMMA || next === CLOSE_OBJECT || holdsAt(record, at + 3, quote);
}

export const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= ZERO + 9;

export function holdsAt(bytes: Buffer, at: number, text: Buffer): boolean {
  for (let n = 0; n < text.length; n++) if (bytes[at + n] !== text[n]) return false;
  return true;
}

/**
 * Finds lines of an export, `2026-10-12T00:00:00.000Z {"status":…}`, that are whole and stand before
 * another whole line with a time: one without would belong to the event before it.
 */
export function exportedSuccesses(): (line: WholeLine) => PlainSuccess | null {
  const { isUsual, isSuccess } = plainBytes('"');
  const odd = needle('\u001b');
  let next = { chunk: EMPTY, from: -1, at: Number.NaN };
  let last = { chunk: EMPTY, from: 0, isAscii: false };
  return ({ chunk, from, to }) => {
    if (last.chunk !== chunk) last = { chunk, from: chunk.lastIndexOf(NEWLINE), isAscii: isAscii(chunk) };
    if (to >= last.from || chunk[to - 1] === RETURN) return null;
    const at = next.chunk === chunk && next.from === from ? next.at : timeAt(chunk, from);
    if (Number.isNaN(at)) return null;
    next = { chunk, from: to + 1, at: timeAt(chunk, to + 1) };
    const begin = from + TIME_BYTES;
    const isPlain = !Number.isNaN(next.at) && isUsual(chunk, begin, to) && odd(chunk, begin) >= to;
    if (!isPlain || !isSuccess(chunk, begin, to)) return null;
    const bytes = chunk.subarray(begin, to);
    if (!last.isAscii && !isAscii(bytes)) return null;
    return { logGroup: '', logStream: '', id: null, timestamp: at, bytes, chars: to - begin, text: textOf };
  };
}

function textOf(this: PlainSuccess): string {
  return this.bytes.toString('latin1');
}

const EMPTY: Buffer = Buffer.alloc(0);
const TIME = inBytes('0000-00-00T00:00:00.000Z ');
const TIME_BYTES = TIME.length;

/** The day of the last time that was read. */
let day = { chars: EMPTY, at: Number.NaN };

/** The time with which CloudWatch Logs begins each event of an export; NaN where there is none. */
function timeAt(chunk: Buffer, from: number): number {
  for (let n = 0; n < TIME_BYTES; n++) {
    const byte = chunk[from + n];
    if (TIME[n] === ZERO ? !isDigit(byte) : byte !== TIME[n]) return Number.NaN;
  }
  if (day.chars === EMPTY || !holdsAt(chunk, from, day.chars)) {
    const text = chunk.toString('latin1', from, from + '0000-00-00'.length);
    day = { chars: inBytes(text), at: Date.parse(`${text}T00:00:00.000Z`) };
  }
  const digits = (at: number) => ((chunk[from + at] ?? 0) - ZERO) * 10 + (chunk[from + at + 1] ?? 0) - ZERO;
  const [hours, minutes, seconds] = [digits(11), digits(14), digits(17)];
  if (hours > 23 || minutes > 59 || seconds > 59) return Number.NaN;
  return day.at + ((hours * 60 + minutes) * 60 + seconds) * 1000 + digits(20) * 10 + (chunk[from + 22] ?? 0) - ZERO;
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
