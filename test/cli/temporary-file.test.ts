/** What a replay cannot hold in memory: readable while it is open, and without a name from the start. */

import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { temporaryFile } from '../../cli/replay/temporary-file.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mtls-watch-temporary-'));
  vi.stubEnv('TMPDIR', folder);
});
afterEach(() => vi.unstubAllEnvs());

it('gives back what was written, also over what stood there, and leaves nothing in the folder', () => {
  const file = temporaryFile();
  expect(file.read(0, 4).toString()).toBe('');
  file.write(Buffer.from('one two'), 0);
  file.write(Buffer.from('six'), 4);
  file.write(Buffer.from('!'), 7);
  expect(readdirSync(folder)).toEqual([]);
  expect(file.read(0, 100).toString()).toBe('one six!');
  expect(file.read(4, 3).toString()).toBe('six');
  expect(file.read(100, 3).toString()).toBe('');
  file.close();
  file.close();
});

it('is another one for each replay', () => {
  const [one, other] = [temporaryFile(), temporaryFile()];
  one.write(Buffer.from('a'), 0);
  other.write(Buffer.from('b'), 0);
  expect([one, other].map((file) => file.read(0, 1).toString())).toEqual(['a', 'b']);
  for (const file of [one, other]) file.close();
});

it('says which folder cannot be used, and how to name another', () => {
  const nowhere = join(folder, 'nowhere');
  vi.stubEnv('TMPDIR', nowhere);
  expect(() => temporaryFile().write(Buffer.from('a'), 0)).toThrow(
    expect.objectContaining({
      code: 'temporary-file',
      message: expect.stringMatching(new RegExp(`in ${nowhere}: ENOENT.*; create the folder .*, or .* TMPDIR$`)),
    }),
  );
});
