/**
 * Events as JSON objects, one a line, which differ from the line before in a few values only. What all have in common is learned from
 * a line that was parsed; in those after it only the values are looked at.
 */

import {
  BACKSLASH,
  CLOSE_OBJECT,
  holdsAt,
  isDigit,
  OPEN_OBJECT,
  PLAIN_BYTES_MAX,
  type PlainSuccess,
  plainBytes,
  QUOTE,
  type WholeLine,
} from './plain.js';
import { GROUP_WITH_OWNER, timeOf } from './records.js';

const KEYS = [
  'message',
  'timestamp',
  'id',
  'eventId',
  'logGroup',
  'logStream',
  'logStreamName',
  'ingestionTime',
] as const;
type Key = (typeof KEYS)[number];
const NUMBERS: ReadonlySet<Key> = new Set<Key>(['timestamp', 'ingestionTime']);

/** A value, and the bytes between it and the one before. */
interface Part {
  readonly before: Buffer;
  readonly key: Key;
}

interface Form {
  readonly parts: readonly Part[];
  readonly end: Buffer;
}

/** Where a value begins and ends. */
type Spans = Partial<Record<Key, readonly [from: number, to: number]>>;

export interface EventLines {
  /** The event of a line that looks like the last one that was learned, if it is the record of a success. */
  find(line: WholeLine): PlainSuccess | null;
  learn(line: WholeLine): void;
}

export function eventLines(): EventLines {
  const { isUsual, isSuccess } = plainBytes('\\"');
  let form: Form | null = null;
  return {
    find({ chunk, from, to }) {
      if (form === null || to - from > PLAIN_BYTES_MAX) return null;
      const spans: Spans = {};
      let at = from;
      let escapes = 0;
      for (const { before, key } of form.parts) {
        const begin = at + before.length;
        if (!holdsAt(chunk, at, before) || (key === 'message' && !isUsual(chunk, begin, to))) return null;
        at = NUMBERS.has(key) ? endOfNumber(chunk, begin) : endOfText(chunk, begin);
        if (at < 0 || (escapesBefore > 0 && key !== 'message')) return null;
        if (key === 'message') escapes = escapesBefore;
        spans[key] = [begin, at];
      }
      if (at + form.end.length !== to || !holdsAt(chunk, at, form.end)) return null;
      const [begin, end] = spans.message ?? [to, to];
      return isSuccess(chunk, begin, end) ? eventOf(chunk, spans, escapes) : null;
    },
    learn(line) {
      form = formOf(line);
    },
  };
}

function eventOf(chunk: Buffer, spans: Spans, escapes: number): PlainSuccess | null {
  const text = (span: Spans[Key]): string => (span === undefined ? '' : chunk.toString('latin1', ...span));
  const [logGroup, logStream] = [text(spans.logGroup), text(spans.logStream ?? spans.logStreamName)];
  const id = text(spans.id ?? spans.eventId);
  const timestamp = timeOf(Number(text(spans.timestamp)));
  const isNamed = id !== '' && Math.max(id.length, logGroup.length, logStream.length) <= NAME_CHARS_MAX;
  if (timestamp === null || !isNamed || GROUP_WITH_OWNER.test(logGroup)) return null;
  const [from, to] = spans.message ?? [0, 0];
  const bytes = chunk.subarray(from - 1, to + 1);
  return { logGroup, logStream, id, timestamp, bytes, chars: to - from - escapes, text: unescaped };
}

/** Longer names are cut by the other readers. */
const NAME_CHARS_MAX = 512;

function unescaped(this: PlainSuccess): string {
  return JSON.parse(this.bytes.toString('latin1'));
}

/** Null for a line with other keys, with one of them twice, or with values of other kinds. */
function formOf({ chunk, from, to }: WholeLine): Form | null {
  const parts: Part[] = [];
  const keys = new Set<string>();
  let last = from;
  for (let at = from; ; ) {
    if (chunk[at] !== (at === from ? OPEN_OBJECT : COMMA)) return null;
    const keyAt = afterSpaces(chunk, at + 1) + 1;
    const keyEnd = chunk[keyAt - 1] === QUOTE ? endOfText(chunk, keyAt) : -1;
    const key = KEYS.find((one) => one === chunk.toString('latin1', keyAt, Math.max(keyAt, keyEnd)));
    const colon = afterSpaces(chunk, keyEnd + 1);
    if (key === undefined || keys.has(key) || chunk[colon] !== COLON) return null;
    keys.add(key);
    const valueAt = afterSpaces(chunk, colon + 1);
    const begin = NUMBERS.has(key) ? valueAt : valueAt + 1;
    if (!NUMBERS.has(key) && chunk[valueAt] !== QUOTE) return null;
    parts.push({ before: Buffer.from(chunk.subarray(last, begin)), key });
    last = NUMBERS.has(key) ? endOfNumber(chunk, begin) : endOfText(chunk, begin);
    if (last < 0) return null;
    at = afterSpaces(chunk, NUMBERS.has(key) ? last : last + 1);
    if (chunk[at] === CLOSE_OBJECT && at + 1 === to) break;
  }
  const isOne = (a: Key, b: Key): boolean => !(keys.has(a) && keys.has(b));
  const isWhole = keys.has('message') && keys.has('timestamp') && (keys.has('id') || keys.has('eventId'));
  if (!isWhole || !isOne('id', 'eventId') || !isOne('logStream', 'logStreamName')) return null;
  return { parts, end: Buffer.from(chunk.subarray(last, to)) };
}

const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;

function afterSpaces(chunk: Buffer, from: number): number {
  let at = from;
  while (chunk[at] === SPACE) at++;
  return at;
}

const DIGITS_MAX = 15;

/** The end of an integer of JSON, or -1. */
function endOfNumber(chunk: Buffer, from: number): number {
  let at = from;
  while (isDigit(chunk[at])) at++;
  escapesBefore = 0;
  const isInteger = at > from && at - from <= DIGITS_MAX && (chunk[from] !== ZERO || at - from === 1);
  return isInteger ? at : -1;
}

const ZERO = 0x30;

/** Of each byte within a string of JSON: 0 where it stands for itself, or what is to be done. */
const IN_TEXT = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === QUOTE) return 1;
  if (byte === BACKSLASH) return 2;
  return byte < SPACE || byte > 0x7e ? 3 : 0;
});
/** What may stand behind a backslash; `\u` may stand for anything. */
const IS_ESCAPE = Uint8Array.from({ length: 256 }, (_, byte) =>
  '"\\/bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0,
);
/** How many backslashes the text had whose end was found last. */
let escapesBefore = 0;

/** The quote that ends a string of JSON of ASCII, or -1. */
function endOfText(chunk: Buffer, from: number): number {
  escapesBefore = 0;
  for (let at = from; at < chunk.length; at++) {
    const what = IN_TEXT[chunk[at] as number];
    if (what === 0) continue;
    if (what === 1) return at;
    if (what === 3 || IS_ESCAPE[chunk[at + 1] as number] !== 1) return -1;
    escapesBefore += 1;
    at += 1;
  }
  return -1;
}
