/** `mtls-watch doctor` on accounts that this test plays: what it prints, with which exit code, and what it leaves out. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it } from 'vitest';
import { type DoctorOptions, runDoctor } from '../../cli/commands/doctor.js';
import { checkIds } from '../../shared/discovery/check.js';
import { ACCESS_LOG_FORMAT } from '../../shared/logs/access-log-format.js';
import type { ReportMail } from '../../shared/ports/watch.js';
import { doctorLineSchema } from '../../shared/schemas/lines.js';
import { accessFilter, healthyScene, type Scene, sendingScene } from '../support/found.js';

async function doctor(scene: Scene, options: Partial<DoctorOptions> = {}) {
  let stdout = '';
  let stderr = '';
  let asked: readonly string[] = [];
  const mailed: ReportMail[] = [];
  const code = await runDoctor(
    { domain: [], topic: [], ...options },
    {
      find: async (only) => {
        asked = only;
        const isAsked = ({ name }: { readonly name: string }) => only.length === 0 || only.includes(name);
        const { domains, doors } = scene.found;
        return { ...scene.found, domains: domains.filter(isAsked), doors: doors.filter(isAsked) };
      },
      watch: async () => scene.watch,
      truststore: async (uri) =>
        scene.expectations.truststores.get(uri) ?? { kind: 'read', certificates: 1, errors: [] },
      pages: async () => scene.expectations.pages ?? new Map(),
      mail: async (mail) => {
        mailed.push(mail);
        return { mail, account: null, identities: new Map(), unreadable: [], ...scene.expectations.mail };
      },
      clock: { now: () => scene.expectations.now },
      output: { write: (text) => (stdout += text) },
      notes: { write: (text) => (stderr += text) },
    },
  );
  return { code, stdout, stderr, asked, mailed };
}

/** The scene of docs/doctor.md. */
function example(): Scene {
  const scene = healthyScene();
  scene.found.domains = scene.found.domains.slice(0, 1);
  scene.found.doors = [];
  const [orders] = scene.found.domains;
  orders!.truststore.newestVersion = 'v3';
  orders!.stages[0]!.isDefaultEndpointDisabled = false;
  scene.found.logGroups.get('/access/orders')!.filters = [{ ...accessFilter, pattern: '{ $.status = 403 }' }];
  return scene;
}

const page = readFileSync(new URL('../../docs/doctor.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```(?:text|sh)\n([\s\S]*?)```/g)].map(([, block = '']) => block);

describe('doctor', () => {
  it('prints what docs/doctor.md shows', async () => {
    const { code, stdout } = await doctor(example());
    expect(blocks).toContain(stdout);
    expect(code).toBe(1);
  });

  it('prints the commands that docs/doctor.md shows, and nothing else, with --fix', async () => {
    const { code, stdout, stderr } = await doctor(example(), { fix: true });
    expect(blocks).toContain(stdout);
    expect(stdout.split('\n').every((line) => line === '' || line.startsWith('aws '))).toBe(true);
    expect(stderr).toBe('');
    expect(code).toBe(1);
  });

  it('is content where nothing is wrong', async () => {
    const { code, stdout } = await doctor(healthyScene());
    expect(stdout).toMatch(/^0 wrong, \d+ ok {2}account 123456789012, eu-west-1, 3 domains, 1 other front door\n/);
    expect(stdout).not.toContain('What to do');
    expect(code).toBe(0);
    expect((await doctor(healthyScene(), { fix: true })).stdout).toBe('');
  });

  it('calls what it could not read neither wrong nor all well', async () => {
    const scene = healthyScene();
    scene.found.unreadable.push({ what: 'the API x', why: 'AccessDeniedException' });
    const { code, stdout } = await doctor(scene);
    expect(stdout).toMatch(/^0 wrong, 1 unknown, \d+ ok /);
    expect(stdout).toContain('the API x');
    expect(code).toBe(1);
  });

  it('prints lines of the published shape with --json', async () => {
    const { code, stdout } = await doctor(example(), { json: true });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => doctorLineSchema.parse(JSON.parse(line)));
    expect(lines.at(-1)).toEqual({
      type: 'summary',
      accountId: '123456789012',
      region: 'eu-west-1',
      domains: 1,
      doors: 0,
      ok: 20,
      wrong: 3,
      warning: 0,
      unknown: 0,
    });
    expect(lines.filter((line) => line.type === 'check' && line.state === 'wrong')).toHaveLength(3);
    expect(code).toBe(1);
  });

  it('gives the format to paste where a format lacks something', async () => {
    const scene = healthyScene();
    scene.found.domains[0]!.stages[0]!.accessLog!.format = '{}';
    expect((await doctor(scene)).stdout).toContain(`\n  ${ACCESS_LOG_FORMAT}\n`);
    expect((await doctor(healthyScene())).stdout).not.toContain('clientCertPem');
  });

  it('says what no command mends', async () => {
    const scene = healthyScene();
    scene.watch!.topics[0]!.subscriptions = [];
    const { code, stdout, stderr } = await doctor(scene, { fix: true });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^No command for 1 check:\ntopic-subscriptions {2}arn:aws:sns:\S+: Subscribe /);
    expect(code).toBe(1);
  });

  it('looks at one domain, and says when there is no such one', async () => {
    const { stdout, asked } = await doctor(healthyScene(), { domain: ['trades.bank.example'] });
    expect(asked).toEqual(['trades.bank.example']);
    expect(stdout).toContain('1 domain\n');
    expect((await doctor(healthyScene(), { domain: ['partners'] })).stdout).toContain(
      '0 domains, 1 other front door\n',
    );
    await expect(doctor(healthyScene(), { domain: ['nowhere.example'] })).rejects.toMatchObject({
      code: 'usage',
      message:
        '--domain got nowhere.example; expected a custom domain, distribution or load balancer with mutual TLS in eu-west-1 of account 123456789012',
    });
  });

  it('takes settings from a file in place of the deployed ones', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'mtls-watch-doctor-')), 'settings.json');
    writeFileSync(file, JSON.stringify({ runbooks: { baseUrl: 'https://wiki.example.com' } }));
    const { code, stdout } = await doctor(healthyScene(), { config: file });
    expect(stdout).toContain('"apisWithoutExecutionLog": ["http333"]');
    expect(code).toBe(1);
  });

  it('asks SES about those whom the report is mailed to, by the settings in use, and about nobody else', async () => {
    const mail = { from: 'mtls@bank.example', to: ['pki@bank.example'] };
    expect((await doctor(healthyScene())).mailed).toEqual([]);
    const scene = healthyScene();
    scene.watch!.reportMail = mail;
    const { code, stdout, mailed } = await doctor(scene);
    expect(mailed).toEqual([mail]);
    expect(stdout).toMatch(/^ {2}unknown {2}report-mail +mtls@bank\.example +could not be read/m);
    expect(code).toBe(1);

    const file = join(mkdtempSync(join(tmpdir(), 'mtls-watch-doctor-')), 'settings.json');
    const runbooks = { baseUrl: 'https://wiki.example.com' };
    writeFileSync(file, JSON.stringify({ runbooks, report: { mail: { ...mail, from: 'other@bank.example' } } }));
    expect((await doctor(scene, { config: file })).mailed).toEqual([{ ...mail, from: 'other@bank.example' }]);
    writeFileSync(file, JSON.stringify({ runbooks }));
    expect((await doctor(scene, { config: file })).mailed).toEqual([]);
  });

  it('puts a filter under the name of the stack that was found, in an account that sends to a central one', async () => {
    const scene = sendingScene();
    scene.found.logGroups.get('/access/orders')!.filters = [];
    const { code, stdout } = await doctor(scene, { fix: true });
    expect(stdout).toMatch(/^aws logs put-subscription-filter .* --filter-name mtls-watch-member-access .*\n$/);
    expect(code).toBe(1);
    await expect(doctor(scene, { destination: 'arn:aws:lambda:x' })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^--destination got arn:aws:lambda:x; expected the ARN of a CloudWatch Logs dest/),
    });
  });

  it('shows no character that a terminal acts on, whatever an API is called', async () => {
    const scene = example();
    const name = '\u001b[2J\u202eevil\r\n';
    scene.found.domains[0]!.stages[0]!.apiName = name;
    scene.found.logGroups.get('/access/orders')!.filters = [{ ...accessFilter, name, pattern: name }];
    for (const options of [{}, { fix: true }]) {
      const { stdout, stderr } = await doctor(scene, options);
      expect(`${stdout}${stderr}`.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(stdout.split('\n').some((line) => line.startsWith('evil'))).toBe(false);
    }
  });
});

it('explains every check in docs/doctor.md', () => {
  for (const id of checkIds) expect(page).toContain(`\`${id}\``);
});

describe('the command', () => {
  const run = (env: Record<string, string>, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [inject('cli'), 'doctor', ...args], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        HOME: tmpdir(),
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        ...env,
      },
    });
    return { status, stdout, stderr };
  };
  it.each<[string, Record<string, string>, string[], RegExp]>([
    [
      'no Region',
      {},
      [],
      /^error: no Region is set; expected a Region: --region, the variable AWS_REGION, or a profile with one\n$/,
    ],
    [
      'no credentials',
      { AWS_REGION: 'eu-west-1' },
      [],
      /^error: AWS does not say whose credentials these are: [^\n]*\n$/,
    ],
    ['both --fix and --json', {}, ['--fix', '--json'], /^error: option '--fix' cannot be used with [^\n]*\n$/],
    [
      'settings that are not there',
      { AWS_REGION: 'eu-west-1' },
      ['--config', 'none.json'],
      /^error: cannot read [^\n]*\n$/,
    ],
  ])('ends with 2 and one line: %s', (_, env, args, line) => {
    expect(run(env, ...args)).toEqual({ status: 2, stdout: '', stderr: expect.stringMatching(line) as string });
  });
});
