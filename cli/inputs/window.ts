/**
 * Holds the events of a file back until there are enough of them, sorted by log stream: the lines of one request are
 * read together even where streams alternate or lines are shuffled.
 */

import { hash } from 'node:crypto';
import { commandLimits } from '../../shared/base/command-limits.js';
import { getOrInsert } from '../../shared/base/get-or-insert.js';
import { jsonIn } from '../../shared/base/json.js';
import { pulseOf } from '../../shared/base/time.js';
import { batchOf } from '../../shared/logs/decode.js';
import type { LogBatch, LogEvent, RejectCode, Rejected } from '../../shared/model/index.js';
import type { LeftOut } from './item.js';
import type { PlainSuccess } from './marks.js';
import { isPlainMessage, standsAlone } from './plain-message.js';
import { occurrences, type Seen } from './seen.js';
import { sumOf } from './text-scan.js';

export interface InputEvent {
  readonly owner?: string;
  readonly logGroup: string;
  readonly logStream: string;
  /** Null where the rendering has none: it is derived from the content. */
  readonly id: string | null;
  readonly timestamp: number;
  /** The line itself tells no time, so its timestamp is a guess and no part of a derived id. */
  readonly undated?: boolean;
  readonly message: string;
}

export interface EventWindow {
  add(event: InputEvent): void;
  addPlain(success: PlainSuccess): void;
  reject(code: RejectCode, detail: string): void;
  /** How many events came so far. */
  readonly events: () => number;
  flush(): void;
  /** Forgets the rejects that were not handed on yet: the whole file turned out to be something else. */
  forget(): void;
}

/** CloudWatch Logs numbers the parts of an export, and another export puts the same line into another part. */
const NUMBERED_PART = /^\d{6}(?:\.gz)?$/;
const LOAD_BALANCER_FILE = /_app\.[\w-]{1,32}\.[0-9a-f]{16}_/;

interface Stream {
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  events: LogEvent[];
  readonly malformed: Rejected[];
  /**
   * The span of the last event, if that is a success which the parser takes for a sign that logs arrive. Of the successes of that
   * span behind it nobody needs the text.
   */
  heardPulse: number | null;
  /** Events that were left out because they were there before, and those that nobody needs. */
  repeated: number;
  passed: number;
}

/** The streams of the events that are held, of which the last two are asked for again and again. */
function openStreams() {
  let streams = new Map<string, Stream>();
  let last: Stream | null = null;
  let before: Stream | null = null;
  return {
    of: (owner: string, logGroup: string, logStream: string): Stream => {
      const isIt = (one: Stream | null): one is Stream =>
        one?.logStream === logStream && one.logGroup === logGroup && one.owner === owner;
      if (isIt(last)) return last;
      [last, before] = [before, last];
      if (isIt(last)) return last;
      last = getOrInsert(streams, JSON.stringify([owner, logGroup, logStream]), () => ({
        owner,
        logGroup,
        logStream,
        events: [],
        malformed: [],
        heardPulse: null,
        repeated: 0,
        passed: 0,
      }));
      return last;
    },
    all: () => streams.values(),
    count: () => streams.size,
    // A map that is emptied leaves its old table behind, which holds the entries and the next table until all of memory is collected.
    clear: () => {
      streams = new Map();
      [last, before] = [null, null];
    },
  };
}

/** How many events are held, and whether that is enough for a batch. */
function heldEvents() {
  let held = 0;
  let chars = 0;
  let lastAt = Number.NaN;
  return {
    /** Cuts between milliseconds where it can: the lines of one refusal carry the same one. */
    isFull: (at: number): boolean => {
      const full =
        held >= commandLimits.inputBatchEventsMax && (at !== lastAt || held >= 2 * commandLimits.inputBatchEventsMax);
      return full || chars >= commandLimits.inputBatchCharsMax;
    },
    /** @param at null for what has no time */
    add: (at: number | null, more: number): void => {
      lastAt = at ?? lastAt;
      held += 1;
      chars += more;
    },
    clear: (): void => {
      held = 0;
      chars = 0;
    },
  };
}

/** What streams are called where the log does not say. */
function namesFrom(base: string) {
  const knownBy = NUMBERED_PART.test(base) ? '' : base;
  return {
    /** The file of a load balancer's log names it, and its lines do not. */
    ownStream: LOAD_BALANCER_FILE.test(base) ? base : '',
    nameOf: (logStream: string): string => (logStream === '' ? knownBy : logStream),
  };
}

function isFirst(stream: Stream, isNew: boolean): boolean {
  if (!isNew) stream.repeated += 1;
  return isNew;
}

/** Nothing would be made of a success if the parser heard of one in the same span. */
function isPassed(stream: Stream, pulse: number): boolean {
  const passed = stream.heardPulse === pulse;
  if (passed) stream.passed += 1;
  return passed;
}

/** Whether a success was not there before: by its text where it has no id, else by its id. */
function newSuccesses(seen: Seen, nameOf: (logStream: string) => string) {
  const isNewText = seen.texts();
  return (stream: Stream, success: PlainSuccess, at: number | null): boolean => {
    const { logStream, digests, digestAt } = success;
    if (success.isNameless) {
      const text = digests === null ? Buffer.from(success.text()) : null;
      const checksum = text === null ? digests?.[digestAt] : sumOf(text);
      return isNewText(nameOf(logStream), at, checksum ?? 0, text?.length ?? digests?.[digestAt + 1] ?? 0);
    }
    // A digest holds the names that the line gives.
    const isMarked = digests !== null && stream.logStream === logStream;
    return isMarked ? seen.isNewDigest(digests, digestAt) : seen.isNew(stream, success.id() ?? '');
  };
}

type Emit = (batch: LogBatch, left: LeftOut, more: boolean) => void;

function emitAll(streams: ReturnType<typeof openStreams>, emit: Emit): void {
  let rest = streams.count();
  for (const { owner, logGroup, logStream, events, malformed, repeated, passed } of streams.all()) {
    rest -= 1;
    emit(batchOf({ owner, logGroup, logStream, events, malformed }), { repeated, passed }, rest > 0);
  }
  streams.clear();
}

/** Only events that say all by themselves. */
function emitAlone(streams: ReturnType<typeof openStreams>, emit: Emit): void {
  for (const stream of streams.all()) {
    const { owner, logGroup, logStream, events } = stream;
    const alone = events.filter(({ message }) => standsAlone(message));
    if (alone.length === 0) continue;
    stream.events = events.filter(({ message }) => !standsAlone(message));
    emit(batchOf({ owner, logGroup, logStream, events: alone, malformed: [] }), { repeated: 0, passed: 0 }, true);
  }
}

/**
 * @param base names the file where the log does not name a stream
 * @param emit takes a batch, how many events were left out of it, and whether another one of the same part of the file follows
 * @param seen where it is given, events are left out; null where all are asked for
 */
export function eventWindow(base: string, emit: Emit, seen: Seen | null = null): EventWindow {
  const idOf = idDeriver();
  const streams = openStreams();
  const held = heldEvents();
  let total = 0;
  let rejects = 0;
  let textChars = 0;
  const { ownStream, nameOf } = namesFrom(base);
  const isNew = seen && newSuccesses(seen, nameOf);
  const flush = () => {
    emitAll(streams, emit);
    held.clear();
    textChars = 0;
  };
  /** What says all by itself is read soon, because texts that are held for long cost most of the memory. */
  const push = (to: Stream, event: LogEvent): void => {
    to.events.push(event);
    textChars += event.message.length;
    if (seen === null || textChars < commandLimits.inputTextCharsMax) return;
    textChars = 0;
    emitAlone(streams, emit);
  };
  const begin = (timestamp: number, chars: number) => {
    if (held.isFull(timestamp)) flush();
    held.add(timestamp, chars);
    total += 1;
  };
  const addPlain = (success: PlainSuccess, owner = '', undated = false): void => {
    const { logGroup, logStream, timestamp } = success;
    begin(timestamp, success.chars);
    const stream = streams.of(owner, logGroup, logStream || ownStream);
    const at = undated ? null : timestamp;
    if (isNew !== null) {
      const pulse = pulseOf(timestamp);
      if (!isFirst(stream, isNew(stream, success, at)) || isPassed(stream, pulse)) return;
      stream.heardPulse = isSurelyHeard(success.text()) ? pulse : null;
    }
    const message = success.text();
    const id = success.id() ?? idOf(nameOf(logStream), at, message);
    push(stream, { id, timestamp, message, isPlainSuccess: true });
  };

  return {
    add({ owner = '', logGroup, logStream, id, timestamp, undated = false, message }) {
      if (seen !== null && isPlainMessage(message)) {
        const told = { chars: message.length, isNameless: id === null, digests: null, digestAt: 0 };
        addPlain({ logGroup, logStream, timestamp, ...told, id: () => id, text: () => message }, owner, undated);
        return;
      }
      begin(timestamp, message.length);
      const eventId = id ?? idOf(nameOf(logStream), undated ? null : timestamp, message);
      const stream = streams.of(owner, logGroup, logStream || ownStream);
      if (seen !== null && !isFirst(stream, seen.isNew(stream, eventId))) return;
      if (stream.heardPulse !== pulseOf(timestamp)) stream.heardPulse = null;
      push(stream, { id: eventId, timestamp, message });
    },
    addPlain,
    reject(code, detail) {
      if (held.isFull(Number.NaN)) flush();
      held.add(null, 0);
      rejects += 1;
      // The position makes the id stable: the same file given twice rejects the same records.
      streams.of('', '', '').malformed.push({ kind: 'rejected', eventId: `${base}#${rejects}`, code, detail });
    },
    events: () => total,
    flush,
    forget: streams.clear,
  };
}

/**
 * Ids for events that have none, from stream, time and text, so that the same file given twice counts once; and from
 * how often the three were seen in this file, so that equal lines stay distinct. The memory is bounded by forgetting
 * lines that were not seen for long.
 */
function idDeriver(): (stream: string, timestamp: number | null, message: string) => string {
  const seen = occurrences(commandLimits.inputOccurrencesMax);
  return (stream, timestamp, message) => {
    const name = hash('sha256', `${stream} ${timestamp} ${hash('sha256', message, 'base64')}`, 'base64url').slice(
      0,
      24,
    );
    return `${name}-${seen(name)}`;
  };
}

/**
 * Whether the parser will certainly take the message for a line that shows that the logs of a domain arrive: then those after it in the
 * same span are passed unread.
 */
function isSurelyHeard(message: string): boolean {
  const { status } = (jsonIn(message) ?? {}) as Readonly<Record<string, unknown>>;
  return /^[1-5]\d\d$/.test(String(status)) && (typeof status === 'string' || typeof status === 'number');
}
