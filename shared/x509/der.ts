/**
 * Reads DER (X.690) into plain nodes with their bytes, and enforces DER's own rules, such as definite lengths in the
 * shortest form. It is small because ingest loads it at start. Every function throws `DerError` on bytes that are not
 * DER; the callers turn it into data.
 */

import { limits } from '../base/limits.js';

export class DerError extends Error {
  override readonly name = 'DerError';
}

/** Tag classes: the two highest bits of the first octet. */
const UNIVERSAL = 0;
export const CONTEXT = 2;

/** Universal tags used in certificates. */
export const TAG = {
  boolean: 1,
  integer: 2,
  bitString: 3,
  octetString: 4,
  null: 5,
  oid: 6,
  utf8String: 12,
  sequence: 16,
  set: 17,
  numericString: 18,
  printableString: 19,
  teletexString: 20,
  ia5String: 22,
  utcTime: 23,
  generalizedTime: 24,
  visibleString: 26,
  universalString: 28,
  bmpString: 30,
} as const;

/** One element. `raw` is the whole encoding, `content` what follows the header; both are views, never copies. */
export interface DerNode {
  /** 0 universal, 1 application, 2 context, 3 private. */
  readonly tagClass: number;
  readonly tag: number;
  readonly constructed: boolean;
  readonly raw: Uint8Array;
  readonly content: Uint8Array;
  readonly children: readonly DerNode[];
}

/**
 * Reads exactly one DER element that fills `bytes` (X.690, 8.1 and 10.1). The whole encoding is checked at once; nodes
 * are created when they are needed, because only a few fields of most certificates are read.
 */
export function readDer(bytes: Uint8Array): DerNode {
  if (bytes.length > limits.certificateBytesMax) throw new DerError(`more than ${limits.certificateBytesMax} bytes`);
  const end = check(bytes, 0, bytes.length, limits.derDepthMax, { nodes: limits.derNodesMax });
  if (end !== bytes.length) throw new DerError(`${bytes.length - end} byte(s) after the end`);
  return new Element(bytes, 0);
}

/**
 * The elements at the start of `bytes`, down to `depth` levels, as far as they are complete. Used to find out which
 * certificate a damaged block contains. The last element may be truncated.
 */
export function readDamaged(bytes: Uint8Array): DerNode | null {
  try {
    return new Element(bytes, 0, true);
  } catch (error) {
    if (error instanceof DerError) return null;
    throw error;
  }
}

interface Header {
  readonly first: number;
  readonly tag: number;
  readonly contentStart: number;
  readonly end: number;
}

function headerAt(bytes: Uint8Array, start: number): Header {
  const first = octetAt(bytes, start);
  let tag = first & 0x1f;
  let at = start + 1;
  if (tag === 0x1f) ({ number: tag, end: at } = readLongTag(bytes, at));
  const short = octetAt(bytes, at);
  if (short < 0x80) return { first, tag, contentStart: at + 1, end: at + 1 + short };
  const { length, end } = readLength(bytes, at);
  return { first, tag, contentStart: end, end: end + length };
}

/** @param left how many more elements may be read */
function check(bytes: Uint8Array, start: number, limit: number, depth: number, left: { nodes: number }): number {
  if (depth === 0) throw new DerError(`nested deeper than ${limits.derDepthMax}`);
  if (left.nodes-- === 0) throw new DerError(`more than ${limits.derNodesMax} elements`);
  const { first, contentStart, end } = headerAt(bytes, start);
  if (end > limit || contentStart > limit) throw new DerError('not valid ASN.1: cut short');
  if ((first & 0x20) !== 0) for (let at = contentStart; at < end; ) at = check(bytes, at, end, depth - 1, left);
  return end;
}

class Element implements DerNode {
  readonly tagClass: number;
  readonly tag: number;
  readonly constructed: boolean;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #contentStart: number;
  readonly #end: number;
  readonly #mayBeCut: boolean;

  constructor(bytes: Uint8Array, start: number, mayBeCut = false) {
    const { first, tag, contentStart, end } = headerAt(bytes, start);
    this.tagClass = first >> 6;
    this.tag = tag;
    this.constructed = (first & 0x20) !== 0;
    this.#bytes = bytes;
    this.#start = start;
    this.#contentStart = contentStart;
    this.#end = mayBeCut ? Math.min(end, bytes.length) : end;
    this.#mayBeCut = mayBeCut;
  }

  get raw(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  get content(): Uint8Array {
    return this.#bytes.subarray(this.#contentStart, this.#end);
  }

  /** Not cached: a bundle has thousands of elements, and few are read twice. */
  get children(): readonly DerNode[] {
    const children: DerNode[] = [];
    for (let at = this.#contentStart; this.constructed && at < this.#end; ) {
      if (this.#mayBeCut && children.length > limits.derDepthMax) break;
      try {
        const child: Element = new Element(this.#bytes, at, this.#mayBeCut);
        children.push(child);
        at = child.#end;
      } catch (error) {
        if (this.#mayBeCut && error instanceof DerError) break;
        throw error;
      }
    }
    return children;
  }
}

function octetAt(bytes: Uint8Array, at: number): number {
  const octet = bytes[at];
  if (octet === undefined) throw new DerError('not valid ASN.1: cut short');
  return octet;
}

/**
 * Tag numbers from 31 on, with seven bits in each octet. Certificates do not use them; no standard needs more than two
 * octets.
 */
function readLongTag(bytes: Uint8Array, start: number): { readonly number: number; readonly end: number } {
  const first = octetAt(bytes, start);
  if (first < 0x80) {
    if (first < 31) throw new DerError('tag not in its shortest form');
    return { number: first, end: start + 1 };
  }
  const second = octetAt(bytes, start + 1);
  if (first === 0x80 || second >= 0x80) throw new DerError('tag number too large or not in its shortest form');
  return { number: (first & 0x7f) * 128 + second, end: start + 2 };
}

/** A definite length in the shortest form, as DER requires. */
function readLength(bytes: Uint8Array, start: number): { readonly length: number; readonly end: number } {
  const first = octetAt(bytes, start);
  if (first < 0x80) return { length: first, end: start + 1 };
  if (first === 0x80) throw new DerError('indefinite length, which DER forbids');
  const octets = first & 0x7f;
  // Four octets hold more than any certificate's length.
  if (octets > 4) throw new DerError('length longer than anything that is read');
  let length = 0;
  for (let at = 1; at <= octets; at++) length = length * 256 + octetAt(bytes, start + at);
  const shortest = length < 0x80 ? 0 : Math.ceil((32 - Math.clz32(length)) / 8);
  if (octets !== shortest) throw new DerError('length not in its shortest form');
  return { length, end: start + 1 + octets };
}

export function isUniversal(node: DerNode | undefined, tag: number): node is DerNode {
  return node?.tagClass === UNIVERSAL && node.tag === tag;
}

export function isContext(node: DerNode | undefined, tag: number): node is DerNode {
  return node?.tagClass === CONTEXT && node.tag === tag;
}

/**
 * Returns the node if it has the universal tag. `what` is used in the error message.
 * @throws DerError
 */
export function expectTag(node: DerNode | undefined, tag: number, what: string): DerNode {
  if (!isUniversal(node, tag)) throw new DerError(`${what} is missing or of the wrong type`);
  return node;
}

/** The octets of an object identifier that has a dotted form. @throws DerError */
export function checkedOid(content: Uint8Array): Uint8Array {
  if (content.length > limits.oidBytesMax) throw new DerError('object identifier too long');
  let open = false;
  for (const byte of content) {
    if (!open && byte === 0x80) throw new DerError('object identifier with a padded arc');
    open = byte > 0x7f;
  }
  if (open || content.length === 0) throw new DerError('object identifier cut short');
  return content;
}

/** Dotted form; arcs of any size. @throws DerError */
export function oidText(content: Uint8Array): string {
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const byte of checkedOid(content)) {
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    if (byte > 0x7f) continue;
    arcs.push(arc);
    arc = 0n;
  }
  const [first = 0n, ...rest] = arcs;
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...rest].join('.');
}

export function boolean(node: DerNode): boolean {
  if (node.content.length !== 1) throw new DerError('boolean of the wrong length');
  return node.content[0] !== 0;
}

/** The content of a bit string without its count of unused bits, which must be zero bits (X.690, 11.2.1). */
export function bitString(node: DerNode): Uint8Array {
  const { constructed, content } = node;
  const [unused] = content;
  if (constructed || unused === undefined) throw new DerError('bit string cut short');
  const last = content.at(-1) ?? 0;
  if (unused > 7 || (unused > 0 && (content.length === 1 || (last & (2 ** unused - 1)) !== 0)))
    throw new DerError('bit string with a wrong count of unused bits');
  return content.subarray(1);
}

/** A bit string without unused bits, as for signatures. */
export function octetString(node: DerNode): Uint8Array {
  const octets = bitString(node);
  if (node.content[0] !== 0) throw new DerError('bit string that ends within an octet');
  return octets;
}

/** The content of an INTEGER, which must be in its shortest form (X.690, 8.3.2); OpenSSL requires this too. */
export function integerContent(node: DerNode | undefined, what: string): Uint8Array {
  return shortestInteger(expectTag(node, TAG.integer, what).content, what);
}

export function shortestInteger(content: Uint8Array, what: string): Uint8Array {
  const [first, second] = content;
  if (first === undefined) throw new DerError(`${what} is empty`);
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)))
    throw new DerError(`${what} is padded, which DER forbids`);
  return content;
}

/**
 * A two's complement number as OpenSSL prints it: upper-case hexadecimal, no leading zero octet, `-` before a negative
 * number.
 */
export function serialText(content: Uint8Array): string {
  if ((content[0] ?? 0) <= 127)
    return hex(content.length > 1 && content[0] === 0 ? content.subarray(1) : content).toUpperCase();
  const magnitude = (1n << BigInt(content.length * 8)) - BigInt(`0x${hex(content)}`);
  const digits = magnitude.toString(16).toUpperCase();
  return `-${digits.length % 2 === 1 ? '0' : ''}${digits}`;
}

const utf8 = new TextDecoder('utf-8');
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text of a string type; null if the node is another type. As in OpenSSL, all one-octet string types are read as
 * Latin-1.
 * @throws DerError for octets that are invalid in the type
 */
export function stringText(node: DerNode): string | null {
  if (node.tagClass !== UNIVERSAL || node.constructed) return null;
  switch (node.tag) {
    case TAG.utf8String:
      return decodeUtf8(node.content);
    case TAG.printableString:
    case TAG.numericString:
    case TAG.ia5String:
    case TAG.visibleString:
    case TAG.teletexString:
      return latin1(node.content);
    case TAG.bmpString:
      return codePoints(node.content, 2);
    case TAG.universalString:
      return codePoints(node.content, 4);
    default:
      return null;
  }
}

export function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}

function decodeUtf8(bytes: Uint8Array): string {
  // Names are short and nearly always ASCII; a decoder costs more than this test.
  if (bytes.every((byte) => byte < 0x80)) return latin1(bytes);
  try {
    return strictUtf8.decode(bytes);
  } catch (error) {
    throw new DerError('text that is not valid UTF-8', { cause: error });
  }
}

function codePoints(bytes: Uint8Array, width: 2 | 4): string {
  if (bytes.length % width !== 0) throw new DerError('text cut within a character');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at + width <= bytes.length; at += width) {
    if (width === 2) text += String.fromCharCode(view.getUint16(at));
    else {
      const code = view.getUint32(at);
      if (code > 0x10ffff) throw new DerError('text with a character that does not exist');
      text += String.fromCodePoint(code);
    }
  }
  return wellFormed(text);
}

const encoder = new TextEncoder();

/** The text with U+FFFD in place of lone surrogates. */
export function wellFormed(text: string): string {
  return /[\uD800-\uDFFF]/.test(text) ? utf8.decode(encoder.encode(text)) : text;
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
