/** Reads CSV of Logs Insights, the console, spreadsheets and scripts. */

import { once } from 'node:events';
import { parse } from 'csv-parse';
import { commandLimits } from '../../shared/base/command-limits.js';
import type { Rows } from './rows.js';
import type { Layout } from './sniff.js';

/**
 * Emits rows while bytes are pushed, and keeps none.
 * @param onBad is called for each record that is not valid CSV, such as one without an end
 */
export function csvReader(
  { delimiter, fromLine }: Extract<Layout, { kind: 'csv' }>,
  rows: Rows,
  onBad: (detail: string) => void,
) {
  const parser = parse({
    delimiter,
    from_line: fromLine,
    bom: true,
    record_delimiter: ['\r\n', '\n'],
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: commandLimits.inputLineBytesMax,
    on_record: (cells: string[]) => {
      rows.take(cells);
      return null;
    },
  });
  parser.on('skip', ({ code }: { code: string }) => onBad(REASONS[code] ?? `a record that is no CSV (${code})`));
  parser.resume();
  return {
    push: (chunk: Buffer): Promise<void> =>
      new Promise((resolve, reject) => {
        // It keeps the end of what it was given, and the chunk may be filled again.
        parser.write(Buffer.from(chunk), (error) => (error ? reject(error) : resolve()));
      }),
    async end(): Promise<void> {
      parser.end();
      await once(parser, 'end');
      rows.end();
    },
  };
}

const REASONS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a CSV record whose quote is never closed',
  CSV_MAX_RECORD_SIZE: 'a CSV record longer than a log event can be; is a quote left open?',
};
