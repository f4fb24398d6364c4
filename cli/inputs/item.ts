/** The items that reading the inputs yields. */

import type { FormatsByLogGroup } from '../../shared/logs/formats-by-group.js';
import type { ControlMessage, LogBatch } from '../../shared/model/index.js';
import type { BlocksOf } from './blocks.js';
import type { InputSource, StandardInput } from './files.js';
import type { Seen } from './seen.js';

export interface LeftOut {
  /** Because they were there before. */
  readonly repeated: number;
  /** Because nothing would be made of them: records of successes, of which the one before shows that the logs arrive. */
  readonly passed: number;
}

export type InputItem =
  /**
   * `left`: events that were left out; undefined where all are asked for. `more`: whether the next one holds more of the same part of a
   * file, so that both may be counted together: of another stream, or further events of one.
   */
  | { readonly kind: 'batch'; readonly batch: LogBatch; readonly left?: LeftOut; readonly more?: boolean }
  | { readonly kind: 'control'; readonly control: ControlMessage }
  /**
   * A file, or the rest of one, that could not be read; everything before it was yielded. One line without log text.
   */
  | { readonly kind: 'problem'; readonly file: string; readonly detail: string }
  /** Bytes on disk; the total is null if not known (standard input). */
  | { readonly kind: 'progress'; readonly bytesRead: number; readonly bytesTotal: number | null }
  /** For a search in log groups: how many of its parts are done. */
  | { readonly kind: 'searched'; readonly done: number; readonly total: number };

export interface InputOptions extends StandardInput {
  /**
   * Access-log formats. For files with records only, whose log group is unknown, the format under `*` recognises the
   * records.
   */
  readonly formats?: FormatsByLogGroup;
  /** Where it is given, events that were there before are left out, and so are those that nobody looks at; see `eventWindow`. */
  readonly seen?: Seen | null;
  /** What the paths were found to be; where it is not given, they are looked for. */
  readonly sources?: readonly InputSource[];
  /** Where it is not given, files are read when their turn comes. */
  readonly blocksOf?: BlocksOf;
  /** Another source in addition to the paths, or instead of them: log groups that are searched. */
  readonly live?: AsyncIterable<InputItem> | null;
}
