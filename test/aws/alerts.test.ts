/** How notices travel on the local AWS: by filter policy, through a FIFO topic, held by a silence of the command line. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSnsPublisher } from '../../shared/adapters/aws/sns.js';
import { createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import { messagesIn } from '../../shared/messages/index.js';
import { alert, ingest, sweep } from '../../shared/pipeline.js';
import type { World } from '../../shared/ports/index.js';
import { notice } from '../contract/examples.js';
import { createTestTable, deleteTestTable } from '../support/local-table.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch } from '../support/logs.js';
import { noTruststores, testConfig } from '../support/world.js';
import { subscribe } from './support/alerts.js';
import { dynamo, sns } from './support/clients.js';
import { soon } from './support/soon.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

async function topic(Name: string, Attributes?: Record<string, string>): Promise<string> {
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name, Attributes }));
  if (TopicArn === undefined) throw new Error(`no topic ${Name}`);
  return TopicArn;
}

const publisherTo = (arn: string) => createSnsPublisher(sns, () => [arn], messagesIn.en);

function cli(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'cli/main.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`mtls-watch ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

describe('a subscription', () => {
  it('gets only what its filter policy on the severity lets through', async () => {
    const arn = await topic('filtered');
    const urgent = await subscribe(arn, { queue: 'urgent', filter: { severity: ['high', 'critical'] } });
    const all = await subscribe(arn, { queue: 'everything' });
    const publisher = publisherTo(arn);
    for (const severity of ['low', 'high', 'medium', 'critical'] as const) {
      await publisher.publish(notice(`n-${severity}`, undefined, { severity }));
    }
    await soon(all).toHaveLength(4);
    expect((await urgent()).map((one) => one.notice.severity).sort()).toEqual(['critical', 'high']);
  });

  it('gets the trigger and the resolve of one minute from a FIFO topic, in their order, each once', async () => {
    const arn = await topic('ordered.fifo', { FifoTopic: 'true' });
    const received = await subscribe(arn, { queue: 'ordered.fifo' });
    const publisher = publisherTo(arn);
    const trigger = notice('trigger');
    const resolve = notice('resolve', undefined, { kind: 'resolved' });
    for (const one of [trigger, trigger, resolve, resolve]) await publisher.publish(one);
    await soon(async () => (await received()).length).toBeGreaterThanOrEqual(2);
    expect((await received()).map((one) => one.notice.noticeId)).toEqual(['trigger', 'resolve']);
  });

  it('gets the marked sample of notify-test', async () => {
    const arn = await topic('tried');
    const received = await subscribe(arn, { queue: 'tried' });
    cli('notify-test', '--topic', arn, '--kind', 'resolved');
    await soon(received).toHaveLength(1);
    expect((await received())[0]?.notice.kind).toBe('resolved');
  });
});

describe('a silence', () => {
  let table: string;
  beforeAll(async () => {
    table = await createTestTable(dynamo, 'mtls-watch-silence');
  });
  afterAll(() => deleteTestTable(dynamo, table));

  it('of the command line holds a spike back, and its end releases it', async () => {
    const arn = await topic('silenced');
    const received = await subscribe(arn, { queue: 'silenced' });
    let now = Date.now();
    const clock = { now: () => now };
    // As another container each time: nothing is remembered.
    const world = (): World => ({
      config: testConfig(),
      clock,
      truststores: noTruststores,
      stores: createDynamoStores(dynamo, table, clock),
      publisher: publisherTo(arn),
    });
    const fail = async (from: number) => {
      const refusals = Array.from({ length: 40 }, (_, index) => ({ n: from + index, at: now }));
      const denials = executionBatch(refusals.map((refusal) => denialAsOneEvent(refusal)));
      const records = accessBatch(refusals.map((refusal) => accessEvent(refusal)));
      await ingest(denials, world());
      const { facts } = await ingest(records, world());
      await alert(
        facts.map(({ group }) => group),
        world(),
      );
    };

    const [silence = ''] = cli(
      'silence',
      'add',
      '--scope',
      'api.bank.*',
      '--unseen',
      '--for',
      '2h',
      '--comment',
      'works',
      '--table',
      table,
      '--json',
    ).split('\n');
    now = Date.now();
    await fail(0);
    expect((await sweep(world())).failures).toEqual([]);
    expect(await received()).toEqual([]);

    cli('silence', 'expire', (JSON.parse(silence) as { id: string }).id, '--table', table);
    now = Date.now() + 60_000;
    await fail(1_000);
    expect((await sweep(world())).failures).toEqual([]);
    await soon(received).toHaveLength(1);
    expect((await received())[0]?.notice).toMatchObject({ kind: 'spike', group: { scope: 'api.bank.example' } });
  });
});
