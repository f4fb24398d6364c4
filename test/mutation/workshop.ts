/** A copy of the tree in a folder for temporary files, in which tests run on changed files. The tree itself is never written to. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../shared/base/errors.js';
import type { Answer, Question } from './worker.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Made, fetched, or somebody's own: nothing that tests read. */
const LEFT_OUT = new Set(['node_modules', 'dist', 'out', '.git', '.venv', 'cdk.out', 'coverage']);

export interface Workshop {
  readonly folder: string;
  /**
   * Runs test files after a file was changed. The change is taken back when they have run.
   * @param milliseconds after which they count as hanging: the answer is null then
   */
  run(tests: readonly string[], change: { file: string; text: string }, milliseconds: number): Promise<Answer | null>;
  /** The test files that load a file, directly or through others. */
  importersOf(file: string): Promise<string[]>;
  /** Runs every test file on the files with counters; `hits` is where they write what they came by. */
  count(files: readonly { name: string; content: string }[], hits: string): Promise<Answer>;
  close(): void;
}

/** Copies the tree. Whoever opens a workshop closes it, whatever happens: nothing of it is left then. */
export function openWorkshop(): Workshop {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mtls-watch-mutation-')));
  cpSync(root, folder, { recursive: true, filter: (path) => !LEFT_OUT.has(relative(root, path)) });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  let worker: ChildProcess | null = null;

  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

  /** With its own process group, so that whatever it started ends with it. */
  const stop = (): void => {
    const group = worker?.pid;
    worker = null;
    try {
      if (group !== undefined) process.kill(-group, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  };
  const start = async (env: Record<string, string> = {}): Promise<ChildProcess> => {
    const started = spawn(process.execPath, ['--import', 'tsx', 'test/mutation/worker.ts'], {
      cwd: folder,
      env: { ...process.env, NODE_NO_WARNINGS: '1', ...env },
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    worker = started;
    await once(started, 'message');
    return started;
  };
  const ask = async <T>(question: Question, milliseconds = 2 ** 31 - 1): Promise<T | null> => {
    const asked = worker ?? (await start());
    const signal = AbortSignal.timeout(Math.round(milliseconds));
    asked.send(question);
    try {
      return await new Promise<T>((resolve, reject) => {
        asked.once('message', (answer) => resolve(answer as T));
        asked.once('exit', (code) => reject(new Error(`the process that runs the tests ended with ${code}`)));
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    } catch (error) {
      stop();
      if (signal.aborted) return null;
      throw error;
    } finally {
      asked.removeAllListeners();
    }
  };

  return {
    folder,
    async run(tests, { file, text }, milliseconds) {
      const before = read(file);
      write(file, text);
      try {
        return await ask<Answer>({ tests, changed: file }, milliseconds);
      } catch (error) {
        // A change may end the process that runs the tests, which is noticed like a failure.
        return { files: [], failed: messageOf(error) };
      } finally {
        write(file, before);
      }
    },
    importersOf: async (importersOf) => (await ask<string[]>({ importersOf })) ?? [],
    async count(files, hits) {
      const before = files.map(({ name }) => ({ name, content: read(name) }));
      for (const { name, content } of files) write(name, content);
      await start({ MUTATION_HITS: hits });
      const answer = await ask<Answer>({ tests: 'all', changed: null });
      stop();
      for (const { name, content } of before) write(name, content);
      return answer ?? { files: [], failed: null };
    },
    close() {
      stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
