/**
 * How often ids occurred, of which the last ones are remembered. They are kept as 128-bit digests in flat tables: a map of texts
 * would need four times the memory, and garbage collection would visit a million of them repeatedly.
 */

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
    digest.fill(0);
    digestText(id, digest);
    return count(digest, 0);
  };
}

/**
 * Mixes bytes into the four words from `at` on, in the way of MurmurHash3: a hash of `node:crypto` takes ten times as long for each id.
 * Ids that were not chosen to be equal give equal digests as rarely as random numbers of 128 bits. Whoever may choose ids finds
 * two of one digest at once; but the ids of events, and the names of log groups and log streams, are given by AWS and by the owner of
 * the account, never by a client, and who can write into the file could leave lines out of it just as well.
 */
export function digestBytes(bytes: Uint8Array, from: number, to: number, words: Int32Array, at: number): void {
  let [a, b, c, d] = [words[at] as number, words[at + 1] as number, words[at + 2] as number, words[at + 3] as number];
  for (let n = from; n < to; n += 4) {
    let word = 0;
    for (let last = Math.min(n + 3, to - 1); last >= n; last--) word = (word << 8) | (bytes[last] as number);
    const mixed = Math.imul(a ^ Math.imul(turned(Math.imul(word, 0x239b961b), 15), 0x38b34ae5), 5);
    const next = (turned(mixed, 13) + b + 0x561ccd1b) | 0;
    a = b;
    b = c;
    c = d;
    d = next;
  }
  a = (a + b + c + d + to - from) | 0;
  const [first, second, third, fourth] = [spread(a), spread(b + a), spread(c + a), spread(d + a)];
  const all = (first + second + third + fourth) | 0;
  words[at] = all;
  words[at + 1] = (second + all) | 0;
  words[at + 2] = (third + all) | 0;
  words[at + 3] = (fourth + all) | 0;
}

const turned = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));

/** Each bit of a word changes half of the bits that come of it. */
function spread(word: number): number {
  const half = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const most = Math.imul(half ^ (half >>> 13), 0xc2b2ae35);
  return most ^ (most >>> 16);
}

function digestText(text: string, words: Int32Array): void {
  const bytes = Buffer.from(text);
  digestBytes(bytes, 0, bytes.length, words, 0);
}

/** Begins the digests of the events of a stream, which goes on with their ids. */
export function digestStream(owner: string, logGroup: string, logStream: string, words: Int32Array): void {
  words.fill(0);
  digestText(`${owner.length} ${logGroup.length} ${logStream.length} ${owner}${logGroup}${logStream}`, words);
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

/** Detects events that occur twice. */
export const deduplicator = (most: number = commandLimits.replayIdsMax): IsNew => newEvents(most).isNew;

function newEvents(most: number): Pick<Seen, 'isNew' | 'isNewDigest'> {
  const count = counter(most);
  const [digest, begun] = [new Int32Array(WORDS), new Int32Array(WORDS)];
  let last = { owner: '', logGroup: '', logStream: '' };
  digestStream('', '', '', begun);
  return {
    isNew(stream, id) {
      const { owner, logGroup, logStream } = stream;
      if (logStream !== last.logStream || logGroup !== last.logGroup || owner !== last.owner) {
        last = { owner, logGroup, logStream };
        digestStream(owner, logGroup, logStream, begun);
      }
      digest.set(begun);
      digestText(id, digest);
      return count(digest, 0) === 0;
    },
    isNewDigest: (digests, at) => count(digests, at) === 0,
  };
}

export interface Seen {
  readonly isNew: IsNew;
  /** The same for four words from `at` on: `digestStream`, and `digestBytes` of the id. */
  readonly isNewDigest: (digests: Int32Array, at: number) => boolean;
  /**
   * For the records of successes without an id. Called for each file; what that returns tells whether a text of a stream and time, of
   * which it gets the checksum and the number of bytes, or as many equal ones, were in no file before.
   */
  readonly texts: () => (stream: string, at: number | null, checksum: number, bytes: number) => boolean;
}

/** Which events were there before, in all files. */
export function seenEvents(): Seen {
  const texts = counter(commandLimits.replayIdsMax);
  const digest = new Int32Array(WORDS);
  return {
    ...newEvents(commandLimits.replayIdsMax),
    texts: () => {
      const inFile = counter(commandLimits.inputOccurrencesMax / 2);
      let [name, nameCrc] = ['', 0];
      return (stream, at, checksum, bytes) => {
        if (name !== stream) [name, nameCrc] = [stream, crc32(stream)];
        const time = at ?? -1;
        // A checksum, the length and the millisecond are no secret, but what is mistaken by them is only how many successes came twice.
        digest[0] = spread(checksum);
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
