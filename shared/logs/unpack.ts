/**
 * Opens what a delivery carries without holding all of it: a payload that unpacks to more than one piece's worth comes as
 * several batches. Each has an identity of its own, made of its own events, so a retry, which is cut at the same places,
 * brings the same batches, and one that fails half-way has counted what came before. Called by the ingest function.
 */

import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { MtlsWatchError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import {
  badGzip,
  type DecodedDelivery,
  decodeGzip,
  decodePayload,
  decodeRecord,
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

/** The same for a Kinesis record, which may hold several payloads. */
export async function* unpackRecord(data: string): AsyncGenerator<DecodedDelivery> {
  const gzip = gzipOf(data);
  if (unpackedBytes(gzip) <= limits.payloadPieceBytesMax) yield* decodeRecord(gzip);
  else yield* inPieces(gzip);
}

/** Behind it come the events, one after the other, to the end of the payload. */
const EVENTS = '"logEvents":[';
/**
 * Where one event ends and the next begins, as CloudWatch Logs writes them. It stands nowhere inside an event: there a quote
 * is escaped or ends a string, and no letter follows the end of a string.
 */
const BETWEEN = '},{"id":"';
const END = Buffer.from(']}');

/** Each piece is made a payload of its own, with the head of the whole one in front. */
async function* inPieces(gzip: Buffer): AsyncGenerator<DecodedDelivery> {
  let head: Buffer = Buffer.alloc(0);
  let held: Buffer[] = [];
  let bytesHeld = 0;
  let bytesTotal = 0;
  for await (const chunk of inflated(gzip)) {
    bytesTotal += chunk.length;
    if (bytesTotal > limits.payloadInPiecesBytesMax) throw tooLarge(limits.payloadInPiecesBytesMax);
    held.push(chunk);
    bytesHeld += chunk.length;
    if (bytesHeld < limits.payloadPieceBytesMax) continue;
    const bytes = Buffer.concat(held);
    const end = bytes.lastIndexOf(BETWEEN) + 1;
    if (end === 0) throw new MtlsWatchError('wrong-shape', NO_EVENTS);
    yield decodePayload(parseJson(textOf(Buffer.concat([head, bytes.subarray(0, end), END]))));
    if (head.length === 0) head = headOf(bytes);
    // A copy, so that the rest of the bytes can go.
    held = [Buffer.from(bytes.subarray(end + 1))];
    bytesHeld = held[0]?.length ?? 0;
  }
  yield decodePayload(parseJson(textOf(Buffer.concat([head, ...held]))));
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
