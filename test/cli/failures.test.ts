/** What a user reads when something outside is not as it should be: one line, a code of 2, never a stack trace. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { reportFailure } from '../../cli/terminal/failures.js';

const day = join(import.meta.dirname, '../../sample/day');
const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-failures-'));
const file = join(folder, 'file');
writeFileSync(file, 'x');

/** Without a Region, a profile or credentials, and without asking the machine's metadata service for them. */
const bare = {
  PATH: process.env.PATH,
  HOME: folder,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ACCESS_KEY_ID: '',
  NO_COLOR: '1',
};
const run = (args: readonly string[], env: NodeJS.ProcessEnv = bare) =>
  spawnSync(process.execPath, [inject('cli'), ...args], { encoding: 'utf8', env, timeout: 60_000 });

describe('without a Region or credentials', () => {
  it.each([
    [['doctor']],
    [['init']],
    [['incidents', '--table', 't']],
    [['incidents', 'show', 'i', '--table', 't']],
    [['runbook', '--incident', 'i', '--table', 't']],
    [['silence', 'list', '--table', 't']],
    [['silence', 'add', '--table', 't', '--reason', 'expired', '--for', '2h', '--comment', 'x']],
    [['ack', 'i', '--table', 't']],
    [['report', '--table', 't', '--out', join(folder, 'out')]],
    [['redrive', '--queue', 'https://sqs.eu-central-1.amazonaws.com/111122223333/q', '--function', 'f']],
    [['replay', '--domain', 'api.bank.example', '--since', '1h']],
    [['tail', '--domain', 'api.bank.example']],
    [['notify-test', '--topic', 'arn:aws:sns:eu-central-1:111122223333:t']],
    [['audit', 's3://bucket/key']],
  ])('%j', (args) => {
    const { status, stdout, stderr } = run(args);
    expect([args, stderr]).toEqual([args, expect.stringContaining('error: ')]);
    expect(stdout + stderr).not.toMatch(/\n\s+at |node:internal|NodeVersion|fault of mtls-watch/);
    expect(status).toBe(2);
  });
});

describe('files', () => {
  it.each([
    [['report', join(day, 'logs'), '--out', join(file, 'below')]],
    [['replay', join(day, 'logs'), '--report', join(file, 'below')]],
    [['replay', join(folder, 'missing')]],
    [['audit', join(folder, 'missing')]],
    [['audit', folder]],
    [['diagnose', '--client', join(folder, 'missing'), '--truststore', join(day, 'truststore.pem')]],
    [['backtest', join(folder, 'missing'), '--step', '5']],
  ])('%j', (args) => {
    const { status, stdout, stderr } = run(args);
    expect([args, stderr]).toEqual([args, expect.stringContaining('error: ')]);
    expect(stdout + stderr).not.toMatch(/\n\s+at |node:internal|fault of mtls-watch/);
    expect(status).toBe(2);
  });
});

it('ends quietly when its reader stops', () => {
  const command = `"$0" "$1" replay ${join(day, 'logs')} --config ${join(day, 'mtls-watch.json')} --json | head -n 1`;
  const { stdout, stderr } = spawnSync('sh', ['-c', command, process.execPath, inject('cli')], { encoding: 'utf8' });
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).not.toMatch(/EPIPE|\n\s+at /);
});

it('a fault of its own is one line, hostile texts in it included', () => {
  let text = '';
  expect(reportFailure(new TypeError('no\n \u001b[31mway'), (part) => (text += part))).toBe(2);
  expect(text).toBe(
    'error: TypeError: no \uFFFD[31mway; this is a fault of mtls-watch itself. With NODE_DEBUG=mtls-watch it says where\n',
  );
});

it('what replay says to run next names the files of the run, and runs', () => {
  const [logs, truststore] = [join(day, 'logs'), join(day, 'truststore.pem')];
  const { stdout } = run(['replay', logs, '--config', join(day, 'mtls-watch.json'), '--truststore', truststore]);
  const next = stdout.slice(stdout.indexOf('Where to look next'));
  expect(next).toContain(`expiry ${logs}\n`);
  expect(next).toContain(`audit ${truststore}\n`);
  expect(run(['audit', truststore]).stdout).toContain('11 certificates');
});
