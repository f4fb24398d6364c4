/**
 * Reads PEM tolerantly: from access logs, which escape newlines in different ways, and from bundle files that people
 * edited by hand. Nothing throws: what cannot be read is an entry with its line number.
 */

import { limits } from '../base/limits.js';

/** The bytes of a certificate from a log or a file, or the reason why there are none. */
export type PemResult =
  | { readonly kind: 'der'; readonly der: Uint8Array }
  | { readonly kind: 'broken'; readonly detail: string };

/** The contents of a bundle file, in order. Lines count from 1 and are those where the entry begins. */
export type BundleEntry =
  | { readonly kind: 'certificate'; readonly line: number; readonly der: Uint8Array }
  /** A block of another kind, such as a private key. */
  | { readonly kind: 'other-label'; readonly line: number; readonly label: string }
  /** A block without an end, or one that is not base64. */
  | { readonly kind: 'broken'; readonly line: number; readonly detail: string }
  /**
   * Text between the blocks, such as comments of tools; if it contains a line of base64, it may be a block without
   * marks.
   */
  | { readonly kind: 'text'; readonly line: number; readonly characters: number; readonly base64: boolean };

export interface Bundle {
  readonly entries: readonly BundleEntry[];
  /** True when the file holds more blocks than are read. */
  readonly truncated: boolean;
}

const MARK = '-----';
const BEGIN = '-----BEGIN ';
const CERTIFICATE_LABELS: ReadonlySet<string> = new Set(['CERTIFICATE', 'X509 CERTIFICATE']);

/**
 * The first certificate in a text from a log: with `\n` escapes, raw newlines, CRLF, spaces instead of newlines or
 * none, with or without BEGIN and END lines.
 */
export function readLoggedPem(text: string): PemResult {
  if (text.length > limits.pemCharsMax) return broken(`longer than ${limits.pemCharsMax} characters`);
  const begin = text.indexOf(BEGIN);
  if (begin === -1) return decode(text);
  const labelEnd = text.indexOf(MARK, begin + BEGIN.length);
  if (labelEnd === -1) return broken('the BEGIN line is cut short');
  const end = text.indexOf(MARK, labelEnd + MARK.length);
  return end === -1 ? broken('no END line: cut short') : decode(text.slice(labelEnd + MARK.length, end));
}

/** The usual form: lines of 64 characters, newline at the end. */
export function pemOf(der: Uint8Array): string {
  const base64 = Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('base64');
  return `${BEGIN}CERTIFICATE-----\n${base64.replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
}

/** Reads a bundle. Blocks are found at any position, so a file that lost its newlines is read too. */
export function readBundle(text: string): Bundle {
  const entries: BundleEntry[] = [];
  const lineAt = lineCounter(text);
  let at = 0;
  let blocks = 0;
  while (at < text.length) {
    const begin = indexOrEnd(text, BEGIN, at);
    addText(entries, text, at, begin, lineAt);
    if (begin === text.length) break;
    if (++blocks > limits.truststoreBlocksMax) return { entries, truncated: true };
    const block = readBlock(text, begin);
    entries.push({ ...block.entry, line: lineAt(begin) });
    at = block.next;
  }
  return { entries, truncated: false };
}

type WithoutLine<T> = T extends unknown ? Omit<T, 'line'> : never;

function readBlock(text: string, begin: number): { entry: WithoutLine<BundleEntry>; next: number } {
  const labelStart = begin + BEGIN.length;
  const labelEnd = indexOrEnd(text, MARK, labelStart);
  const label = text.slice(labelStart, labelEnd);
  if (!/^[A-Z0-9 #]{1,64}$/.test(label)) {
    return { entry: { kind: 'broken', detail: 'the BEGIN line is cut short' }, next: labelStart };
  }
  const bodyStart = labelEnd + MARK.length;
  const bodyEnd = indexOrEnd(text, MARK, bodyStart);
  const closing = `-----END ${label}-----`;
  if (!text.startsWith(closing, bodyEnd)) {
    return { entry: { kind: 'broken', detail: `BEGIN ${label} without its END line` }, next: nextBegin(text, bodyEnd) };
  }
  const next = bodyEnd + closing.length;
  if (!CERTIFICATE_LABELS.has(label)) return { entry: { kind: 'other-label', label }, next };
  const body = decode(text.slice(bodyStart, bodyEnd));
  return { entry: body.kind === 'der' ? { kind: 'certificate', der: body.der } : body, next };
}

/** Where to continue after a block without an end: at the next BEGIN, or after the wrong END line. */
function nextBegin(text: string, mark: number): number {
  if (text.startsWith(BEGIN, mark) || mark === text.length) return mark;
  return Math.min(text.length, indexOrEnd(text, MARK, mark + MARK.length) + MARK.length);
}

function addText(entries: BundleEntry[], text: string, from: number, to: number, lineAt: (at: number) => number): void {
  const between = text.slice(from, to).replace(/(?:\\[nr])+/g, (escapes) => ' '.repeat(escapes.length));
  const blank = between.search(/\S/);
  if (blank === -1) return;
  const base64 = /^[A-Za-z0-9+/]{60,76}$/m.test(between);
  entries.push({ kind: 'text', line: lineAt(from + blank), characters: between.trim().length, base64 });
}

function indexOrEnd(text: string, part: string, from: number): number {
  const at = text.indexOf(part, from);
  return at === -1 ? text.length : at;
}

/** Line numbers of ascending positions, in one pass over the text. CRLF, LF and CR end a line. */
function lineCounter(text: string): (at: number) => number {
  const newline = /\r\n|\n|\r/g;
  let line = 1;
  let next = newline.exec(text)?.index ?? text.length;
  return (at) => {
    while (next < at) {
      line++;
      next = newline.exec(text)?.index ?? text.length;
    }
    return line;
  };
}

function decode(body: string): PemResult {
  const base64 = body.replace(/\\{1,4}(?:u000[ad]|[nrt])/gi, '').replace(/[\s\\]+/g, '');
  const digits = /^([A-Za-z0-9+/]*)={0,2}$/.exec(base64)?.[1];
  if (digits === undefined) return broken('not base64');
  if (digits.length < 2) return broken('the block is empty');
  return { kind: 'der', der: new Uint8Array(Buffer.from(digits, 'base64')) };
}

function broken(detail: string): PemResult {
  return { kind: 'broken', detail };
}
