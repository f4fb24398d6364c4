/**
 * Follows a JSON value through chunks of bytes until it ends, by its brackets and strings alone, so that a value of any
 * size is cut in bounded memory and a broken one is noticed where the next one begins.
 */

import {
  BACKSLASH,
  CLOSE_LIST,
  CLOSE_OBJECT,
  NEWLINE,
  OPEN_LIST,
  OPEN_OBJECT,
  OPEN_PAREN,
  QUOTE,
} from './characters.js';

/** Enough of a key to tell `events` from longer ones. */
const KEY_CHARS = 8;

/** Where a scan stopped, and why. */
export interface ScanStop {
  /** The first byte that was not taken. */
  readonly at: number;
  readonly why: /** The chunk ended within the value. */
    | 'more'
    | 'closed'
    /** Something new begins in the first column, so the value was cut off. */
    | 'cut'
    /** Behind the `[` of the list `events` in an object that stands on its own. */
    | 'events';
}

export interface ValueScanner {
  /**
   * @param open the brackets that are open where the scan goes on
   * @param around how many of them belong to what stands around the value, and stay open when it ends
   */
  begin(open: number, around: number): void;
  scan(chunk: Buffer, from: number): ScanStop;
}

export function valueScanner(): ValueScanner {
  let depth = 0;
  let floor = 0;
  let inString = false;
  let escaped = false;
  let lineStart = false;
  /** The last string at depth 1, to recognise the key `events`. */
  let key = '';

  function withinString(byte: number): void {
    if (escaped) escaped = false;
    else if (byte === BACKSLASH) escaped = true;
    else if (byte === QUOTE) inString = false;
    else if (depth === 1 && key.length < KEY_CHARS) key += String.fromCharCode(byte);
  }

  return {
    begin(open, around) {
      depth = open;
      floor = around;
      inString = escaped = lineStart = false;
      key = '';
    },
    scan(chunk, from) {
      for (let at = from; at < chunk.length; at += 1) {
        // Most of a log is the inside of strings, where only three bytes mean anything.
        const isPlain = inString && !escaped && !lineStart && (depth > 1 || key.length >= KEY_CHARS);
        if (isPlain) at = endOfPlain(chunk, at);
        if (at === chunk.length) break;
        const byte = chunk[at] as number;
        if (lineStart && (byte === OPEN_OBJECT || byte === OPEN_PAREN) && depth > floor) return { at, why: 'cut' };
        lineStart = byte === NEWLINE;
        if (inString) withinString(byte);
        else if (byte === QUOTE) {
          inString = true;
          if (depth === 1) key = '';
        } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
          depth += 1;
          const isEvents = byte === OPEN_LIST && depth === 2 && floor === 0 && key === 'events';
          if (isEvents) return { at: at + 1, why: 'events' };
        } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
          depth -= 1;
          if (depth <= floor) return { at: at + 1, why: 'closed' };
        }
      }
      return { at: chunk.length, why: 'more' };
    },
  };
}

function endOfPlain(chunk: Buffer, from: number): number {
  let at = from;
  for (; at < chunk.length; at += 1) {
    const byte = chunk[at];
    if (byte === QUOTE || byte === BACKSLASH || byte === NEWLINE) break;
  }
  return at;
}
