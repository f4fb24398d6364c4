/**
 * Reads access-log records of JSON whose keys are recognised by their spelling (`access-keys.ts`). What it cannot read is
 * left to `read-record.ts`, which is loaded only then.
 */

import { type MutableFields, noFields, setField } from './access-fields.js';
import { spellingOf } from './access-keys.js';

export type { AccessField, AccessFields } from './access-fields.js';

/** Nested formats are two levels deep (`identity.clientCert.validity`); no known format is deeper than this. */
const DEPTH_MAX = 4;

/** @returns the record's object, or null when the text is not a JSON object, even after repair */
export function readJsonObject(text: string): Record<string, unknown> | null {
  const object = parseObject(text);
  if (object !== null) return object;
  const escaped = escapeControls(text);
  return escaped === text ? null : parseObject(escaped);
}

/**
 * Whether the text is the record of a request that was not refused, without reading all of it. False where a closer
 * look is needed: where the digits 403 stand on their own anywhere, where the status has another key, or where the status may
 * belong to something nested, such as the integration.
 */
export function isPlainSuccess(text: string): boolean {
  if (saysRefused(text) || holdsObject(text)) return false;
  const status = text.lastIndexOf(STATUS_KEY);
  return status >= 0 && STATUS.test(text.slice(status, status + 20));
}

/** Whether the digits stand somewhere on their own. As part of an id or of a longer number they are no status. */
function saysRefused(text: string): boolean {
  for (let at = text.indexOf('403'); at >= 0; at = text.indexOf('403', at + 3)) {
    if (ALONE.test(text.slice(Math.max(0, at - 7), at + 4))) return true;
  }
  return false;
}

/** A letter or a digit in front may belong to a backslash, as in `\u0020403`. */
const ALONE = /(?:[^0-9A-Za-z]|\\[0-9A-Za-z]{1,5})403(?![0-9A-Za-z])/;

/** Whether something is nested; behind a slash stands the name of a parameter in a path, such as `/orders/{id}`. */
function holdsObject(text: string): boolean {
  for (let at = text.indexOf('{', 1); at >= 0; at = text.indexOf('{', at + 1)) if (text[at - 1] !== '/') return true;
  return false;
}

const STATUS_KEY = '"status":';
/** A status that is a value of its own. */
const STATUS = /^"status": ?"?[1-5]\d\d[",}]/;

/**
 * The fields of a record whose keys alone say what they are. Where two spellings of one field occur, the first one stands.
 * @returns `isWhole`: whether the record's keys are the recommended ones, so that it holds nothing more
 */
export function sureFields(record: Record<string, unknown>): { fields: MutableFields; isWhole: boolean } {
  const fields = noFields();
  const seen = { ids: false, status: false, client: false, likely: false };
  collect(record, '', 0, fields, seen);
  return { fields, isWhole: !seen.likely && seen.ids && seen.status && seen.client };
}

/** Which kinds of keys a record has, with or without a value. */
interface Seen {
  ids: boolean;
  status: boolean;
  client: boolean;
  /** Keys that are only similar to those of a field. */
  likely: boolean;
}

function collect(record: object, path: string, depth: number, into: MutableFields, seen: Seen): void {
  const keys = Object.keys(record);
  const values: readonly unknown[] = Object.values(record);
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string;
    const value = values[index];
    if (typeof value === 'object' && value !== null) {
      if (depth < DEPTH_MAX) collect(value, `${path}${key}.`, depth + 1, into, seen);
      continue;
    }
    const spelling = spellingOf(path === '' ? key : path + key);
    if (spelling === null) continue;
    const { field, isSure } = spelling;
    if (!isSure) seen.likely = true;
    else {
      if (field === 'requestId') seen.ids = true;
      else if (field === 'status') seen.status = true;
      else if (field === 'pem' || field === 'issuerDn') seen.client = true;
      if (typeof value === 'string') setField(into, field, value);
      else if (typeof value === 'number') setField(into, field, String(value));
    }
  }
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    // Text that is not JSON is an expected result, not a failure: the caller repairs it or counts a reject.
    return null;
  }
}

/** Raw line breaks inside a string (an unescaped PEM) make JSON invalid. Escaped, they are what was meant. */
function escapeControls(text: string): string {
  let escaped = '';
  let copied = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) inString = !inString;
    else if (code === BACKSLASH) at++;
    else if (code < SPACE && inString) {
      escaped += `${text.slice(copied, at)}\\u${code.toString(16).padStart(4, '0')}`;
      copied = at + 1;
    }
  }
  return escaped + text.slice(copied);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
