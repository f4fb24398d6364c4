/** Reads one file's bytes: recognises the format from the first bytes, then splits and interprets the rest. */

import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import type { RecordFormat } from '../../shared/logs/record-format.js';
import { csvReader } from './csv.js';
import type { InputSource } from './files.js';
import { timeFirst } from './forms.js';
import { type Interpreter, interpreter } from './interpret.js';
import type { InputItem } from './item.js';
import { pipedTable } from './pipes.js';
import { exportedSuccesses } from './plain.js';
import { fieldRows, rows } from './rows.js';
import type { Seen } from './seen.js';
import { HEAD_BYTES, type Layout, sniff, withoutColours } from './sniff.js';
import { lineSplitter, splitter, type Unit } from './split.js';
import { eventWindow } from './window.js';

export interface FileReader {
  /** @throws MtlsWatchError `unreadable-input` if the first bytes are not a log */
  push(chunk: Buffer): Promise<void>;
  /**
   * Emits what is still buffered.
   * @throws MtlsWatchError `unreadable-input` if the file as a whole is not a log
   */
  end(): Promise<void>;
}

/** Splits the rest of a file in a known format. */
interface Cutter {
  push(chunk: Buffer): void | Promise<void>;
  end(): void | Promise<void>;
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

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
  let head: Buffer | null = Buffer.alloc(0);
  let cutter: Cutter | null = null;

  const begin = async (first: Buffer): Promise<Cutter> => {
    head = null;
    const { layout, firstAt } = sniff(first, format);
    interpreted.begin(layout, firstAt ?? source.writtenAt);
    const started = cutterFor(layout, interpreted, isCareful);
    await started.push(first.subarray(0, 3).equals(BOM) ? first.subarray(3) : first);
    return started;
  };

  return {
    async push(chunk) {
      if (cutter !== null) await cutter.push(chunk);
      else {
        head = head === null || head.length === 0 ? chunk : Buffer.concat([head, chunk]);
        if (head.length >= HEAD_BYTES) cutter = await begin(head);
      }
    },
    async end() {
      // The failed recognition of the format was reported already.
      if (cutter === null && head === null) return;
      cutter ??= await begin(head ?? Buffer.alloc(0));
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
    case 'mixed':
      return isCareful ? splitter(take) : splitter(take, object);
    case 'records':
      return lineSplitter(take);
    case 'lines': {
      if (isCareful || layout.form !== timeFirst) return lineSplitter(take);
      const find = exportedSuccesses();
      return lineSplitter(take, (line) => {
        const plain = find(line);
        if (plain !== null) passed(plain);
        return plain !== null;
      });
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
