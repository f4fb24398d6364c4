/** Reads a file that is needed whole, such as a truststore or settings; `-` is standard input. Bounded. */

import { readFile, stat } from 'node:fs/promises';
import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';
import { once } from '../../shared/base/lazily.js';
import { limits } from '../../shared/base/limits.js';

/** Whoever asks again gets the same bytes: a replay reads its truststore twice. */
const standardInput = once(async () => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    size += chunk.length;
    if (size > limits.truststoreBytesMax) break;
    chunks.push(chunk);
  }
  return { bytes: Buffer.concat(chunks), size };
});

/** @throws MtlsWatchError `unreadable-input` with what was expected */
export async function readWhole(path: string, expected: string): Promise<Buffer> {
  const name = path === '-' ? 'standard input' : path;
  const tooLarge = (size: number): MtlsWatchError =>
    new MtlsWatchError(
      'unreadable-input',
      `${name} has ${path === '-' ? 'more than ' : ''}${size} bytes; expected ${expected}, at most ${limits.truststoreBytesMax} bytes`,
    );
  if (path === '-') {
    const { bytes, size } = await standardInput();
    if (size > limits.truststoreBytesMax) throw tooLarge(limits.truststoreBytesMax);
    return bytes;
  }
  try {
    const { size } = await stat(path);
    if (size > limits.truststoreBytesMax) throw tooLarge(size);
    return await readFile(path);
  } catch (error) {
    if (error instanceof MtlsWatchError) throw error;
    throw new MtlsWatchError('unreadable-input', `cannot read ${path}: ${messageOf(error)}; expected ${expected}`, {
      cause: error,
    });
  }
}
