/** A progress bar on a terminal, nothing when piped; it appears only when the work takes a while. */

import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  /** Bytes; the total is null where it is not known. */
  update(done: number, total: number | null): void;
  stop(): void;
}

const APPEARS_AFTER_BYTES = 8 * 1024 * 1024;

export function progressBar(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { update: () => {}, stop: () => {} };
  const bar = new SingleBar(
    { stream, format: ' {bar} {percentage}% | {value}/{total} MB', hideCursor: true },
    Presets.shades_classic,
  );
  let started = false;
  return {
    update: (done, total) => {
      if (total === null || total < APPEARS_AFTER_BYTES) return;
      const [value, all] = [Math.floor(done / 1e6), Math.ceil(total / 1e6)];
      if (!started) bar.start(all, value);
      started = true;
      bar.update(value);
    },
    stop: () => {
      if (started) bar.stop();
    },
  };
}

export interface StatusLine {
  /** What is being done now, in place of what was before. */
  say(what: string): void;
  stop(): void;
}

/** One line on a terminal that says what takes the time, nothing when piped. */
export function statusLine(stream: NodeJS.WriteStream): StatusLine {
  if (!stream.isTTY) return { say: () => {}, stop: () => {} };
  const clear = '\r\u001B[2K';
  return { say: (what) => stream.write(`${clear}looking at ${what} …`), stop: () => stream.write(clear) };
}
