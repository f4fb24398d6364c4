/**
 * Gunzips a stream where its first bytes say that it is gzip, also gzip within gzip, which Firehose writes where it compresses
 * what CloudWatch Logs has compressed already; other streams pass. Everything that could be inflated
 * before a cut or a damage is handed on before the failure is reported, which Node's own pipeline does not do: it
 * drops what it holds when the end is missing.
 */

import { finished } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { commandLimits } from '../../shared/base/command-limits.js';
import { MtlsWatchError } from '../../shared/base/errors.js';

/** Compressed bytes for each write, which is a turn of the event loop. Zeros inflate 1,032 times, so 64 KiB add at most 68 MB to the queue. */
const SLICE_BYTES = 64 * 1024;
/** Most slices of a log inflate into one piece, or two. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * @param again opens the same bytes once more, or null where they come only once. zlib forgets what it inflated of the
 *   slice in which it meets damage; with a second pass, which takes that slice byte by byte, nothing is lost.
 * @throws MtlsWatchError `bad-gzip` or `payload-too-large`, after the bytes before the damage were yielded
 */
export function gunzipped(
  chunks: AsyncIterable<Buffer>,
  again: (() => AsyncIterable<Buffer>) | null,
): AsyncIterable<Buffer> {
  const onDisk: OnDisk = { bytes: 0 };
  let layer = counted(chunks, onDisk);
  let once = again;
  for (let n = 0; n < commandLimits.inputGzipLayersMax; n++) {
    const outer = once;
    layer = oneLayer(layer, outer, onDisk);
    once = outer === null ? null : () => oneLayer(outer(), null, onDisk);
  }
  return layer;
}

/** Bytes read from the file itself, which also bound the ratio of nested gzip. */
interface OnDisk {
  bytes: number;
}

async function* counted(chunks: AsyncIterable<Buffer>, onDisk: OnDisk): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    onDisk.bytes += chunk.length;
    yield chunk;
  }
}

async function* oneLayer(
  chunks: AsyncIterable<Buffer>,
  again: (() => AsyncIterable<Buffer>) | null,
  onDisk: OnDisk,
): AsyncGenerator<Buffer> {
  const first = progressOf(Number.POSITIVE_INFINITY, onDisk);
  try {
    yield* inflated(chunks, first);
  } catch (error) {
    // If nothing was inflated here, the damage is in an inner layer, which has already read its bytes again.
    if (again === null || first.bytesIn === 0 || !isDamage(error)) throw error;
    let known = first.bytesOut;
    for await (const piece of inflated(again(), progressOf(first.sliceFrom, onDisk))) {
      if (piece.length > known) yield piece.subarray(known);
      known = Math.max(0, known - piece.length);
    }
  }
}

interface Progress {
  readonly onDisk: OnDisk;
  bytesIn: number;
  bytesOut: number;
  /** Where the last written slice begins. */
  sliceFrom: number;
  /** From this position on, bytes are written one by one. */
  readonly carefulFrom: number;
}

const progressOf = (carefulFrom: number, onDisk: OnDisk): Progress => ({
  onDisk,
  bytesIn: 0,
  bytesOut: 0,
  sliceFrom: 0,
  carefulFrom,
});

async function* inflated(chunks: AsyncIterable<Buffer>, progress: Progress): AsyncGenerator<Buffer> {
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
      if (bytes[0] === 0x1f && bytes[1] === 0x8b) inflating = inflater(progress);
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

function inflater(progress: Progress): Inflating {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  const out: Buffer[] = [];
  let failure: Error | null = null;
  let writing: Promise<void> = Promise.resolve();
  let written = () => {};
  gunzip.on('data', (piece: Buffer) => out.push(piece));
  gunzip.on('error', (error: Error) => {
    failure = error;
  });
  gunzip.on('close', () => written());
  /** Resolves when the bytes were processed or the stream failed. */
  const write = (bytes: Buffer): Promise<void> =>
    new Promise((resolve) => {
      written = resolve;
      if (gunzip.destroyed) resolve();
      else gunzip.write(bytes, () => resolve());
    });
  /** What was inflated until now; then throws if the stream had failed by then, or inflates too much. */
  const handedOn = function* (pieces: readonly Buffer[], failed: Error | null): Generator<Buffer> {
    for (const piece of pieces) {
      progress.bytesOut += piece.length;
      yield piece;
    }
    if (failed !== null) throw damaged(failed, progress.bytesOut);
    const { bytesOut, onDisk } = progress;
    if (bytesOut > commandLimits.inputGzipRatioFromBytes && bytesOut > onDisk.bytes * commandLimits.inputGzipRatioMax) {
      gunzip.destroy();
      const times = Math.round(bytesOut / onDisk.bytes);
      throw new MtlsWatchError(
        'payload-too-large',
        `inflates ${times} times, more than ${commandLimits.inputGzipRatioMax}: not a log; the rest was left unread`,
      );
    }
  };
  return {
    async *push(bytes) {
      for (let from = 0; from < bytes.length; from += progress.bytesIn - progress.sliceFrom) {
        await writing;
        const pieces = out.splice(0);
        if (failure !== null) yield* handedOn(pieces, failure);
        progress.sliceFrom = progress.bytesIn;
        const slice = bytes.subarray(from, from + (progress.bytesIn < progress.carefulFrom ? SLICE_BYTES : 1));
        progress.bytesIn += slice.length;
        // zlib inflates the next slice on its own thread while the pieces of the last one are read.
        writing = write(slice);
        yield* handedOn(pieces, null);
      }
    },
    async *end() {
      await writing;
      yield* handedOn(out.splice(0), failure);
      // A truncated end is reported only when the stream is ended, after all other output.
      gunzip.end();
      // The error listener keeps the failure itself.
      await new Promise<void>((resolve) => finished(gunzip, () => resolve()));
      yield* handedOn(out.splice(0), failure);
    },
  };
}

/** Whether data cannot be inflated. A truncated end is no damage: everything before it was output already. */
function isDamage(error: unknown): boolean {
  return error instanceof MtlsWatchError && error.code === 'bad-gzip' && !endsEarly(error.cause);
}

const endsEarly = (cause: unknown) => (cause as NodeJS.ErrnoException | null)?.code === 'Z_BUF_ERROR';

function damaged(cause: Error, bytesOut: number): MtlsWatchError {
  const what = endsEarly(cause) ? 'the gzip data ends too early' : `the gzip data is damaged (${cause.message})`;
  const kept = bytesOut > 0 ? 'records before the damage were read' : 'nothing before the damage could be read';
  return new MtlsWatchError('bad-gzip', `${what}; ${kept}; copy the file again`, { cause });
}
