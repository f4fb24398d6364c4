/**
 * Every verb without a Region, with a missing file, a folder in the place of a file, an empty standard input and a target that
 * cannot be written: a message and no stack trace, and never an answer that stands on nothing.
 */

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { verbCommands, verbNames } from '../../cli/verbs.js';

const day = join(import.meta.dirname, '../../sample/day');
const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-hard-'));
const file = join(folder, 'file');
writeFileSync(file, '');
const log = join(day, 'logs/2026-10-13/partners-execution-afternoon.gz');
const truststore = join(day, 'truststore.pem');
const client = join(day, 'refused-client.pem');
const TABLE = ['--table', 't'];

/** A file that is not there, a folder, and standard input, which is empty. */
const NOT_FILES = [join(folder, 'missing'), folder, '-'];
/** Targets that cannot be written: below a file, and in a folder of the system. */
const NOT_TARGETS = [join(file, 'below'), '/proc/nothing'];
const each = (places: readonly string[], args: (place: string) => readonly string[]) => places.map((one) => args(one));

/** What each verb is called with, each of it in an environment without a Region; it ends with 2, but for those in `ANSWERED`. */
const CALLS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  init: [['init'], ...each(NOT_TARGETS, (to) => ['init', '--file', to, '--write'])],
  replay: [
    ...each(NOT_FILES, (from) => ['replay', from]),
    ...each(NOT_FILES.slice(1), (from) => ['replay', log, '--truststore', from]),
    ...each(NOT_FILES, (from) => ['replay', log, '--config', from]),
    ...each(NOT_TARGETS, (to) => ['replay', log, '--report', to]),
    ['replay', log, '--stack', 's'],
    ['replay', 's3://bucket/logs'],
  ],
  diagnose: [
    ...each(NOT_FILES, (from) => ['diagnose', '--client', from, '--truststore', truststore]),
    ...each(NOT_FILES, (from) => ['diagnose', '--client', client, '--truststore', from]),
  ],
  audit: [...each(NOT_FILES.slice(0, 2), (from) => ['audit', from]), ['audit', 's3://bucket/key']],
  preflight: [
    ...each(NOT_FILES, (from) => ['preflight', from, '--truststore', truststore]),
    ...each(NOT_FILES, (from) => ['preflight', log, '--truststore', from]),
  ],
  expiry: [
    ...each(NOT_FILES, (from) => ['expiry', from]),
    ...each(NOT_FILES, (from) => ['expiry', log, '--truststore', from]),
    ['expiry', log, '--stack', 's'],
  ],
  backtest: [
    ...each(NOT_FILES, (from) => ['backtest', from]),
    ...each(NOT_TARGETS, (to) => ['backtest', file, '--plot', to]),
  ],
  doctor: [['doctor'], ...each(NOT_FILES, (from) => ['doctor', '--config', from])],
  redrive: [['redrive']],
  backfill: [['backfill', 's3://bucket/x', '--from', '2026-06-01', '--to', '2026-06-02']],
  report: [
    ...each(NOT_FILES, (from) => ['report', from, '--out', join(folder, 'out')]),
    ...each(NOT_TARGETS, (to) => ['report', log, '--out', to]),
    ['report', '--out', join(folder, 'out')],
  ],
  cost: [['cost']],
  'silence add': [['silence', 'add', ...TABLE, '--reason', 'expired', '--for', '2h', '--comment', 'x']],
  'silence list': [['silence', 'list', ...TABLE]],
  'silence expire': [['silence', 'expire', 'i', ...TABLE]],
  ack: [['ack', 'i', ...TABLE]],
  'canary probes': [['canary', 'probes', '--domain', 'api.bank.example']],
  tail: [['tail', '--log-group', 'g'], ...each(NOT_FILES, (from) => ['tail', '--log-group', 'g', '--config', from])],
  incidents: [['incidents'], ['incidents', ...TABLE], ['incidents', 'i', ...TABLE]],
  'incidents show': [['incidents', 'show', 'i', ...TABLE]],
  runbook: [['runbook', '--incident', 'i', ...TABLE]],
  'config validate': each(NOT_FILES, (from) => ['config', 'validate', from]),
  'config schema': [['config', 'schema', '--nope']],
  completion: [['completion', 'tcsh']],
  'notify-test': [['notify-test'], ['notify-test', '--chat', '--stack', 's']],
};

const bare = { PATH: process.env.PATH, HOME: folder, AWS_EC2_METADATA_DISABLED: 'true', NO_COLOR: '1' };

async function run(args: readonly string[]): Promise<{ status: number | null; said: string }> {
  const child = spawn(process.execPath, [inject('cli'), ...args], {
    cwd: folder,
    env: bare,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end();
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, said };
}

it('every verb is called', async () => {
  const leaves: string[] = [];
  for (const name of verbNames) {
    const verb = (await verbCommands([name])).find((one) => one.name() === name);
    if (verb === undefined) throw new Error(`no verb ${name}`);
    if (verb.commands.length === 0 || verb.registeredArguments.length > 0) leaves.push(name);
    for (const nested of verb.commands) leaves.push(`${name} ${nested.name()}`);
  }
  expect(Object.keys(CALLS).sort()).toEqual(leaves.sort());
});

describe.each(Object.entries(CALLS))('%s', (_, calls) => {
  it('ends with a message', async () => {
    // Two at a time: each is a process of its own.
    for (let at = 0; at < calls.length; at += 2) {
      const pair = calls.slice(at, at + 2);
      const ended = await Promise.all(pair.map(run));
      for (const [n, { status, said }] of ended.entries()) {
        expect([pair[n], status, said]).toEqual([
          pair[n],
          2,
          expect.stringMatching(/^(?:warning: .*\n)*error: \S.*\n/m),
        ]);
        expect(said).not.toMatch(/\n\s+at |node:internal|fault of mtls-watch|UnhandledPromise/);
      }
    }
  }, 120_000);
});

describe('ends quietly when its reader stops', () => {
  const series = join(folder, 'series.csv');
  writeFileSync(series, `count\n${'3\n'.repeat(2_000)}`);
  const at = ['--at', '2026-10-13T09:30:00Z'];
  const answers: Readonly<Record<string, readonly string[]>> = {
    replay: ['replay', log],
    diagnose: ['diagnose', '--client', client, '--truststore', truststore, ...at],
    audit: ['audit', truststore, '--json', ...at],
    preflight: ['preflight', log, '--truststore', truststore, ...at],
    expiry: ['expiry', log, '--truststore', truststore, '--within', '9000', '--json', ...at],
    report: ['report', log, '--out', join(folder, 'report')],
    backtest: ['backtest', series, '--json'],
    cost: ['cost', '--failures-per-month', '10k', '--json'],
    runbook: ['runbook'],
    'config validate': ['config', 'validate', join(day, 'mtls-watch.json')],
    'config schema': ['config', 'schema'],
    completion: ['completion', 'fish'],
    ...Object.fromEntries(verbNames.map((name) => [`${name} --help`, [name, '--help']])),
  };

  it.each(Object.entries(answers))('%s', (_, args) => {
    for (const lines of [0, 1]) {
      const command = `"$0" "$@" | head -n ${lines}`;
      const options = { encoding: 'utf8', cwd: folder } as const;
      const { stdout, stderr } = spawnSync('sh', ['-c', command, process.execPath, inject('cli'), ...args], options);
      expect([args, stdout.split('\n').length - 1 <= lines]).toEqual([args, true]);
      expect(stderr).not.toMatch(/EPIPE|\n\s+at |node:internal|error: /);
    }
  });
});
