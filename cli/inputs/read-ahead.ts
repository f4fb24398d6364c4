/**
 * Files that threads of their own inflate and mark while this one counts. They are asked for in their order, and what comes of a block
 * does not depend on who read it.
 */

import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Command } from 'commander';
import { commandLimits } from '../../shared/base/command-limits.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { clean } from '../../shared/base/text.js';
import { type Block, type BlocksOf, blocksHere } from './blocks.js';
import { type InputSource, sourcesOf } from './files.js';
import type { Asked, Told } from './reading-thread.js';

export interface Reading {
  readonly sources: readonly InputSource[];
  readonly blocksOf: BlocksOf;
  readonly close: () => Promise<void>;
}

/** Beside the bundle; where the sources run as they are there is none. */
const READER = join(import.meta.dirname, 'reading-thread.js');

export interface ThreadOptions {
  readonly workers?: string;
}

export function withWorkers(command: Command): Command {
  return command.option(
    '--workers <number>',
    'threads that unpack files ahead; default: as many as there are processors, up to 8; with 0, none',
  );
}

/**
 * Begins to read the files that were named ahead.
 * @returns null where there are none, or where they cannot be found; who reads them then says why
 * @throws MtlsWatchError `usage`
 */
export async function readAhead(paths: readonly string[], { workers }: ThreadOptions): Promise<Reading | null> {
  if (workers !== undefined && !/^\d{1,2}$/.test(workers)) {
    throw new MtlsWatchError('usage', `--workers got ${clean(workers, 80)}; expected a number from 0 to 99`);
  }
  if (paths.length === 0 || paths.some((path) => path === '-' || path.startsWith('s3://'))) return null;
  const sources = await sourcesOf(paths, {}).catch(() => null);
  return sources === null ? null : readingOf(sources, workers === undefined ? null : Number(workers));
}

/**
 * @param threads how many at most; null as many as are of use, none for little
 * @param code what a thread runs
 */
export function readingOf(sources: readonly InputSource[], threads: number | null, code: string = READER): Reading {
  const files = sources.filter(({ path }) => path !== undefined);
  const bytes = files.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
  const isLittle = availableParallelism() === 1 || bytes < commandLimits.inputThreadFromBytes;
  const wanted = threads ?? (isLittle ? 0 : Math.min(availableParallelism(), commandLimits.inputThreadsMax));
  const count = existsSync(code) ? Math.min(wanted, files.length) : 0;
  const ways = count === 0 ? { blocksOf: blocksHere, close: async () => {} } : readingThreads(files, count, code);
  return { sources, ...ways };
}

/** What a thread told of one file, until it is asked for. */
interface Mailbox {
  put(told: Told | Error): void;
  next(): Promise<Told>;
  /** Nobody asks for the rest: passes what is held, and what is still put. */
  forward(to: (told: Told) => void): void;
}

function mailbox(): Mailbox {
  const held: Told[] = [];
  let failure: Error | null = null;
  let wake = () => {};
  let forwarded: ((told: Told) => void) | null = null;
  return {
    put(told) {
      if (told instanceof Error) failure = told;
      else if (forwarded === null) held.push(told);
      else forwarded(told);
      wake();
    },
    forward(to) {
      forwarded = to;
      held.splice(0).forEach(to);
    },
    async next() {
      for (;;) {
        const first = held.shift();
        if (first !== undefined) return first;
        if (failure !== null) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** Each thread reads one file after the other, and the files are begun in their order. */
function readingThreads(files: readonly InputSource[], count: number, code: string): Omit<Reading, 'sources'> {
  const boxes = files.map(() => mailbox());
  const readers = new Map<number, Worker>();
  const ask = (thread: Worker, asked: Asked, moved: ArrayBuffer[] = []) => thread.postMessage(asked, moved);
  const beginNext = (thread: Worker) => {
    const file = readers.size;
    const path = files[file]?.path;
    if (path === undefined) return;
    readers.set(file, thread);
    ask(thread, { kind: 'read', file, path });
  };
  const threads = Array.from({ length: count }, () => {
    // What this process was told to load first is not needed there.
    const thread = new Worker(code, { execArgv: [] });
    thread.on('message', (told: Told) => {
      boxes[told.file]?.put(told);
      if (told.kind !== 'block') beginNext(thread);
    });
    thread.on('error', (error) => {
      for (const box of boxes) box.put(error);
    });
    beginNext(thread);
    return thread;
  });

  const giveBack = (file: number, buffer: ArrayBuffer) => {
    const thread = readers.get(file);
    if (thread !== undefined) ask(thread, { kind: 'emptied', buffer }, [buffer]);
  };
  /** A thread would wait for the buffers of a file that nobody reads to its end. */
  const giveUp = (file: number, box: Mailbox) => {
    const thread = readers.get(file);
    if (thread !== undefined) ask(thread, { kind: 'given-up', file });
    box.forward((told) => {
      if (told.kind === 'block') giveBack(file, told.buffer);
    });
    // Whoever gave up may still look into the last block.
    giveBack(file, new ArrayBuffer(commandLimits.inputBlockBytes));
  };

  async function* blocksIn(file: number, box: Mailbox): AsyncGenerator<Block> {
    let isOpen = false;
    try {
      for (;;) {
        const told = await box.next();
        if (told.kind === 'end') return;
        if (told.kind === 'failed') throw new MtlsWatchError(told.code, told.message);
        const { buffer, length, marks, bytesRead } = told;
        isOpen = true;
        yield { bytes: Buffer.from(buffer, 0, length), marks, bytesRead };
        isOpen = false;
        giveBack(file, buffer);
      }
    } finally {
      if (isOpen) giveUp(file, box);
    }
  }

  return {
    blocksOf(source) {
      const file = files.indexOf(source);
      const box = boxes[file];
      return box === undefined ? blocksHere(source) : blocksIn(file, box);
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}
