/** What tells a plain record by its bytes, whatever stands around it. */

import { BACKSLASH, CLOSE_OBJECT, COMMA, OPEN_OBJECT, QUOTE, SPACE, ZERO } from './characters.js';
import type { TextScan } from './text-scan.js';

/** Longer lines are not what most of a log is. */
export const PLAIN_BYTES_MAX = 64 * 1024;

export const inBytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/**
 * `isPlainMessage` of the text that begins here, for ASCII; false also for some texts of which it is true.
 * @param inString whether the record stands in a string of JSON (1), so that its quotes have a backslash, or in a line (0)
 * @param end what is behind the text
 * @returns where the text ends, or -1
 */
export function endOfPlain(scan: TextScan, from: number, inString: 0 | 1, end: number): number {
  const { bytes } = scan;
  if (bytes[from] !== OPEN_OBJECT || !isQuote(bytes, from + 1, inString)) return -1;
  const to = scan.endOf(from + 1, inString);
  const status = scan.status();
  const isPlain = bytes[to] === end && status > 0 && scan.requestId() > 0 && hasSuccess(bytes, status, inString);
  return isPlain ? to : -1;
}

/** The same as the pattern of a status in `isPlainSuccess`. */
function hasSuccess(bytes: Buffer, from: number, inString: 0 | 1): boolean {
  let at = bytes[from] === SPACE ? from + 1 : from;
  if (isQuote(bytes, at, inString)) at += 1 + inString;
  const first = bytes[at] as number;
  if (first <= ZERO || first > ZERO + 5 || !isDigit(bytes[at + 1]) || !isDigit(bytes[at + 2])) return false;
  const next = bytes[at + 3];
  return next === COMMA || next === CLOSE_OBJECT || isQuote(bytes, at + 3, inString);
}

const isQuote = (bytes: Buffer, at: number, inString: 0 | 1): boolean =>
  bytes[at + inString] === QUOTE && (inString === 0 || bytes[at] === BACKSLASH);

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
