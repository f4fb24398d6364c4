import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const PREFIX = 'mtls-watch-tests-';

/** What a run of the tests writes, and each `cdk.out` of the stacks that they synthesise, goes with it when it ends. */
export default function temporary(): () => void {
  // Each project of the tests is set up by itself, in one process.
  if (basename(tmpdir()).startsWith(PREFIX)) return () => {};
  const before = { TMPDIR: process.env.TMPDIR, TEMP: process.env.TEMP };
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  Object.assign(process.env, { TMPDIR: folder, TEMP: folder });
  return () => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(folder, { recursive: true, force: true });
  };
}
