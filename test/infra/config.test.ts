import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Lazy, Stack } from 'aws-cdk-lib';
import { CfnRestApi } from 'aws-cdk-lib/aws-apigateway';
import { describe, expect, it } from 'vitest';
import { functionEnvironment, readConfig, readMemberConfig } from '../../infra/config.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { parseConfig } from '../../shared/config/settings.js';
import { exampleSettings, synthesise } from './support.js';

const config = parseConfig(exampleSettings, 'the example');

function messageFrom(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(MtlsWatchError);
    expect(error).toMatchObject({ code: 'bad-config' });
    return (error as MtlsWatchError).message;
  }
  throw new Error('nothing was thrown');
}

describe('reading the settings', () => {
  it('takes the example of cdk.json and fills in the defaults', () => {
    expect(config).toMatchObject({
      ...exampleSettings,
      executionLogGroups: [{ create: false }],
      accessLogGroups: [{}],
    });
    expect(config).toMatchObject({ language: 'en', logRetentionDays: 30, reservedConcurrency: 20 });
  });

  it.each([
    ['a key that does not exist', { graceMinute: 3 }, ['graceMinute']],
    ['an address without a domain', { alertEmails: ['on-call'] }, ['alertEmails.0', '"on-call"', 'a mail address']],
    ['plain http', { runbooks: { baseUrl: 'http://a.example' } }, ['runbooks.baseUrl', '"http://a.example"', 'https']],
    [
      'a log group with a space',
      { accessLogGroups: [{ name: 'a b' }] },
      ['accessLogGroups.0.name', '"a b"', 'name of'],
    ],
    [
      'a log group twice',
      { accessLogGroups: [{ name: 'a' }, { name: 'a' }] },
      ['accessLogGroups', 'each log group once'],
    ],
    ['a retention that CloudWatch refuses', { logRetentionDays: 31 }, ['logRetentionDays', '31', '30, 60']],
    [
      'a bucket that S3 would not take',
      { truststores: { a: 's3://My_Bucket/c' } },
      ['truststores.a', 's3://My_Bucket/c', '3 to 63 lower-case letters'],
    ],
    [
      'a truststore elsewhere',
      { truststores: { a: 'https://b/c' } },
      ['truststores.a', 'https://b/c', 's3://bucket/key'],
    ],
    ['a canary with a URL', { canaries: [{ domain: 'https://a.example' }] }, ['canaries.0.domain', 'a custom domain']],
    [
      'a canary twice',
      { canaries: [{ domain: 'a.example' }, { domain: 'a.example', path: '/v1' }] },
      ['canaries', 'each domain once'],
    ],
    ['a path with a line break', { canaries: [{ domain: 'a.example', path: '/\r\nX: 1' }] }, ['path', 'such as /v1']],
    ['a wildcard inside a name', { discover: { allow: ['api.*.example'] } }, ['discover.allow.0', '*.example.com']],
    ['a bucket by its address', { discover: { truststoreBuckets: ['s3://b'] } }, ['truststoreBuckets.0', 'S3 bucket']],
    ['no concurrency at all', { reservedConcurrency: 0 }, ['reservedConcurrency', 'got 0', 'at least 1']],
  ])('names key, value and expectation for %s', (_what, settings, texts) => {
    const message = messageFrom(() => synthesise(settings));
    expect(message).toContain('cdk.json context "mtlsWatch"');
    for (const text of texts) expect(message).toContain(text);
  });

  it('names the context key when there are no settings', () => {
    expect(messageFrom(() => readConfig(new App().node))).toMatch(/context "mtlsWatch".*\n.*got nothing; .*object/);
  });

  it('reports all mistakes at once, one a line', () => {
    const message = messageFrom(() => synthesise({ language: 'fr', graceMinutes: 0 }));
    expect(message.split('\n')).toHaveLength(3);
  });
});

describe('the environment of a function', () => {
  it('gives the function the settings that were validated', () => {
    const { MTLS_WATCH_CONFIG: text = '' } = functionEnvironment(config, {});
    expect(parseConfig(JSON.parse(text), 'the environment')).toEqual({ ...config, alertEmails: [] });
    expect(text).not.toContain(' "');
  });

  it('accepts exactly what Lambda accepts: 4 KB of JSON', () => {
    const bytesOf = (environment: Record<string, string>) => Buffer.byteLength(JSON.stringify(environment));
    const room = limits.environmentBytesMax - bytesOf(functionEnvironment(config, { PADDING: '' }));
    const largest = functionEnvironment(config, { PADDING: 'x'.repeat(room) });
    expect(bytesOf(largest)).toBe(limits.environmentBytesMax);
    const message = messageFrom(() => functionEnvironment(config, { PADDING: 'x'.repeat(room + 1) }));
    expect(message).toMatch(/up to 4097 bytes, Lambda allows 4096[\s\S]*second one/);
  });

  it('counts values that are known at deploy time as the longest they can be', () => {
    const longestArn = `arn:aws-us-gov:sns:us-gov-east-1:123456789012:${'t'.repeat(256)}`;
    const token = Lazy.string({ produce: () => 'short' });
    const used = functionEnvironment(config, { TOPIC_ARN: longestArn, PADDING: '' });
    const room = limits.environmentBytesMax - Buffer.byteLength(JSON.stringify(used));
    const padded = (padding: number) => ({ TOPIC_ARN: token, PADDING: 'x'.repeat(padding) });
    expect(() => functionEnvironment(config, padded(room - 10))).not.toThrow();
    expect(messageFrom(() => functionEnvironment(config, padded(room + 1)))).toContain('too large');
  });

  it('counts an API, whose id is short, as what it can be at most, and fills nothing in that the function would refuse', () => {
    const stack = new Stack();
    const byApi = (apiId: (index: number) => string) => ({
      ...config,
      domains: Object.fromEntries(
        Array.from({ length: 12 }, (_, index) => [`${apiId(index)}/prod`, 'api.example.com']),
      ),
    });
    const made = byApi((index) => new CfnRestApi(stack, `Api${index}`, {}).ref);
    expect(() => functionEnvironment(made, {})).not.toThrow();
    const unknown = byApi(() => Lazy.string({ produce: () => 'abc123' }));
    expect(messageFrom(() => functionEnvironment(unknown, {}))).toContain('too large');
    const wrong = { ...config, truststores: { 'api.example.com': new CfnRestApi(stack, 'Wrong', {}).ref } };
    expect(messageFrom(() => functionEnvironment(wrong, {}))).toContain('expected s3://bucket/key');
  });

  it('fails the synth when there are too many domains', () => {
    const domains = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`api${i}/prod`, `api-${i}.example.com`]));
    expect(messageFrom(() => synthesise({ domains }))).toMatch(/too large.*4096/);
  });
});

describe('a file of settings outside the checkout', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-settings-'));
  const written = (name: string, content: unknown) => {
    const file = join(folder, name);
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };
  const own = (graceMinutes: number) => ({ runbooks: { baseUrl: 'https://wiki.bank.example/mtls' }, graceMinutes });
  const named = written('named.json', own(11));
  const byVariable = written('variable.json', { app: 'x', context: { mtlsWatch: own(12) } });
  const node = (context: object) => new App({ context: { mtlsWatch: exampleSettings, ...context } }).node;

  it('goes before cdk.json, and the one that is named for this synth before the one of the environment', () => {
    const read = (context: object, env: NodeJS.ProcessEnv) => readConfig(node(context), env).graceMinutes;
    expect(read({}, { MTLS_WATCH_SETTINGS: byVariable })).toBe(12);
    expect(read({ mtlsWatchSettings: named }, { MTLS_WATCH_SETTINGS: byVariable })).toBe(11);
    expect(read({}, { MTLS_WATCH_SETTINGS: '', MTLS_WATCH_PLACEHOLDERS: 'allowed' })).toBe(5);
  });

  it('holds those of a member, too', () => {
    const destination = 'arn:aws:logs:eu-central-1:999988887777:destination:mtls-watch';
    const member = written('member.json', { centralDestinationArn: destination, accessLogGroups: [{ name: '/a' }] });
    expect(readMemberConfig(node({}), { MTLS_WATCH_SETTINGS: member })?.centralDestinationArn).toBe(destination);
    expect(readMemberConfig(node({}), { MTLS_WATCH_SETTINGS: named })).toBeNull();
  });

  it('is named in messages, and refused for placeholders like any', () => {
    const wrong = written('wrong.json', { ...own(0) });
    expect(messageFrom(() => readConfig(node({ mtlsWatchSettings: wrong }), {}))).toContain(`${wrong} has 1 wrong`);
    const example = written('example.json', { ...own(1), alertEmails: ['a@example.com'] });
    expect(messageFrom(() => readConfig(node({ mtlsWatchSettings: example }), {}))).toContain('1 placeholder');
  });

  it.each([
    ['is not there', join(folder, 'none.json')],
    ['is no JSON', written('broken.json', '{')],
  ])('says which file %s', (_what, file) => {
    expect(() => readConfig(node({ mtlsWatchSettings: file }), {})).toThrow(
      expect.objectContaining({ code: 'unreadable-input', message: expect.stringContaining(`settings ${file}: `) }),
    );
  });
});

describe('placeholders', () => {
  const settings = (context: object) => new App({ context: { mtlsWatch: { ...exampleSettings, ...context } } }).node;

  it('stop the synth, each with its place and what to do', () => {
    const message = messageFrom(() => readConfig(settings({}), {}));
    expect(message).toMatch(/^cdk\.json context "mtlsWatch" still has 5 placeholder\(s\)/);
    for (const key of ['domains.abc123/prod', 'truststores', 'runbooks.baseUrl', 'alertEmails.0']) {
      expect(message).toContain(`\n  ${key}: got "`);
    }
    expect(message).toMatch(/init --email ADDRESS --runbooks URL --write$/);
    expect(readConfig(settings({}), { MTLS_WATCH_PLACEHOLDERS: 'allowed' })).toMatchObject(exampleSettings);
  });

  it.each([
    ['https://example.org/runbooks', true],
    ['https://docs.EXAMPLE.net', true],
    ['https://wiki.example.com:8443/a', true],
    ['https://my-example.com', false],
    ['https://example.com.bank.test', false],
    ['https://wiki.bank.test/example.command', false],
    ['https://example.community/', false],
  ])('%s: %s', (baseUrl, isPlaceholder) => {
    const own = { domains: {}, truststores: {}, alertEmails: [], runbooks: { baseUrl } };
    const read = () => readConfig(settings(own), {});
    if (isPlaceholder) expect(messageFrom(read)).toContain('still has 1 placeholder(s)');
    else expect(read().runbooks.baseUrl).toBe(baseUrl);
  });
});

describe('the app', () => {
  it('ends with exit code 1 and the message alone when a setting is wrong', () => {
    const outdir = mkdtempSync(join(tmpdir(), 'mtls-watch-synth-'));
    try {
      const context = JSON.stringify({ mtlsWatch: { ...exampleSettings, graceMinutes: 'five' } });
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'infra/app.ts'], {
        env: { PATH: process.env.PATH, CDK_CONTEXT_JSON: context, CDK_OUTDIR: outdir },
        encoding: 'utf8',
      });
      expect(status).toBe(1);
      expect(stdout).toBe('');
      expect(stderr.trim()).toBe(
        'cdk.json context "mtlsWatch" has 1 wrong setting(s):\n' + '  graceMinutes: got "five"; expected a number',
      );
    } finally {
      rmSync(outdir, { recursive: true });
    }
  });
});
