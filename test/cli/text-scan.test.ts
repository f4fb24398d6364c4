/** What follows texts in the bytes of a log: assembled from its source, and the same as a loop over single bytes. */

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import wabt from 'wabt';
import { digestBytes } from '../../cli/inputs/seen.js';
import { ASSEMBLED, sumOf, type TextScan, textScan, VIEW_AT, VIEW_BYTES } from '../../cli/inputs/text-scan.js';
import { isPlainSuccess } from '../../shared/logs/parse-access.js';
import { linesOf, readAll } from '../support/mutated-lines.js';

const SOURCE = 'cli/inputs/text-scan.wat';

it('holds the assembled form of its source', async () => {
  const { parseWat } = await wabt();
  const module = parseWat(SOURCE, readFileSync(SOURCE, 'utf8'), { simd: true });
  module.validate();
  const assembled = Buffer.from(module.toBinary({}).buffer).toString('base64');
  const lines = (assembled.match(/.{1,112}/g) ?? []).map((line) => `  '${line}'`);
  expect(ASSEMBLED, `in text-scan.ts write\n${lines.join(' +\n')};`).toBe(assembled);
});

const scan = textScan() as TextScan;

/** Pieces of which lines are made here: each that ends a text or looks like it, next to others of them. */
const PIECES = [
  ...[
    '"',
    '\\',
    '\\"',
    '\\\\',
    '\\n',
    '\\u',
    '\\/',
    '\\t',
    '/',
    'n',
    'u',
    ' ',
    '\n',
    '\u0000',
    '\u001f',
    '\u007f',
    'é',
  ],
  ...[
    '403',
    '4',
    '0',
    '3',
    'a',
    'Z',
    '9',
    '_',
    '-',
    ':',
    ',',
    '{',
    '/{',
    '}',
    ' denied',
    'deni',
    ' d',
    'payload',
    'yl',
  ],
  ...['"status":', '\\"status\\":', 'status', '\\"requestId\\":', '"requestId":"', 'equestId', 'x'.repeat(15)],
];

interface Followed {
  readonly to: number;
  readonly escapes: number;
  readonly status: number;
  readonly requestId: number;
}

/** Follows a text byte by byte. Positions count from its begin; 0 for none. */
function followed(bytes: Buffer, inString: boolean): Followed {
  const text = bytes.toString('latin1');
  const isWord = (char: string | undefined) => char !== undefined && /[0-9A-Za-z]/.test(char);
  const isUnusual = (at: number): boolean => {
    const rest = text.slice(at);
    if (rest.startsWith('{')) return text[at - 1] !== '/';
    if (rest.startsWith('ylo') && text.slice(at - 2, at) === 'pa') return true;
    if (rest.startsWith('yl')) return text.slice(at - 2, at) === 'pa';
    if (rest.startsWith(' deni')) return true;
    if (!rest.startsWith('403')) return false;
    const isPart = isWord(text[at - 1]) && !text.slice(Math.max(0, at - 8), at).includes('\\');
    return !isPart && !isWord(text[at + 3]);
  };
  let [escapes, status, requestId] = [0, 0, 0];
  for (let at = 0; ; at++) {
    const code = text.charCodeAt(at);
    const end = () => ({ to: at, escapes, status, requestId });
    if (!(code >= 0x20 && code < 0x80) || isUnusual(at)) return end();
    const isEscape = inString && text[at] === '\\';
    if (inString && text[at] === '"') return end();
    if (isEscape) {
      at++;
      if (!'"\\/bfnrt'.includes(text[at] ?? '-')) return end();
      if (isUnusual(at)) return end();
      escapes++;
    }
    const before = text.slice(0, isEscape ? at - 1 : at);
    if (text[at] !== '"' || text[at + 1] !== ':') continue;
    if (before.endsWith('"status')) status = at + 2;
    if (before.endsWith('"requestId')) requestId = at + 2;
  }
}

describe('a text is followed to its end', () => {
  it.each([true, false])('as byte by byte (in a string of JSON: %s)', (inString) => {
    const written = fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.stringMatching(/^[a-f0-9]{0,24}$/)), {
      maxLength: 40,
    });
    let long = 0;
    fc.assert(
      fc.property(written, fc.nat(40), (pieces, shift) => {
        const bytes = Buffer.from(pieces.join(''));
        // In front stand bytes that belong to nothing.
        scan.view(Buffer.concat([Buffer.alloc(shift, '-'), Buffer.from('-'.repeat(12)), bytes]));
        const from = VIEW_AT + shift + 12;
        const to = scan.endOf(from, inString ? 1 : 0) - from;
        const [status, requestId] = [scan.status(), scan.requestId()].map((at) => Math.max(0, at - from));
        const expected = followed(bytes, inString);
        expect({ to, escapes: scan.escapes(), status, requestId }).toEqual(expected);
        if (to > 16) long++;
      }),
      { numRuns: 20_000 },
    );
    expect(long).toBeGreaterThan(1_000);
  });

  it('only where the text is one of a success by its characters as well', () => {
    const around = fc.constantFrom('', 'a', '9', '-', '/', '\\n', '\\u0020', '\\\\', ' ', '"', '_');
    const value = fc.tuple(around, fc.constantFrom('403', '{', '/{', 'x'), around).map((parts) => parts.join(''));
    fc.assert(
      fc.property(value, fc.boolean(), (path, isEscaped) => {
        const text = `{"requestId":"r","path":"${path}","status":"200"}`;
        const written = isEscaped ? JSON.stringify(text).slice(1) : `${text}\n`;
        scan.view(Buffer.from(written));
        const to = scan.endOf(VIEW_AT + 1, isEscaped ? 1 : 0) - VIEW_AT;
        if (to === written.length - 1) expect(isPlainSuccess(text), text).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the checksum of a text', () => {
  it('differs where a byte, their order or their number differs', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, n, by) => {
          const sum = sumOf(bytes);
          expect(sumOf(Uint8Array.from(bytes))).toBe(sum);
          expect(sumOf(bytes.map((byte, at) => (at === n % bytes.length ? byte ^ by : byte)))).not.toBe(sum);
          const turned = Buffer.concat([bytes.subarray(16), bytes.subarray(0, 16)]);
          if (!turned.equals(bytes)) expect(sumOf(turned)).not.toBe(sum);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('is that of its bytes in view, and counts what is beyond one view', () => {
    const text = Buffer.alloc(VIEW_BYTES + 100, 'abcdefghi');
    scan.view(text);
    expect(sumOf(text.subarray(0, 1_234))).toBe(scan.sum(VIEW_AT, VIEW_AT + 1_234));
    const changed = Buffer.from(text);
    changed[VIEW_BYTES + 50] = 0;
    expect(sumOf(changed)).not.toBe(sumOf(text));
  });
});

describe('the digest of an id', () => {
  const digestOf = (text: string): Int32Array => {
    const words = new Int32Array(4);
    const bytes = Buffer.from(text);
    digestBytes(bytes, 0, bytes.length, words, 0);
    return words;
  };

  it('tells ids apart that differ in a few digits, by any half of it, and begins evenly spread', () => {
    const count = 200_000;
    const halves = [new Set<string>(), new Set<string>()];
    const first = new Uint32Array(256);
    for (let n = 0; n < count; n++) {
      const [a, b, c, d] = digestOf(`38000000${String(n * 10).padStart(48, '0')}`) as unknown as number[];
      halves[0]?.add(`${a} ${b}`);
      halves[1]?.add(`${c} ${d}`);
      const bucket = (a ?? 0) >>> 24;
      first[bucket] = (first[bucket] ?? 0) + 1;
    }
    expect(halves.map(({ size }) => size)).toEqual([count, count]);
    // 781 each; eight times the deviation of chance.
    expect(Math.min(...first)).toBeGreaterThan(781 - 8 * 28);
    expect(Math.max(...first)).toBeLessThan(781 + 8 * 28);
  });

  it('differs with the length, and with what was mixed before', () => {
    expect(digestOf('ab')).not.toEqual(digestOf('ab\u0000'));
    expect(digestOf('')).not.toEqual(digestOf('\u0000'));
    const [one, other] = [digestOf('g s'), digestOf('gs ')];
    for (const words of [one, other]) digestBytes(Buffer.from('1'), 0, 1, words, 0);
    expect(one).not.toEqual(other);
  });
});

describe('without such a memory', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    [
      'too few addresses',
      {
        Module: class {},
        Instance: class {
          constructor() {
            throw new RangeError('could not allocate memory');
          }
        },
      },
    ],
    [
      'no instructions for sixteen bytes',
      {
        Module: class {
          constructor() {
            throw Object.assign(new Error('Wasm SIMD unsupported'), { name: 'CompileError' });
          }
        },
      },
    ],
    ['no instructions', undefined],
  ])('every line is read with care: %s', async (_, assembly) => {
    const bytes = Buffer.from(
      linesOf('export')
        .slice(0, 60)
        .flatMap((line) => [line, line])
        .join('\n'),
    );
    const quick = await readAll(bytes, 70_000, 'unread');
    vi.resetModules();
    vi.stubGlobal('WebAssembly', assembly);
    const { readAll: readAgain } = await import('../support/mutated-lines.js');
    const slow = await readAgain(bytes, 70_000, 'unread');
    expect(slow.said).toEqual(quick.said);
  });
});
