/** What the command line loads before it answers: counted in modules and bytes, because times depend on the machine. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it } from 'vitest';
import { verbCommands, verbNames } from '../../cli/verbs.js';
import packageJson from '../../package.json' with { type: 'json' };

/** Node lists every file that it loaded where it is asked for coverage. */
function run(...args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-loaded-'));
  const env = { ...process.env, NODE_V8_COVERAGE: folder, NO_COLOR: '1' };
  const { status, stdout } = spawnSync(process.execPath, [inject('cli'), ...args], { encoding: 'utf8', env });
  const urls = readdirSync(folder).flatMap((name): string[] =>
    JSON.parse(readFileSync(join(folder, name), 'utf8')).result.map(({ url }: { url: string }) => url),
  );
  rmSync(folder, { recursive: true });
  const files = urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
  const packages = files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  return {
    status,
    stdout,
    files: files.length,
    bytes: files.reduce((sum, file) => sum + statSync(file).size, 0),
    packages: [...new Set(packages)].sort(),
  };
}

describe.each([['--version'], ['--help'], ['help']])('%s', (flag) => {
  it('loads no verb, and no package beside the bundle', () => {
    const { status, files, bytes, packages } = run(flag);
    expect(status).toBe(0);
    expect(packages).toEqual([]);
    expect(files).toBeLessThanOrEqual(14);
    expect(bytes).toBeLessThanOrEqual(180_000);
  });
});

it('says its version', () => {
  expect(run('--version').stdout).toBe(`${packageJson.version}\n`);
});

it('lists every verb, with the words that the verb itself shows', async () => {
  const { stdout } = run('--help');
  const listed = [...stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}([a-z][\w-]*) /gm)].map(
    ([, name]) => name,
  );
  expect(listed).toEqual([...verbNames, 'help']);
  for (const name of verbNames) {
    const command = (await verbCommands([name])).find((one) => one.name() === name);
    expect([name, command?.options.length !== 0 || command.commands.length !== 0]).toEqual([name, true]);
  }
});

it.each(['audit', 'diagnose', 'expiry', 'cost', 'silence', 'doctor'])(
  '%s --help loads no SDK and no report',
  (verb) => {
    const { status, packages } = run(verb, '--help');
    expect(status).toBe(0);
    expect(packages.filter((name) => /^(?:@aws-sdk|@smithy|d3-)/.test(name))).toEqual([]);
  },
);

it('loads what most verbs need as one file', () => {
  const day = fileURLToPath(new URL('../../sample/day', import.meta.url));
  const { status, files } = run('replay', join(day, 'logs'), '--config', join(day, 'mtls-watch.json'));
  expect(status).toBe(0);
  expect(files).toBeLessThanOrEqual(40);
});
