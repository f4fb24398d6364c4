/**
 * At night, with nothing but the AWS CLI: an alert comes out of the queue behind SNS, its commands for CloudShell are run by a
 * shell as they stand, and what they did is seen by the command line and by the next notice.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Notice } from '../../shared/model/index.js';
import { ACCESS_GROUP, accessEvent, denialAsOneEvent, EXECUTION_GROUP } from '../support/logs.js';
import { type Received, subscribe } from './support/alerts.js';
import { type Deployed, deploy } from './support/deploy.js';
import { createLogGroup, putLogEvents } from './support/logs.js';
import { soon } from './support/soon.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SCOPE = 'payments.bank.example';
const settings = {
  executionLogGroups: [{ name: EXECUTION_GROUP }],
  accessLogGroups: [{ name: ACCESS_GROUP, create: true }],
  runbooks: { baseUrl: 'https://wiki.example.com/runbooks' },
};

let stack: Deployed;
let received: () => Promise<readonly Received[]>;

beforeAll(async () => {
  await createLogGroup(EXECUTION_GROUP);
  stack = await deploy(settings);
  received = await subscribe(stack.TopicArn);
});

async function refuse(count: number): Promise<void> {
  const each = Array.from({ length: count }, (_, n) => ({
    n,
    at: Date.now() - 1_000 + n,
    issuerDn: 'C=US,O=Acme,CN=Acme CA',
    subjectDn: 'C=US,O=Globex Corporation,CN=billing-batch',
  }));
  await putLogEvents(
    EXECUTION_GROUP,
    each.map((refusal) => denialAsOneEvent(refusal)),
  );
  await putLogEvents(
    ACCESS_GROUP,
    each.map((refusal) => accessEvent(refusal, { domainName: SCOPE })),
  );
}

/** @param line as it stands in the alert. Node's standard output is a socket, which nothing can open by its path. */
function shell(line: string): string {
  const PATH = `${root}.venv/bin:${process.env.PATH ?? ''}`;
  const { status, stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', `( ${line} ) | cat`], {
    encoding: 'utf8',
    env: { ...process.env, PATH },
  });
  if (status !== 0) throw new Error(`${line} ended with ${status}: ${stderr}`);
  return stdout;
}

function incidents(): Record<string, unknown>[] {
  const run = spawnSync(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'incidents', '--json'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the commands of an alert', () => {
  let alert: Notice;

  it('come with the account and the Region', async () => {
    await refuse(40);
    await soon(async () => (await received()).length).toBeGreaterThanOrEqual(1);
    alert = (await received())[0]!.notice;
    expect(alert).toMatchObject({ kind: 'spike', account: '000000000000', region: 'us-east-1' });
    expect(alert.refused).toMatchObject({ client: 'Globex Corporation (billing-batch)' });
    expect(incidents()[0]).toMatchObject({ incidentId: alert.incidentId, silencedBy: null, acknowledged: false });
  });

  it('silence it in CloudShell, as they stand', async () => {
    const printed = shell(alert.commands.cloudShell!.silence);
    const reply = JSON.parse(/^\{"ok".*?\}(?=\{|\s|$)/.exec(printed)![0]) as Record<string, unknown>;
    expect(reply).toMatchObject({ ok: true, message: expect.stringMatching(/^silence \w+ until /) });
    expect(incidents()[0]).toMatchObject({ incidentId: alert.incidentId, silencedBy: reply.silence });
    const listed = shell(alert.commands.cloudShell!.silence.replace(/<<< ".*"$/, `<<< '{"verb":"list"}'`));
    // Who asked: the shell filled it in.
    expect(listed).toContain('arn:aws:');
    expect(listed).toContain(String(reply.silence));
  });

  it('acknowledge it', async () => {
    expect(shell(alert.commands.cloudShell!.acknowledge)).toContain('is in hand');
    expect(incidents()[0]).toMatchObject({ incidentId: alert.incidentId, acknowledged: true });
  });
});
