/**
 * How often ids occurred, of which the last ones are remembered. They are kept as 128-bit digests in flat tables: a map of texts
 * would need four times the memory, and garbage collection would visit a million of them repeatedly.
 */

import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { commandLimits } from '../../shared/base/command-limits.js';
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
    digestOf(id, digest, 0);
    return count(digest, 0);
  };
}

/** Writes the digest of an id into four words from `at` on. */
export function digestOf(id: string, words: Int32Array, at: number): void {
  const bytes = hash('sha256', id, 'binary');
  for (let n = 0; n < WORDS; n++) {
    const [high, low] = [bytes.charCodeAt(4 * n) << 8, bytes.charCodeAt(4 * n + 2) << 8];
    words[at + n] = ((high | bytes.charCodeAt(4 * n + 1)) << 16) | low | bytes.charCodeAt(4 * n + 3);
  }
}

/** The same for digests, of which the first word must be evenly spread. */
function counter(most: number): (digests: Int32Array, at: number) => number {
  let young = empty(BITS_MIN);
  let old: Table | null = null;
  let held = 0;
  return (digests, at) => {
    let place = placeOf(young, digests, at);
    const own = young.counts[place] ?? 0;
    const seen = own > 0 || old === null ? own : (old.counts[placeOf(old, digests, at)] ?? 0);
    if (own === 0) {
      if (held >= most) [young, old, held] = [empty(BITS_MIN), young, 0];
      else if (2 * held >= 2 ** young.bits) young = doubled(young);
      place = placeOf(young, digests, at);
      held++;
    }
    for (let n = 0; n < WORDS; n++) young.words[place * WORDS + n] = digests[at + n] ?? 0;
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

/** What stands before an event's id in the text that tells it from all others. */
export function eventKey(owner: string, logGroup: string, logStream: string): string {
  return `${owner.length} ${logGroup.length} ${logStream.length} ${owner}${logGroup}${logStream}`;
}

/** Detects events that occur twice. */
export function deduplicator(most: number = commandLimits.replayIdsMax): IsNew {
  const seen = occurrences(most);
  return ({ owner, logGroup, logStream }, id) => seen(eventKey(owner, logGroup, logStream) + id) === 0;
}

export interface Seen {
  readonly isNew: IsNew;
  /** The same for four words from `at` on: `digestOf` the event's key and id. */
  readonly isNewDigest: (digests: Int32Array, at: number) => boolean;
  /**
   * For the records of successes without an id. Called for each file; what that returns tells whether a text of a stream and time, of
   * which it gets the checksum and the number of bytes, or as many equal ones, were in no file before.
   */
  readonly texts: () => (stream: string, at: number | null, checksum: number, bytes: number) => boolean;
}

/** Which events were there before, in all files. */
export function seenEvents(): Seen {
  const ids = counter(commandLimits.replayIdsMax);
  const texts = counter(commandLimits.replayIdsMax);
  const digest = new Int32Array(WORDS);
  return {
    isNew: ({ owner, logGroup, logStream }, id) => {
      digestOf(eventKey(owner, logGroup, logStream) + id, digest, 0);
      return ids(digest, 0) === 0;
    },
    isNewDigest: (digests, at) => ids(digests, at) === 0,
    texts: () => {
      const inFile = counter(commandLimits.inputOccurrencesMax / 2);
      let [name, nameCrc] = ['', 0];
      return (stream, at, checksum, bytes) => {
        if (name !== stream) [name, nameCrc] = [stream, crc32(stream)];
        const time = at ?? -1;
        // A checksum, the length and the millisecond are no secret, but what is mistaken by them is only how many successes came twice.
        digest[0] = checksum;
        digest[1] = Math.imul(bytes, PRIME) ^ nameCrc;
        digest[2] = time % 2 ** 32;
        digest[3] = Math.floor(time / 2 ** 32);
        digest[1] += inFile(digest, 0);
        return texts(digest, 0) === 0;
      };
    },
  };
}

/** Spreads lengths, so that a length and a number of equal texts are not mistaken for another length and number. */
const PRIME = 0x9e3779b1;
