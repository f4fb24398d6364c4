/**
 * A small view over asn1js: plain nodes with their bytes, and DER's own rules (definite, shortest lengths), which
 * asn1js does not enforce. Everything here throws `DerError` on bytes that are not DER; the callers turn it into data.
 */

import { fromBER } from 'asn1js';
import { limits } from '../limits.js';

export class DerError extends Error {
  override readonly name = 'DerError';
}

export const UNIVERSAL = 1;
export const CONTEXT = 3;

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
  /** 1 universal, 2 application, 3 context, 4 private (asn1js's numbers). */
  readonly tagClass: number;
  readonly tag: number;
  readonly constructed: boolean;
  readonly raw: Uint8Array;
  readonly content: Uint8Array;
  readonly children: readonly DerNode[];
}

/** The part of asn1js's blocks that is read here; its public types do not show it for a parsed block. */
interface Block {
  readonly idBlock: { tagClass: number; tagNumber: number; isConstructed: boolean };
  readonly lenBlock: { length: number; isIndefiniteForm: boolean };
  readonly valueBlock: { value?: unknown };
  readonly valueBeforeDecodeView: Uint8Array;
}

/** Reads exactly one DER element that fills `bytes`. */
export function readDer(bytes: Uint8Array): DerNode {
  if (bytes.length > limits.certificateBytesMax) throw new DerError(`more than ${limits.certificateBytesMax} bytes`);
  let parsed: ReturnType<typeof fromBER>;
  try {
    parsed = fromBER(bytes, {
      parseEmbedded: false,
      copyInput: false,
      maxDepth: limits.derDepthMax,
      maxNodes: limits.derNodesMax,
    });
  } catch (error) {
    // asn1js throws plain errors on some contents, such as times that are none.
    throw new DerError('not valid ASN.1', { cause: error });
  }
  if (parsed.offset === -1) throw new DerError(`not valid ASN.1: ${parsed.result.error}`);
  if (parsed.offset !== bytes.length) throw new DerError(`${bytes.length - parsed.offset} byte(s) after the end`);
  return nodeOf(parsed.result as unknown as Block);
}

function nodeOf(block: Block): DerNode {
  const { idBlock, lenBlock, valueBeforeDecodeView: raw } = block;
  const { length, isIndefiniteForm } = lenBlock;
  if (isIndefiniteForm) throw new DerError('indefinite length, which DER forbids');
  if (idBlock.tagNumber < 31 && raw.length - length !== headerLength(length))
    throw new DerError('length not in its shortest form');
  const value = idBlock.isConstructed ? block.valueBlock.value : undefined;
  return {
    tagClass: idBlock.tagClass,
    tag: idBlock.tagNumber,
    constructed: idBlock.isConstructed,
    raw,
    content: raw.subarray(raw.length - length),
    children: Array.isArray(value) ? (value as Block[]).map(nodeOf) : [],
  };
}

function headerLength(contentLength: number): number {
  let bytes = 2;
  if (contentLength > 127) for (let rest = contentLength; rest > 0; rest = Math.floor(rest / 256)) bytes++;
  return bytes;
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

/** The bits after the count of unused ones. */
export function bitString(node: DerNode): Uint8Array {
  if (node.constructed || node.content.length < 1) throw new DerError('bit string cut short');
  return node.content.subarray(1);
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
