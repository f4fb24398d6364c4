/**
 * Gunzips a stream where its first bytes say that it is gzip; other streams pass. Everything that could be inflated
 * before a cut or a damage is handed on before the failure is reported, which Node's own pipeline does not do: it
 * drops what it holds when the end is missing.
 */

import { finished } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { createGunzip, type Gunzip } from 'node:zlib';
import { MtlsWatchError } from '../../shared/errors.js';
import { limits } from '../../shared/limits.js';

/** Compressed bytes fed at a time: zeros inflate 1,032 times, so 16 KiB put at most 17 MB into the queue. */
const SLICE_BYTES = 16 * 1024;

/** @throws MtlsWatchError `bad-gzip` or `payload-too-large`, after the bytes before the damage were yielded */
export async function* gunzipped(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let inflating: Inflating | null = null;
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let bytes = chunk;
    if (head !== null) {
      bytes = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      if (bytes.length < 2) {
        head = bytes;
        continue;
      }
      head = null;
      if (bytes[0] === 0x1f && bytes[1] === 0x8b) inflating = inflater();
    }
    if (inflating === null) yield bytes;
    else yield* inflating.push(bytes);
  }
  if (head !== null && head.length > 0) yield head;
  if (inflating !== null) yield* inflating.end();
}

interface Inflating {
  push(bytes: Buffer): AsyncGenerator<Buffer>;
  end(): AsyncGenerator<Buffer>;
}

function inflater(): Inflating {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  const out: Buffer[] = [];
  let failure: Error | null = null;
  let bytesIn = 0;
  let bytesOut = 0;
  gunzip.on('data', (piece: Buffer) => out.push(piece));
  gunzip.on('error', (error: Error) => {
    failure = error;
  });
  const drained = function* (): Generator<Buffer> {
    for (const piece of out.splice(0)) {
      bytesOut += piece.length;
      yield piece;
    }
    if (failure !== null) throw damaged(failure, bytesOut);
    if (bytesOut > limits.inputGzipRatioFromBytes && bytesOut > bytesIn * limits.inputGzipRatioMax) {
      gunzip.destroy();
      const times = Math.round(bytesOut / bytesIn);
      throw new MtlsWatchError(
        'payload-too-large',
        `inflates ${times} times, more than ${limits.inputGzipRatioMax}: not a log; the rest was left unread`,
      );
    }
  };
  return {
    async *push(bytes) {
      for (let from = 0; from < bytes.length; from += SLICE_BYTES) {
        const slice = bytes.subarray(from, from + SLICE_BYTES);
        bytesIn += slice.length;
        await written(gunzip, slice);
        yield* drained();
      }
    },
    async *end() {
      // What is missing is an error only when the end is asked for, so everything must be out before that.
      await setImmediate();
      yield* drained();
      gunzip.end();
      // The failure itself is kept by the error listener.
      await new Promise<void>((resolve) => finished(gunzip, () => resolve()));
      yield* drained();
    },
  };
}

/** Resolves when the bytes were worked off or the stream failed; the failure is kept by the error listener. */
function written(gunzip: Gunzip, bytes: Buffer): Promise<void> {
  if (gunzip.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      gunzip.off('close', done);
      resolve();
    };
    gunzip.once('close', done);
    gunzip.write(bytes, done);
  });
}

function damaged(cause: Error, bytesOut: number): MtlsWatchError {
  const ended = (cause as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
  const what = ended ? 'the gzip data ends too early' : `the gzip data is damaged (${cause.message})`;
  const kept = bytesOut > 0 ? 'records before the damage were read' : 'nothing before the damage could be read';
  return new MtlsWatchError('bad-gzip', `${what}; ${kept}; copy the file again`, { cause });
}
