/**
 * Rows of a table (CSV, a table copied from Logs Insights, `--output table`) as objects with the names of the header,
 * which are then read like any other object with an event.
 */

import { partsOf, roleOf } from './columns.js';
import { looksLikeEvent, stampAt } from './looks.js';
import { isGatewayRecord } from './records.js';

export interface Rows {
  /** The cells of one row; the first row is the header. */
  take(cells: readonly string[]): void;
  /** Emits the last row. */
  end(): void;
}

/** Whether these cells are names of columns, including a message or the fields of an access record. */
export function isHeader(cells: readonly string[]): boolean {
  if (cells.some((cell) => looksLikeEvent(cell) || stampAt(cell.trim()) !== null)) return false;
  const named = Object.fromEntries(cells.map((cell) => [cell.trim(), '']));
  return isPivoted(cells) || partsOf(named).message !== undefined || isGatewayRecord(named);
}

/** `get-query-results` prints every field of a row as a row of its own. */
const isPivoted = (cells: readonly string[]) =>
  cells.length === 2 && cells[0]?.trim() === 'field' && cells[1]?.trim() === 'value';

/**
 * @param onRow receives an object for each row
 * @param onOdd is called for a row with fewer cells than the header
 * @param delimiter the separator of cells
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

/** Every page of the AWS CLI's output repeats the header. */
const isRepeated = (cells: readonly string[], header: readonly string[]) =>
  cells.length === header.length && cells.every((cell, index) => cell.trim() === header[index]);

/** A message that contains the delimiter takes several cells; null if cells are missing. */
function inColumns(
  cells: readonly string[],
  width: number,
  message: number,
  delimiter: string,
): readonly string[] | null {
  const more = cells.length - width;
  if (more === 0) return cells;
  // Empty trailing columns may be missing.
  if (more < 0) return message >= 0 && message < cells.length ? cells : null;
  if (message < 0) return cells.slice(0, width);
  const whole = cells.slice(message, message + more + 1).join(delimiter);
  return [...cells.slice(0, message), whole, ...cells.slice(message + more + 1)];
}

/** Joins the fields of a row that come one after another: a row ends where a field occurs again. */
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
