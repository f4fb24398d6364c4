/** Follows texts in the bytes of a log with the processor's instructions for sixteen bytes at a time. */

import { crc32 } from 'node:zlib';

/** The assembled form of `text-scan.wat`, in base64; a test compares the two and says how to write it anew. */
export const ASSEMBLED =
  'AGFzbQEAAAABEQNgAn9/AX9gAXsBf2ABfwF/AwYFAAABAgIFAwEAEgcXAwZtZW1vcnkCAARzY2FuAAADc3VtAAEKqAcFngQCBXsMfwNAIAD9AAQA' +
  'IQIgAP0ABAEhAyACQSL9D/0jIQQgAkH7AP0P/SMgAkE0/Q/9IyADQTD9D/0j/U79UCACQSD9D/0jIANB5AD9D/0j/U4gAkH5AP0P/SMgA0HsAP0P' +
  '/SP9Tv1Q/VAhBSACQSD9D/0lIQYgCSAGIAT9UCAFIAJB3AD9D/0j/VD9UP1TcgRAIAJB3AD9D/0j/WQhByAE/WQhCyAG/WQhDSABBEAgByAJQX9z' +
  'cSEKIApBAXRBqtUCciAKa0Gq1QJzIQogCiAHIAlyc0H//wNxIQggCiAHcUEPdkEBcSEJIA0gCyAIQX9zcXIhDSAIIAsgB3JBf3NxIQwgDARAIA0g' +
  'DCACEAJBf3NxciENCwsgBf1kIQwCQANAIAxFDQEgACAMaGoQAwRAIA0gDEEAIAxrcXIhDQwCCyAMIAxBAWtxIQwMAAsLIA1BACANa3FBAWshDiAQ' +
  'IAggDnFpaiEQIA4gBCADQTr9D/0j/U79ZHEhDAJAA0AgDEUNASAAIAxoaiABayEPIA9BB2spAwBCCIZCgMTMo5eM3brzAFEEQCAPIAFqQQJqIREL' +
  'IA9BCGspAwBC5eLVq7aO3aTkAFEEQCAPQQprLwEAQaLkAUYEQCAPIAFqQQJqIRILCyAMIAxBAWtxIQwMAAsLIA0EQEEAIBA2AgBBBCARNgIAQQgg' +
  'EjYCACAAIA1oag8LCyAAQRBqIQAMAAsAC7YBAQN7AkADQCAAIAFPDQEgAP0ABAAhAiABIABrQRBJBEAgAv0MAAECAwQFBgcICQoLDA0ODyABIABr' +
  '/Q/9Jv1OIQILIAMgAv2uASEDIAQgA/2uASEEIABBEGohAAwACwsgA/0MsXk3nnfK64U9rrLCL+vUJ/21ASAE/QyxZ1YWG5abI4mXDqvlSrM4/bUB' +
  '/VEhAyAD/RsAIAP9GwFBB3dzQZOXjo96bCAD/RsCIAP9GwNBDXdzagtDACAAQe4A/Q/9IyAAQS/9D/0j/VAgAEHiAP0P/SMgAEHmAP0P/SP9UP1Q' +
  'IABB8gD9D/0jIABB9AD9D/0j/VD9UP1kC3IAIAAtAABBNEYEQCAALQACQTNGIAAtAAMQBCAAQQFrLQAAEAQgAEEIa/1dAwBB3AD9D/0j/VNFcXJF' +
  'cQ8LIAAtAABB+wBGBEAgAEEBay0AAEEvRw8LIAAoAgFB5Mq5ywZGIABBAmsoAgBB8MLl4wZGcgsXACAAQSByQeEAa0EaSSAAQTBrQQpJcgs=';

/** Bytes that are looked at together, and where they begin. */
export const VIEW_BYTES = 1024 * 1024;
export const VIEW_AT = 64;
/** So many are read at once, and the next one. */
const BEHIND_BYTES = 32;

export interface TextScan {
  /** The bytes in view, from `VIEW_AT` on. */
  readonly bytes: Buffer;
  /** Brings the first bytes of a piece into view. Returns where they end. */
  view(piece: Uint8Array): number;
  /**
   * Follows a text, which is within a string of JSON (1) or ends with its line (0).
   * @returns where it ends: at its quote or newline, or at the first byte that the record of a success would not have, or that is
   * no ASCII
   */
  readonly endOf: (at: number, inString: 0 | 1) => number;
  /** A checksum of the bytes in view between two positions. */
  readonly sum: (from: number, to: number) => number;
  /** Of the text whose end was found last: how many escapes it has, and where the values of `status` and `requestId` stand, or 0. */
  readonly escapes: () => number;
  readonly status: () => number;
  readonly requestId: () => number;
}

let scan: TextScan | null | undefined;

/**
 * There is one for each thread: nothing is kept in it between two pieces. Null where the process may not have the addresses that Node
 * reserves around such a memory (`ulimit -v`), or no such instructions (`--jitless`): there every line is read with care.
 */
export function textScan(): TextScan | null {
  if (scan === undefined) scan = newScan();
  return scan;
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly scan: TextScan['endOf'];
  readonly sum: TextScan['sum'];
}

function assembled(): Exports | null {
  // Node's types do not name what is needed here.
  const { WebAssembly } = globalThis as unknown as {
    readonly WebAssembly?: {
      readonly Module: new (bytes: Uint8Array) => object;
      readonly Instance: new (module: object) => { readonly exports: Exports };
    };
  };
  if (WebAssembly === undefined) return null;
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(ASSEMBLED, 'base64'))).exports;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function newScan(): TextScan | null {
  const exports = assembled();
  if (exports === null) return null;
  const memory = exports.memory.buffer;
  const bytes = Buffer.from(memory, 0, VIEW_AT + VIEW_BYTES + BEHIND_BYTES);
  const found = new Int32Array(memory, 0, 3);
  return {
    bytes,
    view(piece) {
      bytes.set(piece.length > VIEW_BYTES ? piece.subarray(0, VIEW_BYTES) : piece, VIEW_AT);
      const end = VIEW_AT + Math.min(piece.length, VIEW_BYTES);
      bytes.fill(0, end, end + BEHIND_BYTES);
      return end;
    },
    endOf: exports.scan,
    sum: exports.sum,
    escapes: () => found[0] as number,
    status: () => found[1] as number,
    requestId: () => found[2] as number,
  };
}

/** The same checksum of a text; where lines cannot be followed quickly there are only those of texts, and any checksum will do. */
export function sumOf(bytes: Uint8Array): number {
  const own = textScan();
  if (own === null) return crc32(bytes);
  let all = 0;
  for (let at = 0; at < bytes.length; at += VIEW_BYTES) {
    const end = own.view(bytes.subarray(at));
    all = (Math.imul(all, 31) + own.sum(VIEW_AT, end)) | 0;
  }
  return all;
}
