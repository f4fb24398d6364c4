/** Serial numbers as access logs write them: decimal or hexadecimal, of any length, and never a loss of digits. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { serialFromHex, serialFromText, timeFromText } from '../../shared/logs/parse-values.js';

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

describe('a time', () => {
  const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  it.each(MONTHS)('in %s is read as OpenSSL writes it', (month) => {
    const time = (day: number) => Date.UTC(2120, MONTHS.indexOf(month), day, 10, 28, 21);
    expect(timeFromText(`${month}  5 10:28:21 2120 GMT`)).toBe(time(5));
    expect(timeFromText(`${month} 5 10:28:21 2120 GMT`)).toBe(time(5));
    expect(timeFromText(`${month} 25 10:28:21 2120 GMT`)).toBe(time(25));
  });

  it('is read as ISO 8601 in UTC', () => {
    expect(timeFromText('2026-06-05T23:28:21Z')).toBe(Date.UTC(2026, 5, 5, 23, 28, 21));
    expect(timeFromText('2026-06-05T23:28:21.5Z')).toBe(Date.UTC(2026, 5, 5, 23, 28, 21, 500));
    expect(timeFromText('2026-06-05T23:28:21.123456789Z')).toBe(Date.UTC(2026, 5, 5, 23, 28, 21, 123));
  });

  it.each([
    ...[
      '',
      'x',
      '2026-06-05',
      '2026-06-05T23:28:21',
      '2026-06-05T23:28:21+00:00',
      '2026-06-05 23:28:21Z',
      '2026-13-05T23:28:21Z',
    ],
    ...[
      '2026-06-05T23:28:21.Z',
      '2026-06-05T23:28:21.1234567890Z',
      ' 2026-06-05T23:28:21Z',
      '2026-06-05T23:28:21Z ',
      '02026-06-05T23:28:21Z',
    ],
    ...[
      'Aug   5 00:28:21 2120 GMT',
      'aug  5 00:28:21 2120 GMT',
      'Foo  5 00:28:21 2120 GMT',
      'Aug  5 0:28:21 2120 GMT',
      'Aug  5 00:28:21 2120',
    ],
    ...[
      'Aug 005 00:28:21 2120 GMT',
      'Aug  5 00:28:21 120 GMT',
      'Aug  5 00:28:21 2120 UTC',
      'xAug  5 00:28:21 2120 GMT',
      'Aug  5 00:28:21 2120 GMTx',
    ],
    ...['Aug  5 00-28-21 2120 GMT', 'August 5 00:28:21 2120 GMT', 'Aug  5 00:28 2120 GMT', 'Aug  5 00:28:21 21200 GMT'],
  ])('is none: %j', (text) => expect(timeFromText(text)).toBeNull());

  it('is none where there is none', () => expect(timeFromText(undefined)).toBeNull());
});
