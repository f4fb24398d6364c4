/**
 * Holds the events of a file back until there are enough of them, sorted by log stream: the lines of one request are
 * read together even where streams alternate or lines are shuffled.
 */

import { createHash } from 'node:crypto';
import { limits } from '../../shared/base/limits.js';
import { batchOf } from '../../shared/logs/decode.js';
import type { LogBatch, LogEvent, RejectCode, Rejected } from '../../shared/model/index.js';

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
  reject(code: RejectCode, detail: string): void;
  /** How many events came so far. */
  readonly events: () => number;
  flush(): void;
  /** Forgets the rejects that were not handed on yet: the whole file turned out to be something else. */
  forget(): void;
}

const LOAD_BALANCER_FILE = /_app\.[\w-]{1,32}\.[0-9a-f]{16}_/;

interface Stream {
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly events: LogEvent[];
  readonly malformed: Rejected[];
}

/** @param base names the file where the log does not name a stream */
export function eventWindow(base: string, emit: (batch: LogBatch) => void): EventWindow {
  const idOf = idDeriver();
  const streams = new Map<string, Stream>();
  let held = 0;
  let heldChars = 0;
  let total = 0;
  let rejects = 0;
  let lastAt = Number.NaN;

  // The file of a load balancer's log names it, and its lines do not.
  const ownStream = LOAD_BALANCER_FILE.test(base) ? base : '';
  const streamOf = (owner: string, logGroup: string, logStream: string): Stream => {
    const key = JSON.stringify([logGroup, logStream]);
    let stream = streams.get(key);
    if (stream === undefined) {
      stream = { owner, logGroup, logStream, events: [], malformed: [] };
      streams.set(key, stream);
    }
    return stream;
  };
  const flush = () => {
    for (const stream of streams.values()) emit(batchOf(stream));
    streams.clear();
    held = 0;
    heldChars = 0;
  };
  /** Cuts between milliseconds where it can: the lines of one refusal carry the same one. */
  const flushIfFull = (at: number) => {
    const full = held >= limits.inputBatchEventsMax && (at !== lastAt || held >= 2 * limits.inputBatchEventsMax);
    if (full || heldChars >= limits.inputBatchCharsMax) flush();
  };

  return {
    add({ owner = '', logGroup, logStream, id, timestamp, undated, message }) {
      flushIfFull(timestamp);
      lastAt = timestamp;
      held += 1;
      heldChars += message.length;
      total += 1;
      const eventId = id ?? idOf(logStream === '' ? base : logStream, undated ? null : timestamp, message);
      streamOf(owner, logGroup, logStream || ownStream).events.push({ id: eventId, timestamp, message });
    },
    reject(code, detail) {
      flushIfFull(Number.NaN);
      held += 1;
      rejects += 1;
      // The position makes the id stable: the same file given twice rejects the same records.
      streamOf('', '', '').malformed.push({ kind: 'rejected', eventId: `${base}#${rejects}`, code, detail });
    },
    events: () => total,
    flush,
    forget: () => streams.clear(),
  };
}

/**
 * Ids for events that have none, from stream, time and text, so that the same file given twice counts once; and from
 * how often the three were seen in this file, so that equal lines stay distinct. The memory is bounded by forgetting
 * lines that were not seen for long.
 */
function idDeriver(): (stream: string, timestamp: number | null, message: string) => string {
  let recent = new Map<string, number>();
  let older = new Map<string, number>();
  return (stream, timestamp, message) => {
    const hash = createHash('sha256')
      .update(JSON.stringify([stream, timestamp]))
      .update(message)
      .digest('base64url')
      .slice(0, 24);
    const seen = recent.get(hash) ?? older.get(hash) ?? 0;
    recent.set(hash, seen + 1);
    if (recent.size >= limits.inputOccurrencesMax / 2) {
      older = recent;
      recent = new Map();
    }
    return `${hash}-${seen}`;
  };
}
