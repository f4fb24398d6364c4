/**
 * Reads DER (X.690) into plain nodes with their bytes, and holds it to DER's own rules: definite, shortest lengths. Small
 * enough to be a part of every function's start. Everything here throws `DerError` on bytes that are not DER; the callers
 * turn it into data.
 */

import { limits } from '../base/limits.js';

export class DerError extends Error {
  override readonly name = 'DerError';
}

/** The classes of tags, as the two highest bits of the first octet tell them. */
export const UNIVERSAL = 0;
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

/** Reads exactly one DER element that fills `bytes` (X.690, 8.1 and 10.1). */
export function readDer(bytes: Uint8Array): DerNode {
  if (bytes.length > limits.certificateBytesMax) throw new DerError(`more than ${limits.certificateBytesMax} bytes`);
  const left = { nodes: limits.derNodesMax };
  const node = readNode(bytes, 0, limits.derDepthMax, left);
  if (node.raw.length !== bytes.length) throw new DerError(`${bytes.length - node.raw.length} byte(s) after the end`);
  return node;
}

/** @param left how many more nodes may be read */
function readNode(bytes: Uint8Array, start: number, depth: number, left: { nodes: number }): DerNode {
  if (depth === 0) throw new DerError(`nested deeper than ${limits.derDepthMax}`);
  if (left.nodes-- === 0) throw new DerError(`more than ${limits.derNodesMax} elements`);
  const first = octetAt(bytes, start);
  const tag = (first & 0x1f) === 0x1f ? readLongTag(bytes, start + 1) : { number: first & 0x1f, end: start + 1 };
  const { length, end: contentStart } = readLength(bytes, tag.end);
  const end = contentStart + length;
  if (end > bytes.length) throw new DerError('not valid ASN.1: cut short');
  const constructed = (first & 0x20) !== 0;
  const children: DerNode[] = [];
  for (let at = contentStart; constructed && at < end; ) {
    const child = readNode(bytes.subarray(0, end), at, depth - 1, left);
    children.push(child);
    at += child.raw.length;
  }
  return {
    tagClass: first >> 6,
    tag: tag.number,
    constructed,
    raw: bytes.subarray(start, end),
    content: bytes.subarray(contentStart, end),
    children,
  };
}

function octetAt(bytes: Uint8Array, at: number): number {
  const octet = bytes[at];
  if (octet === undefined) throw new DerError('not valid ASN.1: cut short');
  return octet;
}

/** Tag numbers from 31 on, seven bits an octet. No certificate has one; two octets are more than any standard uses. */
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

/** Definite and in its shortest form, as DER wants it. */
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

/** The node, if it has the universal tag; `what` goes into the message. */
export function expectTag(node: DerNode | undefined, tag: number, what: string): DerNode {
  if (!isUniversal(node, tag)) throw new DerError(`${what} is missing or of the wrong type`);
  return node;
}

/** Dotted form; arcs of any size. */
export function oidText(content: Uint8Array): string {
  const arcs: bigint[] = [];
  let arc = 0n;
  let open = false;
  if (content.length > limits.oidBytesMax) throw new DerError('object identifier too long');
  for (const byte of content) {
    if (!open && byte === 0x80) throw new DerError('object identifier with a padded arc');
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    open = byte > 0x7f;
    if (open) continue;
    arcs.push(arc);
    arc = 0n;
  }
  const [first, ...rest] = arcs;
  if (first === undefined || open) throw new DerError('object identifier cut short');
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...rest].join('.');
}

export function boolean(node: DerNode): boolean {
  if (node.content.length !== 1) throw new DerError('boolean of the wrong length');
  return node.content[0] !== 0;
}

/** The bits after the count of unused ones. Those that are not used are zero (X.690, 11.2.1). */
export function bitString(node: DerNode): Uint8Array {
  const { constructed, content } = node;
  const [unused] = content;
  if (constructed || unused === undefined) throw new DerError('bit string cut short');
  const last = content.at(-1) ?? 0;
  if (unused > 7 || (unused > 0 && (content.length === 1 || (last & (2 ** unused - 1)) !== 0)))
    throw new DerError('bit string with a wrong count of unused bits');
  return content.subarray(1);
}

/** A bit string of whole octets, as signatures are. */
export function octetString(node: DerNode): Uint8Array {
  const octets = bitString(node);
  if (node.content[0] !== 0) throw new DerError('bit string that ends within an octet');
  return octets;
}

const utf8 = new TextDecoder('utf-8');
const latin1 = new TextDecoder('latin1');

/** The text of a string type, or null where the node is none. Bytes that do not decode become U+FFFD. */
export function stringText(node: DerNode): string | null {
  if (node.tagClass !== UNIVERSAL || node.constructed) return null;
  switch (node.tag) {
    case TAG.utf8String:
    case TAG.printableString:
    case TAG.numericString:
    case TAG.ia5String:
    case TAG.visibleString:
      return utf8.decode(node.content);
    case TAG.teletexString:
      // In practice Latin-1, which is also how OpenSSL reads it.
      return latin1.decode(node.content);
    case TAG.bmpString:
      return codePoints(node.content, 2);
    case TAG.universalString:
      return codePoints(node.content, 4);
    default:
      return null;
  }
}

function codePoints(bytes: Uint8Array, width: 2 | 4): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at + width <= bytes.length; at += width) {
    if (width === 2) text += String.fromCharCode(view.getUint16(at));
    else {
      const code = view.getUint32(at);
      text += code > 0x10ffff ? '\uFFFD' : String.fromCodePoint(code);
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
