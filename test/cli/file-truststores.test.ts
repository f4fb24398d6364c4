import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createFileTruststores } from '../../cli/inputs/file-truststores.js';

it('reads a truststore file once, so that one run judges by the same bytes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mtls-watch-truststore-'));
  try {
    const path = join(folder, 'truststore.pem');
    await writeFile(path, 'first');
    const truststores = createFileTruststores();
    const [first, again] = await Promise.all([truststores.read(path), truststores.read(path)]);
    await writeFile(path, 'second');
    expect(again).toBe(first);
    expect(await truststores.read(path)).toBe(first);
    expect((await createFileTruststores().read(path)).text).toBe('second');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
