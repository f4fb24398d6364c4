/** Reads tables drawn with `|`: Logs Insights' "Copy as Markdown", and `--output table` of the AWS CLI. */

import { isHeader, type Rows } from './rows.js';

/** The cells of a line of such a table; null for a rule between rows and for a line without cells. */
function pipedCells(line: string): readonly string[] | null {
  if (!line.includes('|') || /^[\s|+:=-]*$/.test(line)) return null;
  const inner = line
    .trim()
    .replace(/^\|{1,4}/, '')
    .replace(/(?<!\\)\|{1,4}$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => cell.replaceAll('\\|', '|'));
}

export const isPipedHeader = (line: string): boolean => {
  const cells = pipedCells(line);
  return cells !== null && cells.length > 1 && isHeader(cells);
};

/** @param charsMax an unfinished row that is longer is emitted as it is */
export function pipedTable(rows: Rows, charsMax: number) {
  let begun = false;
  let isClosed = false;
  let open = '';
  const flush = () => {
    const cells = open === '' ? null : pipedCells(open);
    open = '';
    if (cells !== null) rows.take(cells);
  };
  return {
    line(text: string): void {
      if (!begun) {
        // Text before the header is a title.
        if (!isPipedHeader(text)) return;
        begun = true;
        isClosed = text.trimEnd().endsWith('|');
      } else if (open === '' && !text.includes('|')) return;
      open = open === '' ? text : `${open}\n${text}`;
      // A message of several lines takes several lines of the table.
      if (!isClosed || text.trimEnd().endsWith('|') || open.length > charsMax) flush();
    },
    end(): void {
      flush();
      rows.end();
    },
  };
}
