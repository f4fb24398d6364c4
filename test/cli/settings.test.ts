/** The settings of a report from the table: those of the file, of the stack, or the defaults with a word of warning. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { readConfig, readDeployable, settingsHere, settingsOfStack } from '../../cli/deployed/settings.js';
import { deployedSettings } from '../../shared/adapters/aws/deployed-settings.js';
import { parseConfig } from '../../shared/config/settings.js';

const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-settings-'));
const deployed = {
  language: 'ja',
  truststores: { 'api.bank.example': 's3://bucket/truststore.pem' },
  runbooks: { baseUrl: 'https://wiki.bank.example/mtls' },
};
const config = parseConfig(deployed, 'a test');

describe('the settings of a report from the table', () => {
  afterEach(() => vi.unstubAllEnvs());
  const ask = async (options: object, read = async () => ({ config })) => {
    const said: string[] = [];
    const settings = await settingsHere(options, (text) => said.push(text), read);
    return { settings, said };
  };

  it('are those that the stack runs with', async () => {
    expect(await ask({ stack: 'mine' })).toEqual({ settings: config, said: [] });
    expect(await ask({})).toEqual({ settings: config, said: [] });
  });

  it('are those of a file before those of the stack', async () => {
    const file = join(folder, 'settings.json');
    writeFileSync(file, JSON.stringify({ runbooks: { baseUrl: 'https://other.bank.example' } }));
    const { settings, said } = await ask({ stack: 'mine', config: file });
    expect([settings.runbooks.baseUrl, said]).toEqual(['https://other.bank.example', []]);
  });

  it('are the defaults, with a warning, where only a table is named or the stack cannot be read', async () => {
    const alone = await ask({ table: 't' });
    expect(alone.settings.truststores).toEqual({});
    expect(alone.said).toEqual([expect.stringContaining('a table tells nothing of the settings')]);
    vi.stubEnv('TABLE_NAME', 't');
    expect((await ask({})).said).toEqual([expect.stringContaining('a table tells nothing')]);
    const denied = await ask({ stack: 'mine' }, async () => Promise.reject(new Error('AccessDenied: no')));
    expect(denied.settings.language).toBe('en');
    expect(denied.said).toEqual([expect.stringMatching(/AccessDenied: no.*expected --config FILE/)]);
  });
});

describe('the settings of a stack for a verb that reads logs', () => {
  const typed = (source: string | undefined) => ({ getOptionValueSource: () => source as never });
  const ask = (options: { stack?: string }, source?: string) =>
    settingsOfStack(options, typed(source), async () => ({ config }));

  it('are read where a stack is named, also beside a file that the environment names', async () => {
    expect(await ask({ stack: 'mine' })).toBe(config);
    expect(await ask({ stack: 'mine' }, 'env')).toBe(config);
    expect(await ask({}, 'cli')).toBeNull();
  });

  it('are not mixed with those of a file', async () => {
    await expect(ask({ stack: 'mine' }, 'cli')).rejects.toThrow('expected --stack or --config, not both');
  });
});

describe('a file of settings', () => {
  const written = (settings: unknown): string => {
    const path = join(folder, 'settings.json');
    writeFileSync(path, JSON.stringify(settings));
    return path;
  };
  const overrides = [{ reason: 'expired', url: 'https://wiki.bank.example/expired' }];

  it.each<[string, object]>([
    ['nothing', {}],
    ['domains alone', { domains: { 'abc/prod': 'api.bank.example' } }],
    ['pages of its own for some reasons', { runbooks: { overrides } }],
    ['the context of a cdk.json', { context: { mtlsWatch: { graceMinutes: 7 } } }],
  ])('need not say where the pages are to be replayed: %s', async (_, settings) => {
    const config = await readConfig(written(settings));
    expect(config.runbooks.baseUrl).toBe(pathToFileURL('runbooks').href);
    expect(config.runbooks.overrides).toEqual('runbooks' in settings ? overrides : []);
    await expect(readDeployable(written(settings))).rejects.toThrow('runbooks');
  });

  it.each<[unknown, string]>([
    [{ runbooks: 'https://wiki.bank.example' }, 'runbooks: got "https://wiki.bank.example"'],
    [{ runbooks: null }, 'runbooks: got null'],
    [{ runbooks: { baseUrl: 'http://wiki.bank.example' } }, 'runbooks.baseUrl: got "http'],
    [{ runbooks: { baseURL: 'x' } }, 'runbooks.baseURL: got "x"; there is no such setting; nearest: baseUrl'],
    [{ graceMinute: 7 }, 'graceMinute'],
    [[], 'settings.json has 1 wrong setting(s)'],
  ])('says what is wrong in it: %j', async (settings, what) => {
    const failed = await readConfig(written(settings)).catch((error: Error) => error.message);
    expect(failed).toContain(what);
    expect(failed).not.toContain('runbooks.invalid');
  });
});

describe('what the functions of a stack run with', () => {
  const read = (variables: Record<string, string>) =>
    deployedSettings('ingest', {
      lambda: { send: async () => ({ Environment: { Variables: variables } }) } as never,
      domains: async (table) => [{ name: `*.${table}`, truststoreUri: 's3://b/k', stages: [] }] as never,
    });

  it('is their variable, with what was discovered', async () => {
    const discover = { ...deployed, discover: {} };
    expect(await read({ MTLS_WATCH_CONFIG: JSON.stringify(deployed), TABLE_NAME: 't' })).toEqual({
      ...{ config, known: [], tableName: 't' },
    });
    const { known } = await read({ MTLS_WATCH_CONFIG: JSON.stringify(discover), TABLE_NAME: 't' });
    expect(known).toMatchObject([{ name: '*.t' }]);
  });

  it('is nothing of another function', async () => {
    await expect(read({ TABLE_NAME: 't' })).rejects.toThrow(/no variable MTLS_WATCH_CONFIG; expected --stack NAME/);
    const settings = JSON.stringify(deployed);
    await expect(read({ MTLS_WATCH_CONFIG: settings })).rejects.toThrow(
      /no variable TABLE_NAME; expected --stack NAME/,
    );
  });
});

it('warns of a part of a name that fits several organizations', () => {
  const logs = join(import.meta.dirname, '../../sample/day/logs/2026-10-13');
  const report = (part: string) => {
    const args = ['report', logs, '--organization', part, '--out', join(folder, 'report'), '--lang', 'en'];
    return spawnSync(process.execPath, [inject('cli'), ...args], { encoding: 'utf8' });
  };
  expect(report('l').stderr).toMatch(
    /warning: --organization fits \d+ names, .*: .*; .*expected a longer part of one name/,
  );
  const one = report('ACME LOGISTICS');
  expect([one.status, one.stderr]).toEqual([0, expect.not.stringContaining('fits')]);
});
