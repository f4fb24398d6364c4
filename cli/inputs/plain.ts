/**
 * Most lines of a log tell of requests that succeeded, and nobody asks about those. A whole line that can be nothing else is told
 * here from its bytes, in the two forms that most logs have. Every other line, each that is cut off by the end of a chunk, and each
 * that looks in any way unusual is left to the readers of units and lines.
 */

import { isAscii } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { NEWLINE, OPEN_OBJECT, RETURN, ZERO } from './characters.js';
import { eventLines } from './event-lines.js';
import { type MarkRows, type Marks, markRows, NAMELESS } from './marks.js';
import { digitsAt, holdsAt, inBytes, isDigit, needle, plainBytes } from './plain-bytes.js';

/** @returns finds the plain lines among those that lie whole in a piece; what it learns of one helps with the next */
export function lineMarker(): (chunk: Buffer) => Marks {
  const rows = markRows();
  const markEvent = eventLines(rows);
  const markExported = exportedLines(rows);
  return (chunk) => {
    for (let from = 0; ; ) {
      const to = chunk.indexOf(NEWLINE, from);
      if (to < 0) return rows.take();
      const first = chunk[from];
      if (first === OPEN_OBJECT) markEvent(chunk, from, to);
      else if (isDigit(first)) markExported(chunk, from, to);
      from = to + 1;
    }
  };
}

/**
 * Marks lines of an export, `2026-10-12T00:00:00.000Z {"status":…}`, that are whole and stand before
 * another whole line with a time: one without would belong to the event before it.
 */
function exportedLines(rows: MarkRows): (chunk: Buffer, from: number, to: number) => void {
  const { isUsual, isSuccess } = plainBytes('"');
  const odd = needle('\u001b');
  let next = { chunk: EMPTY, from: -1, at: Number.NaN };
  let last = { chunk: EMPTY, from: 0, isAscii: false };
  return (chunk, from, to) => {
    if (last.chunk !== chunk) last = { chunk, from: chunk.lastIndexOf(NEWLINE), isAscii: isAscii(chunk) };
    if (to >= last.from || chunk[to - 1] === RETURN) return;
    const at = next.chunk === chunk && next.from === from ? next.at : timeAt(chunk, from);
    if (Number.isNaN(at)) return;
    next = { chunk, from: to + 1, at: timeAt(chunk, to + 1) };
    const begin = from + TIME_BYTES;
    const isPlain = !Number.isNaN(next.at) && isUsual(chunk, begin, to) && odd(chunk, begin) >= to;
    if (!isPlain || !isSuccess(chunk, begin, to)) return;
    const bytes = chunk.subarray(begin, to);
    if (!last.isAscii && !isAscii(bytes)) return;
    const found = { line: [from, to], text: [begin, to], chars: to - begin, id: NOWHERE, timestamp: at } as const;
    const row = rows.add(found, NAMELESS);
    row.rows[row.at] = crc32(bytes);
    row.rows[row.at + 1] = bytes.length;
  };
}

const EMPTY: Buffer = Buffer.alloc(0);
const NOWHERE = [0, 0] as const;
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
  const [hours, minutes, seconds] = [11, 14, 17].map((at) => digitsAt(chunk, from + at, 2)) as [number, number, number];
  if (hours > 23 || minutes > 59 || seconds > 59) return Number.NaN;
  return day.at + ((hours * 60 + minutes) * 60 + seconds) * 1000 + digitsAt(chunk, from + 20, 3);
}
