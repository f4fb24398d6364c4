/** A file without a name, for what does not fit into memory: nothing is left behind however the process ends. */

import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';

export interface TemporaryFile {
  /** @throws MtlsWatchError `temporary-file` where there is no room, or nothing can be written */
  write(bytes: Buffer, at: number): void;
  /** @returns fewer bytes than asked for only at the end of the file */
  read(at: number, length: number): Buffer;
  close(): void;
}

/** Made when something is first written to it. */
export function temporaryFile(): TemporaryFile {
  let file: number | null = null;
  return {
    write(bytes, at) {
      try {
        file ??= openNameless();
        for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, at + done);
      } catch (cause) {
        throw unwritable(cause);
      }
    },
    read(at, length) {
      const bytes = Buffer.allocUnsafe(length);
      let done = 0;
      for (let more = -1; file !== null && more !== 0 && done < length; done += more) {
        more = readSync(file, bytes, done, length - done, at + done);
      }
      return bytes.subarray(0, done);
    },
    close() {
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}

function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-'));
  try {
    return openSync(join(folder, 'held'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Codes of a disk, and of a share of it, that is full. */
const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

function unwritable(cause: unknown): MtlsWatchError {
  const isFull = FULL.has((cause as NodeJS.ErrnoException).code);
  const cure = isFull ? 'make room there' : 'create the folder and let this user write into it';
  return new MtlsWatchError(
    'temporary-file',
    `what a replay counts cannot be kept in a temporary file in ${tmpdir()}: ${messageOf(cause)}; ` +
      `${cure}, or name another folder in the environment variable TMPDIR`,
    { cause },
  );
}
