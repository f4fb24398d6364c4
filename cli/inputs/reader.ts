/** Reads one file's bytes: takes a first look, then cuts and interprets. */

import { MtlsWatchError } from '../../shared/base/errors.js';
import type { InputSource } from './files.js';
import { interpreter } from './interpret.js';
import type { InputItem } from './item.js';
import { HEAD_BYTES, sniff } from './sniff.js';
import { lineSplitter, type Splitter, splitter, type Unit } from './split.js';
import { eventWindow } from './window.js';

export interface FileReader {
  /** @throws MtlsWatchError `unreadable-input` when the first bytes are no log */
  push(chunk: Buffer): void;
  /**
   * Hands on what is still held.
   * @throws MtlsWatchError `unreadable-input` when the file as a whole is no log
   */
  end(): void;
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

export function fileReader(source: InputSource, emit: (item: InputItem) => void): FileReader {
  const window = eventWindow(source.base, (batch) => emit({ kind: 'batch', batch }));
  const interpreted = interpreter(window, emit);
  let head: Buffer | null = Buffer.alloc(0);
  let units: Splitter | null = null;

  const take = (unit: Unit) => interpreted.take(unit);
  const begin = (first: Buffer): Splitter => {
    head = null;
    const { layout, firstAt } = sniff(first);
    interpreted.begin(layout, firstAt ?? source.writtenAt);
    const started = layout === 'dated' ? lineSplitter(take) : splitter(take);
    started.push(first.subarray(0, 3).equals(BOM) ? first.subarray(3) : first);
    return started;
  };

  return {
    push(chunk) {
      if (units !== null) units.push(chunk);
      else {
        head = head === null || head.length === 0 ? chunk : Buffer.concat([head, chunk]);
        if (head.length >= HEAD_BYTES) units = begin(head);
      }
    },
    end() {
      // A file that failed its first look was reported already.
      if (units === null && head === null) return;
      units ??= begin(head ?? Buffer.alloc(0));
      units.end();
      interpreted.end();
      if (window.events() === 0 && interpreted.known() === 0) {
        window.forget();
        throw new MtlsWatchError(
          'unreadable-input',
          'nothing in it looks like a log of API Gateway; expected log lines, an export or a payload',
        );
      }
      window.flush();
    },
  };
}
