/**
 * The fields of a record of one connection, as CloudFront and load balancers write them. The owner chooses which fields a
 * record has and in which order, so every field may be missing. The names are compared without case, `_` and `-`: nobody has
 * shown how load balancers write theirs to CloudWatch Logs.
 */

import { memoize } from '../base/memoize.js';
import { readRecord } from '../logs/read-record.js';

export type ConnectionField =
  | 'status'
  | 'connectionId'
  | 'clientIp'
  | 'sni'
  | 'distribution'
  | 'tenant'
  | 'loadBalancer'
  | 'listenerPort'
  | 'serial'
  | 'subject'
  | 'issuer'
  | 'validity'
  /** Known, and not read. */
  | 'unread';

/** The values of one record, as text; a field that the record has without a value is the empty text. */
export type ConnectionFields = { readonly [name in ConnectionField]?: string };

/** The fields of one door by name, in lower case and without separators. */
export type FieldNames = Readonly<Record<string, ConnectionField>>;

/** Each record has the same few. */
export const plainName = memoize({ entriesMax: 500, keyCharsMax: 64 }, String, (name: string) =>
  name.toLowerCase().replace(/[_-]/g, ''),
);

/** What both doors say of the client's certificate; load balancers put `leaf` before `client`. */
export const CERTIFICATE_NAMES: FieldNames = Object.fromEntries(
  (['clientleafcert', 'leafclientcert'] as const).flatMap((prefix) => [
    [`${prefix}subject`, 'subject'],
    [`${prefix}issuer`, 'issuer'],
    [`${prefix}serialnumber`, 'serial'],
    [`${prefix}validity`, 'validity'],
  ]),
);

/** A value as text; null where the value is no text and no number. */
function textOf(value: unknown): string | null {
  if (value === null) return '';
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
}

/**
 * @param own names that no other log has
 * @returns null for a record of something else: one without any name of this door's own, or with a request's id or status
 */
export function fieldsOfJson(
  json: Readonly<Record<string, unknown>>,
  names: FieldNames,
  own: ReadonlySet<string>,
): ConnectionFields | null {
  const fields: { [name in ConnectionField]?: string } = {};
  const others: Record<string, unknown> = {};
  let isOwn = false;
  for (const [key, value] of Object.entries(json)) {
    const name = plainName(key);
    const field = Object.hasOwn(names, name) ? names[name] : undefined;
    const text = textOf(value);
    if (field === undefined || text === null) others[key] = value;
    else {
      fields[field] ??= text === '-' ? '' : text;
      isOwn ||= own.has(name);
    }
  }
  const isComplete = Object.keys(others).length === 0 && Object.keys(fields).length > 0;
  if (!isOwn && !isComplete) return null;
  return isComplete || !isOfRequest(others) ? fields : null;
}

/**
 * Whether the fields are those of a request. A client of API Gateway can break out of its user agent and put any key into the
 * record of its own request, which still has the keys of the format.
 */
function isOfRequest(json: Record<string, unknown>): boolean {
  const read = readRecord('', json, null)?.fields;
  return read !== undefined && (read.status !== undefined || read.requestId !== undefined);
}
