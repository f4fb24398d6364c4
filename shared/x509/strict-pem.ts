/**
 * Reads a CA bundle as strictly as TLS servers do: RFC 7468 as implemented by OpenSSL and Java's CertificateFactory. A
 * block that only a tolerant reader would find is `damaged`, with its line and remedy, because API Gateway accepts the
 * upload of such a truststore and then refuses every client below that CA. For certificates from logs, see `pem.ts`.
 */

import { limits } from '../base/limits.js';
import { say } from '../model/phrases.js';
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

/** The contents of a bundle, in order. Lines count from 1 and are those where the entry begins. */
export type StrictEntry =
  | { readonly kind: 'certificate'; readonly line: number; readonly der: Uint8Array }
  /** A block of another kind, such as a private key. */
  | { readonly kind: 'other-label'; readonly line: number; readonly label: string }
  /** Meant as a block, but not read by every reader. */
  | ({ readonly kind: 'damaged'; readonly line: number } & Damage)
  /** Text between the blocks that Java reads as a block, and therefore rejects the whole file. */
  | ({ readonly kind: 'misleading'; readonly line: number } & Damage)
  /**
   * Text between the blocks, such as comments of tools; if it contains a line of base64, it may be a block without
   * marks.
   */
  | { readonly kind: 'text'; readonly line: number; readonly characters: number; readonly base64: boolean };

export interface StrictBundle {
  readonly entries: readonly StrictEntry[];
  /** True when the file holds more blocks than are read. */
  readonly truncated: boolean;
}

const CERTIFICATE_LABELS: ReadonlySet<string> = new Set(['CERTIFICATE', 'X509 CERTIFICATE']);
const BYTE_ORDER_MARK = /^(?:\u00EF\u00BB\u00BF|\uFEFF)/;

/** @param text the file, one character a byte or decoded; only ASCII characters matter */
export function readStrictBundle(text: string): StrictBundle {
  const entries: StrictEntry[] = [];
  const { next, bodyAsTheyAre } = lineReader(text);
  let between: NumberedLine[] = [];
  let isOpen = false;
  for (let line = next(); line !== null && entries.length <= limits.truststoreBlocksMax; line = next()) {
    // OpenSSL accepts a byte order mark only where it starts to look for a block.
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
  /** Returns the next line at each call, null after the last. As in OpenSSL, LF ends a line. */
  readonly next: () => NumberedLine | null;
  /** The base64 of a block in the usual form, with its END line; null, without reading anything, for any other form. */
  readonly bodyAsTheyAre: () => string | null;
}

/** Lines of 64 characters and a shorter last one, in which nothing but the length can be wrong. */
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

/** Without trailing white space as both readers define it. Java does not ignore other invisible characters. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\r\f\v'.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** The label of a BEGIN line; null for any other line, and for one with more than one mark. */
function labelOf(line: string): string | null {
  if (line.length <= 16 || !line.startsWith('-----BEGIN ') || !line.endsWith('-----')) return null;
  const label = line.slice(11, -5);
  return label.includes('--') || label.includes('\r') ? null : label;
}

interface Block {
  readonly entries: readonly StrictEntry[];
  /** Whether its last line also began another block, which readers do not see. */
  readonly isOpen: boolean;
}

/** Reads the lines of a block up to where OpenSSL rejects or completes it (`PEM_read_bio`). */
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

/**
 * The text between two blocks.
 * @param open whether a block that readers do not see began there
 */
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

/** Java's CertificateFactory starts a block at five dashes, or at the tag of a SEQUENCE, which is the character `0`. */
function misleadingIn(text: string, isFirst: boolean): Damage | null {
  if (text.startsWith('-----')) {
    return {
      what: say`a line that begins with five dashes is no mark of a block: Java refuses the whole file for it`,
      cure: say`Begin the line with another character, such as #, or take it out.`,
    };
  }
  if (!isFirst || !text.startsWith('0')) return null;
  return {
    what: say`text that begins with the digit 0 right where a block may begin: Java takes it for binary and refuses the whole file`,
    cure: say`Begin the line with another character, such as #, or take it out.`,
  };
}
