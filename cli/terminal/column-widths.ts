/** How wide the columns of a table are in a space. Pure. */

import columns from 'string-width';

/** Whether a text is the name of a certificate's holder. */
export function isDn(text: string): boolean {
  return /^(?:[A-Za-z]{1,20}|\d[\d.]{1,60})=/.test(text);
}

/**
 * The widths of columns that share a space: those of names give first, down to their CN, then those of texts down to their
 * words. Null where that is not enough.
 */
export function widthsIn(
  space: number,
  natural: readonly number[],
  head: readonly string[],
  rows: readonly (readonly string[])[],
): number[] | null {
  const names = natural.map((_, at) => rows.some((row) => isDn(row[at] ?? '')));
  const least = natural.map((whole, at) =>
    whole <= SHORT
      ? whole
      : Math.max(
          names[at] ? NAME_MIN : SHORT,
          columns(head[at] ?? ''),
          ...rows.map(({ [at]: cell = '' }) =>
            names[at] ? Math.min(CN_MAX, columns(leastOf(cell))) : Math.min(WORD_MAX, longestWord(cell)),
          ),
        ),
  );
  if (sum(least) > space) return null;
  const widths = [...least];
  grow(widths, natural, space, (at) => !names[at]);
  grow(widths, natural, space, () => true);
  return widths;
}

/** Texts that fit into an even share are whole; of the others, each column more goes to the one with most lines. */
function grow(widths: number[], natural: readonly number[], space: number, which: (at: number) => boolean): void {
  let left = space - sum(widths);
  const widen = (at: number, by: number): void => {
    widths[at] = (widths[at] ?? 0) + by;
    left -= by;
  };
  const lackOf = (at: number): number => (natural[at] ?? 0) - (widths[at] ?? 0);
  const linesOf = (at: number): number => (natural[at] ?? 0) / (widths[at] || 1);
  const open = [...widths.keys()].filter((at) => which(at) && lackOf(at) > 0);
  open.sort((a, b) => (natural[a] ?? 0) - (natural[b] ?? 0));
  for (const [n, at] of open.entries()) {
    const rest = open.slice(n);
    const even = (left + sum(rest.map((one) => widths[one] ?? 0))) / rest.length;
    if ((natural[at] ?? 0) <= even && lackOf(at) <= left) widen(at, lackOf(at));
  }
  while (left > 0) {
    const broken = open.filter((at) => lackOf(at) > 0);
    if (broken.length === 0) return;
    const tallest = broken.reduce((best, at) => (linesOf(at) > linesOf(best) ? at : best));
    widen(tallest, 1);
  }
}

function sum(all: readonly number[]): number {
  return all.reduce((total, one) => total + one, 0);
}

/** Columns up to this width are not broken. */
const SHORT = 16;
const NAME_MIN = 20;
const CN_MAX = 48;
const WORD_MAX = 32;

function longestWord(cell: string): number {
  return Math.max(...cell.split(' ').map((word) => columns(word)));
}

/** The least of a DN that names its holder. */
function leastOf(cell: string): string {
  return isDn(cell) ? `…,${cell.match(/CN=(?:\\.|[^,\\])+/iu)?.[0] ?? cell}` : cell;
}
