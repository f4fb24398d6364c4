/** What reading the inputs gives, one item after another. */

import type { Readable } from 'node:stream';
import type { FormatsByLogGroup } from '../../shared/logs/formats-by-group.js';
import type { ControlMessage, LogBatch } from '../../shared/model/index.js';

export type InputItem =
  | { readonly kind: 'batch'; readonly batch: LogBatch }
  | { readonly kind: 'control'; readonly control: ControlMessage }
  /** A file, or the rest of one, that could not be read; what came before it was delivered. One line, no log text. */
  | { readonly kind: 'problem'; readonly file: string; readonly detail: string }
  /** Bytes as they lie on disk; the total is null where it is not known (standard input). */
  | { readonly kind: 'progress'; readonly bytesRead: number; readonly bytesTotal: number | null }
  /** Of a search in log groups: how many of its parts are done. */
  | { readonly kind: 'searched'; readonly done: number; readonly total: number };

export interface InputOptions {
  /** What `-` stands for. */
  readonly stdin?: Readable;
  /** The time of log lines that carry none and come from standard input, in milliseconds since the epoch. */
  readonly now?: number;
  /** Access-log formats: in files of records alone, of which no log group is known, that under `*` tells what is one. */
  readonly formats?: FormatsByLogGroup;
  /** What comes from elsewhere than the paths, which may then be none: log groups that are searched. */
  readonly live?: AsyncIterable<InputItem> | null;
}
