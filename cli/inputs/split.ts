/**
 * Cuts a stream of bytes into units: lines of text and JSON values, one a line, pretty-printed over many, or one after
 * the other without a newline, as Firehose writes them. The elements of a list (`{"events":[…]}` of the AWS CLI, or a
 * file that is one list) are units of their own, so that a file of any size is read in bounded memory.
 *
 * A value that was cut off does not swallow what follows: a `{` or `(` in the first column always begins something new,
 * because printers indent what is nested and certificates in PEM, whose newlines may be raw, have neither.
 */

import { commandLimits } from '../../shared/base/command-limits.js';
import { CLOSE_LIST, COMMA, NEWLINE, OPEN_LIST, OPEN_OBJECT, RETURN, SPACE, TAB } from './characters.js';
import { valueScanner } from './value-scanner.js';

export type Unit =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly text: string }
  /** Began as a JSON value and was never closed. */
  | { readonly kind: 'cut'; readonly text: string }
  /** Longer than its bound; its bytes were skipped. */
  | { readonly kind: 'overlong'; readonly bytes: number };

export interface Splitter {
  push(chunk: Buffer): void;
  /** What is still open at the end of the input. */
  end(): void;
}

const isBlank = (byte: number) => byte === SPACE || byte === TAB || byte === RETURN;

/**
 * Takes the line that begins at a position before it is cut out of its chunk.
 * @returns the position behind it, or null, which leaves it to the splitter
 */
export type TakeLine = (chunk: Buffer, from: number) => number | null;

const takeNone: TakeLine = () => null;

/** Lines only: for files whose events start with a timestamp. Blank lines are dropped. */
export function lineSplitter(emit: (unit: Unit) => void, take: TakeLine = takeNone): Splitter {
  const collected = collector(emit);
  return {
    push(chunk) {
      // The first bytes of a chunk belong to the line that the last one ended in.
      for (let at = collected.isEmpty() ? 0 : (collected.addLine(chunk, 0) ?? chunk.length); at < chunk.length; ) {
        at = take(chunk, at) ?? collected.addLine(chunk, at) ?? chunk.length;
      }
    },
    end: () => collected.finish('text'),
  };
}

/** JSON values and lines of text, in any mixture. */
export function splitter(emit: (unit: Unit) => void, take: TakeLine = takeNone): Splitter {
  return new MixedSplitter(emit, take);
}

type Mode =
  /** In the first column, outside of everything. */
  | 'start'
  /** Behind a value, or between the elements of a list. */
  | 'between'
  | 'text'
  | 'value';

class MixedSplitter implements Splitter {
  private readonly collected: Collector;
  private readonly scanner = valueScanner();
  private mode: Mode = 'start';
  private blankSoFar = true;
  /** The depth of the list whose elements are emitted one by one, or 0 outside of one. */
  private list = 0;
  /** The rest of an object whose `events` were taken out: nothing in it is an event. */
  private discarding = false;

  constructor(
    emit: (unit: Unit) => void,
    private readonly take: TakeLine,
  ) {
    this.collected = collector(emit);
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.mode === 'value') at = this.value(chunk, at);
      else if (this.mode === 'text') at = this.text(chunk, at);
      else if (this.mode === 'start') at = this.start(chunk, at);
      else at = this.between(chunk[at] as number, at);
    }
  }

  end(): void {
    if (this.mode === 'text') this.collected.finish('text');
    else if (this.mode === 'value' || this.list > 0) this.collected.finish('cut');
  }

  private value(chunk: Buffer, from: number): number {
    const { at, why } = this.scanner.scan(chunk, from);
    if (!this.discarding) this.collected.add(chunk, from, at, commandLimits.inputValueBytesMax);
    if (why === 'closed') this.finishValue('value');
    else if (why === 'cut') {
      this.finishValue('cut');
      if (this.list > 0 && chunk[at] === OPEN_OBJECT) return at;
      this.list = 0;
      this.mode = 'start';
    } else if (why === 'events' && !this.discarding) {
      this.collected.drop();
      this.enterList(2);
    }
    return at;
  }

  private finishValue(kind: 'value' | 'cut'): void {
    if (!this.discarding) this.collected.finish(kind);
    this.discarding = false;
    this.mode = 'between';
  }

  private text(chunk: Buffer, from: number): number {
    const behind = this.collected.addLine(chunk, from);
    if (behind === null) return chunk.length;
    this.mode = 'start';
    return behind;
  }

  private start(chunk: Buffer, at: number): number {
    const byte = chunk[at];
    if (byte === undefined || byte === NEWLINE || (this.blankSoFar && isBlank(byte))) return at + 1;
    const isFirst = this.blankSoFar;
    this.blankSoFar = false;
    if (byte === OPEN_LIST && isFirst) {
      this.enterList(1);
      return at + 1;
    }
    if (byte !== OPEN_OBJECT) {
      this.mode = 'text';
      return at;
    }
    const behind = this.take(chunk, at);
    if (behind === null) this.beginValue(0);
    return behind ?? at;
  }

  private between(byte: number, at: number): number {
    // A list of lists is what `get-query-results` calls its results.
    if (byte === OPEN_OBJECT || (byte === OPEN_LIST && this.list > 0)) {
      this.beginValue(this.list);
      return at;
    }
    if (this.list > 0) {
      if (byte === CLOSE_LIST) this.leaveList();
    } else if (byte === NEWLINE) this.mode = 'start';
    else if (!isBlank(byte) && byte !== COMMA) {
      this.mode = 'text';
      return at;
    }
    return at + 1;
  }

  private enterList(depth: number): void {
    this.list = depth;
    this.mode = 'between';
  }

  /** What stands around a list that was the value of `events` is an object, which goes on. */
  private leaveList(): void {
    const open = this.list - 1;
    this.list = 0;
    this.discarding = open > 0;
    if (this.discarding) this.beginValue(0, open);
  }

  private beginValue(around: number, open = around): void {
    this.mode = 'value';
    this.scanner.begin(open, around);
  }
}

/** Gathers the bytes of one unit over chunks, up to its bound; beyond it the bytes are counted and forgotten. */
interface Collector {
  add(chunk: Buffer, from: number, to: number, bytesMax: number): void;
  /** @returns the position behind the line, or null where the chunk ends before it does */
  addLine(chunk: Buffer, from: number): number | null;
  finish(kind: 'text' | 'value' | 'cut'): void;
  drop(): void;
  isEmpty(): boolean;
}

function collector(emit: (unit: Unit) => void): Collector {
  let parts: Buffer[] = [];
  let size = 0;
  let overlong = false;
  const drop = () => {
    parts = [];
    size = 0;
    overlong = false;
  };
  const add = (chunk: Buffer, from: number, to: number, bytesMax: number) => {
    if (to <= from) return;
    size += to - from;
    overlong ||= size > bytesMax;
    if (overlong) parts = [];
    // Who gave the chunk may fill it again when all of it was read.
    else parts.push(to < chunk.length ? chunk.subarray(from, to) : Buffer.from(chunk.subarray(from, to)));
  };
  const finish = (kind: 'text' | 'value' | 'cut') => {
    if (overlong) emit({ kind: 'overlong', bytes: size });
    else {
      const [only] = parts;
      const bytes = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
      // Invalid UTF-8 becomes replacement characters: the record may still be readable.
      const text = bytes.toString('utf8').replace(/\r$/, '');
      if (kind !== 'text' || text.trim() !== '') emit({ kind, text });
    }
    drop();
  };
  return {
    add,
    addLine(chunk, from) {
      const at = chunk.indexOf(NEWLINE, from);
      add(chunk, from, at < 0 ? chunk.length : at, commandLimits.inputLineBytesMax);
      if (at < 0) return null;
      finish('text');
      return at + 1;
    },
    finish,
    drop,
    isEmpty: () => size === 0,
  };
}
