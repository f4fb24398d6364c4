/**
 * How often ids occurred, of which the last ones are remembered. They are kept as 128-bit digests in flat tables: a map of texts
 * would need four times the memory, and garbage collection would visit a million of them repeatedly.
 */

import { hash } from 'node:crypto';
import { limits } from '../../shared/base/limits.js';
import type { LogBatch } from '../../shared/model/index.js';

/** 32-bit words of a digest. */
const WORDS = 4;

interface Table {
  readonly words: Int32Array;
  readonly counts: Uint32Array;
}

/**
 * @param most ids that are remembered: at least the last so many, at most twice as many
 * @returns how often an id was asked for before
 */
export function occurrences(most: number): (id: string) => number {
  const bits = Math.ceil(Math.log2(2 * most));
  const empty = (): Table => ({ words: new Int32Array(2 ** bits * WORDS), counts: new Uint32Array(2 ** bits) });
  const words = new Int32Array(WORDS);
  let young = empty();
  let old = empty();
  let held = 0;
  return (id) => {
    const bytes = hash('sha256', id, 'binary');
    for (let n = 0; n < WORDS; n++) {
      const [high, low] = [bytes.charCodeAt(4 * n) << 8, bytes.charCodeAt(4 * n + 2) << 8];
      words[n] = ((high | bytes.charCodeAt(4 * n + 1)) << 16) | low | bytes.charCodeAt(4 * n + 3);
    }
    const place = placeOf(young, words, bits);
    const seen = young.counts[place] || (old.counts[placeOf(old, words, bits)] ?? 0);
    if (young.counts[place] === 0) {
      if (held >= most) {
        [young, old] = [{ words: old.words.fill(0), counts: old.counts.fill(0) }, young];
        held = 0;
      }
      held++;
    }
    const own = placeOf(young, words, bits);
    young.words.set(words, own * WORDS);
    young.counts[own] = seen + 1;
    return seen;
  };
}

/** The place of the digest, or the free place for it: places are tried one after another, and half of them are free. */
function placeOf({ words, counts }: Table, digest: Int32Array, bits: number): number {
  for (let place = (digest[0] ?? 0) >>> (32 - bits); ; place = (place + 1) & (2 ** bits - 1)) {
    if (counts[place] === 0) return place;
    const at = place * WORDS;
    const isSame = words[at] === digest[0] && words[at + 1] === digest[1];
    if (isSame && words[at + 2] === digest[2] && words[at + 3] === digest[3]) return place;
  }
}

/** Detects events that occur twice. */
export function deduplicator(most: number = limits.replayIdsMax): (batch: LogBatch, id: string) => boolean {
  const seen = occurrences(most);
  return ({ logGroup, logStream }, id) =>
    seen(`${logGroup.length} ${logStream.length} ${logGroup}${logStream}${id}`) === 0;
}
