/** Reads one file's bytes: recognises the format from the first bytes, then splits and interprets the rest. */

import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import type { RecordFormat } from '../../shared/logs/record-format.js';
import { NEWLINE } from './characters.js';
import { csvReader } from './csv.js';
import type { InputSource } from './files.js';
import { timeFirst } from './forms.js';
import { type Interpreter, interpreter } from './interpret.js';
import type { InputItem } from './item.js';
import { LINE_FROM, LINE_TO, type Marks, markedSuccess, NAMELESS, NAMES_AT, type PlainSuccess, ROW } from './marks.js';
import { pipedTable } from './pipes.js';
import { lineMarker } from './plain.js';
import { fieldRows, rows } from './rows.js';
import type { Seen } from './seen.js';
import { HEAD_BYTES, type Layout, sniff, withoutColours } from './sniff.js';
import { lineSplitter, type Splitter, splitter, type TakeLine, type Unit } from './split.js';
import { eventWindow } from './window.js';

export interface FileReader {
  /**
   * @param chunk may be filled again afterwards
   * @param marks the plain lines in it; null where they are not known yet
   * @throws MtlsWatchError `unreadable-input` if the first bytes are not a log
   */
  push(chunk: Buffer, marks?: Marks | null): Promise<void>;
  /**
   * Emits what is still buffered.
   * @throws MtlsWatchError `unreadable-input` if the file as a whole is not a log
   */
  end(): Promise<void>;
}

/** Splits the rest of a file in a known format. */
interface Cutter {
  push(chunk: Buffer, marks: Marks | null): void | Promise<void>;
  end(): void | Promise<void>;
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const NOTHING: Buffer = Buffer.alloc(0);

/**
 * @param format the format of access records, if known
 * @param seen leaves out what was there before and what nobody looks at; see `eventWindow`
 * @param isCareful whether no line is taken as a whole: slower, with the same result
 */
export function fileReader(
  source: InputSource,
  format: RecordFormat | null,
  emit: (item: InputItem) => void,
  seen: Seen | null = null,
  isCareful = false,
): FileReader {
  const window = eventWindow(
    source.base,
    (batch, left, more) => emit({ kind: 'batch', batch, more, ...(seen !== null && { left }) }),
    seen,
  );
  const interpreted = interpreter(window, format, emit);
  let head: Buffer | null = NOTHING;
  let cutter: Cutter | null = null;

  const begin = async (first: Buffer, marks: Marks | null): Promise<Cutter> => {
    head = null;
    const { layout, firstAt } = sniff(first, format);
    interpreted.begin(layout, firstAt ?? source.writtenAt);
    const started = cutterFor(layout, interpreted, isCareful);
    if (first.subarray(0, BOM.length).equals(BOM)) await started.push(first.subarray(BOM.length), null);
    else await started.push(first, marks);
    return started;
  };

  return {
    async push(chunk, marks = null) {
      if (cutter !== null) await cutter.push(chunk, marks);
      else if (head?.length === 0 && chunk.length >= HEAD_BYTES) cutter = await begin(chunk, marks);
      else {
        head = Buffer.concat([head ?? NOTHING, chunk]);
        if (head.length >= HEAD_BYTES) cutter = await begin(head, null);
      }
    },
    async end() {
      // The failed recognition of the format was reported already.
      if (cutter === null && head === null) return;
      cutter ??= await begin(head ?? NOTHING, null);
      await cutter.end();
      interpreted.end();
      if (window.events() === 0 && interpreted.known() === 0) {
        window.forget();
        throw new MtlsWatchError(
          'unreadable-input',
          'nothing in it looks like a log of API Gateway, CloudFront or a load balancer; expected log lines, an export or a payload',
        );
      }
      window.flush();
    },
  };
}

function cutterFor(layout: Layout, { take, row, reject, object, passed }: Interpreter, isCareful: boolean): Cutter {
  switch (layout.kind) {
    case 'mixed': {
      if (isCareful) return splitter(take);
      const plain = plainLines(passed, false);
      const lineAt = (chunk: Buffer, from: number): number | null => {
        const to = chunk.indexOf(NEWLINE, from);
        return to > from && object(chunk, from, to) ? to + 1 : null;
      };
      return plain.before(splitter(take, (chunk, from) => plain.take(chunk, from) ?? lineAt(chunk, from)));
    }
    case 'records':
      return lineSplitter(take);
    case 'lines': {
      if (isCareful || layout.form !== timeFirst) return lineSplitter(take);
      const plain = plainLines(passed, true);
      return plain.before(lineSplitter(take, plain.take));
    }
    case 'joined':
      return lineSplitter(
        eachText(take, (text) => {
          for (const one of text.split(/\t(?=[({])/)) take({ kind: one.startsWith('{') ? 'value' : 'text', text: one });
        }),
      );
    case 'fields': {
      const fields = fieldRows(row);
      const lines = fieldLines(fields.take);
      const units = lineSplitter(eachText(take, lines.line));
      return ended(units, lines.end, fields.end);
    }
    case 'csv':
      return csvReader(layout, rows(row, reject, layout.delimiter), reject);
    case 'piped': {
      const table = pipedTable(rows(row, reject, '|'), limits.eventCharsMax);
      return ended(lineSplitter(eachText(take, (text) => table.line(withoutColours(text)))), table.end);
    }
  }
}

interface PlainLines {
  /** Looks at each chunk before it is cut. */
  before(cutter: Splitter): Cutter;
  readonly take: TakeLine;
}

/** Takes the plain lines of one of the two forms out of chunks. */
function plainLines(passed: (success: PlainSuccess) => void, areExported: boolean): PlainLines {
  const mark = lineMarker();
  let marks: Marks = { rows: new Int32Array(), names: [] };
  let at = 0;
  return {
    before: (cutter) => ({
      push(chunk, known) {
        // Where there is no marker the checksums of another thread's marks are not those of this one.
        if (mark !== null) marks = known ?? mark(chunk);
        at = 0;
        cutter.push(chunk);
      },
      end: () => cutter.end(),
    }),
    take(chunk, from) {
      const { rows } = marks;
      while ((rows[at + LINE_FROM] ?? Number.POSITIVE_INFINITY) < from) at += ROW;
      if (rows[at + LINE_FROM] !== from || (rows[at + NAMES_AT] === NAMELESS) !== areExported) return null;
      passed(markedSuccess(chunk, marks, at));
      return (rows[at + LINE_TO] ?? 0) + 1;
    },
  };
}

/** Passes text lines to `onText`, and all other units on unchanged. */
const eachText = (take: (unit: Unit) => void, onText: (text: string) => void) => (unit: Unit) => {
  if (unit.kind === 'text') onText(unit.text);
  else take(unit);
};

const ended = (cutter: Cutter, ...ends: readonly (() => void)[]): Cutter => ({
  push: cutter.push,
  async end() {
    await cutter.end();
    for (const end of ends) end();
  },
});

/**
 * Lines of `RESULTS`, field and value, separated by tabs; a value of several lines continues until the next such line.
 */
function fieldLines(onField: (field: string, value: string) => void): { line(text: string): void; end(): void } {
  let open: { readonly field: string; readonly lines: string[]; chars: number } | null = null;
  const end = () => {
    if (open !== null) onField(open.field, open.lines.join('\n'));
    open = null;
  };
  return {
    line(text) {
      const [, field, value = ''] = /^RESULTS\t([^\t]{1,512})\t(.*)$/s.exec(text) ?? [];
      if (field !== undefined) {
        end();
        open = { field, lines: [value], chars: value.length };
      } else if (/^STATISTICS\t/.test(text)) end();
      else if (open !== null && open.chars <= limits.eventCharsMax) {
        open.chars += text.length;
        open.lines.push(text);
      }
    },
    end,
  };
}
