/**
 * Unpacks a delivery without holding all of it in memory: a large payload is given as several batches. Each batch has
 * an id made of its own events. A retry is cut at the same places, so it gives the same batches, and a retry after a
 * failure half-way repeats batches that were counted before, which changes nothing. Called by the ingest function.
 */

import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { MtlsWatchError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import {
  BETWEEN_PAYLOADS,
  badGzip,
  type DecodedDelivery,
  decodeGzip,
  decodePayload,
  gunzip,
  gzipOf,
  parseJson,
  textOf,
  tooLarge,
  unpackedBytes,
} from './decode.js';

/**
 * @param data base64 of gzip, as a subscription has it
 * @throws MtlsWatchError what `decodeSubscription` throws, after the batches before the fault were given
 */
export async function* unpack(data: string): AsyncGenerator<DecodedDelivery> {
  const gzip = gzipOf(data);
  if (unpackedBytes(gzip) <= limits.payloadPieceBytesMax) yield decodeGzip(gzip);
  else yield* inPieces(gzip);
}

/** As `unpack`, for a Kinesis record, which may hold several payloads. */
export async function* unpackRecord(data: string): AsyncGenerator<DecodedDelivery> {
  const gzip = gzipOf(data);
  if (unpackedBytes(gzip) > limits.payloadPieceBytesMax) {
    yield* inPieces(gzip);
    return;
  }
  const failures: unknown[] = [];
  yield* decodeAll(partsOf(gunzip(gzip)), failures);
  throwFirst(failures);
}

/** After it the events follow, one after the other, to the end of the payload. */
const EVENTS = '"logEvents":[';
/**
 * Where one event ends and the next begins, as CloudWatch Logs writes them. It cannot occur inside an event: there a
 * quote is escaped or ends a string, and no letter follows the end of a string.
 */
const BETWEEN = '},{"id":"';
const END = Buffer.from(']}');

/**
 * Makes each piece a payload of its own, with the head of the whole payload in front. Where several payloads stand one
 * after the other, each has its own head. The error of a broken one is thrown after the others were given.
 */
async function* inPieces(gzip: Buffer): AsyncGenerator<DecodedDelivery> {
  const cutter = createCutter();
  let held: Buffer[] = [];
  let bytesHeld = 0;
  let bytesTotal = 0;
  for await (const chunk of inflated(gzip)) {
    bytesTotal += chunk.length;
    if (bytesTotal > limits.payloadInPiecesBytesMax) throw tooLarge(limits.payloadInPiecesBytesMax);
    held.push(chunk);
    bytesHeld += chunk.length;
    if (bytesHeld < limits.payloadPieceBytesMax) continue;
    const { pieces, rest } = cutter.cut(Buffer.concat(held));
    yield* decodeAll(pieces, cutter.failures);
    // A copy, so that the rest of the bytes can be freed.
    held = [Buffer.from(rest)];
    bytesHeld = rest.length;
  }
  yield* decodeAll(cutter.end(Buffer.concat(held)), cutter.failures);
  throwFirst(cutter.failures);
}

/** Throws the first failure only: the others of one delivery usually have the same cause. */
function throwFirst(failures: readonly unknown[]): void {
  if (failures.length > 0) throw failures[0];
}

function* decodeAll(payloads: readonly Buffer[], failures: unknown[]): Generator<DecodedDelivery> {
  for (const payload of payloads) {
    try {
      yield decodePayload(parseJson(textOf(payload)));
    } catch (error) {
      failures.push(error);
    }
  }
}

/** Cuts the bytes that were inflated so far into payloads, and keeps the head of the payload that continues. */
function createCutter() {
  let head: Buffer = Buffer.alloc(0);
  const failures: unknown[] = [];
  /** Each part except the last one ends a payload. */
  const ended = (bytes: Buffer): { pieces: Buffer[]; open: Buffer } => {
    const parts = partsOf(bytes);
    const open = parts.pop() ?? bytes;
    const pieces = parts.map((part, index) => (index === 0 ? Buffer.concat([head, part]) : part));
    if (parts.length > 0) head = Buffer.alloc(0);
    return { pieces, open };
  };
  return {
    failures,
    cut: (bytes: Buffer): { pieces: readonly Buffer[]; rest: Buffer } => {
      const { pieces, open } = ended(bytes);
      const end = open.lastIndexOf(BETWEEN) + 1;
      if (end === 0 && pieces.length === 0) throw new MtlsWatchError('wrong-shape', NO_EVENTS);
      if (end === 0) return { pieces, rest: open };
      const piece = Buffer.concat([head, open.subarray(0, end), END]);
      if (head.length === 0) head = headOf(open);
      return { pieces: [...pieces, piece], rest: open.subarray(end + 1) };
    },
    end: (bytes: Buffer): readonly Buffer[] => {
      const { pieces, open } = ended(bytes);
      return [...pieces, Buffer.concat([head, open])];
    },
  };
}

/**
 * Splits payloads that stand one after the other. Read as Latin-1, so that positions in the text are those of the
 * bytes.
 */
function partsOf(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (const { index } of bytes.toString('latin1').matchAll(BETWEEN_PAYLOADS)) {
    parts.push(bytes.subarray(from, index));
    from = index;
  }
  return [...parts, bytes.subarray(from)];
}

const NO_EVENTS = 'not a CloudWatch Logs payload: expected logEvents, each with its id first';

function headOf(bytes: Buffer): Buffer {
  const events = bytes.indexOf(EVENTS);
  if (events < 0) throw new MtlsWatchError('wrong-shape', NO_EVENTS);
  return Buffer.from(bytes.subarray(0, events + EVENTS.length));
}

async function* inflated(gzip: Buffer): AsyncGenerator<Buffer> {
  const chunks: AsyncIterable<Buffer> = Readable.from([gzip]).pipe(createGunzip({ chunkSize: CHUNK_BYTES }));
  try {
    yield* chunks;
  } catch (error) {
    throw badGzip(error);
  }
}

const CHUNK_BYTES = 256 * 1024;
