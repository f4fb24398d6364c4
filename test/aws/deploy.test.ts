/** `docs/deploy.md`, command by command, in a fresh clone. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { blocksOf, type Ran, Shell } from './support/guide.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(process.env.MTLS_WATCH_LOCAL_AWS ?? tmpdir(), 'guide-'));
const page = readFileSync(join(root, 'docs', 'deploy.md'), 'utf8');
const blocks = blocksOf(page);

let shell: Shell;
const results = new Map<string, Ran[]>();

beforeAll(async () => {
  execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${root}`, folder]);
  shell = new Shell(folder, { ...process.env, CDK_REQUIRE_APPROVAL: 'never' });
});
afterAll(() => shell.close());

for (const { heading, code } of blocks) {
  it(`${heading}: ${code.trim().split('\n')[0]}`, async () => {
    const ran = await shell.run(code);
    results.set(heading, [...(results.get(heading) ?? []), ran]);
    console.log(ran.exitCode, ran.output.slice(-1500));
    expect(ran.exitCode).toBe(0);
  }, 300_000);
}
