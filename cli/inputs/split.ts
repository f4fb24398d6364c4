/**
 * Cuts a stream of bytes into units: lines of text and JSON values, one a line, pretty-printed over many, or one after
 * the other without a newline, as Firehose writes them. The elements of a list (`{"events":[…]}` of the AWS CLI, or a
 * file that is one list) are units of their own, so that a file of any size is read in bounded memory.
 *
 * A value that was cut off does not swallow what follows: a `{` or `(` in the first column always begins something new,
 * because printers indent what is nested and certificates in PEM, whose newlines may be raw, have neither.
 */

import { limits } from '../../shared/base/limits.js';

export type Unit =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly text: string }
  /** Began as a JSON value and was never closed. */
  | { readonly kind: 'cut'; readonly text: string }
  /** Longer than its bound; its bytes were skipped. */
  | { readonly kind: 'overlong'; readonly bytes: number };

export interface Splitter {
  push(chunk: Buffer): void;
  /** What is still open at the end of the input. */
  end(): void;
}

const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const TAB = 9;
const QUOTE = 34;
const OPEN_PAREN = 40;
const COMMA = 44;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** Enough of a key to tell `events` from longer ones. */
const KEY_CHARS = 8;

const isBlank = (byte: number) => byte === SPACE || byte === TAB || byte === RETURN;

/** Lines only: for files whose events start with a timestamp. Blank lines are dropped. */
export function lineSplitter(emit: (unit: Unit) => void): Splitter {
  const collected = collector(emit);
  return {
    push(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        collected.add(chunk, from, at, limits.inputLineBytesMax);
        collected.finish('text');
        from = at + 1;
      }
      collected.add(chunk, from, chunk.length, limits.inputLineBytesMax);
    },
    end: () => collected.finish('text'),
  };
}

type Mode =
  /** In the first column, outside of everything. */
  | 'start'
  /** Behind a value, or between the elements of a list. */
  | 'between'
  | 'text'
  | 'value';

/** JSON values and lines of text, in any mixture. */
export function splitter(emit: (unit: Unit) => void): Splitter {
  const collected = collector(emit);
  let mode: Mode = 'start';
  let blankSoFar = true;
  /** The depth of the list whose elements are emitted one by one, or 0 outside of one. */
  let list = 0;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let lineStart = false;
  /** The last string at depth 1, to recognise the key `events`. */
  let key = '';
  /** The rest of an object whose `events` were taken out: nothing in it is an event. */
  let discarding = false;

  /** Scans the inside of a JSON value; returns where it stopped and whether the value ended there. */
  function scan(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      // Most of a log is the inside of strings, where only three bytes mean anything.
      const isPlain = inString && !escaped && !lineStart && (depth > 1 || key.length >= KEY_CHARS);
      if (isPlain) at = endOfPlain(chunk, at);
      if (at === chunk.length) break;
      const byte = chunk[at] as number;
      if (lineStart && (byte === OPEN_OBJECT || byte === OPEN_PAREN) && depth > list) {
        return restart(chunk, from, at);
      }
      lineStart = byte === NEWLINE;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        else if (depth === 1 && key.length < KEY_CHARS) key += String.fromCharCode(byte);
      } else if (byte === QUOTE) {
        inString = true;
        if (depth === 1) key = '';
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        depth += 1;
        if (byte === OPEN_LIST && depth === 2 && list === 0 && !discarding && key === 'events') return enterList(2, at);
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        depth -= 1;
        if (depth <= list) return closeValue(chunk, from, at + 1);
      }
    }
    if (!discarding) collected.add(chunk, from, chunk.length, limits.inputValueBytesMax);
    return chunk.length;
  }

  function restart(chunk: Buffer, from: number, at: number): number {
    if (!discarding) {
      collected.add(chunk, from, at, limits.inputValueBytesMax);
      collected.finish('cut');
    }
    discarding = false;
    inString = false;
    escaped = false;
    depth = list;
    mode = list > 0 && chunk[at] === OPEN_OBJECT ? 'between' : 'start';
    if (mode === 'start') list = depth = 0;
    return at;
  }

  function enterList(at: number, position: number): number {
    collected.drop();
    list = depth = at;
    mode = 'between';
    return position + 1;
  }

  function closeValue(chunk: Buffer, from: number, to: number): number {
    if (!discarding) {
      collected.add(chunk, from, to, limits.inputValueBytesMax);
      collected.finish('value');
    }
    discarding = false;
    mode = 'between';
    return to;
  }

  function between(byte: number, at: number): number {
    // A list of lists is what `get-query-results` calls its results.
    const begins = byte === OPEN_OBJECT || (byte === OPEN_LIST && list > 0);
    if (byte === NEWLINE && list === 0) mode = 'start';
    else if (begins) beginValue();
    else if (list > 0 && byte === CLOSE_LIST) {
      depth = list - 1;
      list = 0;
      discarding = depth > 0;
      mode = discarding ? 'value' : 'between';
    } else if (list === 0 && !isBlank(byte) && byte !== COMMA) {
      mode = 'text';
      return at;
    }
    return begins ? at : at + 1;
  }

  function start(byte: number, at: number): number {
    if (byte === NEWLINE || (blankSoFar && isBlank(byte))) return at + 1;
    if (byte === OPEN_LIST && blankSoFar) {
      blankSoFar = false;
      return enterList(1, at);
    }
    blankSoFar = false;
    if (byte === OPEN_OBJECT) beginValue();
    else mode = 'text';
    return at;
  }

  function beginValue(): void {
    mode = 'value';
    lineStart = false;
    inString = false;
    escaped = false;
    key = '';
  }

  function text(chunk: Buffer, from: number): number {
    const at = chunk.indexOf(NEWLINE, from);
    collected.add(chunk, from, at < 0 ? chunk.length : at, limits.inputLineBytesMax);
    if (at < 0) return chunk.length;
    collected.finish('text');
    mode = 'start';
    return at + 1;
  }

  return {
    push(chunk) {
      for (let at = 0; at < chunk.length; ) {
        if (mode === 'value') at = scan(chunk, at);
        else if (mode === 'text') at = text(chunk, at);
        else if (mode === 'start') at = start(chunk[at] as number, at);
        else at = between(chunk[at] as number, at);
      }
    },
    end() {
      if (mode === 'text') collected.finish('text');
      else if (mode === 'value' || list > 0) collected.finish('cut');
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

/** Gathers the bytes of one unit over chunks, up to its bound; beyond it the bytes are counted and forgotten. */
function collector(emit: (unit: Unit) => void) {
  let parts: Buffer[] = [];
  let size = 0;
  let overlong = false;
  const drop = () => {
    parts = [];
    size = 0;
    overlong = false;
  };
  return {
    add(chunk: Buffer, from: number, to: number, bytesMax: number): void {
      if (to <= from) return;
      size += to - from;
      overlong ||= size > bytesMax;
      if (overlong) parts = [];
      else parts.push(chunk.subarray(from, to));
    },
    finish(kind: 'text' | 'value' | 'cut'): void {
      if (overlong) emit({ kind: 'overlong', bytes: size });
      else {
        const [only] = parts;
        const bytes = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
        // Invalid UTF-8 becomes replacement characters: the record may still be readable.
        const text = bytes.toString('utf8').replace(/\r$/, '');
        if (kind !== 'text' || text.trim() !== '') emit({ kind, text });
      }
      drop();
    },
    drop,
  };
}
