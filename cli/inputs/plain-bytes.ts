/** What tells a plain record by its bytes, whatever stands around it. */

import { CLOSE_OBJECT, COMMA, OPEN_OBJECT, SPACE, ZERO } from './characters.js';

/** Longer lines are not what most of a log is. */
export const PLAIN_BYTES_MAX = 64 * 1024;

export const inBytes = (text: string): Buffer => Buffer.from(text, 'latin1');

export interface PlainBytes {
  /** Whether nothing of what a refusal holds stands between two positions. */
  readonly isUsual: (chunk: Buffer, from: number, to: number) => boolean;
  /** Whether the usual bytes of a text are the record of a success. Asked for one text after the other. */
  readonly isSuccess: (chunk: Buffer, from: number, to: number) => boolean;
}

/**
 * `isPlainMessage` of bytes, for ASCII; false also for some texts of which it is true.
 * @param quote how a quote within the record is written: `\\"` within a JSON string
 */
export function plainBytes(quote: '"' | '\\"'): PlainBytes {
  // The search stops at each byte with which one of these begins, so it is one that is rare in certificates.
  const unusual = ['403', ' denied', 'payload'].map(needle);
  const openObject = needle(OPEN_OBJECT);
  const status = lastOf(`${quote}status${quote}:`, `us${quote}:`);
  const requestId = lastOf(`${quote}requestId${quote}`, `estId${quote}`);
  const begin = inBytes(`{${quote}`);
  const end = inBytes(quote);
  return {
    isUsual: (chunk, from, to) =>
      to - from <= PLAIN_BYTES_MAX &&
      holdsAt(chunk, from, begin) &&
      openObject(chunk, from + 1) >= to &&
      unusual.every((next) => next(chunk, from) >= to),
    isSuccess(chunk, from, to) {
      const at = status(chunk, from, to);
      return at >= 0 && hasSuccess(chunk, at, to, end) && requestId(chunk, from, to) >= 0;
    },
  };
}

/**
 * Finds the end of the last occurrence of a text, or -1, in one piece of a chunk after the other. It mostly stands as far from
 * the end as in the piece before, and then nothing is searched but what is behind it.
 * @param tail the end of the text that is searched: a short one that begins with a rare byte is found three times as fast
 */
function lastOf(text: string, tail: string): (chunk: Buffer, from: number, to: number) => number {
  const whole = inBytes(text);
  const first = whole[0] ?? 0;
  const next = needle(tail);
  const before = whole.length - tail.length;
  let behind = 0;
  return (chunk, from, to) => {
    const usual = to - behind;
    if (
      behind > 0 &&
      behind <= BEHIND_MAX &&
      usual - whole.length >= from &&
      holdsAt(chunk, usual - whole.length, whole)
    ) {
      let last = usual;
      for (let at = usual; at + whole.length <= to; at++) {
        if (chunk[at] === first && holdsAt(chunk, at, whole)) last = at + whole.length;
      }
      return last;
    }
    let last = -1;
    for (let at = next(chunk, from); at + tail.length <= to; at = next(chunk, at + 1)) {
      if (at - before >= from && holdsAt(chunk, at - before, whole)) last = at + tail.length;
    }
    behind = last < 0 ? 0 : to - last;
    return last;
  };
}

/** More bytes than these are searched as fast by the processor's own means. */
const BEHIND_MAX = 256;

/** The same as the pattern of a status in `isPlainSuccess`. */
function hasSuccess(chunk: Buffer, from: number, to: number, quote: Buffer): boolean {
  let at = chunk[from] === SPACE ? from + 1 : from;
  if (holdsAt(chunk, at, quote)) at += quote.length;
  const first = chunk[at] ?? 0;
  if (first <= ZERO || first > ZERO + 5 || !isDigit(chunk[at + 1]) || !isDigit(chunk[at + 2])) return false;
  const next = chunk[at + 3];
  return at + 3 < to && (next === COMMA || next === CLOSE_OBJECT || holdsAt(chunk, at + 3, quote));
}

export const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= ZERO + 9;

/** The number that so many digits are. */
export function digitsAt(bytes: Buffer, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) value = value * 10 + ((bytes[at] ?? 0) - ZERO);
  return value;
}

export function holdsAt(bytes: Buffer, at: number, text: Buffer): boolean {
  for (let n = 0; n < text.length; n++) if (bytes[at + n] !== text[n]) return false;
  return true;
}

/** Finds a text in chunk after chunk, each searched once, for positions that never go back. */
export function needle(text: string | number): (chunk: Buffer, from: number) => number {
  const bytes = typeof text === 'number' ? text : inBytes(text);
  let searched = NOTHING;
  let found = -1;
  return (chunk, from) => {
    if (searched !== chunk || found < from) {
      const at = chunk.indexOf(bytes, from);
      found = at < 0 ? Number.POSITIVE_INFINITY : at;
      searched = chunk;
    }
    return found;
  };
}

const NOTHING: Buffer = Buffer.alloc(0);
