/**
 * Detects events that occur twice. The ids are kept as 128-bit digests in flat tables: a set of texts would need four
 * times the memory, and garbage collection would visit a million of them repeatedly.
 */

import { digestWords } from '../../shared/base/digest.js';
import { limits } from '../../shared/base/limits.js';
import type { LogBatch } from '../../shared/model/index.js';

/** 32-bit words of a digest. */
const WORDS = 4;

/** Keeps event ids: at least the last `most`, at most twice as many. */
export function deduplicator(most: number = limits.replayIdsMax): (batch: LogBatch, id: string) => boolean {
  const slots = 2 ** Math.ceil(Math.log2(2 * most));
  let young = new Int32Array(slots * WORDS);
  let old = new Int32Array(slots * WORDS);
  let count = 0;
  return (batch, id) => {
    const words = digestWords(batch.logGroup, batch.logStream, id);
    if (isIn(young, words) || isIn(old, words)) return false;
    if (count >= most) {
      [young, old] = [old.fill(0), young];
      count = 0;
    }
    young.set(words, placeOf(young, words));
    count++;
    return true;
  };
}

function isIn(table: Int32Array, words: Int32Array): boolean {
  return table[placeOf(table, words)] !== 0;
}

/** The place of the digest, or the free place for it: places are tried one after another, and half of them are free. */
function placeOf(table: Int32Array, words: Int32Array): number {
  const [first = 0, second = 0, third = 0, fourth = 0] = words;
  const last = table.length - WORDS;
  let place = (first * WORDS) & last;
  for (;;) {
    if (table[place] === 0) return place;
    const isSame = table[place] === first && table[place + 1] === second;
    if (isSame && table[place + 2] === third && table[place + 3] === fourth) return place;
    place = (place + WORDS) & last;
  }
}
