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
export const CHARS = 5;
export const ID_FROM = 6;
export const ID_TO = 7;
/** Milliseconds since the epoch: the rest and the multiple of 2 ** 32. */
const TIME_LOW = 8;
const TIME_HIGH = 9;
/** Four words: the digest of the event's log and id (`digestBytes`), or of a line of an export the checksum and the number of bytes. */
export const DIGEST = 10;

/**
 * Marks the line that begins at a position of the bytes in view, if it is plain.
 * @param shift how much earlier the line stands in its piece
 * @returns its newline, or less than zero
 */
export type MarkLine = (from: number, shift: number) => number;

export function writeTime(words: Int32Array, at: number, timestamp: number): void {
  words[at + TIME_LOW] = timestamp % 2 ** 32;
  words[at + TIME_HIGH] = Math.floor(timestamp / 2 ** 32);
}

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

const ROWS_MIN = 256;

/** Gathers the marks of one piece after the other. */
export interface MarkRows {
  /** Those of the piece so far; another array where there was no room for one more. */
  readonly words: () => Int32Array;
  /**
   * Adds a row; the line and its text stand at these positions of the piece.
   * @returns its first word
   */
  add(lineFrom: number, lineTo: number, textFrom: number, textTo: number): number;
  /** @returns the index of the names among those of this piece */
  name(logGroup: string, logStream: string): number;
  /** How many pieces there were before. */
  readonly piece: () => number;
  take(): Marks;
}

export function markRows(): MarkRows {
  let rows = new Int32Array(ROWS_MIN * ROW);
  let names: string[] = [];
  let used = 0;
  let pieces = 0;
  return {
    words: () => rows,
    add(lineFrom, lineTo, textFrom, textTo) {
      if (used + ROW > rows.length) {
        const larger = new Int32Array(rows.length * 2);
        larger.set(rows);
        rows = larger;
      }
      const at = used;
      used += ROW;
      rows[at + LINE_FROM] = lineFrom;
      rows[at + LINE_TO] = lineTo;
      rows[at + TEXT_FROM] = textFrom;
      rows[at + TEXT_TO] = textTo;
      return at;
    },
    name: (logGroup, logStream) => names.push(logGroup, logStream) - 2,
    piece: () => pieces,
    take() {
      const marks = { rows: rows.slice(0, used), names };
      names = [];
      used = 0;
      pieces += 1;
      return marks;
    },
  };
}
