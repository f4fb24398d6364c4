/** Tells from the first bytes of a file, never from its name, how to read the rest. */

import { MtlsWatchError } from '../../shared/base/errors.js';
import { timeInText } from './records.js';

/** As many bytes as the first look takes: a pretty-printed head and several access records fit. */
export const HEAD_BYTES = 64 * 1024;

export interface Sniffed {
  /** `dated`: every event starts with an ISO timestamp, so only lines matter. `mixed`: JSON values and bare lines. */
  readonly layout: 'dated' | 'mixed';
  /** The first request time that the head tells, for lines before it that carry none. */
  readonly firstAt: number | null;
}

/** The timestamp of an S3 export (`Z`), of `aws logs tail` (an offset) and of its short format (neither). */
export const DATED_LINE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?)(Z|[+-]\d\d:?\d\d)?[ \t]+/;

/** @throws MtlsWatchError `unreadable-input` for an empty file and for what is no text */
export function sniff(head: Buffer): Sniffed {
  if (head.length === 0) throw new MtlsWatchError('unreadable-input', 'the file is empty');
  const utf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  if (utf16) {
    throw new MtlsWatchError('unreadable-input', 'the text is UTF-16, expected UTF-8; save it again as UTF-8');
  }
  const text = head.toString('utf8').replace(/^\uFEFF/, '');
  // A log may hold a few broken or control characters, binary data is made of them.
  const strange = text.match(/[^\P{Cc}\s]|\uFFFD/gu)?.length ?? 0;
  if (strange * 20 > text.length) {
    throw new MtlsWatchError('unreadable-input', 'holds binary data, expected log text, plain or gzipped');
  }
  const firstLine = text.trimStart().slice(0, 64);
  return {
    layout: DATED_LINE.test(firstLine) ? 'dated' : 'mixed',
    firstAt: timeInText(text),
  };
}
