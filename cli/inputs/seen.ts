/** How often ids occurred, of which the last ones are remembered. */

import { crc32 } from 'node:zlib';
import { commandLimits } from '../../shared/base/command-limits.js';
import type { LogBatch } from '../../shared/model/index.js';
import { DIGEST_WORDS, latest } from './latest.js';

/**
 * @param most how many of the ids that were asked for last are remembered
 * @returns how often an id was asked for before
 */
export function occurrences(most: number): (id: string) => number {
  const digest = new Int32Array(DIGEST_WORDS);
  const count = counter(most, ROWS_OF_FILE);
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
    let word = bytes[n] as number;
    if (n + 1 < to) word |= (bytes[n + 1] as number) << 8;
    if (n + 2 < to) word |= (bytes[n + 2] as number) << 16;
    if (n + 3 < to) word |= (bytes[n + 3] as number) << 24;
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

/** Most files are short. */
const ROWS_OF_FILE = 1_024;

/** The same for digests. */
function counter(most: number, rows?: number): (digests: Int32Array, at: number) => number {
  return latest(most, rows).count;
}

/** Whether an event was not there before. */
export type IsNew = (stream: Pick<LogBatch, 'owner' | 'logGroup' | 'logStream'>, id: string) => boolean;

/** Detects events that occur twice. */
export const deduplicator = (most: number = commandLimits.replayIdsMax): IsNew => newEvents(most).isNew;

function newEvents(most: number): Pick<Seen, 'isNew' | 'isNewDigest'> {
  const count = counter(most);
  const [digest, begun] = [new Int32Array(DIGEST_WORDS), new Int32Array(DIGEST_WORDS)];
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

/**
 * Which events were there before, in all files.
 * @param most how many of the latest are remembered, of those with an id and of those without; room for all is made at once
 */
export function seenEvents(most: number = commandLimits.replayIdsMax): Seen {
  const texts = counter(most);
  const digest = new Int32Array(DIGEST_WORDS);
  return {
    ...newEvents(most),
    texts: () => {
      const inFile = counter(commandLimits.inputOccurrencesMax, ROWS_OF_FILE);
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
