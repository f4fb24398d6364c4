/** A progress bar on a terminal, nothing when piped; it appears only when the work takes a while. */

import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  /** Bytes; the total is null if not known. */
  update(done: number, total: number | null): void;
  /** Parts of a search. */
  searched(done: number, total: number): void;
  stop(): void;
}

/** Of the bar, and of the numbers beside it. */
const BAR_LEAST = 5;
const BAR_MOST = 40;
const AROUND = 32;

const APPEARS_AFTER_BYTES = 8 * 1024 * 1024;

export function progressBar(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { update: () => {}, searched: () => {}, stop: () => {} };
  let bar: SingleBar | null = null;
  const show = (value: number, all: number, unit: string) => {
    if (bar === null) {
      const format = ` {bar} {percentage}% | {value}/{total} ${unit}`;
      const barsize = Math.max(BAR_LEAST, Math.min(BAR_MOST, (stream.columns || 80) - AROUND));
      // Whoever ends the command with Ctrl-C would be left without a cursor, and with lines that are cut off.
      const kept = { hideCursor: false, linewrap: true };
      bar = new SingleBar({ stream, format, barsize, ...kept, clearOnComplete: true }, Presets.shades_classic);
      bar.start(all, value);
    }
    bar.update(value);
  };
  const stop = () => {
    bar?.stop();
    bar = null;
  };
  return {
    update: (done, total) => {
      if (total === null || total < APPEARS_AFTER_BYTES) return;
      show(Math.floor(done / 1e6), Math.ceil(total / 1e6), 'MB');
    },
    searched: (done, total) => {
      if (done < total) show(done, total, 'searches');
      else stop();
    },
    stop,
  };
}

export interface StatusLine {
  /** Replaces the current text. */
  say(what: string): void;
  stop(): void;
}

/** One line on a terminal about the current work; nothing in a pipe. */
export function statusLine(stream: NodeJS.WriteStream): StatusLine {
  if (!stream.isTTY) return { say: () => {}, stop: () => {} };
  const clear = '\r\u001B[2K';
  return { say: (what) => stream.write(`${clear}looking at ${what} …`), stop: () => stream.write(clear) };
}
