/**
 * Rows of a table (CSV, a table copied from Logs Insights, `--output table`) as objects with the header's names, which are then read
 * like any other object that stands for an event.
 */

import { partsOf, roleOf } from './columns.js';
import { looksLikeEvent, stampAt } from './looks.js';
import { isGatewayRecord } from './records.js';

export interface Rows {
  /** One row's cells, the header first. */
  take(cells: readonly string[]): void;
  /** Hands on what waits for its next row. */
  end(): void;
}

/** Whether these cells are the names of columns, among them the message's or those of an access record. */
export function isHeader(cells: readonly string[]): boolean {
  if (cells.some((cell) => looksLikeEvent(cell) || stampAt(cell.trim()) !== null)) return false;
  const named = Object.fromEntries(cells.map((cell) => [cell.trim(), '']));
  return isPivoted(cells) || partsOf(named).message !== undefined || isGatewayRecord(named);
}

/** `get-query-results` gives every field of a row a row of its own. */
const isPivoted = (cells: readonly string[]) =>
  cells.length === 2 && cells[0]?.trim() === 'field' && cells[1]?.trim() === 'value';

/**
 * @param onRow gets an object of each row
 * @param onOdd is told of a row that has fewer cells than the header
 * @param delimiter what stands between cells
 */
export function rows(onRow: (row: object) => void, onOdd: (detail: string) => void, delimiter: string): Rows {
  let header: readonly string[] | null = null;
  let message = -1;
  const fields = fieldRows(onRow);
  return {
    take(cells) {
      if (header === null) {
        header = cells.map((cell) => cell.trim());
        message = header.findIndex((name) => roleOf(name) === 'message');
      } else if (!isRepeated(cells, header)) {
        const whole = inColumns(cells, header.length, message, delimiter)?.map((cell) => cell.trim()) ?? null;
        if (whole === null) onOdd(`a row of ${cells.length} cells under a header of ${header.length}`);
        else if (isPivoted(header)) fields.take(whole[0] ?? '', whole[1] ?? '');
        else onRow(Object.fromEntries(header.map((name, index) => [name, whole[index]])));
      }
    },
    end: fields.end,
  };
}

/** Every page of the AWS CLI's output has its header again. */
const isRepeated = (cells: readonly string[], header: readonly string[]) =>
  cells.length === header.length && cells.every((cell, index) => cell.trim() === header[index]);

/** A message that holds the delimiter takes more cells than its own; null where cells are missing. */
function inColumns(
  cells: readonly string[],
  width: number,
  message: number,
  delimiter: string,
): readonly string[] | null {
  const more = cells.length - width;
  if (more === 0) return cells;
  // Trailing columns may be left out where they are empty.
  if (more < 0) return message >= 0 && message < cells.length ? cells : null;
  if (message < 0) return cells.slice(0, width);
  const whole = cells.slice(message, message + more + 1).join(delimiter);
  return [...cells.slice(0, message), whole, ...cells.slice(message + more + 1)];
}

/** Puts the fields of one row together that come one after the other: a row ends where a field comes again. */
export function fieldRows(onRow: (row: object) => void): { take(field: string, value: string): void; end(): void } {
  let row = new Map<string, string>();
  const end = () => {
    if (row.size > 0) onRow(Object.fromEntries(row));
    row = new Map();
  };
  return {
    take(field, value) {
      if (row.has(field)) end();
      row.set(field, value);
    },
    end,
  };
}
