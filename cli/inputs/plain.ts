/**
 * Most lines of a log tell of requests that succeeded, and nobody asks about those. A whole line that can be nothing else is told
 * here from its bytes, in the two forms that most logs have. Every other line, each that is cut off by the end of a chunk, and each
 * that looks in any way unusual is left to the readers of units and lines.
 */

import { NEWLINE, OPEN_OBJECT, ZERO } from './characters.js';
import { eventLines } from './event-lines.js';
import * as mark from './marks.js';
import { digitsAt, endOfPlain, holdsAt, inBytes, isDigit, PLAIN_BYTES_MAX } from './plain-bytes.js';
import { type TextScan, textScan, VIEW_AT } from './text-scan.js';

/**
 * @returns finds the plain lines among those that lie whole in a piece; what it learns of one helps with the next. Null where that
 * takes longer than to read them with care
 */
export function lineMarker(): ((chunk: Buffer) => mark.Marks) | null {
  const scan = textScan();
  if (scan === null) return null;
  const rows = mark.markRows();
  const { bytes } = scan;
  const markEvent = eventLines(rows, scan);
  const markExported = exportedLines(rows, scan);
  return (chunk) => {
    for (let done = 0; done < chunk.length; ) {
      const end = scan.view(done === 0 ? chunk : chunk.subarray(done));
      const last = bytes.lastIndexOf(NEWLINE, end - 1);
      const shift = VIEW_AT - done;
      for (let from = VIEW_AT; from <= last; ) {
        const first = bytes[from];
        const to = first === OPEN_OBJECT ? markEvent(from, shift) : isDigit(first) ? markExported(from, shift) : -1;
        from = (to < 0 ? bytes.indexOf(NEWLINE, from) : to) + 1;
      }
      // Of a line that is longer than the view nothing is marked: it is not what most of a log is.
      done = (last < VIEW_AT ? end : last + 1) - shift;
      if (end - shift === chunk.length) break;
    }
    return rows.take();
  };
}

/**
 * Marks lines of an export, `2026-10-12T00:00:00.000Z {"status":…}`, that stand before
 * another one with a time: one without would belong to the event before it.
 */
function exportedLines(rows: mark.MarkRows, scan: TextScan): mark.MarkLine {
  const { bytes } = scan;
  return (from, shift) => {
    const at = timeAt(bytes, from);
    if (Number.isNaN(at)) return -1;
    const begin = from + TIME_BYTES;
    const to = endOfPlain(scan, begin, 0, NEWLINE);
    if (to < 0 || to - from > PLAIN_BYTES_MAX || Number.isNaN(timeAt(bytes, to + 1))) return -1;
    const row = rows.add(from - shift, to - shift, begin - shift, to - shift);
    const words = rows.words();
    words[row + mark.NAMES_AT] = mark.NAMELESS;
    words[row + mark.CHARS] = to - begin;
    mark.writeTime(words, row, at);
    words[row + mark.DIGEST] = scan.sum(begin, to);
    words[row + mark.DIGEST + 1] = to - begin;
    return to;
  };
}

const EMPTY: Buffer = Buffer.alloc(0);
const TIME = inBytes('0000-00-00T00:00:00.000Z ');
const TIME_BYTES = TIME.length;

/** The day of the last time that was read. */
let day = { chars: EMPTY, at: Number.NaN };

/** The time with which CloudWatch Logs begins each event of an export; NaN where there is none. */
function timeAt(chunk: Buffer, from: number): number {
  for (let n = 0; n < TIME_BYTES; n++) {
    const byte = chunk[from + n];
    if (TIME[n] === ZERO ? !isDigit(byte) : byte !== TIME[n]) return Number.NaN;
  }
  if (day.chars === EMPTY || !holdsAt(chunk, from, day.chars)) {
    const text = chunk.toString('latin1', from, from + '0000-00-00'.length);
    day = { chars: inBytes(text), at: Date.parse(`${text}T00:00:00.000Z`) };
  }
  const hours = digitsAt(chunk, from + 11, 2);
  const minutes = digitsAt(chunk, from + 14, 2);
  const seconds = digitsAt(chunk, from + 17, 2);
  if (hours > 23 || minutes > 59 || seconds > 59) return Number.NaN;
  return day.at + ((hours * 60 + minutes) * 60 + seconds) * 1000 + digitsAt(chunk, from + 20, 3);
}
