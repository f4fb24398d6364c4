/**
 * Events as JSON objects, one a line, which differ from the line before in a few values only. What all have in common is learned from
 * a line that was looked at closely; in those after it only the values are looked at.
 */

import { BACKSLASH, CLOSE_OBJECT, COLON, COMMA, OPEN_OBJECT, QUOTE, SPACE, ZERO } from './characters.js';
import type { MarkRows, Span } from './marks.js';
import { digitsAt, holdsAt, isDigit, PLAIN_BYTES_MAX, plainBytes } from './plain-bytes.js';
import { GROUP_WITH_OWNER, timeOf } from './records.js';
import { digestOf, eventKey } from './seen.js';

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
  readonly kind: 'message' | 'number' | 'text';
  /** Where the value's begin and end are written. */
  readonly at: number;
}

interface Form {
  readonly parts: readonly Part[];
  readonly end: Buffer;
}

/** Where a value's begin stands among those of all keys; its end is behind it. A key that a line lacks has neither. */
const placeOf = (key: Key): number => 2 * KEYS.indexOf(key);
const [MESSAGE, TIME, ID, EVENT_ID] = [placeOf('message'), placeOf('timestamp'), placeOf('id'), placeOf('eventId')];
const [GROUP, STREAM, STREAM_NAME] = [placeOf('logGroup'), placeOf('logStream'), placeOf('logStreamName')];

/** Marks the lines that look like the last one that was learned, and are the record of a success. */
export function eventLines(rows: MarkRows): (chunk: Buffer, from: number, to: number) => void {
  const { isUsual, isSuccess } = plainBytes('\\"');
  const namesOf = namesIn(rows);
  const places = new Int32Array(2 * KEYS.length);
  let form: Form | null = null;
  let texts = jsonTexts(NOTHING);

  /** Writes where the values are. `unlike`: a line of another form. */
  function look({ parts, end }: Form, from: number, to: number): 'alike' | 'unlike' | 'unusual' {
    const { chunk } = texts;
    let at = from;
    for (const part of parts) {
      const { before, kind } = part;
      if (!holdsAt(chunk, at, before)) return 'unlike';
      const begin = at + before.length;
      if (kind === 'message' && !isUsual(chunk, begin, to)) return 'unusual';
      at = kind === 'number' ? endOfNumber(chunk, begin) : texts.endOf(begin, kind === 'message');
      if (at < 0) return 'unlike';
      places[part.at] = begin;
      places[part.at + 1] = at;
    }
    return at + end.length === to && holdsAt(chunk, at, end) ? 'alike' : 'unlike';
  }

  function found(chunk: Buffer, line: Span): void {
    const spanAt = (place: number): Span => [places[place] ?? 0, places[place + 1] ?? 0];
    const [message, time] = [spanAt(MESSAGE), spanAt(TIME)];
    const [id, stream] = [spanOf(spanAt(ID), spanAt(EVENT_ID)), spanOf(spanAt(STREAM), spanAt(STREAM_NAME))];
    if (!isSuccess(chunk, message[0], message[1]) || id[1] === id[0] || id[1] - id[0] > NAME_CHARS_MAX) return;
    const timestamp = timeOf(digitsAt(chunk, time[0], time[1] - time[0]));
    const names = namesOf(chunk, spanAt(GROUP), stream);
    if (timestamp === null || names === null) return;
    const chars = message[1] - message[0] - texts.escapes();
    const row = rows.add({ line, text: message, chars, id, timestamp }, names.at);
    digestOf(names.key + chunk.toString('latin1', id[0], id[1]), row.rows, row.at);
  }

  return (chunk, from, to) => {
    if (to - from > PLAIN_BYTES_MAX) return;
    if (texts.chunk !== chunk) texts = jsonTexts(chunk);
    let is = form === null ? 'unlike' : look(form, from, to);
    if (is === 'unlike') {
      const learned = formOf(texts, from, to);
      if (learned === null) return;
      form = learned;
      places.fill(0);
      is = look(form, from, to);
    }
    if (is === 'alike') found(chunk, [from, to]);
  };
}

/** A line has at most one of the two. */
const spanOf = (one: Span, other: Span): Span => (one[1] === 0 ? other : one);

const NOTHING: Buffer = Buffer.alloc(0);
/** Longer names are cut by the other readers. */
const NAME_CHARS_MAX = 512;

interface Names {
  /** Where the names stand among those of the piece. */
  readonly at: number;
  /** What stands before an event's id in the text that tells it from all others. */
  readonly key: string;
}

/** Mostly the names are those of the line before. Null for names that the other readers take apart. */
function namesIn(rows: MarkRows): (chunk: Buffer, logGroup: Span, logStream: Span) => Names | null {
  let last = { chunk: NOTHING, group: NOTHING, stream: NOTHING, names: null as Names | null };
  const isSame = (chunk: Buffer, [from, to]: Span, bytes: Buffer) =>
    to - from === bytes.length && holdsAt(chunk, from, bytes);
  return (chunk, logGroup, logStream) => {
    if (last.chunk === chunk && isSame(chunk, logGroup, last.group) && isSame(chunk, logStream, last.stream))
      return last.names;
    const [group, stream] = [chunk.subarray(...logGroup), chunk.subarray(...logStream)];
    const [groupName, streamName] = [group.toString('latin1'), stream.toString('latin1')];
    const isOwn = Math.max(group.length, stream.length) <= NAME_CHARS_MAX && !GROUP_WITH_OWNER.test(groupName);
    const names = isOwn ? { at: rows.name(groupName, streamName), key: eventKey('', groupName, streamName) } : null;
    last = { chunk, group, stream, names };
    return names;
  };
}

/** Null for a line with other keys, with one of them twice, or with values of other kinds. */
function formOf(texts: JsonTexts, from: number, to: number): Form | null {
  const { chunk } = texts;
  const parts: Part[] = [];
  const keys = new Set<string>();
  let last = from;
  for (let at = from; ; ) {
    if (chunk[at] !== (at === from ? OPEN_OBJECT : COMMA)) return null;
    const keyAt = afterSpaces(chunk, at + 1) + 1;
    const keyEnd = chunk[keyAt - 1] === QUOTE ? texts.endOf(keyAt, false) : -1;
    const key = KEYS.find((one) => one === chunk.toString('latin1', keyAt, Math.max(keyAt, keyEnd)));
    const colon = afterSpaces(chunk, keyEnd + 1);
    if (key === undefined || keys.has(key) || chunk[colon] !== COLON) return null;
    keys.add(key);
    const isNumber = NUMBERS.has(key);
    const valueAt = afterSpaces(chunk, colon + 1);
    const begin = isNumber ? valueAt : valueAt + 1;
    if (!isNumber && chunk[valueAt] !== QUOTE) return null;
    const kind = isNumber ? 'number' : key === 'message' ? 'message' : 'text';
    parts.push({ before: Buffer.from(chunk.subarray(last, begin)), kind, at: placeOf(key) });
    last = isNumber ? endOfNumber(chunk, begin) : texts.endOf(begin, key === 'message');
    if (last < 0) return null;
    at = afterSpaces(chunk, isNumber ? last : last + 1);
    if (chunk[at] === CLOSE_OBJECT && at + 1 === to) break;
  }
  const isOne = (a: Key, b: Key): boolean => !(keys.has(a) && keys.has(b));
  const isWhole = keys.has('message') && keys.has('timestamp') && (keys.has('id') || keys.has('eventId'));
  if (!isWhole || !isOne('id', 'eventId') || !isOne('logStream', 'logStreamName')) return null;
  return { parts, end: Buffer.from(chunk.subarray(last, to)) };
}

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
  const isInteger = at > from && at - from <= DIGITS_MAX && (chunk[from] !== ZERO || at - from === 1);
  return isInteger ? at : -1;
}

/** Of each byte whether it does not stand for itself within a string of JSON. */
const IN_TEXT = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === QUOTE || byte === BACKSLASH || byte < SPACE || byte > 0x7f ? 1 : 0,
);
/** What may stand behind a backslash; `\u` may stand for anything. */
const IS_ESCAPE = Uint8Array.from({ length: 256 }, (_, byte) =>
  '"\\/bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0,
);

/** The same byte four times. */
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;
const SPACES = 0x20202020;
const ONES = 0x01010101;
const HIGH_BITS = 0x80808080 | 0;

/** The strings of JSON in a piece of a file. */
interface JsonTexts {
  readonly chunk: Buffer;
  /** The quote that ends a string of ASCII, or -1. */
  endOf(from: number, mayHaveEscapes: boolean): number;
  /** How many backslashes the text had whose end was found last. */
  escapes(): number;
}

function jsonTexts(chunk: Buffer): JsonTexts {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
  return { chunk, escapes: () => escapesBefore, endOf: (from, mayHave) => endOfText(chunk, view, from, mayHave) };
}

let escapesBefore = 0;

function endOfText(chunk: Buffer, view: DataView, from: number, mayHaveEscapes: boolean): number {
  const wordsEnd = chunk.length - 8;
  let escapes = 0;
  let at = from;
  for (; at < chunk.length; at += 2, escapes += 1) {
    // Four bytes at once, twice.
    while (at < wordsEnd) {
      const one = marked(view.getInt32(at, true));
      if (one !== 0) {
        at += firstOf(one);
        break;
      }
      const two = marked(view.getInt32(at + 4, true));
      if (two !== 0) {
        at += 4 + firstOf(two);
        break;
      }
      at += 8;
    }
    while (IN_TEXT[chunk[at] as number] === 0) at += 1;
    if (chunk[at] !== BACKSLASH || !mayHaveEscapes || IS_ESCAPE[chunk[at + 1] as number] !== 1) break;
  }
  escapesBefore = escapes;
  return chunk[at] === QUOTE ? at : -1;
}

/** Sets the high bit of each byte that does not stand for itself, for the first of them exactly: subtracting borrows from the next. */
const marked = (word: number): number =>
  ((word - SPACES) | ((word ^ QUOTES) - ONES) | ((word ^ BACKSLASHES) - ONES) | word) & HIGH_BITS;

/** Which of four bytes is the first that is marked. */
const firstOf = (marks: number): number => (31 - Math.clz32(marks & -marks)) >> 3;
