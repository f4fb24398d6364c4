/**
 * Fits tables and text into a width in columns of a terminal, where wide characters take two. Pure. Without a width, as in
 * a pipe, nothing is cut and nothing is broken.
 */

import columns from 'string-width';
import { isDn, widthsIn } from './column-widths.js';

/** Wider than this, cells of a table without a width are not padded: they may be followed by others all the same. */
const PADDED_MAX = 80;
/** Terminals that are narrower, or say so, are written to as if they were this wide. */
export const NARROWEST = 40;
const INDENT = 2;
const GAP = 2;

/** What is copied from a text: where it is longer than a line, the terminal breaks it, so that it stays whole. */
const COPIED = /^[“"(]?(?:arn:aws|https?:\/\/|s3:\/\/)/;

/**
 * Words up to a width; what is longer than a line is broken, behind a mark such as a dot or a comma if there is one.
 * @param isProse whether nothing stands beside the text, so that ARNs and addresses may be longer than a line
 */
export function wrapWords(text: string, width: number, isProse = false): string[] {
  const lines: string[] = [];
  let line = '';
  const add = (part: string, between: string): void => {
    const joined = line === '' ? part : line + between + part;
    if (columns(joined) <= width) {
      line = joined;
      return;
    }
    if (line !== '') lines.push(line);
    line = part;
    while (columns(line) > width && !(isProse && COPIED.test(line))) {
      const head = headOf(line, width);
      lines.push(head);
      line = line.slice(head.length);
    }
  };
  for (const word of text.split(' ')) {
    for (const [at, part] of partsOf(word).entries()) add(part, at === 0 ? ' ' : '');
  }
  return [...lines, line];
}

const JAPANESE = /[\u3000-\u30ff\u3400-\u9fff\uff00-\uff60]/u;
const KATAKANA = /[\u30a1-\u30fe]/u;
/** What begins no line, and what ends none. */
const CLOSING = /[、。，．：；！？」』）］】〉》〜ー々…%)\].,:;!?ぁぃぅぇぉっゃゅょァィゥェォッャュョ]/u;
const OPENING = /[「『（［【〈《([]/u;

/** Japanese has no blanks between words: a line may end behind each character, but for punctuation and words in katakana. */
function partsOf(word: string): string[] {
  if (!JAPANESE.test(word)) return [word];
  const parts: string[] = [];
  let part = '';
  let before = '';
  for (const char of word) {
    const isBetween = before !== '' && (JAPANESE.test(before) || JAPANESE.test(char));
    const isBound = CLOSING.test(char) || OPENING.test(before) || (KATAKANA.test(before) && KATAKANA.test(char));
    if (isBetween && !isBound) {
      parts.push(part);
      part = '';
    }
    part += char;
    before = char;
  }
  return [...parts, part];
}

/** As many characters as fit, one at least. */
function headOf(word: string, width: number): string {
  let head = '';
  for (const char of word) {
    if (head !== '' && columns(head + char) > width) break;
    head += char;
  }
  const soft = Math.max(...['.', '/', ',', '-', '_', ':', '。', '、'].map((mark) => head.lastIndexOf(mark))) + 1;
  return soft > head.length / 2 ? head.slice(0, soft) : head;
}

/** A DN in a width: its middle gives way, its country next, then its organization; of the CN most is left. */
export function dnWithin(dn: string, width: number): string {
  if (columns(dn) <= width) return dn;
  const parts = dn.match(/(?:\\.|[^,\\])+/gsu) ?? [dn];
  const last = parts.findLastIndex((part) => /^CN=/i.test(part));
  const name = last < 0 ? parts.length - 1 : last;
  const worth = (part: string, at: number): number =>
    at === name ? 3 : /^O=/i.test(part) ? 2 : /^C=/i.test(part) ? 1 : 0;
  const kept = new Set(parts.keys());
  const organization = parts.findIndex((part) => /^O=/i.test(part));
  /** @param start of the organization, in place of what is left out where it stood */
  const text = (start = ''): string => {
    const shown: string[] = [];
    let isGap = false;
    for (const [at, part] of parts.entries()) {
      if (kept.has(at) || !isGap) shown.push(kept.has(at) ? part : '…');
      isGap = !kept.has(at);
      if (isGap && at === organization && start !== '') shown.splice(-1, 1, `${start}…`);
    }
    return shown.join(',');
  };
  const droppable = [...parts.keys()].sort((a, b) => worth(parts[a] ?? '', a) - worth(parts[b] ?? '', b) || b - a);
  for (const at of droppable) {
    if (columns(text()) <= width || at === name) break;
    kept.delete(at);
  }
  const short = text();
  if (columns(short) > width) return middleCut(parts[name] ?? dn, width);
  const room = width - columns(short);
  if (organization < 0 || kept.has(organization) || room < ORGANIZATION_LEAST) return short;
  return text(headWithin(parts[organization] ?? '', room));
}

/** Less of an organization's name than this says nothing. */
const ORGANIZATION_LEAST = 14;

function headWithin(text: string, width: number): string {
  let head = '';
  for (const char of text) {
    if (columns(head + char) > width) break;
    head += char;
  }
  return head.trimEnd();
}

/** The beginning and the end of a text. */
function middleCut(text: string, width: number): string {
  if (columns(text) <= width) return text;
  const chars = [...text];
  let [from, to] = [0, chars.length];
  let rest = width - 1;
  for (let turn = 0; from < to; turn++) {
    const next = columns((turn % 2 === 0 ? chars[from] : chars[to - 1]) ?? '');
    if (next > rest) break;
    rest -= next;
    if (turn % 2 === 0) from++;
    else to--;
  }
  return `${chars.slice(0, from).join('')}…${chars.slice(to).join('')}`;
}

interface TableShape {
  /** Columns of numbers, which stand at the right. */
  readonly right: readonly number[];
  /** Columns of the terminal; null where nothing may be cut. */
  readonly width: number | null;
}

/** Rows below a head, columns separated by spaces. Cells may be coloured; `paintHead` colours the head. */
export function layOut(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { right, width }: TableShape,
  paintHead: (text: string) => string = (text) => text,
): string[] {
  const natural = head.map((name, at) => Math.max(columns(name), ...rows.map((row) => columns(row[at] ?? ''))));
  const space = width === null ? null : width - INDENT - GAP * (head.length - 1);
  const widths =
    space === null ? natural.map((one) => Math.min(one, PADDED_MAX)) : widthsIn(space, natural, head, rows);
  if (widths === null) return blocks(head, rows, width ?? PADDED_MAX, paintHead);
  const cells = (row: readonly string[]): string[][] =>
    row.map((cell, at) => (width === null ? [cell] : fitted(cell, widths[at] ?? 0)));
  const line = (row: readonly string[]): string =>
    ' '.repeat(INDENT) + row.map((cell, at) => padded(cell, widths[at] ?? 0, right.includes(at))).join(' '.repeat(GAP));
  const lines = (row: readonly string[][]): string[] =>
    Array.from({ length: Math.max(1, ...row.map((cell) => cell.length)) }, (_, at) =>
      line(row.map((cell) => cell[at] ?? '')).trimEnd(),
    );
  return [...lines(cells(head).map((cell) => cell.map(paintHead))), ...rows.flatMap((row) => lines(cells(row)))];
}

function fitted(cell: string, width: number): string[] {
  if (columns(cell) <= width) return [cell];
  return isDn(cell) ? [dnWithin(cell, width)] : wrapWords(cell, width);
}

function padded(cell: string, width: number, isRight: boolean): string {
  const space = ' '.repeat(Math.max(0, width - columns(cell)));
  return isRight ? space + cell : cell + space;
}

/** For narrow terminals: a line for each cell, behind the name of its column. */
function blocks(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
  paintHead: (text: string) => string,
): string[] {
  const label = Math.max(...head.map((name) => columns(name)));
  const space = Math.max(1, width - INDENT - label - GAP);
  return rows.flatMap((row, index) => [
    ...(index === 0 ? [] : ['']),
    ...row.flatMap((cell, at) =>
      columns(cell) === 0
        ? []
        : head[at] === ''
          ? fitted(cell, width - INDENT).map((text) => ' '.repeat(INDENT) + text)
          : fitted(cell, space).map((text, line) => {
              const name = line === 0 ? (head[at] ?? '') : '';
              return ' '.repeat(INDENT) + paintHead(padded(name, label, false)) + ' '.repeat(GAP) + text;
            }),
    ),
  ]);
}

/** Commands, addresses and formats stay on one line, so that they run when pasted; the terminal breaks them itself. */
const TYPED = /^ *(?:[{$]|(?:aws|mtls-watch|npm|npx|openssl|curl|git) |https?:\/\/\S+$)/;

/** A row of a table, or the next line of one: columns with gaps between them, or far behind the left edge. */
const ROW = /\S {2,}\S.* {2,}\S|^ {30}/;

/**
 * A text of several lines in a width: words go to a next line below where the text of theirs begins, behind a label, a
 * bullet or the indentation.
 * @param rowWidth for the rows of tables in it, which may be wider than sentences
 */
export function foldLines(text: string, width: number, rowWidth: number = width): string {
  return text
    .split('\n')
    .map((line) =>
      columns(line) <= (ROW.test(line) ? rowWidth : width) || TYPED.test(line) ? line : foldLine(line, width),
    )
    .join('\n');
}

/** A page of Markdown in a width: the lines of a paragraph are joined and broken anew; code and tables stay as they are. */
export function foldMarkdown(page: string, width: number): string {
  const parts = page.split(/(^```[^`]*^```$)/m);
  return parts.map((part, n) => (n % 2 === 0 ? foldProse(part, width) : part)).join('');
}

function foldProse(text: string, width: number): string {
  const lines: string[] = [];
  let isOpen = false;
  for (const line of text.split('\n')) {
    const isProse = /^[^#|>]/.test(line);
    const goesOn = isOpen && isProse && !/^ *(?:[-*] |\d{1,2}\. )/.test(line);
    if (goesOn) lines.push(joined(lines.pop() ?? '', line.trimStart()));
    else lines.push(line);
    isOpen = isProse;
  }
  return lines.map((line) => (line.startsWith('|') ? line : foldLines(line, width))).join('\n');
}

/** Japanese has no blank between the lines of a paragraph. */
function joined(text: string, next: string): string {
  const isJapanese = JAPANESE.test(text.slice(-1)) && JAPANESE.test(next.slice(0, 1));
  return isJapanese ? text + next : `${text} ${next}`;
}

function foldLine(line: string, width: number): string {
  // Every line of a quotation bears its mark.
  if (line.startsWith('> ')) return foldLine(line.slice(2), width - 2).replace(/^/gm, '> ');
  const [lead = ''] = /^ *(?:[-•] |\d{1,2}[.)] +|(?=\S)[^ ](?:[^ ]| (?! )){0,20} {2,})?/.exec(line) ?? [];
  const hang = columns(lead) > width / 2 ? 0 : columns(lead);
  const rest = line.slice(lead.length).replace(/ {2,}/g, '  ');
  const [first = '', ...others] = wrapWords(rest, Math.max(10, width - columns(lead)), true);
  return [lead + first, ...others.map((one) => ' '.repeat(hang) + one)].map((one) => one.trimEnd()).join('\n');
}
