/**
 * Reads a CA bundle as the readers behind TLS servers do: RFC 7468 as OpenSSL and Java's CertificateFactory read it. A block
 * that only a tolerant reader would find is `damaged`, with its line and what to do, because a truststore with such a block
 * is uploaded without a word and then refuses every client below that CA. Certificates from logs are another matter: `pem.ts`.
 */

import { limits } from '../base/limits.js';
import {
  BYTE_ORDER_MARKED,
  type Damage,
  damageOfBody,
  damageOfCut,
  damageOfMark,
  MISSING_BEGIN,
  marksIn,
  type NumberedLine,
  SWALLOWED,
} from './pem-damage.js';

/** What a bundle holds, in its order. Lines count from 1 and are where the entry begins. */
export type StrictEntry =
  | { readonly kind: 'certificate'; readonly line: number; readonly der: Uint8Array }
  /** A block of another kind, such as a private key. */
  | { readonly kind: 'other-label'; readonly line: number; readonly label: string }
  /** What was meant as a block and is read by nobody, or not by every reader. */
  | ({ readonly kind: 'damaged'; readonly line: number } & Damage)
  /** Words between the blocks that Java takes for a block, and refuses the whole file. */
  | ({ readonly kind: 'misleading'; readonly line: number } & Damage)
  /** Words between the blocks, as tools print them for comments; with a line of base64 it may be a block without marks. */
  | { readonly kind: 'text'; readonly line: number; readonly characters: number; readonly base64: boolean };

export interface StrictBundle {
  readonly entries: readonly StrictEntry[];
  /** True when the file holds more blocks than are read. */
  readonly truncated: boolean;
}

const CERTIFICATE_LABELS: ReadonlySet<string> = new Set(['CERTIFICATE', 'X509 CERTIFICATE']);
const BYTE_ORDER_MARK = /^(?:\u00EF\u00BB\u00BF|\uFEFF)/;

/** @param text the file, one character a byte or decoded: what matters of it is ASCII */
export function readStrictBundle(text: string): StrictBundle {
  const entries: StrictEntry[] = [];
  const { next, bodyAsTheyAre } = lineReader(text);
  let between: NumberedLine[] = [];
  let isOpen = false;
  for (let line = next(); line !== null && entries.length <= limits.truststoreBlocksMax; line = next()) {
    // OpenSSL looks for a byte order mark where it begins to look for a block.
    const isMarked = between.length === 0 && BYTE_ORDER_MARK.test(line.text);
    const label = labelOf(isMarked ? line.text.replace(BYTE_ORDER_MARK, '') : line.text);
    if (label === null) {
      between.push(line);
      continue;
    }
    entries.push(...readBetween(between, isOpen));
    if (isMarked) entries.push({ kind: 'damaged', line: line.line, ...BYTE_ORDER_MARKED });
    between = [];
    isOpen = false;
    const body = label === 'CERTIFICATE' ? bodyAsTheyAre() : null;
    if (body !== null) {
      entries.push(certificateIn(line.line, body));
      continue;
    }
    const block = readBlock(line.line, label, next);
    entries.push(...block.entries);
    isOpen = block.isOpen;
  }
  entries.push(...readBetween(between, isOpen));
  return {
    entries: entries.slice(0, limits.truststoreBlocksMax),
    truncated: entries.length > limits.truststoreBlocksMax,
  };
}

interface Lines {
  /** The next line of the text at every call, null behind the last. A line ends with LF, as for OpenSSL. */
  readonly next: () => NumberedLine | null;
  /** The base64 of a block that is written as every tool writes it, END line included; null, and nothing read, for any other. */
  readonly bodyAsTheyAre: () => string | null;
}

/** Full lines of 64 characters and a last one, which nothing can be wrong with but its length. */
const USUAL_BODY = /((?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{1,64}={0,2})\n-----END CERTIFICATE-----(?:\n|$)/y;

function lineReader(text: string): Lines {
  let at = 0;
  let line = 0;
  const bodyAsTheyAre = () => {
    USUAL_BODY.lastIndex = at;
    const [whole = '', body = ''] = USUAL_BODY.exec(text) ?? [];
    const lines = Math.ceil(body.length / 65);
    const last = body.length - 65 * (lines - 1);
    if (body === '' || last > 64 || last % 4 !== 0) return null;
    at += whole.length;
    line += lines + 1;
    return body;
  };
  const next = () => {
    if (at >= text.length) return null;
    const end = text.indexOf('\n', at);
    const whole = text.slice(at, end === -1 ? text.length : end);
    at = end === -1 ? text.length : end + 1;
    line += 1;
    return { text: withoutEnd(whole), line };
  };
  return { next, bodyAsTheyAre };
}

/** Without spaces and what counts as such for both readers; other characters that nobody sees are in the way of Java. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\r\f\v'.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** The label of a BEGIN line; null for any other, and for a line with more than one mark. */
function labelOf(line: string): string | null {
  if (line.length <= 16 || !line.startsWith('-----BEGIN ') || !line.endsWith('-----')) return null;
  const label = line.slice(11, -5);
  return label.includes('--') || label.includes('\r') ? null : label;
}

interface Block {
  readonly entries: readonly StrictEntry[];
  /** Whether its last line began another block, which nobody sees. */
  readonly isOpen: boolean;
}

/** Takes the lines of a block, up to where OpenSSL gives it up or has it whole (`PEM_read_bio`). */
function readBlock(begin: number, label: string, next: () => NumberedLine | null): Block {
  const body: NumberedLine[] = [];
  for (let line = next(); line !== null; line = next()) {
    if (line.text.startsWith('-----END ')) {
      if (line.text === `-----END ${label}-----`) return { entries: wholeBlock(begin, label, body), isOpen: false };
      const damage = damageOfMark(line.text, label);
      return {
        entries: [{ kind: 'damaged', line: line.line, ...damage }],
        isOpen: marksIn(line.text).at(-1) === 'BEGIN',
      };
    }
    body.push(line);
  }
  return { entries: [{ kind: 'damaged', ...damageOfCut(begin, body) }], isOpen: false };
}

function wholeBlock(begin: number, label: string, body: readonly NumberedLine[]): StrictEntry[] {
  const lost = body.filter(({ text }) => labelOf(text) !== null).map(({ line }) => line);
  const swallowed = lost.map((line): StrictEntry => ({ kind: 'damaged', line, ...SWALLOWED }));
  if (!CERTIFICATE_LABELS.has(label)) return [{ kind: 'other-label', line: begin, label }, ...swallowed];
  const damage = damageOfBody(begin, body);
  if (damage !== null) return [{ kind: 'damaged', ...damage }, ...swallowed];
  return [certificateIn(begin, body.map(({ text }) => text).join(''))];
}

function certificateIn(line: number, base64: string): StrictEntry {
  const bytes = Buffer.from(base64, 'base64');
  return { kind: 'certificate', line, der: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/** What stands between two blocks. @param open whether a block began there that nobody sees */
function readBetween(lines: readonly NumberedLine[], open: boolean): StrictEntry[] {
  const entries: StrictEntry[] = [];
  const words: NumberedLine[] = [];
  let isOpen = open;
  for (const [at, { text, line }] of lines.entries()) {
    if (entries.length > limits.truststoreBlocksMax) return entries;
    const marks = marksIn(text);
    if (marks.length > 0) {
      if (marks.includes('BEGIN')) entries.push({ kind: 'damaged', line, ...damageOfMark(text, null) });
      else if (!isOpen) entries.push({ kind: 'damaged', line, ...MISSING_BEGIN });
      isOpen = marks.at(-1) === 'BEGIN';
    } else if (!isOpen && text.trim() !== '') {
      words.push({ text, line });
      const misleading = misleadingIn(text, at === 0);
      if (misleading !== null) entries.push({ kind: 'misleading', line, ...misleading });
    }
  }
  const [first] = words;
  if (first === undefined) return entries;
  const characters = words.reduce((sum, { text }) => sum + text.trim().length, 0);
  const base64 = words.some(({ text }) => /^[A-Za-z0-9+/]{60,}={0,2}$/.test(text.trim()));
  entries.push({ kind: 'text', line: first.line, characters, base64 });
  return entries.sort((a, b) => a.line - b.line);
}

/** Where Java's CertificateFactory believes that a block begins: at five dashes, or at the tag of a SEQUENCE, which is a `0`. */
function misleadingIn(text: string, isFirst: boolean): Damage | null {
  if (text.startsWith('-----')) {
    return {
      what: 'a line that begins with five dashes is no mark of a block: Java refuses the whole file for it',
      cure: 'Begin the line with another character, such as #, or take it out.',
    };
  }
  if (!isFirst || !text.startsWith('0')) return null;
  return {
    what: 'text that begins with the digit 0 right where a block may begin: Java takes it for binary and refuses the whole file',
    cure: 'Begin the line with another character, such as #, or take it out.',
  };
}
