/** A file as blocks of bytes, whoever read them. */

import { gunzipped } from './bytes.js';
import type { InputSource } from './files.js';
import type { Marks } from './marks.js';

export interface Block {
  /** Filled again when the next block is asked for. */
  readonly bytes: Buffer;
  /** Null where nobody looked. */
  readonly marks: Marks | null;
  /** Bytes of the file that were read since the block before. */
  readonly bytesRead: number;
}

/** Reads the blocks of a file; throws what its source throws, and MtlsWatchError `bad-gzip` or `payload-too-large`. */
export type BlocksOf = (source: InputSource) => AsyncIterable<Block>;

/** Reads on this thread. */
export const blocksHere: BlocksOf = async function* (source) {
  let bytesRead = 0;
  const counted = async function* () {
    for await (const chunk of source.open()) {
      bytesRead += chunk.length;
      yield chunk;
    }
  };
  const again = source.bytes === null ? null : () => source.open();
  let before = 0;
  for await (const bytes of gunzipped(counted(), again)) {
    yield { bytes, marks: null, bytesRead: bytesRead - before };
    before = bytesRead;
  }
};
