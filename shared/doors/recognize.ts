/** Cheap tests for records of connections, asked for every event before anything is loaded. */

import { isVendedLine } from '../logs/vended-line.js';

const OPEN_OBJECT = 0x7b;
const OPEN_PARENTHESIS = 0x28;
const NUMBER_SIGN = 0x23;

/** The recommended access-log format begins with the account and the API, so that a look at the head tells nearly every record. */
const HEAD_CHARS = 64;

/**
 * Whether a message may be JSON with one of the keys. Nearly all records of API Gateway have the recommended key for their
 * request id, near the beginning. In a value, a quote would have a backslash in front; the output of a log transformer has the
 * record as a value.
 */
export function mayHaveKey(message: string, keys: RegExp): boolean {
  if (message.charCodeAt(0) !== OPEN_OBJECT || message.lastIndexOf('"apiId"', HEAD_CHARS) >= 0) return false;
  return !message.includes('"requestId"') && keys.test(message) && !isVendedLine(message);
}

/** Whether a text that is not JSON may be a record of a connection, or the header of a file of them. */
export function mayBeConnectionText(message: string): boolean {
  const first = message.charCodeAt(0);
  if (first === OPEN_OBJECT || first === OPEN_PARENTHESIS) return false;
  if (first === NUMBER_SIGN) return isHeader(message);
  if (!message.includes('Success') && !message.includes('Failed') && !message.includes('NotBefore=')) return false;
  return !message.trimEnd().includes('\n');
}

/** Whether a line names the fields of the lines behind it, as `w3c` files do. */
export function isHeader(message: string): boolean {
  return /^#Fields:\s/i.test(message);
}
