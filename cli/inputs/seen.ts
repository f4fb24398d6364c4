/** How often ids occurred, of which the last ones are remembered. */

import { hash } from 'node:crypto';
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
    digestOf(id, digest, 0);
    return count(digest, 0);
  };
}

/** Writes the digest of an id from `at` on. */
export function digestOf(id: string, words: Int32Array, at: number): void {
  const bytes = hash('sha256', id, 'binary');
  for (let n = 0; n < DIGEST_WORDS; n++) {
    const [high, low] = [bytes.charCodeAt(4 * n) << 8, bytes.charCodeAt(4 * n + 2) << 8];
    words[at + n] = ((high | bytes.charCodeAt(4 * n + 1)) << 16) | low | bytes.charCodeAt(4 * n + 3);
  }
}

/** Most files are short. */
const ROWS_OF_FILE = 1_024;

/** The same for digests. */
function counter(most: number, rows?: number): (digests: Int32Array, at: number) => number {
  return latest(most, rows).count;
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
  const digest = new Int32Array(DIGEST_WORDS);
  return {
    isNew: ({ owner, logGroup, logStream }, id) => {
      digestOf(eventKey(owner, logGroup, logStream) + id, digest, 0);
      return ids(digest, 0) === 0;
    },
    isNewDigest: (digests, at) => ids(digests, at) === 0,
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
