/**
 * The cells in which halves are joined while a replay counts. Halves of a request mostly come within a batch or two: the latest
 * cells are held as they are. The others lie in a temporary file, those that are settled as the ids of their events: all that is asked
 * of them is whether a half came before. In memory is where each of the last ones begins.
 */

import type { CellMap } from '../../shared/adapters/memory/index.js';
import { commandLimits } from '../../shared/base/command-limits.js';
import { isSettled } from '../../shared/join/pairing.js';
import type { AccessRecord, Cell, Denial, Half } from '../../shared/model/index.js';
import { DIGEST_WORDS, latest } from '../inputs/latest.js';
import { temporaryFile } from './temporary-file.js';

export interface CompactCells extends CellMap {
  /** Cells in memory, and bytes in the file. */
  readonly size: () => { readonly held: number; readonly spilled: number };
  readonly close: () => void;
}

/** Cells in memory, about 1 KB each, and at most twice as many. */
const HELD_MAX = 250;
/** A half is still there when the grace period ends in which as many others may come: batches are large. */
const SLACK = 1.25;
/** Most of what is in the file is shorter. */
const READ_BYTES = 1_024;
const NEWLINE = 10;

/**
 * @param most the number of cells that are kept at least, as far as the file has room for them
 * @param fileBytesMax from there on the file is written from its beginning again
 */
export function compactCells(most: number, fileBytesMax: number = commandLimits.replayCellFileBytesMax): CompactCells {
  const file = temporaryFile();
  const places = latest(Math.ceil(SLACK * most));
  const digest = new Int32Array(DIGEST_WORDS);
  let [recent, before] = [new Map<string, Cell>(), new Map<string, Cell>()];
  let end = 0;

  const spill = (): void => {
    const lines: string[] = [];
    for (const [key, cell] of before) if (!recent.has(key)) lines.push(`${key}\n${packed(cell)}\n`);
    const bytes = Buffer.from(lines.join(''));
    // What stood at the beginning of the file is the oldest.
    let at = end + bytes.length > fileBytesMax ? 0 : end;
    end = at + bytes.length;
    file.write(bytes, at);
    for (const line of lines) {
      digestOfKey(line, line.indexOf('\n'), digest);
      places.set(digest, 0, at + 1);
      at += Buffer.byteLength(line);
    }
  };
  const spilled = (key: string): Cell | undefined => {
    digestOfKey(key, key.length, digest);
    const at = places.get(digest, 0) - 1;
    if (at < 0) return undefined;
    const from = Buffer.byteLength(key) + 1;
    for (let length = READ_BYTES; ; length *= 4) {
      const bytes = file.read(at, length);
      const to = bytes.indexOf(NEWLINE, from);
      if (to < 0 && bytes.length === length) continue;
      // What was there may have been written over meanwhile.
      return bytes.toString('utf8', 0, from) === `${key}\n` ? unpacked(bytes.toString('utf8', from, to)) : undefined;
    }
  };

  return {
    get: (key) => recent.get(key) ?? before.get(key) ?? spilled(key),
    set: (key, cell) => {
      recent.set(key, cell);
      if (recent.size < Math.min(HELD_MAX, most)) return;
      spill();
      [recent, before] = [new Map(), recent];
    },
    size: () => ({ held: recent.size + before.size, spilled: end }),
    close: file.close,
  };
}

/** Keys are digests already, and are compared again where they are read. */
function digestOfKey(text: string, length: number, digest: Int32Array): void {
  let [one, other] = [0, 0];
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 0x01000193);
    other = Math.imul(other, 31) + code;
  }
  digest[0] = one;
  digest[1] = other;
}

/** The ids of the two events of a settled cell, and which of them came second; else the cell. */
type Packed = readonly [denial: string, access: string, second: boolean] | Cell;

function packed(cell: Cell): string {
  const { denial, access, claimedBy } = cell;
  const isKnown = claimedBy === null && denial !== null && access !== null && isSettled(cell);
  const text: Packed = isKnown ? [denial.half.eventId, access.half.eventId, denial.second] : cell;
  return JSON.stringify(text);
}

function unpacked(text: string): Cell {
  const of: Packed = JSON.parse(text);
  if (!('length' in of)) return of;
  const [denial, access, isDenialSecond] = of;
  return {
    denial: { half: { ...SETTLED_DENIAL, eventId: denial }, batchId: '', second: isDenialSecond },
    access: { half: { ...SETTLED_RECORD, eventId: access }, batchId: '', second: !isDenialSecond },
    claimedBy: null,
  };
}

type Settled<T extends Half> = Omit<T, 'eventId'>;
const NOTHING = {
  at: 0,
  requestId: '',
  extendedRequestId: null,
  api: { apiId: null, stage: null },
  scope: '',
  rate: 1,
};
const SETTLED_DENIAL: Settled<Denial> = { ...NOTHING, kind: 'denial', reason: 'other', reasonText: '' };
const SETTLED_RECORD: Settled<AccessRecord> = { ...NOTHING, kind: 'access', client: null };
