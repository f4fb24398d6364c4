/**
 * Reads every access record that can be read: by the stage's own format where that is known; otherwise as JSON, by its keys
 * and by its values. Text that should be JSON and is not valid is read by a tolerant reader.
 */

import { type AccessFields, type MutableFields, noFields, setField } from './access-fields.js';
import { spellingOf } from './access-keys.js';
import { PATH, type Pair, pairsOf, tolerantPairs } from './json-pairs.js';
import { takeLikely } from './likely-keys.js';
import { readJsonObject, sureFields } from './parse-access.js';
import type { ReadRecord, RecordFormat } from './record-format.js';
import { labelledFields } from './text-record.js';

/**
 * The known fields of a record, whatever the spelling of their keys. Where two spellings of one field occur, the first
 * one stands.
 */
export function accessFields(record: Record<string, unknown>): AccessFields {
  const { fields, isWhole } = sureFields(record);
  if (!isWhole) addLikely(record, fields);
  return fields;
}

/** Adds what the keys alone do not say. */
export function addLikely(record: Record<string, unknown>, fields: MutableFields): void {
  takeLikely(pairsOf(record), fields);
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
