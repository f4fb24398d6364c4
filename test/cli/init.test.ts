import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { init } from '../../cli/commands/init.js';
import { parseConfig } from '../../shared/config/settings.js';
import type { FoundAccount, FoundDomain, FoundStage } from '../../shared/model/account.js';
import { domain, door, group } from '../support/account.js';

const stage = (apiId: string, changes: Partial<FoundStage> = {}): FoundStage => ({
  apiId,
  apiName: `API ${apiId}`,
  kind: 'REST',
  stage: 'prod',
  isDefaultEndpointDisabled: true,
  executionLog: { kind: 'managed', logGroup: `API-Gateway-Execution-Logs_${apiId}/prod`, level: 'INFO' },
  accessLog: { destinationArn: 'arn:aws:logs:::log-group:/access', logGroup: '/access', format: '{}' },
  ...changes,
});

const found = (domains: readonly FoundDomain[], existing: readonly string[] = []): FoundAccount => ({
  accountId: '111122223333',
  region: 'eu-central-1',
  gatewayLoggingRoleArn: null,
  logPolicies: [],
  domains,
  doors: [],
  logGroups: new Map(
    ['API-Gateway-Execution-Logs_rest/prod', '/access'].map((name) => [
      name,
      { name, exists: existing.includes(name), filters: [], lastEventAt: null },
    ]),
  ),
  unreadable: [],
});

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mtls-watch-init-'));
  file = join(folder, 'cdk.json');
  const mtlsWatch = {
    executionLogGroups: [{ name: 'example' }],
    domains: { example: 'api.example.com' },
    runbooks: { baseUrl: 'https://wiki.bank.example/mtls' },
    graceMinutes: 7,
  };
  writeFileSync(file, JSON.stringify({ app: 'npx tsx infra/app.ts', context: { other: true, mtlsWatch } }));
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(account: FoundAccount, options: object = {}) {
  const said = { out: '', notes: '' };
  const code = init(
    account,
    { file, ...options },
    { write: (text) => (said.out += text) },
    { write: (text) => (said.notes += text) },
  );
  return { code, ...said };
}

describe('init', () => {
  it('prints settings that watch every domain found, which the stack takes', () => {
    const http = stage('http', { kind: 'HTTP', executionLog: { kind: 'unsupported' } });
    const { code, out } = run(found([domain('a.example', [stage('rest')]), domain('b.example', [http])], ['/access']), {
      email: ['on-call@bank.example'],
    });
    expect(code).toBe(0);
    expect(parseConfig(JSON.parse(out), 'init')).toMatchObject({
      executionLogGroups: [{ name: 'API-Gateway-Execution-Logs_rest/prod', create: true }],
      accessLogGroups: [{ name: '/access', create: false }],
      domains: { 'rest/prod': 'a.example', 'http/prod': 'b.example' },
      apisWithoutExecutionLog: ['http'],
      truststores: { 'a.example': 's3://truststores/a.example.pem', 'b.example': 's3://truststores/b.example.pem' },
      alertEmails: ['on-call@bank.example'],
      graceMinutes: 7,
    });
  });

  it('takes the connection logs of this Region, also where there is no custom domain', () => {
    const hosts = ['edge.bank.example', 'd1.cloudfront.net'];
    const edge = door('E1', '/cf', { kind: 'cloudfront', name: 'edge.bank.example', hosts });
    const doors = [edge, door('partners', '/alb'), door('far', 'us-east-1:/far')];
    const { code, out } = run({
      ...found([]),
      doors,
      logGroups: new Map([['/alb', group('/alb', { exists: false })]]),
    });
    expect(code).toBe(0);
    const settings = parseConfig(JSON.parse(out), 'init');
    expect(settings.connectionLogGroups).toEqual([
      { name: '/alb', create: true },
      { name: '/cf', create: false },
    ]);
    expect(settings.domains).toEqual({ 'distribution/E1': 'edge.bank.example' });
    expect(run({ ...found([]), doors }, { domain: ['d1.cloudfront.net'] }).code).toBe(0);
    expect(run({ ...found([]), doors }, { domain: ['d2.cloudfront.net'] }).code).toBe(1);
  });

  it('writes them in place of what was watched before, and leaves the rest of the file alone', () => {
    const { code } = run(found([domain('a.example', [stage('rest')])]), { write: true });
    expect(code).toBe(0);
    const { app, context } = JSON.parse(readFileSync(file, 'utf8'));
    expect(app).toBe('npx tsx infra/app.ts');
    expect(context.other).toBe(true);
    expect(context.mtlsWatch.domains).toEqual({ 'rest/prod': 'a.example' });
    expect(context.mtlsWatch.runbooks).toEqual({ baseUrl: 'https://wiki.bank.example/mtls' });
  });

  it('writes a file of settings that is not there yet, and keeps what one has', () => {
    const own = join(folder, 'account.json');
    const runbooks = 'https://wiki.bank.example/mtls';
    run(found([domain('a.example', [stage('rest')])]), { file: own, write: true, runbooks });
    const first = JSON.parse(readFileSync(own, 'utf8'));
    expect(first).toMatchObject({ domains: { 'rest/prod': 'a.example' }, runbooks: { baseUrl: runbooks } });
    writeFileSync(own, JSON.stringify({ ...first, graceMinutes: 9 }));
    run(found([domain('b.example', [stage('http')])]), { file: own, write: true });
    expect(JSON.parse(readFileSync(own, 'utf8'))).toMatchObject({
      graceMinutes: 9,
      domains: { 'http/prod': 'b.example' },
    });
  });

  it('writes no placeholder, and says which option names it', () => {
    const address = { email: ['on-call@example.com'], runbooks: 'https://wiki.example.com/mtls' };
    const before = readFileSync(file, 'utf8');
    expect(() => run(found([domain('a.example', [])]), { write: true, ...address })).toThrow(
      /still has 2 placeholder.*\n {2}runbooks\.baseUrl: .*\n {2}alertEmails\.0: .*\nName them with --email/,
    );
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('says no, and writes nothing, where there is no such domain', () => {
    const before = readFileSync(file, 'utf8');
    expect(run(found([]), { write: true })).toMatchObject({ code: 1, notes: expect.stringContaining('111122223333') });
    const asked = run(found([domain('a.example', [])]), { write: true, domain: ['a.example', 'b.example'] });
    expect(asked).toMatchObject({ code: 1, notes: expect.stringMatching(/^b\.example: no such custom domain/) });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('refuses to write what the stack would refuse, and a file that is no CDK app', () => {
    expect(() => run(found([domain('a.example', [])]), { email: ['nobody'] })).toThrow(/alertEmails\.0: got "nobody"/);
    writeFileSync(file, '{');
    expect(() => run(found([domain('a.example', [])]))).toThrow(/cdk\.json is no CDK app and .*expected the cdk\.json/);
    rmSync(file);
    expect(() => run(found([domain('a.example', [])]))).toThrow(/cdk\.json is no CDK app and .*expected the cdk\.json/);
  });
});
