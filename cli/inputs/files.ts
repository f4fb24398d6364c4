/**
 * Finds the files behind the paths that the user gave: folders, and prefixes in S3, are listed in sorted order and
 * within bounds.
 */

import { createReadStream, type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { commandLimits } from '../../shared/base/command-limits.js';
import { messageOf, unreadable } from '../../shared/base/errors.js';

/** Fewer and larger reads than the default: each costs a turn of the event loop. */
const READ_BYTES = 256 * 1024;

/** One file or standard input. */
export interface InputSource {
  /** As the user would name it in a shell. */
  readonly name: string;
  /** The file's name, used as the stream if the log does not name one. */
  readonly base: string;
  /** Size on disk; null if not known. */
  readonly bytes: number | null;
  /** The time for lines without one: when the file was last written. Milliseconds since the epoch. */
  readonly writtenAt: number;
  /** Of a file that can be read from its beginning again and again. */
  readonly path?: string;
  /** Throws MtlsWatchError `unreadable-input`. */
  open(): AsyncIterable<Buffer>;
}

/** What `-` stands for, where it is not that of the process. */
export interface StandardInput {
  readonly stdin?: Readable;
  /** The time of log lines without one, in milliseconds since the epoch. */
  readonly now?: number;
}

/** @throws MtlsWatchError `unreadable-input` for a path that does not exist, an empty folder, or too many files */
export async function sourcesOf(paths: readonly string[], options: StandardInput): Promise<readonly InputSource[]> {
  if (paths.length === 0) {
    throw unreadable(
      'no input was given; name files, folders, s3://bucket/prefix, - for standard input, or --log-group or --domain',
    );
  }
  const sources: InputSource[] = [];
  for (const path of paths) {
    if (path === '-') sources.push(standardInput(options));
    else if (path.startsWith('s3://')) sources.push(...(await objectsOf(path)));
    else await collect(path, 0, sources);
  }
  return sources;
}

function standardInput({ stdin = process.stdin, now = 0 }: StandardInput): InputSource {
  return { name: '-', base: '-', bytes: null, writtenAt: now, open: () => chunksOf(stdin, 'standard input') };
}

/** All objects under a prefix. The SDK is loaded only here, so that files are read without it. */
async function objectsOf(uri: string): Promise<InputSource[]> {
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9.-]{3,63})(?:\/(.{0,1024}))?$/.exec(uri) ?? [];
  if (bucket === undefined) {
    throw unreadable(`${uri}: expected s3://bucket/prefix`);
  }
  const { listLogObjects } = await import('../../shared/adapters/aws/log-objects.js');
  const found = await listLogObjects(bucket, prefix, commandLimits.inputFilesMax);
  if (found.length === 0) {
    throw unreadable(`${uri}: there is no object whose key begins so; check the prefix`);
  }
  if (found.length > commandLimits.inputFilesMax) {
    throw unreadable(`${uri}: more than ${commandLimits.inputFilesMax} objects; name a longer prefix`);
  }
  return found.map(({ key, bytes, writtenAt, open }) => ({
    name: `s3://${bucket}/${key}`,
    base: basename(key),
    bytes,
    writtenAt,
    open,
  }));
}

async function collect(path: string, depth: number, into: InputSource[]): Promise<void> {
  const found = await attempt(path, () => stat(path));
  if (!found.isDirectory()) {
    if (into.length >= commandLimits.inputFilesMax) {
      throw unreadable(
        `${path}: more than ${commandLimits.inputFilesMax} files; name a smaller folder or single files`,
      );
    }
    into.push(fileAt(path, found));
    return;
  }
  if (depth >= commandLimits.inputFolderDepthMax) {
    throw unreadable(
      `${path}: folders nested deeper than ${commandLimits.inputFolderDepthMax}; name a folder further down`,
    );
  }
  const before = into.length;
  const entries = await attempt(path, () => readdir(path, { withFileTypes: true }));
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    // Hidden files belong to the file manager; links inside a folder may form loops.
    if (entry.name.startsWith('.') || !(entry.isFile() || entry.isDirectory())) continue;
    await collect(join(path, entry.name), depth + 1, into);
  }
  if (depth === 0 && into.length === before) {
    throw unreadable(`${path}: the folder holds no files; expected log files in it`);
  }
}

function fileAt(path: string, found: Stats): InputSource {
  return {
    name: path,
    base: basename(path),
    bytes: found.isFile() ? found.size : null,
    writtenAt: Math.floor(found.mtimeMs),
    ...(found.isFile() && { path }),
    open: () => chunksOf(createReadStream(path, { highWaterMark: READ_BYTES }), path),
  };
}

/** A file that was found before. */
export const fileSource = async (path: string): Promise<InputSource> =>
  fileAt(path, await attempt(path, () => stat(path)));

async function attempt<T>(path: string, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (cause) {
    throw unreadable(`${path}: ${whyOf(cause)}`, cause);
  }
}

async function* chunksOf(stream: Readable, name: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  } catch (cause) {
    throw unreadable(`${whyOf(cause)} (${name})`, cause);
  }
}

function whyOf(cause: unknown): string {
  switch ((cause as NodeJS.ErrnoException | null)?.code) {
    case 'ENOENT':
      return 'there is no such file or folder; check the path';
    case 'EACCES':
    case 'EPERM':
      return 'no permission to read it; check who owns it';
    default:
      return `cannot be read: ${messageOf(cause)}`;
  }
}
