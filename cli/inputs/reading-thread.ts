/** A thread that reads files: inflates them, cuts them into blocks of whole lines and marks those that are plain. */

import { parentPort } from 'node:worker_threads';
import { commandLimits } from '../../shared/base/command-limits.js';
import { type ErrorCode, MtlsWatchError } from '../../shared/base/errors.js';
import { blocksHere } from './blocks.js';
import { NEWLINE } from './characters.js';
import { fileSource } from './files.js';
import type { Marks } from './marks.js';
import { lineMarker } from './plain.js';

/** What a reading thread is told; `file` is a number that it repeats. */
export type Asked =
  | { readonly kind: 'read'; readonly file: number; readonly path: string }
  /** A block that was read, to be filled again. */
  | { readonly kind: 'emptied'; readonly buffer: ArrayBuffer }
  /** Nobody asks for the rest of the file. */
  | { readonly kind: 'given-up'; readonly file: number };

/** What a reading thread tells of a file. */
export type Told =
  | {
      readonly kind: 'block';
      readonly file: number;
      readonly buffer: ArrayBuffer;
      readonly length: number;
      /** Null where nothing is marked. */
      readonly marks: Marks | null;
      readonly bytesRead: number;
    }
  | { readonly kind: 'end'; readonly file: number }
  | { readonly kind: 'failed'; readonly file: number; readonly code: ErrorCode; readonly message: string };

/** Buffers go to and fro, so that no more of them are made than are filled at a time. */
function buffers() {
  const empty: ArrayBuffer[] = [];
  let made = 0;
  let wake = () => {};
  return {
    put(buffer: ArrayBuffer): void {
      empty.push(buffer);
      wake();
    },
    async take(): Promise<ArrayBuffer> {
      for (;;) {
        const one = empty.pop();
        if (one !== undefined) return one;
        if (made++ < commandLimits.inputBlocksAheadMax) return new ArrayBuffer(commandLimits.inputBlockBytes);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

type Buffers = ReturnType<typeof buffers>;
/** The part that does not say which file it is of. */
type Tell = (told: WithoutFile<Told>, moved?: ArrayBuffer[]) => void;
type WithoutFile<T> = T extends unknown ? Omit<T, 'file'> : never;

async function read(path: string, { take, put }: Buffers, isWanted: () => boolean, tell: Tell): Promise<void> {
  const mark = lineMarker();
  let block = Buffer.from(await take());
  let length = 0;
  let bytesRead = 0;
  const hand = (bytes: number) => {
    const marks = mark?.(block.subarray(0, bytes)) ?? null;
    const buffer = block.buffer as ArrayBuffer;
    const moved = marks === null ? [buffer] : [buffer, marks.rows.buffer as ArrayBuffer];
    tell({ kind: 'block', buffer, length: bytes, marks, bytesRead }, moved);
    bytesRead = 0;
  };
  let end: WithoutFile<Told> = { kind: 'end' };
  try {
    for await (const piece of blocksHere(await fileSource(path))) {
      if (!isWanted()) break;
      bytesRead += piece.bytesRead;
      for (let at = 0; at < piece.bytes.length && isWanted(); ) {
        const copied = piece.bytes.copy(block, length, at);
        at += copied;
        length += copied;
        if (length < block.length) continue;
        const next = Buffer.from(await take());
        // A line that is longer than a block is cut.
        const lines = block.lastIndexOf(NEWLINE) + 1 || length;
        length = block.copy(next, 0, lines);
        hand(lines);
        block = next;
      }
    }
  } catch (error) {
    if (!(error instanceof MtlsWatchError)) throw error;
    end = { kind: 'failed', code: error.code, message: error.message };
  }
  if (length > 0) hand(length);
  else put(block.buffer as ArrayBuffer);
  tell(end);
}

const ahead = buffers();
const givenUp = new Set<number>();
parentPort?.on('message', async (asked: Asked) => {
  if (asked.kind === 'emptied') ahead.put(asked.buffer);
  else if (asked.kind === 'given-up') givenUp.add(asked.file);
  else {
    const { file, path } = asked;
    const isWanted = () => !givenUp.has(file);
    await read(path, ahead, isWanted, (told, moved = []) => parentPort?.postMessage({ ...told, file }, moved));
  }
});
