/**
 * How often ids occurred, of which the last ones are remembered. They are kept as 128-bit digests in flat tables: a map of texts
 * would need four times the memory, and garbage collection would visit a million of them repeatedly.
 */

import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { limits } from '../../shared/base/limits.js';
import type { LogBatch } from '../../shared/model/index.js';

/** 32-bit words of a digest. */
const WORDS = 4;
/** Most files are short, and a table costs what it holds: it begins with so many places and is doubled when it is half full. */
const BITS_MIN = 10;

interface Table {
  readonly bits: number;
  readonly words: Int32Array;
  /** 0 marks a free place. */
  readonly counts: Uint32Array;
}

const empty = (bits: number): Table => ({
  bits,
  words: new Int32Array(2 ** bits * WORDS),
  counts: new Uint32Array(2 ** bits),
});

/**
 * @param most ids that are remembered: at least the last so many, at most twice as many
 * @returns how often an id was asked for before
 */
export function occurrences(most: number): (id: string) => number {
  const digest = new Int32Array(WORDS);
  const count = counter(most);
  return (id) => {
    const bytes = hash('sha256', id, 'binary');
    for (let n = 0; n < WORDS; n++) {
      const [high, low] = [bytes.charCodeAt(4 * n) << 8, bytes.charCodeAt(4 * n + 2) << 8];
      digest[n] = ((high | bytes.charCodeAt(4 * n + 1)) << 16) | low | bytes.charCodeAt(4 * n + 3);
    }
    return count(digest);
  };
}

/** The same for digests, of which the first word must be evenly spread. */
function counter(most: number): (digest: Int32Array) => number {
  let young = empty(BITS_MIN);
  let old: Table | null = null;
  let held = 0;
  return (digest) => {
    let place = placeOf(young, digest, 0);
    const own = young.counts[place] ?? 0;
    const seen = own > 0 || old === null ? own : (old.counts[placeOf(old, digest, 0)] ?? 0);
    if (own === 0) {
      if (held >= most) [young, old, held] = [empty(BITS_MIN), young, 0];
      else if (2 * held >= 2 ** young.bits) young = doubled(young);
      place = placeOf(young, digest, 0);
      held++;
    }
    for (let n = 0; n < WORDS; n++) young.words[place * WORDS + n] = digest[n] ?? 0;
    young.counts[place] = seen + 1;
    return seen;
  };
}

function doubled({ bits, words, counts }: Table): Table {
  const larger = empty(bits + 1);
  for (let place = 0; place < counts.length; place++) {
    if (counts[place] === 0) continue;
    const at = placeOf(larger, words, place * WORDS);
    for (let n = 0; n < WORDS; n++) larger.words[at * WORDS + n] = words[place * WORDS + n] ?? 0;
    larger.counts[at] = counts[place] ?? 0;
  }
  return larger;
}

/**
 * The place of the digest that begins at `from`, or the free place for it: places are tried one after another, and half of them are
 * free.
 */
function placeOf({ bits, words, counts }: Table, digest: Int32Array, from: number): number {
  for (let place = (digest[from] ?? 0) >>> (32 - bits); ; place = (place + 1) & (2 ** bits - 1)) {
    if (counts[place] === 0) return place;
    const at = place * WORDS;
    const isSame = words[at] === digest[from] && words[at + 1] === digest[from + 1];
    if (isSame && words[at + 2] === digest[from + 2] && words[at + 3] === digest[from + 3]) return place;
  }
}

/** Whether an event was not there before. */
export type IsNew = (stream: Pick<LogBatch, 'owner' | 'logGroup' | 'logStream'>, id: string) => boolean;

/** Detects events that occur twice. */
export function deduplicator(most: number = limits.replayIdsMax): IsNew {
  const seen = occurrences(most);
  return ({ owner, logGroup, logStream }, id) =>
    seen(`${owner.length} ${logGroup.length} ${logStream.length} ${owner}${logGroup}${logStream}${id}`) === 0;
}

export interface Seen {
  readonly isNew: IsNew;
  /**
   * For the records of successes without an id. Called for each file; what that returns tells whether a text of a stream and time, or as
   * many equal ones, were in no file before.
   */
  readonly texts: () => (stream: string, at: number | null, text: Buffer) => boolean;
}

/** Which events were there before, in all files. */
export function seenEvents(): Seen {
  const seen = counter(limits.replayIdsMax);
  const digest = new Int32Array(WORDS);
  const texts: Seen['texts'] = () => {
    const inFile = counter(limits.inputOccurrencesMax / 2);
    let [name, nameCrc] = ['', 0];
    return (stream, at, text) => {
      if (name !== stream) [name, nameCrc] = [stream, crc32(stream)];
      const time = at ?? -1;
      // A checksum, the length and the millisecond are no secret, but what is mistaken by them is only how many successes came twice.
      digest[0] = crc32(text, nameCrc);
      digest[1] = Math.imul(text.length, PRIME);
      digest[2] = time % 2 ** 32;
      digest[3] = Math.floor(time / 2 ** 32);
      digest[1] += inFile(digest);
      return seen(digest) === 0;
    };
  };
  return { isNew: deduplicator(), texts };
}

/** Spreads lengths, so that a length and a number of equal texts are not mistaken for another length and number. */
const PRIME = 0x9e3779b1;
