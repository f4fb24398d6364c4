/** What became of what was delivered: the counts, the dead letters, and the operator who puts these through again. */

import { execFile } from 'node:child_process';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { minuteOf } from '../../../shared/base/time.js';
import type { GroupKey } from '../../../shared/model/index.js';
import type { Stores } from '../../../shared/ports/index.js';
import { sqs } from './clients.js';
import type { Deployed } from './deploy.js';

/** What the table says: refused requests of the last hour, and of them those without a client. */
export async function countedIn(stores: Stores, group: GroupKey): Promise<{ count: number; unattributed: number }> {
  const minute = minuteOf(Date.now());
  const facts = await stores.facts.window(group, minute - 60, minute + 1);
  const sum = (of: 'count' | 'unattributed') => facts.reduce((total, fact) => total + fact[of], 0);
  return { count: sum('count'), unattributed: sum('unattributed') };
}

export async function deadLettersOf({ DeadLetterQueueUrl: QueueUrl }: Deployed): Promise<number> {
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
}

/** `mtls-watch redrive`, as an operator runs it. The test goes on answering while it runs. */
export async function redriveOf(stack: Deployed): Promise<{ status: number; lines: unknown[] }> {
  const queue = ['--queue', stack.DeadLetterQueueUrl, '--function', stack.IngestFunctionName];
  const args = ['--import', 'tsx', 'cli/main.ts', 'redrive', ...queue, '--json'];
  const { status, stdout, stderr } = await new Promise<{ status: number; stdout: string; stderr: string }>(
    (resolve) => {
      execFile(process.execPath, args, (error, stdout, stderr) =>
        resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
      );
    },
  );
  expect(stderr).toBe('');
  const lines = stdout.trim().split('\n');
  return { status, lines: lines.map((line): unknown => JSON.parse(line)) };
}
