/** Follows texts in the bytes of a log with the processor's instructions for sixteen bytes at a time. */

import { crc32 } from 'node:zlib';

/** The assembled form of `text-scan.wat`, in base64; a test compares the two and says how to write it anew. */
export const ASSEMBLED =
  'AGFzbQEAAAABEQNgAn9/AX9gAXsBf2ABfwF/AwcGAAAAAQICBQMBABIHFwMGbWVtb3J5AgAEc2NhbgAAA3N1bQABCp4HBp4EAgV7DH8DQCAA/QAE' +
  'ACECIAD9AAQBIQMgAkEi/Q/9IyEEIAJB+wD9D/0jIAJBNP0P/SMgA0Ew/Q/9I/1O/VAgAkEg/Q/9IyADQeQA/Q/9I/1OIAJB+QD9D/0jIANB7AD9' +
  'D/0j/U79UP1QIQUgAkEg/Q/9JSEGIAkgBiAE/VAgBSACQdwA/Q/9I/1Q/VD9U3IEQCACQdwA/Q/9I/1kIQcgBP1kIQsgBv1kIQ0gAQRAIAcgCUF/' +
  'c3EhCiAKQQF0QarVAnIgCmtBqtUCcyEKIAogByAJcnNB//8DcSEIIAogB3FBD3ZBAXEhCSANIAsgCEF/c3FyIQ0gCCALIAdyQX9zcSEMIAwEQCAN' +
  'IAwgAhADQX9zcXIhDQsLIAX9ZCEMAkADQCAMRQ0BIAAgDGhqEAQEQCANIAxBACAMa3FyIQ0MAgsgDCAMQQFrcSEMDAALCyANQQAgDWtxQQFrIQ4g' +
  'ECAIIA5xaWohECAOIAQgA0E6/Q/9I/1O/WRxIQwCQANAIAxFDQEgACAMaGogAWshDyAPQQdrKQMAQgiGQoDEzKOXjN268wBRBEAgDyABakECaiER' +
  'CyAPQQhrKQMAQuXi1au2jt2k5ABRBEAgD0EKay8BAEGi5AFGBEAgDyABakECaiESCwsgDCAMQQFrcSEMDAALCyANBEBBACAQNgIAQQQgETYCAEEI' +
  'IBI2AgAgACANaGoPCwsgAEEQaiEADAALAAuaAQEDewJAA0AgACABTw0BIAD9AAQAIQIgASAAa0EQSQRAIAL9DAABAgMEBQYHCAkKCwwNDg8gASAA' +
  'a/0P/Sb9TiECCyADIAL9rgEhAyAEIAP9rgEhBCAAQRBqIQAMAAsLQQAgA/0bABACIAP9GwEQAiAD/RsCEAIgA/0bAxACIAT9GwAQAiAE/RsBEAIg' +
  'BP0bAhACIAT9GwMQAgsRACAAIAFzQQ93QbHz3fF5bAtDACAAQe4A/Q/9IyAAQS/9D/0j/VAgAEHiAP0P/SMgAEHmAP0P/SP9UP1QIABB8gD9D/0j' +
  'IABB9AD9D/0j/VD9UP1kC3IAIAAtAABBNEYEQCAALQACQTNGIAAtAAMQBSAAQQFrLQAAEAUgAEEIa/1dAwBB3AD9D/0j/VNFcXJFcQ8LIAAtAABB' +
  '+wBGBEAgAEEBay0AAEEvRw8LIAAoAgFB5Mq5ywZGIABBAmsoAgBB8MLl4wZGcgsXACAAQSByQeEAa0EaSSAAQTBrQQpJcgs=';

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
 * reserves around such a memory (`ulimit -v`), or no such instructions (`--jitless`, or a processor without SSE4.1, as the virtual ones
 * `kvm64` and `qemu64`): there every line is read with care.
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
    if (error instanceof RangeError || (error instanceof Error && error.name === 'CompileError')) return null;
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
