/**
 * What a search has found so far, in a file, so that one that was killed goes on where it stopped: the pages of each slice, and
 * which slices are whole. Lines of JSON; what was written last may be cut, and what belongs to a slice that is not whole
 * is searched again. The file holds what the log holds, so only its owner may read it.
 */

import { type FileHandle, open, readFile, rm, writeFile } from 'node:fs/promises';
import { type MtlsWatchError, messageOf, unreadable, usage } from '../../../shared/base/errors.js';
import { jsonIn } from '../../../shared/base/json.js';
import type { SearchedEvent } from '../../../shared/ports/log-search.js';

export interface TimeRange {
  /** Milliseconds since the epoch; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
}

export interface SearchState {
  /** The period of the first run, which later runs keep. */
  readonly range: TimeRange;
  readonly done: ReadonlySet<number>;
  /** The pages of the completed slices. */
  saved(): AsyncGenerator<readonly SearchedEvent[]>;
  save(slice: number, events: readonly SearchedEvent[]): Promise<void>;
  finish(slice: number): Promise<void>;
  close(): Promise<void>;
}

interface Line {
  readonly search?: string;
  readonly range?: TimeRange;
  readonly slice?: number;
  readonly events?: readonly SearchedEvent[];
  readonly done?: true;
  /**
   * The run of the command that wrote it, because pages of a slice that an earlier run did not complete must not be
   * mixed with those of a later one.
   */
  readonly run?: number;
}

/**
 * @param search what is searched for, in words: a file of another search is refused
 * @throws MtlsWatchError `usage` for a file of something else and while another run has it, `unreadable-input` for one that cannot be read or written
 */
export async function openState(path: string, search: string, range: TimeRange): Promise<SearchState> {
  const unlock = await lock(path);
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'a+', 0o600);
    return await stateIn(file, path, search, range, unlock);
  } catch (error) {
    await file?.close();
    await unlock();
    throw error instanceof Error && 'syscall' in error ? unreadableState(path, error) : error;
  }
}

async function stateIn(
  file: FileHandle,
  path: string,
  search: string,
  range: TimeRange,
  unlock: () => Promise<void>,
): Promise<SearchState> {
  const runOf = new Map<number, number>();
  let run = 1;
  let first: Line | null = null;
  let wholeBytes = 0;
  for await (const { line, text, bytes, isWhole } of linesOf(file)) {
    // A kill may leave the first line incomplete. Any other file belongs to somebody else and is not changed.
    if (first === null && !isBegun(text)) throw somethingElse(path);
    if (line === null || !isWhole) break;
    if (first === null) first = checked(line, path, search);
    else if (line.slice !== undefined && line.done === true) runOf.set(line.slice, line.run ?? 0);
    run = Math.max(run, (line.run ?? 0) + 1);
    wholeBytes += bytes;
  }
  // Removes an incomplete line that a kill left, so that the next one starts on a new line.
  await file.truncate(wholeBytes);
  const write = writer(file, path);
  if (first === null) await write({ search, range });
  return {
    range: first?.range ?? range,
    done: new Set(runOf.keys()),
    async *saved() {
      for await (const { line } of linesOf(file)) {
        if (line?.events !== undefined && runOf.get(line.slice ?? -1) === line.run) yield line.events;
      }
    },
    save: (slice, events) => write({ slice, run, events }),
    finish: (slice) => write({ slice, run, done: true }),
    async close() {
      await file.close();
      await unlock();
    },
  };
}

/**
 * Two runs would write over each other's lines. The lock holds the id of its process, so that one that was killed stands in
 * nobody's way.
 * @throws MtlsWatchError `usage` while another process has it
 */
async function lock(path: string): Promise<() => Promise<void>> {
  const name = `${path}.lock`;
  for (let isFirst = true; ; isFirst = false) {
    try {
      await writeFile(name, String(process.pid), { flag: 'wx', mode: 0o600 });
      return () => rm(name, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unreadableState(path, error);
    }
    const owner = Number(await readFile(name, 'utf8').catch(() => ''));
    if (!isFirst || isRunning(owner)) {
      throw usage(`--state got ${path}, which process ${owner} is writing; wait until it ends, or name another file`);
    }
    await rm(name, { force: true });
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // The process belongs to another user, and is running.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Writes one line after another. */
function writer(file: FileHandle, path: string): (line: Line) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return (line) => {
    // Some line readers split at these two characters, which JSON does not escape.
    const text = JSON.stringify(line).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
    const written = last.then(() => file.appendFile(`${text}\n`));
    last = written.catch(() => {});
    return written.catch((cause) => {
      throw unreadableState(path, cause);
    });
  };
}

function checked(line: Line, path: string, search: string): Line {
  if (typeof line.search !== 'string' || line.range === undefined) throw somethingElse(path);
  if (line.search !== search) {
    throw usage(
      `--state got ${path}, which belongs to another search (${line.search}); expected a new file, or the options of then`,
    );
  }
  return line;
}

const BEGIN = '{"search":';
const isBegun = (text: string): boolean => text.startsWith(BEGIN) || BEGIN.startsWith(text);

const somethingElse = (path: string): MtlsWatchError =>
  usage(`--state got ${path}, which holds something else; expected a new file`);

/** `line` is null for text that is not JSON; `isWhole`: whether a newline ends it. */
async function* linesOf(file: FileHandle) {
  const { size } = await file.stat();
  let read = 0;
  for await (const text of file.readLines({ start: 0, autoClose: false })) {
    const bytes = Buffer.byteLength(text) + 1;
    read += bytes;
    const json = jsonIn(text);
    const line: Line | null = typeof json === 'object' ? json : null;
    yield { line, text, bytes, isWhole: read <= size };
  }
}

function unreadableState(path: string, cause: unknown): MtlsWatchError {
  return unreadable(`the state in ${path}: ${messageOf(cause)}`, cause);
}
