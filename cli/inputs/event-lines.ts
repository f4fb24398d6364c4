/**
 * Events as JSON objects, one a line, which differ from the line before in a few values only. What all have in common is learned from
 * a line that was looked at closely; in those after it only the values are looked at.
 */

import { CLOSE_OBJECT, COLON, COMMA, NEWLINE, OPEN_OBJECT, QUOTE, SPACE, ZERO } from './characters.js';
import { DIGEST_WORDS } from './latest.js';
import * as mark from './marks.js';
import { digitsAt, endOfPlain, holdsAt, isDigit, PLAIN_BYTES_MAX } from './plain-bytes.js';
import { GROUP_WITH_OWNER, timeOf } from './records.js';
import { digestBytes, digestStream } from './seen.js';
import type { TextScan } from './text-scan.js';

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

/** Ends of lines that were not marked. */
const UNLIKE = -1;
const UNUSUAL = -2;

/** Marks the line that begins at a position if it looks like the last one that was learned, and is the record of a success. */
export function eventLines(rows: mark.MarkRows, scan: TextScan): mark.MarkLine {
  const { bytes } = scan;
  const namesOf = namesIn(rows, bytes);
  const places = new Int32Array(2 * KEYS.length);
  let form: Form | null = null;
  let escapes = 0;

  /** Writes where the values are. Returns the end of the line, or what it is instead of a plain one. */
  function look({ parts, end }: Form, from: number): number {
    let at = from;
    for (const { before, kind, at: place } of parts) {
      if (!holdsAt(bytes, at, before)) return UNLIKE;
      const begin = at + before.length;
      if (kind === 'message') {
        at = endOfPlain(scan, begin, 1, QUOTE);
        if (at < 0) return UNUSUAL;
        escapes = scan.escapes();
      } else at = kind === 'number' ? endOfNumber(bytes, begin) : endOfText(scan, begin);
      if (at < 0) return UNLIKE;
      places[place] = begin;
      places[place + 1] = at;
    }
    const to = at + end.length;
    return bytes[to] === NEWLINE && to - from <= PLAIN_BYTES_MAX && holdsAt(bytes, at, end) ? to : UNLIKE;
  }

  function found(from: number, to: number, shift: number): void {
    const id = places[EVENT_ID + 1] === 0 ? ID : EVENT_ID;
    const [idFrom, idTo] = [places[id] as number, places[id + 1] as number];
    const [textFrom, textTo] = [places[MESSAGE] as number, places[MESSAGE + 1] as number];
    const timeFrom = places[TIME] as number;
    const timestamp = timeOf(digitsAt(bytes, timeFrom, (places[TIME + 1] as number) - timeFrom));
    const names = namesOf(places);
    if (timestamp === null || names === null || idTo === idFrom || idTo - idFrom > NAME_CHARS_MAX) return;
    const at = rows.add(from - shift, to - shift, textFrom - shift, textTo - shift);
    const words = rows.words();
    words[at + mark.NAMES_AT] = names.at;
    words[at + mark.CHARS] = textTo - textFrom - escapes;
    words[at + mark.ID_FROM] = idFrom - shift;
    words[at + mark.ID_TO] = idTo - shift;
    mark.writeTime(words, at, timestamp);
    for (let n = 0; n < names.begun.length; n++) words[at + mark.DIGEST + n] = names.begun[n] as number;
    digestBytes(bytes, idFrom, idTo, words, at + mark.DIGEST);
  }

  return (from, shift) => {
    let to = form === null ? UNLIKE : look(form, from);
    if (to === UNLIKE) {
      const learned = formOf(scan, from);
      if (learned === null) return UNLIKE;
      form = learned;
      places.fill(0);
      to = look(form, from);
    }
    if (to >= 0) found(from, to, shift);
    return to;
  };
}

/** Longer names are cut by the other readers. */
const NAME_CHARS_MAX = 512;

interface Names {
  /** Where the names stand among those of the piece. */
  readonly at: number;
  /** `digestStream` */
  readonly begun: Int32Array;
}

/** Mostly the names are those of the line before. Null for names that the other readers take apart. */
function namesIn(rows: mark.MarkRows, bytes: Buffer): (places: Int32Array) => Names | null {
  let last = { piece: -1, group: NOTHING, stream: NOTHING, names: null as Names | null };
  const isSame = (from: number, to: number, name: Buffer) => to - from === name.length && holdsAt(bytes, from, name);
  return (places) => {
    const one = places[STREAM_NAME + 1] === 0 ? STREAM : STREAM_NAME;
    const [groupFrom, groupTo] = [places[GROUP] as number, places[GROUP + 1] as number];
    const [streamFrom, streamTo] = [places[one] as number, places[one + 1] as number];
    const piece = rows.piece();
    const { group, stream } = last;
    if (last.piece === piece && isSame(groupFrom, groupTo, group) && isSame(streamFrom, streamTo, stream))
      return last.names;
    const [logGroup, logStream] = [
      bytes.toString('latin1', groupFrom, groupTo),
      bytes.toString('latin1', streamFrom, streamTo),
    ];
    let names: Names | null = null;
    if (Math.max(logGroup.length, logStream.length) <= NAME_CHARS_MAX && !GROUP_WITH_OWNER.test(logGroup)) {
      names = { at: rows.name(logGroup, logStream), begun: new Int32Array(DIGEST_WORDS) };
      digestStream('', logGroup, logStream, names.begun);
    }
    last = { piece, group: Buffer.from(logGroup), stream: Buffer.from(logStream), names };
    return names;
  };
}

const NOTHING: Buffer = Buffer.alloc(0);

/** Null for a line with other keys, with one of them twice, or with values of other kinds. */
function formOf(scan: TextScan, from: number): Form | null {
  const { bytes } = scan;
  const parts: Part[] = [];
  const keys = new Set<string>();
  let last = from;
  for (let at = from; ; ) {
    if (bytes[at] !== (at === from ? OPEN_OBJECT : COMMA)) return null;
    const keyAt = afterSpaces(bytes, at + 1) + 1;
    const keyEnd = bytes[keyAt - 1] === QUOTE ? endOfText(scan, keyAt) : -1;
    const name = bytes.toString('latin1', keyAt, Math.max(keyAt, keyEnd));
    const key = KEYS.find((one) => one === name);
    const colon = afterSpaces(bytes, keyEnd + 1);
    if (key === undefined || keys.has(key) || bytes[colon] !== COLON) return null;
    keys.add(key);
    const isNumber = NUMBERS.has(key);
    const valueAt = afterSpaces(bytes, colon + 1);
    const begin = isNumber ? valueAt : valueAt + 1;
    if (!isNumber && bytes[valueAt] !== QUOTE) return null;
    const kind = isNumber ? 'number' : key === 'message' ? 'message' : 'text';
    parts.push({ before: Buffer.from(bytes.subarray(last, begin)), kind, at: placeOf(key) });
    last = isNumber
      ? endOfNumber(bytes, begin)
      : key === 'message'
        ? endOfMessage(scan, begin)
        : endOfText(scan, begin);
    if (last < 0) return null;
    at = afterSpaces(bytes, isNumber ? last : last + 1);
    if (bytes[at] === CLOSE_OBJECT && bytes[at + 1] === NEWLINE) break;
  }
  const isOne = (a: Key, b: Key): boolean => !(keys.has(a) && keys.has(b));
  const isWhole = keys.has('message') && keys.has('timestamp') && (keys.has('id') || keys.has('eventId'));
  if (!isWhole || !isOne('id', 'eventId') || !isOne('logStream', 'logStreamName')) return null;
  return { parts, end: Buffer.from(bytes.subarray(last, bytes.indexOf(NEWLINE, last))) };
}

function afterSpaces(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === SPACE) at++;
  return at;
}

const DIGITS_MAX = 15;

/** The end of an integer of JSON, or -1. */
function endOfNumber(bytes: Buffer, from: number): number {
  let at = from;
  while (isDigit(bytes[at])) at++;
  const isInteger = at > from && at - from <= DIGITS_MAX && (bytes[from] !== ZERO || at - from === 1);
  return isInteger ? at : -1;
}

/** Where a message ends, also one that is not plain, so that a file of such lines is not asked for its form at each; or -1. */
function endOfMessage(scan: TextScan, from: number): number {
  const to = scan.endOf(scan.bytes[from] === OPEN_OBJECT ? from + 1 : from, 1);
  return scan.bytes[to] === QUOTE ? to : -1;
}

/** The quote that ends a string of ASCII without escapes, or -1. */
function endOfText(scan: TextScan, from: number): number {
  const to = scan.endOf(from, 1);
  return scan.bytes[to] === QUOTE && scan.escapes() === 0 ? to : -1;
}
