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
const bytes = join(folder, 'bytes');
writeFileSync(bytes, Buffer.from([0x00, 0xff, 0xfe, 0x80]));
const series = join(folder, 'series.csv');
writeFileSync(series, 'count\n1\n2\n');
const log = join(day, 'logs/2026-10-13/partners-execution-afternoon.gz');

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
    ['incidents'],
    ['incidents', '--stack', 'mtls-watch'],
    ['ack', 'i'],
    ['silence', 'add', '--reason', 'expired', '--for', '2h', '--comment', 'x'],
    [
      'diagnose',
      '--client',
      join(day, 'refused-client.pem'),
      '--truststore',
      join(day, 'truststore.pem'),
      '--domain',
      'api.bank.example',
    ],
    ['redrive'],
    ['doctor'],
    ['init'],
    ['incidents', '--table', 't'],
    ['silence', 'list', '--table', 't'],
    ['tail', '--domain', 'api.bank.example'],
    ['expiry', '--log-group', 'g'],
    ['expiry', '--stack', 's'],
    ['replay', 's3://bucket/logs/'],
    ['audit', 's3://bucket/key'],
    ['canary', 'probes', '--domain', 'api.bank.example'],
  ])('says how to name them, once: %j %j %j', (...args) => {
    const isolated = { ...bare, AWS_CONFIG_FILE: file, AWS_SHARED_CREDENTIALS_FILE: file };
    // S3 says where a bucket is.
    if (!args.some((arg) => arg.startsWith('s3:'))) {
      const { stderr } = run(args, isolated);
      expect(stderr).toMatch(/^error: .*; expected a Region: --region, the variable AWS_REGION, or a profile/);
      expect(stderr.match(/expected/g)).toHaveLength(1);
    }
    const { stderr } = run(args, { ...isolated, AWS_REGION: 'eu-central-1' });
    expect(stderr).toMatch(/^error: .*; expected AWS credentials: --profile, the variables/m);
    expect(stderr).not.toContain('CredentialsProviderError');
    expect(stderr.match(/expected/g)).toHaveLength(1);
  });

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
    [['silence', 'expire', 'i', '--table', 't']],
    [['canary', 'probes', '--domain', 'api.bank.example']],
    [['diagnose', '--client', file, '--truststore', 's3://bucket/key']],
    [['expiry', '--log-group', 'g']],
    [['preflight', '--log-group', 'g', '--truststore', join(day, 'truststore.pem')]],
    [['replay', 's3://bucket/logs/']],
    [['audit', 's3://bucket/key']],
    [['incidents', '--table', 't', '--region', 'no/where']],
    [['incidents', '--table', 't', '--profile', 'nobody']],
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
    // A folder in the place of a file, a file in the place of a folder, bytes in the place of text.
    [['replay', log, '--config', folder]],
    [['replay', log, '--truststore', folder]],
    [['replay', log, '--truststore', bytes]],
    [['replay', log, '--format', folder]],
    [['replay', log, '--report', file]],
    [['replay', log, '--report', '']],
    [['report', log, '--out', file]],
    [['report', log, '--out', join(folder, 'out'), '--config', bytes]],
    [['expiry', join(file, 'below')]],
    [['expiry', bytes]],
    [['expiry', log, '--truststore', folder]],
    [['preflight', log, '--truststore', folder]],
    [['diagnose', '--client', folder, '--truststore', join(day, 'truststore.pem')]],
    [['diagnose', '--client', bytes, '--truststore', join(day, 'truststore.pem')]],
    [['backtest', folder]],
    [['backtest', bytes]],
    [['backtest', series, '--plot', folder]],
    [['config', 'validate', folder]],
    [['config', 'validate', bytes]],
    [['doctor', '--config', folder, '--region', 'eu-central-1']],
    [['tail', '--log-group', 'g', '--config', folder]],
  ])('%j', (args) => {
    const { status, stdout, stderr } = run(args);
    expect([args, stderr]).toEqual([args, expect.stringContaining('error: ')]);
    expect(stdout + stderr).not.toMatch(/\n\s+at |node:internal|fault of mtls-watch/);
    expect(status).toBe(2);
  });
});

it.each([
  `replay ${join(day, 'logs/2026-10-13/partners-execution-morning.jsonl')} --json`,
  `audit ${join(day, 'truststore.pem')}`,
  'config schema',
  'cost --failures-per-month 10k',
  'completion bash',
  '--help',
])('ends quietly when its reader stops: %s', (args) => {
  for (const lines of [0, 1]) {
    const command = `"$0" "$1" ${args} | head -n ${lines}`;
    const { stdout, stderr } = spawnSync('sh', ['-c', command, process.execPath, inject('cli')], { encoding: 'utf8' });
    expect([stdout.split('\n').length - 1, stderr]).toEqual([lines, expect.not.stringMatching(/EPIPE|\n\s+at /)]);
  }
});

it.each([
  [['backfill', 's3://b/x', '--to', '2026-06-01'], "required option '--from <time>' not specified", 'backfill'],
  [['expiry', '--nope'], "unknown option '--nope'", 'expiry'],
  [['silence', 'add'], "required option '--comment <text>' not specified", 'silence add'],
  [['incidents', 'show'], "missing required argument 'id'", 'incidents show'],
  [['nope'], "unknown command 'nope'", ''],
])('%j names the help of the verb', (args, what, verb) => {
  const { status, stderr } = run(args);
  expect([status, stderr]).toEqual([2, `error: ${what}; see mtls-watch ${verb === '' ? '' : `${verb} `}--help\n`]);
});

it('help says what is required', () => {
  const help = run(['backfill', '--help']).stdout.replace(/\s+/g, ' ');
  expect(help).toMatch(/--from <time> [^-]*\(required\) --to <time> [^-]*\(required\)/);
  expect(help.match(/\(required\)/g)).toHaveLength(2);
});

it('is quiet where standard error is closed, too', () => {
  const command = '"$0" "$1" audit /missing 2>&- | cat; "$0" "$1" audit /missing 2>&1 >&- | cat';
  const { stdout } = spawnSync('sh', ['-c', command, process.execPath, inject('cli')], { encoding: 'utf8' });
  expect(stdout).toMatch(/^error: cannot read \/missing: [^\n]*\n$/);
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
  // As of the logs: by now all of their certificates have expired.
  expect(next).toContain(`expiry ${logs} --truststore ${truststore} --at 2026-10-13T09:12:59Z\n`);
  expect(next).toContain(`preflight --truststore ${truststore} ${logs} --at 2026-10-13T09:12:59Z\n`);
  expect(next).toContain(`audit ${truststore}\n`);
  const again = next.split('\n').find((line) => line.endsWith('--json')) ?? '';
  const asked = ['replay', logs, '--config', join(day, 'mtls-watch.json'), '--truststore', truststore, '--json'];
  expect(again.slice(again.indexOf('replay ')).split(' ')).toEqual(asked);
  expect(run(['audit', truststore]).stdout).toContain('11 certificates');
});

it('all that replay says to run next runs as it stands, for an alert at any door', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-next-'));
  const truststore = join(day, 'truststore.pem');
  for (const [part, door] of [
    ['partners-access.payloads.gz', ''],
    ['portal-connections.ndjson.gz', ' --door cloudfront'],
  ] as const) {
    const execution = door === '' ? [join(day, 'logs/2026-10-13/partners-execution-morning.jsonl')] : [];
    const logs = [join(day, 'logs/2026-10-13', part), ...execution];
    const settings = ['--config', join(day, 'mtls-watch.json'), '--truststore', truststore];
    const { stdout } = run(['replay', ...logs, ...settings, '--report', folder]);
    const next = stdout.slice(stdout.indexOf('Where to look next')).split('\n');
    const commands = next.flatMap(
      (line) => / {2}(?:npm run -s mtls-watch --|mtls-watch) (.*)$/.exec(line)?.slice(1) ?? [],
    );
    expect(commands.find((text) => text.startsWith('runbook '))).toMatch(new RegExp(`^runbook [a-z-]+${door}$`));
    expect(commands.length).toBeGreaterThanOrEqual(4);
    for (const verb of ['audit', 'diagnose'])
      expect(commands.find((text) => text.startsWith(`${verb} `))?.endsWith(door) ?? false).toBe(true);
    expect(commands.filter((text) => text.includes('--door')).length > 0).toBe(door !== '');
    for (const command of commands) {
      if (command.includes('CLIENT.pem')) continue;
      const { status, stderr } = run(command.split(' '));
      expect([command, status === 0 || status === 1, stderr.includes('error')]).toEqual([command, true, false]);
    }
    const diagnosed = commands.find((text) => text.startsWith('diagnose ')) ?? '';
    // The portal's client presented none.
    expect(diagnosed.includes(`--client ${join(folder, 'refused-client.pem')} `)).toBe(door === '');
  }
}, 60_000);

it('what to run next has the options of the run that change its answer', () => {
  const part = join(day, 'logs/history/2026-10-07-access.ndjson.gz');
  const { stdout } = run(['replay', part, '--format', '$context.requestId $context.status', '--lang', 'ja']);
  const last = stdout.trim().split('\n').at(-1) ?? '';
  expect(last).toContain(`replay ${part} --format '$context.requestId $context.status' --lang ja --json`);
  expect(stdout).toContain(`expiry ${part} --format '$context.requestId $context.status'\n`);
});
