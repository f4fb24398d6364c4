/**
 * What is known of the plain lines in a piece of a file: numbers in one array, so that another thread can tell them without a copy.
 * Marks say what a line is if it begins where they say; whether it does, and what comes of it, is decided in one place.
 */

/** A row for each plain line, in order. */
export interface Marks {
  readonly rows: Int32Array;
  /** Log group and log stream, in turns. */
  readonly names: readonly string[];
}

/** Words of a row. */
export const ROW = 14;
/** The line: its first byte, and the newline behind it. */
export const LINE_FROM = 0;
export const LINE_TO = 1;
/** The index of its log group in `names`, or `NAMELESS` for a line of an export. */
export const NAMES_AT = 2;
export const NAMELESS = -1;
/** The bytes of the message, of which a JSON string lacks its quotes here; and how many characters that are. */
const TEXT_FROM = 3;
const TEXT_TO = 4;
const CHARS = 5;
const ID_FROM = 6;
const ID_TO = 7;
/** Milliseconds since the epoch: the rest and the multiple of 2 ** 32. */
const TIME_LOW = 8;
const TIME_HIGH = 9;
/** Four words: `digestOf` the event's id with its log, or of a line of an export the checksum and the number of bytes. */
const DIGEST = 10;

/** An event that is known to be the record of a success: `isPlainMessage`. */
export interface PlainSuccess {
  readonly logGroup: string;
  readonly logStream: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Characters of the message. */
  readonly chars: number;
  /** Whether the log has no ids. */
  readonly isNameless: boolean;
  readonly id: () => string | null;
  readonly text: () => string;
  /** Null where it is not known by a row of marks; else its digest begins at `digestAt`. */
  readonly digests: Int32Array | null;
  readonly digestAt: number;
}

/** @param at the first word of a row */
export function markedSuccess(chunk: Buffer, { rows, names }: Marks, at: number): PlainSuccess {
  const word = (n: number): number => rows[at + n] as number;
  const name = word(NAMES_AT);
  const isNamed = name !== NAMELESS;
  const [from, to] = [word(TEXT_FROM), word(TEXT_TO)];
  return {
    logGroup: isNamed ? (names[name] as string) : '',
    logStream: isNamed ? (names[name + 1] as string) : '',
    timestamp: word(TIME_HIGH) * 2 ** 32 + (word(TIME_LOW) >>> 0),
    chars: word(CHARS),
    isNameless: !isNamed,
    id: () => (isNamed ? chunk.toString('latin1', word(ID_FROM), word(ID_TO)) : null),
    text: () => (isNamed ? JSON.parse(chunk.toString('latin1', from - 1, to + 1)) : chunk.toString('latin1', from, to)),
    digests: rows,
    digestAt: at + DIGEST,
  };
}

export interface Found {
  readonly line: Span;
  readonly text: Span;
  readonly chars: number;
  readonly id: Span;
  readonly timestamp: number;
}

export type Span = readonly [from: number, to: number];

const ROWS_MIN = 256;

/** Gathers the marks of one piece after the other. */
export interface MarkRows {
  /** @returns the index of the names among those of this piece */
  name(logGroup: string, logStream: string): number;
  /** @returns where the digest of the row is written */
  add(found: Found, namesAt: number): { readonly rows: Int32Array; readonly at: number };
  take(): Marks;
}

export function markRows(): MarkRows {
  let rows = new Int32Array(ROWS_MIN * ROW);
  let names: string[] = [];
  let used = 0;
  return {
    name: (logGroup, logStream) => names.push(logGroup, logStream) - 2,
    add({ line, text, chars, id, timestamp }, namesAt) {
      if (used + ROW > rows.length) {
        const larger = new Int32Array(rows.length * 2);
        larger.set(rows);
        rows = larger;
      }
      const at = used;
      used += ROW;
      rows[at + LINE_FROM] = line[0];
      rows[at + LINE_TO] = line[1];
      rows[at + NAMES_AT] = namesAt;
      rows[at + TEXT_FROM] = text[0];
      rows[at + TEXT_TO] = text[1];
      rows[at + CHARS] = chars;
      rows[at + ID_FROM] = id[0];
      rows[at + ID_TO] = id[1];
      rows[at + TIME_LOW] = timestamp % 2 ** 32;
      rows[at + TIME_HIGH] = Math.floor(timestamp / 2 ** 32);
      return { rows, at: at + DIGEST };
    },
    take() {
      const marks = { rows: rows.slice(0, used), names };
      names = [];
      used = 0;
      return marks;
    },
  };
}
