/** The reader of DER, against a library that reads BER: what both take they read alike, and nothing makes it throw but DerError. */

import { fromBER } from 'asn1js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { DerError, type DerNode, readDer } from '../../shared/x509/der.js';
import { ca, leaf } from '../support/certificates.js';

const issuing = ca({ subject: 'C=US,O=Acme,CN=Acme Issuing CA', key: 'ec-a' });
const good = leaf({ subject: 'C=US,O=Partner,CN=client', key: 'ec-c', issuer: issuing });

interface Plain {
  readonly tag: number;
  readonly raw: string;
  readonly children: readonly Plain[];
}

const plain = ({ tag, raw, children }: DerNode): Plain => ({
  tag,
  raw: Buffer.from(raw).toString('hex'),
  children: children.map(plain),
});

interface Block {
  readonly idBlock: { tagNumber: number; isConstructed: boolean };
  readonly valueBlock: { value?: unknown };
  readonly valueBeforeDecodeView: Uint8Array;
}

/**
 * The same of the library's answer; null where it takes the bytes for no single element, or keeps no parts of a constructed
 * one, as for strings, which DER never builds of parts.
 */
function byLibrary(bytes: Uint8Array): Plain | null {
  const { offset, result } = fromBER(bytes, { parseEmbedded: false });
  if (offset !== bytes.length) return null;
  const of = ({ idBlock, valueBlock, valueBeforeDecodeView }: Block): Plain | null => {
    const parts = idBlock.isConstructed ? valueBlock.value : [];
    if (!Array.isArray(parts)) return null;
    const children = (parts as Block[]).map(of);
    if (!children.every((child) => child !== null)) return null;
    return { tag: idBlock.tagNumber, raw: Buffer.from(valueBeforeDecodeView).toString('hex'), children };
  };
  return of(result as unknown as Block);
}

function read(bytes: Uint8Array): Plain | null {
  try {
    return plain(readDer(bytes));
  } catch (error) {
    if (error instanceof DerError) return null;
    throw error;
  }
}

describe('DER', () => {
  test('of a certificate is read as the library reads it', () => {
    expect(read(good.der)).toEqual(byLibrary(good.der));
    expect(read(good.der)?.children).toHaveLength(3);
  });

  test('of any bytes that both take is read as the library reads it', () => {
    const element = fc.letrec<{ element: Uint8Array; nested: Uint8Array }>((tie) => ({
      element: fc.oneof(
        { depthSize: 'small' },
        fc
          .tuple(fc.constantFrom(0x04, 0x80, 0x86, 0x9f), fc.uint8Array({ maxLength: 200 }))
          .map(([tag, content]) => encoded(tag, content)),
        tie('nested'),
      ),
      nested: fc
        .tuple(fc.constantFrom(0x30, 0x31, 0xa0, 0xa3), fc.array(tie('element'), { maxLength: 4 }))
        .map(([tag, parts]) => encoded(tag, Buffer.concat(parts))),
    })).element;
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(element, fc.uint8Array({ maxLength: 12 })), (bytes) => {
        const mine = read(bytes);
        const theirs = byLibrary(bytes);
        // The library also refuses universal types that it does not know.
        if (mine === null || theirs === null) return;
        taken++;
        expect(mine).toEqual(theirs);
      }),
    );
    expect(taken).toBeGreaterThan(10);
  });

  test.each([
    ['nothing', '', 'cut short'],
    ['a header alone', '30', 'cut short'],
    ['content cut short', '300504', 'cut short'],
    ['a child that reaches out of its parent', '30030403000000', 'cut short'],
    ['an indefinite length', '30800000', 'indefinite length'],
    ['a long length for a short content', '04810100', 'shortest form'],
    ['a length with a leading zero', `0482008${'0'}${'00'.repeat(128)}`, 'shortest form'],
    ['a length of five octets', '04850100000000', 'longer than anything'],
    ['a long tag for a small one', '1f1e00', 'shortest form'],
    ['a padded tag', '1f802000', 'shortest form'],
    ['a tag of three octets', '1f81818100', 'too large'],
    ['a byte too many', '040000', '1 byte(s) after the end'],
  ])('refuses %s', (_, hex, message) => {
    expect(() => readDer(Buffer.from(hex, 'hex'))).toThrow(message);
  });

  test('is read within bounds of depth and number', () => {
    const nested = (depth: number): Uint8Array =>
      Array.from({ length: depth }).reduce<Uint8Array>((inner) => encoded(0x30, inner), new Uint8Array());
    expect(() => readDer(nested(limits.derDepthMax))).not.toThrow();
    expect(() => readDer(nested(limits.derDepthMax + 1))).toThrow('deeper');
    expect(() =>
      readDer(
        encoded(
          0x30,
          new Uint8Array(2 * limits.derNodesMax).fill(5).map((v, at) => (at % 2 === 0 ? v : 0)),
        ),
      ),
    ).toThrow('elements');
  });
});

function encoded(tag: number, content: Uint8Array): Uint8Array {
  const length = content.length;
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest >>= 8) octets.unshift(rest & 0xff);
  const head = length < 128 ? [tag, length] : [tag, 0x80 | octets.length, ...octets];
  // 0x9f begins a tag of its own octets.
  return Buffer.concat([Buffer.from(tag === 0x9f ? [0x9f, 0x21, ...head.slice(1)] : head), content]);
}
