/** Reads a file that is needed whole, such as a truststore or settings; `-` is standard input. Bounded. */

import { readFile, stat } from 'node:fs/promises';
import { messageOf, unreadable } from '../../shared/base/errors.js';
import { once } from '../../shared/base/lazily.js';
import { limits } from '../../shared/base/limits.js';

interface Read {
  /** In words. */
  readonly size: string;
  /** Null for more than may be read. */
  readonly bytes: Buffer | null;
}

/** Whoever asks again gets the same bytes: a replay reads its truststore twice. */
const standardInput = once(async (): Promise<Read> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    size += chunk.length;
    if (size > limits.truststoreBytesMax) return { size: `more than ${limits.truststoreBytesMax}`, bytes: null };
    chunks.push(chunk);
  }
  return { size: String(size), bytes: Buffer.concat(chunks) };
});

/** A place as people read it. */
export function nameOf(place: string): string {
  return place === '-' ? 'standard input' : place;
}

/** @throws MtlsWatchError `unreadable-input` with what was expected */
export async function readWhole(path: string, expected: string): Promise<Buffer> {
  const reading = path === '-' ? standardInput() : fileAt(path);
  const { size, bytes } = await reading.catch((cause) => {
    throw unreadable(`cannot read ${path}: ${messageOf(cause)}; expected ${expected}`, cause);
  });
  if (bytes !== null) return bytes;
  throw unreadable(
    `${nameOf(path)} has ${size} bytes; expected ${expected}, at most ${limits.truststoreBytesMax} bytes`,
  );
}

async function fileAt(path: string): Promise<Read> {
  const { size } = await stat(path);
  return { size: String(size), bytes: size > limits.truststoreBytesMax ? null : await readFile(path) };
}
