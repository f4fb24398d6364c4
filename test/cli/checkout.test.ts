/** How the command line runs in a checkout: bundled once, compiled once, and again after a source has changed. */

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, inject, it, vi } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');
const checkout = mkdtempSync(join(tmpdir(), 'mtls-watch-checkout-'));
const cache = join(checkout, 'node_modules', '.cache', 'mtls-watch');
const run = (main: string, args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: checkout, encoding: 'utf8' });
  return { status, stdout, stderr };
};
const start = (...args: readonly string[]) => run(join(checkout, 'cli', 'start.mjs'), args);
const bundles = () => readdirSync(cache).filter((name) => name !== 'last.json');

afterEach(() => vi.unstubAllEnvs());

beforeAll(() => {
  for (const name of ['cli', 'shared', 'package.json', 'package-lock.json']) {
    cpSync(join(root, name), join(checkout, name), { recursive: true });
  }
  mkdirSync(join(checkout, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(checkout, 'node_modules', name));
  }
});

it('says what the command says, and compiles once what a verb needs', () => {
  const args = ['audit', join(root, 'sample/day/truststore.pem'), '--at', '2026-10-13T12:00:00Z'];
  const expected = run(inject('cli'), args);
  expect(expected.stdout).not.toBe('');
  // The first one compiles, the second one loads what the first one kept.
  const files = [1, 2].map(() => {
    expect(start(...args)).toEqual(expected);
    const [folder = '', ...others] = bundles();
    expect(others).toEqual([]);
    return statSync(join(cache, folder, 'audit.compiled')).ino;
  });
  expect(files[1]).toBe(files[0]);
});

it('compiles again where what was kept is damaged or of another V8', () => {
  const args = ['audit', join(root, 'sample/day/truststore.pem'), '--at', '2026-10-13T12:00:00Z'];
  const expected = run(inject('cli'), args);
  const path = join(cache, bundles()[0] ?? '', 'audit.compiled');
  const whole = readFileSync(path);
  for (const damaged of [
    Buffer.alloc(0),
    whole.subarray(0, whole.length >> 1),
    Buffer.from(whole).fill(0xff, 5_000, 5_200),
    Buffer.from(whole).fill(0xff, whole.length >> 1, (whole.length >> 1) + 200),
    Buffer.from(whole).fill(0xff, whole.length - 4),
  ]) {
    writeFileSync(path, damaged);
    expect(start(...args)).toEqual(expected);
    expect(readFileSync(path)).not.toEqual(damaged);
  }
});

it('writes the same report, byte for byte', () => {
  const pages = [start, (...args: readonly string[]) => run(inject('cli'), args)].map((by, index) => {
    const folder = join(checkout, `report-${index}`);
    expect(by('replay', join(root, 'sample/day/logs/history'), '--report', folder).status).toBe(0);
    return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  });
  expect(pages[0]?.['report.html']).toContain('\u2013');
  expect(pages[0]).toEqual(pages[1]);
});

it('loads packages from code that was compiled before', () => {
  // Nobody listens on the discard port.
  const nowhere = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
  for (const [name, value] of Object.entries({ ...nowhere, AWS_REGION: 'eu-central-1' })) vi.stubEnv(name, value);
  for (const args of [['audit', 's3://bucket/truststore.pem'], ['incidents']]) {
    const told = [1, 2, 3].map(() => start(...args));
    expect(told[0]?.stderr).toMatch(/^error: .*ECONNREFUSED.*\n$/);
    expect(told).toEqual([told[0], told[0], told[0]]);
  }
});

it('says where nothing can be kept, and what to do', () => {
  const [kept, aside] = [join(checkout, 'node_modules', '.cache'), join(checkout, 'node_modules', 'aside')];
  renameSync(kept, aside);
  writeFileSync(kept, 'no folder');
  const { status, stdout, stderr } = start('--version');
  rmSync(kept);
  renameSync(aside, kept);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^error: the bundled command cannot be kept in .*; let this user write there, or .*\n$/);
});

it('keeps compiled code again when more of it is needed', () => {
  const [folder = ''] = bundles();
  const size = () => statSync(join(cache, folder, 'expiry.compiled')).size;
  start('expiry', '--help');
  const before = size();
  start('expiry', join(root, 'sample/day/logs/history'));
  expect(size()).toBeGreaterThan(before * 1.1);
});

it('passes what is said with exit codes', () => {
  expect(start('audit', 'nowhere.pem')).toEqual(run(inject('cli'), ['audit', 'nowhere.pem']));
  expect(start('no-such-verb').status).toBe(2);
});

it('bundles again after a source has changed', () => {
  const path = join(checkout, 'package.json');
  expect(start('--version').stdout).toBe(`${packageJson.version}\n`);
  writeFileSync(path, readFileSync(path, 'utf8').replace(`"version": "${packageJson.version}"`, '"version": "9.8.7"'));
  expect(start('--version').stdout).toBe('9.8.7\n');
  expect(bundles()).toHaveLength(2);
});

it('bundles for itself where the cache came with a copy, and passes over what another run removes', () => {
  const path = join(cache, 'last.json');
  const last = JSON.parse(readFileSync(path, 'utf8'));
  const elsewhere = join(checkout, 'elsewhere');
  cpSync(last.folder, elsewhere, { recursive: true });
  writeFileSync(path, JSON.stringify({ ...last, folder: elsewhere }));
  // Listed, and not there any more when it is looked at.
  symlinkSync('nowhere', join(cache, 'removed'));
  const before = bundles();
  expect(start('--version')).toMatchObject({ status: 0, stdout: '9.8.7\n', stderr: '' });
  expect(bundles()).toHaveLength(before.length + 1);
});
