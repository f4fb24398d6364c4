/** Serial numbers and dates as access logs write them, for records whose certificate cannot be read. Never throws. */

import { limits } from '../base/limits.js';
import { clean } from '../base/text.js';

/**
 * Upper-case hexadecimal without separators, as `openssl x509 -serial` prints it. API Gateway writes serial numbers in
 * decimal (`1`) or as colon-separated hexadecimal (`a1:a1`); a text of another form is kept unchanged.
 */
export function serialFromText(text: string): string {
  const short = text.slice(0, limits.serialCharsMax);
  return /^\d+$/.test(short) ? evenHex(BigInt(short).toString(16)) : serialFromHex(text);
}

/** The same for a log that always writes serial numbers in hexadecimal, with colons or without. */
export function serialFromHex(text: string): string {
  const short = text.trim().slice(0, limits.serialCharsMax);
  const hex = short.replaceAll(':', '');
  return /^[0-9a-f]+$/i.test(hex) ? evenHex(hex) : clean(short, limits.serialCharsMax);
}

function evenHex(hex: string): string {
  const bare = hex.replace(/^0+/, '').toUpperCase();
  return bare.length % 2 === 0 ? bare || '00' : `0${bare}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** OpenSSL's form, with the day padded by a space: `Aug  5 00:28:21 2120 GMT`. */
const OPENSSL_TIME = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4}) GMT$/;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/** @returns milliseconds since the epoch, or null when the text is a date of neither form */
export function timeFromText(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (ISO_TIME.test(text)) return finite(Date.parse(text));
  const [, month = '', day, hour, minute, second, year] = OPENSSL_TIME.exec(text) ?? [];
  const index = MONTHS.indexOf(month);
  if (index < 0) return null;
  return finite(Date.UTC(Number(year), index, Number(day), Number(hour), Number(minute), Number(second)));
}

function finite(time: number): number | null {
  return Number.isFinite(time) ? time : null;
}
