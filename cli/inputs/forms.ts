/**
 * The forms in which tools print an event as a line of text, each with its own prefix or suffix around the message. The
 * first lines of a file show which form it has; a line in another form continues the event before it.
 */

import { looksLikeEvent, stampAt } from './looks.js';
import { groupOf } from './records.js';

/** The parts of a line that begins an event. */
export interface Begun {
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly id: string | null;
  /** Null if the line has no time. */
  readonly at: number | null;
  readonly message: string;
}

/** Null for a line that does not begin an event. */
export type LineForm = (line: string) => Begun | null;

const NAME = /^[^\s({"|,]{1,512}$/;
/** A name, and the spaces behind it. */
const WORD = /([^\s({"|,]{1,512})(?:[ \t]+|$)/y;
const GAP = /[ \t]+|$/y;
const GROUP = /^(?:\/|API-Gateway-Execution-Logs_|\d{12}:|arn:[\w-]{1,20}:logs:)/;

const VENDED_WORD = /^(?:[a-z0-9]{10}|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|ANY)$/;

export const begunWith = ({
  owner = '',
  logGroup = '',
  logStream = '',
  id = null,
  at = null,
  message,
}: Partial<Begun> & { readonly message: string }): Begun => ({ owner, logGroup, logStream, id, at, message });

/** The first word from a position on, then the first two, each with the index where the text continues. */
function* prefixesOf(text: string, from = 0): Generator<{ words: string[]; next: number }> {
  const words: string[] = [];
  for (let next = from; words.length < 2; ) {
    WORD.lastIndex = next;
    const word = WORD.exec(text)?.[1];
    if (word === undefined) return;
    next = WORD.lastIndex;
    words.push(word);
    yield { words: [...words], next };
  }
}

/** One word is a stream, unless it looks like the name of a log group; two words are the group and the stream. */
function named(words: readonly string[]): Pick<Begun, 'owner' | 'logGroup' | 'logStream'> {
  const [first = '', second] = words;
  const isGroup = second !== undefined || GROUP.test(first);
  const [owner, logGroup] = isGroup ? groupOf(first) : ['', ''];
  return { owner, logGroup, logStream: second ?? (isGroup ? '' : first) };
}

interface Times {
  readonly at: number;
  readonly next: number;
  readonly hasOffset: boolean;
  /** Whether it is a date, not a number. */
  readonly isDate: boolean;
}

/** A time, alone or in brackets, with the optional ingestion time of `awslogs` after it. */
function timesAt(text: string, from: number): Times | null {
  const first = timeAt(text, from);
  const second = first === null || !/[[\d]/.test(text.charAt(first.next)) ? null : timeAt(text, first.next);
  // The record itself may begin with a time.
  const isIngestion = first !== null && second !== null && looksLikeEvent(text.slice(second.next));
  return isIngestion ? { ...first, next: second.next } : first;
}

function timeAt(text: string, from: number): Times | null {
  const open = text[from] === '[' ? 1 : 0;
  const stamp = stampAt(text.slice(from + open, from + open + 48));
  if (stamp === null) return null;
  const last = from + open + stamp.length;
  const end = open === 1 && text[last] === ']' ? last + 1 : last;
  GAP.lastIndex = end;
  if (!GAP.test(text)) return null;
  return { at: stamp.at, next: GAP.lastIndex, hasOffset: stamp.hasOffset, isDate: text[from + open + 4] === '-' };
}

/** An S3 export (`Z`), `aws logs tail` (an offset, then the stream), its short format (neither), `awslogs -GS --timestamp`. */
export const timeFirst: LineForm = (line) => {
  const time = timesAt(line, 0);
  if (time === null) return null;
  const rest = line.slice(time.next);
  const [stream] = time.hasOffset && !looksLikeEvent(rest) ? prefixesOf(line, time.next) : [];
  if (stream === undefined) return begunWith({ at: time.at, message: rest });
  return begunWith({ at: time.at, logStream: stream.words[0] ?? '', message: line.slice(stream.next) });
};

/** `sam logs` (the stream, the time), `awslogs get --timestamp` (the group, the stream, the time). */
export const namesThenTime: LineForm = (line) => {
  for (const { words, next } of prefixesOf(line)) {
    const time = timesAt(line, next);
    if (time === null) continue;
    const message = line.slice(time.next);
    // Vended execution logs contain numbers too, between fields that identify the API.
    return time.isDate || isPrefix(words, message) ? begunWith({ at: time.at, ...named(words), message }) : null;
  }
  return null;
};

/** The default of `awslogs get`: the group, the stream, no time. */
export const namesOnly: LineForm = (line) => {
  for (const { words, next } of prefixesOf(line)) {
    const message = line.slice(next);
    if (looksLikeEvent(message)) return isPrefix(words, message) ? begunWith({ ...named(words), message }) : null;
  }
  return null;
};

/**
 * Whether the words are a tool's prefix, and not fields of a vended record that belong to the message: the API id, with
 * ten letters and digits, and the method.
 */
function isPrefix(words: readonly string[], message: string): boolean {
  return message.startsWith('{') || !words.some((word) => VENDED_WORD.test(word));
}

const EVENT_ID = /^\d{40,64}$/;
/** A line with more columns than an event has parts was not written by the AWS CLI. */
const COLUMNS_MAX = 6;

/**
 * `--output text` of the AWS CLI: columns in the order of their names (`EVENTS`, the id, when it was ingested, the stream, the
 * message, when it was written), or in that of a `--query`, between tabs. The time behind the message is found by `timeBehind`.
 */
export const tabbed: LineForm = (line) => {
  let from = 0;
  let at: number | null = null;
  let id: string | null = null;
  const names: string[] = [];
  for (let n = 0; n < COLUMNS_MAX; n++) {
    const tab = line.indexOf('\t', from);
    if (tab < 0 || looksLikeEvent(line.slice(from, from + 200))) break;
    const cell = line.slice(from, tab);
    const time = cell.length > 48 ? null : timesAt(cell, 0);
    if (time !== null && time.next === cell.length) at ??= time.at;
    else if (EVENT_ID.test(cell)) id = cell;
    else if (n > 0 || cell !== 'EVENTS') names.push(cell);
    from = tab + 1;
  }
  const message = line.slice(from);
  if (at === null && !looksLikeEvent(message)) return null;
  const areNames = names.length <= 1 || GROUP.test(names[0] ?? '');
  return areNames && names.every((name) => NAME.test(name)) ? begunWith({ at, id, ...named(names), message }) : null;
};

/** The time in the last column, which the AWS CLI prints after the message. */
export function timeBehind(message: string): { readonly message: string; readonly at: number } | null {
  const tab = message.lastIndexOf('\t');
  const time = tab < 0 || message.length - tab > 48 ? null : timesAt(message, tab + 1);
  return time === null || time.next < message.length ? null : { message: message.slice(0, tab), at: time.at };
}

/** Lines of `--output text` without events: the searched streams, and the token of the next page. */
export const isTabbedNoise = (line: string): boolean =>
  /^(?:SEARCHEDLOGSTREAMS|NEXTTOKEN)\t|^[bf]\/\d{1,80}(?:\/s)?(?:\t[bf]\/\d{1,80}(?:\/s)?)?$/.test(line);
