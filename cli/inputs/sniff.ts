/** Recognises from the first bytes of a file, never from its name, how to read the rest. */

import { stripVTControlCharacters } from 'node:util';
import { commandLimits } from '../../shared/base/command-limits.js';
import { unreadable } from '../../shared/base/errors.js';
import { isConnectionText } from '../../shared/doors/connection-logs.js';
import type { RecordFormat } from '../../shared/logs/record-format.js';
import { isAccessRecordText } from '../../shared/logs/text-record.js';
import { type LineForm, namesOnly, namesThenTime, tabbed, timeBehind, timeFirst } from './forms.js';
import { looksLikeEvent } from './looks.js';
import { isPipedHeader } from './pipes.js';
import { timeInText } from './records.js';
import { isHeader } from './rows.js';

/** Bytes needed to recognise the format: enough for the head of pretty-printed JSON and several access records. */
export const HEAD_BYTES = 64 * 1024;

export type Layout =
  /** JSON values and plain lines. */
  | { readonly kind: 'mixed' }
  /** Lines that are access records but not JSON. */
  | { readonly kind: 'records' }
  /** Every event starts with a line of this form, so the file is read line by line. */
  | { readonly kind: 'lines'; readonly form: LineForm }
  /** All messages in one line, separated by tabs: `--query 'events[].message' --output text`. */
  | { readonly kind: 'joined' }
  /** One field of a query's result in each line: `get-query-results --output text`. */
  | { readonly kind: 'fields' }
  | { readonly kind: 'csv'; readonly delimiter: string; readonly fromLine: number }
  | { readonly kind: 'piped' };

export interface Sniffed {
  readonly layout: Layout;
  /** The first request time in the head, for lines before it without a time. */
  readonly firstAt: number | null;
}

/**
 * @param format the format of access records, if known
 * @throws MtlsWatchError `unreadable-input` for an empty or binary file
 */
export function sniff(bytes: Buffer, format: RecordFormat | null = null): Sniffed {
  const head = bytes.subarray(0, HEAD_BYTES);
  if (head.length === 0) throw unreadable('the file is empty');
  const utf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  if (utf16) {
    throw unreadable('the text is UTF-16, expected UTF-8; save it again as UTF-8');
  }
  if (head.subarray(0, 4).equals(ZIP)) {
    throw unreadable('is a zip archive, or a spreadsheet; unpack it and name the files in it, or save it as CSV');
  }
  if (isBinary(head)) {
    throw unreadable('holds binary data, expected log text, plain or gzipped');
  }
  const text = head.toString('utf8').replace(/^\uFEFF/, '');
  if (/^(?:events|results):\s{1,8}- /.test(text)) {
    throw unreadable('is YAML of the AWS CLI; get it again with --output json');
  }
  return { layout: layoutOf(text, format), firstAt: timeInText(text) };
}

const ZIP = Buffer.from('PK\u0003\u0004');

/** A log may hold a few broken or control characters, binary data is made of them. */
export function isBinary(head: Buffer): boolean {
  const text = withoutColours(head.toString('utf8'));
  const strange = text.match(/[^\P{Cc}\s]|\uFFFD/gu)?.length ?? 0;
  return strange * 20 > text.length;
}

/** What a terminal reads as colours; tools write them also into a file where they are told to. */
export function withoutColours(text: string): string {
  return text.includes('\u001B') ? stripVTControlCharacters(text) : text;
}

/** The first line that begins an event, a value or a table says it; a few lines of something else may come before. */
function layoutOf(text: string, format: RecordFormat | null): Layout {
  const lines = withoutColours(text).split(/\r?\n/);
  for (const [index, line] of lines.slice(0, commandLimits.inputPreambleLinesMax).entries()) {
    if (line.trim() === '') continue;
    if (format !== null && !format.isJson && format.read(line, null) !== null && !isTold(line, format)) {
      return { kind: 'records' };
    }
    const isOnly = lines.length - 1 <= index + 1 && (lines[index + 1] ?? '') === '';
    const layout = layoutAt(line, index + 1, isOnly);
    if (layout !== null) return layout;
  }
  return { kind: 'mixed' };
}

/** Whether a tool wrote something in front of the record: what is left without that is a record as well. */
function isTold(line: string, format: RecordFormat): boolean {
  return [timeFirst, namesThenTime].some((form) => {
    const message = form(line)?.message;
    return message !== undefined && format.read(message, null) !== null;
  });
}

const DELIMITERS = [',', '\t', ';'] as const;

function layoutAt(line: string, lineNumber: number, isOnly: boolean): Layout | null {
  if (isOnly && /\t(?=[({])/.test(line) && looksLikeEvent(line)) return { kind: 'joined' };
  const inTabs = line.includes('\t') ? tabbed(line) : null;
  if (inTabs !== null && (inTabs.at !== null || timeBehind(line) !== null)) return { kind: 'lines', form: tabbed };
  const isTimed = timeFirst(line) !== null || namesThenTime(line) !== null;
  // A list of values in one line, or a time in brackets, is no list of events.
  if (/^\[[^[{]/.test(line) && !isTimed && isAccessRecordText(line)) return { kind: 'records' };
  if (/^\s{0,64}[[{(]/.test(line) && timeFirst(line) === null) return { kind: 'mixed' };
  if (looksLikeEvent(line)) return { kind: 'mixed' };
  if (/^RESULTS\t@?[\w.]{1,128}\t/.test(line)) return { kind: 'fields' };
  if (!isTimed && (isAccessRecordText(line) || isConnectionText(line))) return { kind: 'mixed' };
  const delimiters = DELIMITERS.filter((one) => isHeader(namesIn(line, one)));
  const [delimiter] = delimiters.sort((a, b) => line.split(b).length - line.split(a).length);
  if (delimiter !== undefined) return { kind: 'csv', delimiter, fromLine: lineNumber };
  if (isPipedHeader(line)) return { kind: 'piped' };
  const form = [timeFirst, namesThenTime, namesOnly].find((one) => one(line) !== null);
  return form === undefined ? null : { kind: 'lines', form };
}

/** Names of columns, each in quotes or not; a line that is longer than any header has none. */
function namesIn(line: string, delimiter: string): string[] {
  if (line.length > 4_096) return [];
  return line.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}
