/** `config validate` and `config schema`, and standard input in the place of a file. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, inject, it, vi } from 'vitest';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { parseConfig } from '../../shared/config/settings.js';
import { settingsJsonSchema } from '../../shared/schemas/settings-schema.js';

const day = join(import.meta.dirname, '../../sample/day');
const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-config-'));
const own = { runbooks: { baseUrl: 'https://wiki.bank.example/mtls' } };

function run(args: readonly string[], input = '', cwd = folder) {
  const { MTLS_WATCH_PLACEHOLDERS: _, ...env } = { ...process.env, NO_COLOR: '1' } as NodeJS.ProcessEnv;
  return spawnSync(process.execPath, [inject('cli'), ...args], { encoding: 'utf8', input, cwd, env });
}

describe('config validate', () => {
  it.each([
    ['settings alone', own, 0, 'valid  standard input\n'],
    ['a cdk.json', { app: 'x', context: { mtlsWatch: own } }, 0, 'valid  standard input context "mtlsWatch"\n'],
    ['those of a member', { centralDestinationArn: 'x' }, 1, 'centralDestinationArn: got "x"'],
    [
      'a wrong key',
      { ...own, graceMinute: 3 },
      1,
      '  graceMinute: got 3; there is no such setting; nearest: graceMinutes\n',
    ],
    ['a key without a likeness to any', { ...own, xx: 1 }, 1, '  xx: got 1; there is no such setting'],
    [
      'a wrong key deeper',
      { runbooks: { ...own.runbooks, baseURI: 1 } },
      1,
      '  runbooks.baseURI: got 1; there is no such setting; nearest: baseUrl\n',
    ],
    [
      'a wrong key in a list',
      { ...own, accessLogGroups: [{ name: '/a', acount: 'x' }] },
      1,
      '  accessLogGroups.0.acount: got "x"; there is no such setting',
    ],
    [
      'a reason that does not exist, in an override',
      { ...own, detection: { overrides: [{ reason: 'expird', floor: 5 }] } },
      1,
      '; nearest: expired, ',
    ],
    [
      'a reason that does not exist, for a page',
      { runbooks: { ...own.runbooks, overrides: [{ reason: 'issuer-mising', url: 'https://wiki.bank.example/x' }] } },
      1,
      '; nearest: issuer-missing, ',
    ],
    [
      'what metrics call a kind of sentence',
      { ...own, detection: { overrides: [{ reason: 'other-c82205864032', floor: 5 }] } },
      1,
      'detection.overrides.0.reason: got "other-c82205864032"; expected one of ',
    ],
    [
      'reasons that exist, and what the diagnosis finds',
      {
        detection: { overrides: [{ reason: 'other', floor: 5 }] },
        runbooks: {
          ...own.runbooks,
          overrides: ['expired', 'several-issuers', 'issuer-rekeyed'].map((reason) => ({
            reason,
            url: 'https://wiki.bank.example/x',
          })),
        },
      },
      0,
      'valid ',
    ],
    [
      'no runbooks',
      {},
      1,
      '  runbooks: got nothing; expected an object such as {"baseUrl":"https://wiki.example.com/mtls"}\n',
    ],
    ['a placeholder', { ...own, alertEmails: ['a@example.com'] }, 1, 'alertEmails.0: got "a@example.com"'],
    ['a cdk.json of another app', { app: 'x', context: {} }, 1, '(the whole value): got nothing'],
  ])('%s', (_, settings, code, text) => {
    const { status, stdout } = run(['config', 'validate', '-'], JSON.stringify(settings));
    expect([status, stdout]).toEqual([code, expect.stringContaining(text)]);
    const json = run(['config', 'validate', '-', '--json'], JSON.stringify(settings));
    expect(JSON.parse(json.stdout)).toMatchObject({ type: 'config', isValid: code === 0 });
    expect(json.status).toBe(code);
  });

  it('takes the file that the environment names before the usual ones', () => {
    const file = join(folder, 'account.json');
    writeFileSync(file, JSON.stringify(own));
    vi.stubEnv('MTLS_WATCH_SETTINGS', file);
    expect(run(['config', 'validate']).stdout).toBe(`valid  ${file}\n`);
    vi.unstubAllEnvs();
  });

  it('looks for the usual files, and says where there is none or no JSON', () => {
    expect(run(['config', 'validate'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no cdk.json here'),
    });
    writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ context: { mtlsWatch: own } }));
    expect(run(['config', 'validate']).stdout).toBe('valid  cdk.json context "mtlsWatch"\n');
    writeFileSync(join(folder, 'mtls-watch.json'), '{');
    expect(run(['config', 'validate'])).toMatchObject({ status: 2, stderr: expect.stringContaining('expected JSON') });
  });
});

describe('the JSON Schema of the settings', () => {
  const ajv = new Ajv2020({ strict: false });
  formats.default(ajv);
  const isValid = ajv.compile(settingsJsonSchema());

  it('is what the command prints', () => {
    expect(JSON.parse(run(['config', 'schema']).stdout)).toEqual(settingsJsonSchema());
  });

  it.each([
    ['the sample', JSON.parse(readFileSync(join(day, 'mtls-watch.json'), 'utf8'))],
    ['the checkout', cdkJson.context.mtlsWatch],
    ['the least', own],
    ['all defaults', parseConfig(own, 'a test')],
  ])('takes the settings of %s, as the tool does', (_, settings) => {
    expect(isValid(settings), JSON.stringify(isValid.errors)).toBe(true);
    parseConfig(settings, 'a test');
  });

  it.each([
    ['no runbooks', {}],
    ['a wrong key', { ...own, graceMinute: 3 }],
    ['a wrong type', { ...own, graceMinutes: 'five' }],
    ['a wrong name', { ...own, accessLogGroups: [{ name: 'a b' }] }],
    ['a wrong reason', { ...own, detection: { overrides: [{ reason: 'expird', floor: 5 }] } }],
  ])('refuses %s, as the tool does', (_, settings) => {
    expect(isValid(settings)).toBe(false);
    expect(() => parseConfig(settings, 'a test')).toThrow();
  });
});

describe('standard input in the place of a file', () => {
  const pem = readFileSync(join(day, 'truststore.pem'), 'utf8');
  const client = readFileSync(join(day, 'refused-client.pem'), 'utf8');
  const truststore = ['--truststore', join(day, 'truststore.pem')];
  const at = ['--at', '2026-10-13T09:30:00Z'];
  const log = join(day, 'logs/history/2026-10-07-access.ndjson.gz');

  it.each([
    ['audit', ['audit', '-', ...at], pem, 1, 'standard input, 11 certificates'],
    [
      'diagnose --client',
      ['diagnose', '--client', '-', ...truststore, ...at],
      client,
      1,
      '(issuer-rekeyed)  standard input',
    ],
    [
      'diagnose --truststore',
      ['diagnose', '--client', join(day, 'refused-client.pem'), '--truststore', '-', ...at],
      pem,
      1,
      'issuer-rekeyed',
    ],
    ['expiry --truststore', ['expiry', log, '--truststore', '-', ...at], pem, 0, 'clients seen calling'],
    ['replay --truststore', ['replay', log, '--truststore', '-'], pem, 0, 'Read'],
    ['replay --config', ['replay', log, '--config', '-'], JSON.stringify(own), 0, 'Read'],
  ])('%s', (_, args, input, code, text) => {
    const { status, stdout, stderr } = run(args, input);
    expect([status, stdout, stderr]).toEqual([code, expect.stringContaining(text), expect.anything()]);
  });

  it('is refused twice, and where it holds nothing or no certificate', () => {
    expect(run(['audit', '-', '-'])).toMatchObject({ status: 2, stderr: expect.stringContaining('read once') });
    for (const input of ['', 'no certificate', '-----BEGIN PRIVATE KEY-----\n']) {
      expect(run(['replay', log, '--truststore', '-'], input).status).toBe(2);
    }
  });
});
