/** Serial numbers as access logs write them: decimal or hexadecimal, of any length, and never a loss of digits. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { serialFromHex, serialFromText } from '../../shared/logs/parse-values.js';

describe('a serial number', () => {
  it.each([
    ['1', '01'],
    ['0', '00'],
    ['10', '0A'],
    ['255', 'FF'],
    ['256', '0100'],
    ['0010', '0A'],
    ['340282366920938463463374607431768211455', 'F'.repeat(32)],
    ['a1:a1', 'A1A1'],
    ['01:00', '0100'],
    ['0a', '0A'],
    ['1:', '01'],
    ['-1', '-1'],
    ['no number', 'no number'],
    ['', ''],
  ])('%j is %j', (text, serial) => {
    expect(serialFromText(text)).toBe(serial);
  });

  it.each([
    ['10', '10'],
    ['100', '0100'],
    [' 00:b1 ', 'B1'],
  ])('%j is %j where it is always hexadecimal', (text, serial) => {
    expect(serialFromHex(text)).toBe(serial);
  });

  it('means the same in decimal as in hexadecimal', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 160n - 1n }), (serial) => {
        const hex = serial.toString(16);
        // What could be either is read as decimal.
        const pairs = `00:${hex.padStart(hex.length + (hex.length % 2), '0').replace(/(..)(?!$)/g, '$1:')}`;
        expect(serialFromText(serial.toString(10))).toBe(serialFromText(pairs));
      }),
    );
  });

  it('is bounded', () => {
    expect(serialFromText('9'.repeat(100_000)).length).toBeLessThanOrEqual(limits.serialCharsMax);
    expect(serialFromHex('z'.repeat(100_000)).length).toBeLessThanOrEqual(limits.serialCharsMax);
  });
});
