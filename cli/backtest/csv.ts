/** Reads a series of counts from CSV (RFC 4180), row by row. The header must have a column `count`. */

import { StringDecoder } from 'node:string_decoder';
import { commandLimits } from '../../shared/base/command-limits.js';
import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';

export interface Row {
  /** '' if the file has no such column. */
  readonly series: string;
  readonly timestamp: string;
  /** Milliseconds since the epoch; null if the timestamp is missing or cannot be read. */
  readonly at: number | null;
  /** Null if the cell is empty, which means not recorded. */
  readonly count: number | null;
}

interface Columns {
  readonly width: number;
  readonly count: number;
  readonly timestamp: number;
  readonly series: number;
}

/** @throws MtlsWatchError `unreadable-input` that names the line */
export async function* readSeries(input: AsyncIterable<Buffer | string>, name: string): AsyncGenerator<Row> {
  let columns: Columns | null = null;
  for await (const { text, line } of recordsOf(input, name)) {
    if (text.trim() === '') continue;
    const cells = cellsOf(text);
    if (columns === null) columns = columnsOf(cells, name, line);
    else yield rowOf(cells, columns, `${name}, line ${line}`);
  }
  if (columns === null)
    throw new MtlsWatchError('unreadable-input', `${name} is empty; expected CSV with a header and a column "count"`);
}

/** Splits into records; a line break within quotes belongs to its field. */
async function* recordsOf(
  input: AsyncIterable<Buffer | string>,
  name: string,
): AsyncGenerator<{ text: string; line: number }> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let line = 1;
  let start = 1;
  let open = '';
  function* take(final: boolean): Generator<{ text: string; line: number }> {
    let from = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', from)) {
      open += rest.slice(from, end + 1);
      from = end + 1;
      line++;
      if (quotesOf(open) % 2 === 1) continue;
      yield { text: open.replace(/\r?\n$/, ''), line: start };
      open = '';
      start = line;
    }
    rest = rest.slice(from);
    if (open.length + rest.length > commandLimits.csvRecordCharsMax) {
      throw new MtlsWatchError(
        'unreadable-input',
        `${name}, line ${start}: no end within ${commandLimits.csvRecordCharsMax} characters; is a quote left open?`,
      );
    }
    if (final && open + rest !== '') yield { text: open + rest, line: start };
  }
  try {
    for await (const chunk of input) {
      rest += typeof chunk === 'string' ? chunk : decoder.write(chunk);
      yield* take(false);
    }
  } catch (cause) {
    if (cause instanceof MtlsWatchError) throw cause;
    throw new MtlsWatchError('unreadable-input', `cannot read ${name}: ${messageOf(cause)}`, { cause });
  }
  rest += decoder.end();
  yield* take(true);
}

function quotesOf(text: string): number {
  let n = 0;
  for (let i = text.indexOf('"'); i >= 0; i = text.indexOf('"', i + 1)) n++;
  return n;
}

function cellsOf(text: string): string[] {
  if (!text.includes('"')) return text.split(',');
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') {
      if (quoted && text[i + 1] === '"') {
        cell += '"';
        i++;
      } else quoted = !quoted;
    } else if (c === ',' && !quoted) {
      cells.push(cell);
      cell = '';
    } else cell += c;
  }
  return [...cells, cell];
}

function columnsOf(cells: readonly string[], name: string, line: number): Columns {
  const names = cells.map((cell) =>
    cell
      .replace(/^\uFEFF/, '')
      .trim()
      .toLowerCase(),
  );
  const count = names.indexOf('count');
  if (count < 0) {
    const found = JSON.stringify(names.join(',').slice(0, 80));
    throw new MtlsWatchError(
      'unreadable-input',
      `${name}, line ${line}: the header is ${found}; expected a column named "count"`,
    );
  }
  return { width: names.length, count, timestamp: names.indexOf('timestamp'), series: names.indexOf('series') };
}

function rowOf(cells: readonly string[], columns: Columns, where: string): Row {
  if (cells.length < columns.width) {
    throw new MtlsWatchError(
      'unreadable-input',
      `${where}: got ${cells.length} fields; expected ${columns.width} as in the header`,
    );
  }
  const timestamp = (cells[columns.timestamp] ?? '').trim();
  return {
    series: (cells[columns.series] ?? '').trim(),
    timestamp,
    at: timeOf(timestamp),
    count: countOf((cells[columns.count] ?? '').trim(), where),
  };
}

function countOf(text: string, where: string): number | null {
  if (text === '' || /^(nan|na|null)$/i.test(text)) return null;
  const count = Number(text);
  if (!Number.isFinite(count) || count < 0 || count > commandLimits.backtestCountMax) {
    const shown = JSON.stringify(text.slice(0, 40));
    throw new MtlsWatchError(
      'unreadable-input',
      `${where}: the count is ${shown}; expected a number from 0 to ${commandLimits.backtestCountMax}`,
    );
  }
  return count;
}

/** ISO 8601 with or without a zone (then UTC), or seconds or milliseconds since the epoch. */
function timeOf(text: string): number | null {
  if (/^\d{9,13}$/.test(text)) return text.length > 10 ? Number(text) : Number(text) * 1000;
  if (!/^\d{4}-\d\d-\d\d/.test(text) || text.length > 40) return null;
  const iso = text.replace(' ', 'T');
  const at = Date.parse(/[zZ]$|[+-]\d\d:?\d\d$/.test(iso) || !iso.includes('T') ? iso : `${iso}Z`);
  return Number.isNaN(at) ? null : at;
}
