/**
 * Reads access-log records: by the stage's own format where that is known; otherwise as JSON whose keys are recognised
 * by their spelling (`access-keys.ts`). Text that should be JSON and is not valid is read by a tolerant reader.
 */

import { type AccessFields, type MutableFields, noFields, setField } from './access-fields.js';
import { spellingOf, takeLikely } from './access-keys.js';
import { PATH, type Pair, pairsOf, tolerantPairs } from './json-pairs.js';
import type { ReadRecord, RecordFormat } from './record-format.js';
import { labelledFields } from './text-record.js';

export type { AccessField, AccessFields } from './access-fields.js';

/** Nested formats are two levels deep (`identity.clientCert.validity`); no known format is deeper than this. */
const DEPTH_MAX = 4;

/** @returns the record's object, or null when the text is not a JSON object, even after repair */
export function readJsonObject(text: string): Record<string, unknown> | null {
  return parseObject(text) ?? parseObject(escapeControls(text));
}

/**
 * Whether the text is the record of a request that was not refused, without reading all of it. False where a closer
 * look is needed: where the digits 403 stand anywhere, where the status has another key, or where the status may belong
 * to something nested, such as the integration.
 */
export function isPlainSuccess(text: string): boolean {
  if (text.includes('403') || text.includes('{', 1)) return false;
  const status = text.lastIndexOf(STATUS_KEY);
  return status >= 0 && STATUS.test(text.slice(status, status + 20));
}

const STATUS_KEY = '"status":';
const STATUS = /^"status": ?"?[1-5]\d\d[",}]/;

/**
 * The known fields of a record, whatever the spelling of their keys. Where two spellings of one field occur, the first
 * one stands.
 */
export function accessFields(record: Record<string, unknown>): AccessFields {
  const fields = noFields();
  const seen = { ids: false, status: false, client: false, likely: false };
  collect(record, '', 0, fields, seen);
  // A record whose keys are the recommended ones holds nothing more.
  if (seen.likely || !seen.ids || !seen.status || !seen.client) takeLikely(pairsOf(record), fields);
  return fields;
}

/** Which kinds of keys a record has, with or without a value. */
interface Seen {
  ids: boolean;
  status: boolean;
  client: boolean;
  /** Keys that are only similar to those of a field. */
  likely: boolean;
}

/**
 * Reads a record of JSON, or of text that was meant to be JSON.
 * @param json the record as JSON.parse reads it; null where JSON.parse fails
 * @returns null where nothing can be read from it
 */
export function readRecord(
  text: string,
  json: Record<string, unknown> | null,
  format: RecordFormat | null,
): ReadRecord | null {
  const read = format === null ? null : format.read(text, json);
  if (read !== null) return read;
  if (json !== null) return { fields: accessFields(json), isRecovered: false };
  const pairs = tolerantPairs(text);
  if (pairs === null) return null;
  const fields = spelledFields(pairs);
  const { status, errorMessage } = fields;
  return status === undefined && errorMessage === undefined ? null : { fields, isRecovered: true };
}

/**
 * The fields of an access record of any kind, refused or not; for readers that look for clients.
 * @returns null for text that is not an access record, or one that cannot be read
 */
export function fieldsOfRecord(message: string, format: RecordFormat | null): AccessFields | null {
  const text = message.trimStart();
  if (text.startsWith('{')) return readRecord(text, readJsonObject(text), format)?.fields ?? null;
  return format?.read(text, null)?.fields ?? labelledFields(text);
}

function spelledFields(pairs: readonly Pair[]): AccessFields {
  const fields = noFields();
  for (const [path, value] of pairs) {
    const spelling = spellingOf(path.replaceAll(PATH, '.'));
    if (spelling?.isSure === true) setField(fields, spelling.field, value);
  }
  takeLikely(pairs, fields);
  return fields;
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
