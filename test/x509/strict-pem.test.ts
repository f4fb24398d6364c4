/** The strict reader against what OpenSSL 3.0 and Java 17 read of the same files (`support/bundle-readers.ts` recorded it). */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { auditTruststore } from '../../shared/x509/audit.js';
import { readStrictBundle } from '../../shared/x509/strict-pem.js';
import { parseTruststore } from '../../shared/x509/truststore.js';
import { anyText } from '../support/any-text.js';
import { AT, days } from '../support/certificates.js';
import { damagedBundles, damages } from './support/damages.js';
import { blocks, certificates } from './support/three-blocks.js';

const recorded: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL('./fixtures/bundle-readers.json', import.meta.url), 'utf8'),
);

const fingerprints = certificates.map(({ certificate }) => certificate.fingerprint);

function readOf(text: string) {
  const truststore = parseTruststore(text, 'bundle.pem');
  const numbers = truststore.certificates.map((one) => fingerprints.indexOf(one.certificate.fingerprint) + 1).join('');
  const { findings } = auditTruststore(truststore, AT, days(30));
  const alarms = findings.filter(({ severity }) => severity !== 'info');
  return { numbers, alarms, said: alarms.map(({ line, evidence }) => `${line}: ${evidence[0]}`) };
}

describe('a damaged bundle', () => {
  const bundles = damagedBundles(blocks);

  test('is recorded for every damage', () => {
    expect(Object.keys(recorded)).toEqual(bundles.map(({ name }) => name));
    expect(bundles.length).toBeGreaterThan(250);
  });

  test.each(bundles)('$name', ({ name, text }) => {
    const [openssl = '', whole, java] = (recorded[name] ?? '').split(' ');
    const { numbers, alarms } = readOf(text);
    // What is counted as there, OpenSSL reads too.
    expect([...openssl]).toEqual(expect.arrayContaining([...numbers]));
    const allRead = openssl.length === 3 && whole === 'whole' && java === openssl;
    if (allRead) {
      expect({ numbers, alarms }).toEqual({ numbers: openssl, alarms: [] });
    } else if (name.startsWith('commented out')) {
      // Taken out on purpose.
      expect({ numbers, alarms }).toEqual({ numbers: '23', alarms: [] });
    } else {
      expect(alarms.length).toBeGreaterThan(0);
      for (const { line, remedy } of alarms) {
        expect(line).toBeGreaterThan(0);
        expect(line).toBeLessThanOrEqual(text.split('\n').length);
        expect(remedy).toMatch(/^[A-Z].{10,}/s);
      }
    }
    // Nothing is lost that both read, but for a block that ends in another place than it should.
    if (java === openssl) expect(numbers).toBe(openssl);
  });
});

describe('the words for a damage', () => {
  const end = blocks[0].trimEnd().split('\n').length;
  test.each([
    ['no line break at its end', end, 'the END line of one block and the BEGIN line of the next are one line'],
    ['escaped line breaks', 1, 'its line breaks are written as \\n, as in JSON'],
    ['in one line', 1, 'BEGIN line, base64 and END line are one line'],
    ['carriage returns alone', 1, 'its lines end with a carriage return alone'],
    ['indented', 1, 'white space stands in front of the mark'],
    ['four dashes behind END', end, 'the END line has 5 hyphens in front and 4 behind, in place of five'],
    ['four dashes in front of END', end, 'the END line has 4 hyphens in front and 5 behind, in place of five'],
    ['four dashes in front of BEGIN', 1, 'the BEGIN line has 4 hyphens in front and 5 behind, in place of five'],
    ['dashes of a word processor', 1, 'the dashes of the BEGIN line are no hyphens'],
    ['small letters', 1, 'the BEGIN line is in small letters'],
    ['a quote in front', 1, 'something stands in front of the BEGIN line'],
    ['text behind END', end, 'something stands behind the END line'],
    ['another label at END', end, 'the END line has another label than the BEGIN line'],
    ['no END line', 1, 'the next block begins before its END line'],
    ['cut short', 1, 'the next block begins before its END line'],
    ['an empty line in the middle', 3, 'an empty line within the block'],
    ['a header', 2, 'a header within the block'],
    ['a foreign character', 2, 'not base64: a character that does not belong there'],
    ['padding lost', 1, 'not base64: characters are missing, or too many'],
    ['an END line without BEGIN in front', 1, 'an END line without its BEGIN line'],
    [
      'a byte order mark',
      1,
      'a byte order mark stands in front of the BEGIN line: Java and older versions of OpenSSL do not see the line',
    ],
    ['UTF-16', 1, 'text in UTF-16, as PowerShell writes it, or UTF-32; expected UTF-8 or ASCII'],
  ])('%s', (name, line, what) => {
    const damage = damages[name];
    if (damage === undefined) throw new Error(`no damage "${name}"`);
    expect(readOf(damage(blocks[0]) + blocks[1]).said[0]).toBe(`${line}: ${what}`);
  });
});

test.each([
  'no line break at its end',
  'in one line',
  'in one line with blanks',
  'escaped line breaks',
  'carriage returns alone',
  'indented',
  'a byte order mark',
])('the command against "%s" mends the file', (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-strict-'));
  const damaged = blocks.map(damages[name] ?? String).join('');
  writeFileSync(join(folder, 'bundle.pem'), damaged, 'latin1');
  const [first] = readOf(damaged).alarms;
  const command = first?.remedy.slice(first.remedy.indexOf(': ') + 2) ?? '';
  execFileSync('sh', ['-c', command], { cwd: folder });
  const mended = readOf(readFileSync(join(folder, 'truststore.pem'), 'latin1'));
  expect(mended).toEqual({ numbers: '123', alarms: [], said: [] });
});

test('reading is bounded, and any text is read without a throw', () => {
  const many = readStrictBundle('-----END CERTIFICATE-----\n'.repeat(limits.truststoreBlocksMax + 5));
  expect([many.entries.length, many.truncated]).toEqual([limits.truststoreBlocksMax, true]);
  const junk = fc.array(
    fc.oneof(
      fc.constantFrom('-----', '-----BEGIN ', 'CERTIFICATE-----', '-----END CERTIFICATE-----', '\n', 'AAAA'),
      anyText(),
    ),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(junk, junk, (before, after) => {
      const { entries } = readStrictBundle(`${before.join('')}\n\n-----END X-----\n${blocks[0]}${after.join('')}`);
      expect(entries.map(({ line }) => line)).toEqual(entries.map(({ line }) => line).toSorted((a, b) => a - b));
    }),
    { numRuns: 500 },
  );
});
