/** The groups of a report as CSV (RFC 4180). Names from clients cannot become formulas. */

import { clean } from '../base/text.js';
import { callsKey } from '../calls/calls.js';
import { issuerText, nameWords } from '../messages/names.js';
import { FIRST_DOOR } from './doors.js';
import type { Report } from './schema.js';

const HEAD = [
  'domain',
  'issuer',
  'reason',
  'refused',
  'before',
  'median_of_four_before',
  'client_unknown',
  'reason_inferred',
  'first_seen',
  'last_seen',
  'door',
  'unverified',
  'words',
  'let_in',
];

export function csvOf({ groups, shares }: Report): string {
  // Of the domain and issuer: the groups of one issuer have the same calls that were let in.
  const letIn = new Map((shares ?? []).map((one) => [callsKey(one), one.letIn]));
  const rows = groups.map((one) => [
    one.scope,
    issuerText(one.issuerDn, nameWords.en),
    one.reason,
    one.failures,
    one.before ?? '',
    one.median4 ?? '',
    one.unattributed,
    one.inferred,
    one.firstSeen,
    one.lastSeen,
    one.door ?? FIRST_DOOR,
    one.isUnverified ? 'yes' : '',
    one.words ?? '',
    (one.door === undefined ? letIn.get(callsKey(one)) : null) ?? '',
  ]);
  // Starts with a UTF-8 byte order mark, because spreadsheets assume another encoding without it.
  return `\uFEFF${[HEAD, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

/**
 * Spreadsheets read a text that begins like this as a formula, even after spaces; an apostrophe in front prevents it.
 */
const FORMULA = /^\s*[=+\-@|%＝＋－＠]/;

export function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = clean(value, Number.POSITIVE_INFINITY);
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
