/** `mtls-watch redrive`: processes batches of the dead-letter queue again. Each counts once. */

import { Command, InvalidArgumentError } from 'commander';
import type { DeadLetter } from '../../shared/adapters/aws/dead-letters.js';
import { clean } from '../../shared/base/text.js';
import { outputOf, type StackOptions, withStack } from '../deployed/stack.js';

interface Options extends StackOptions {
  readonly queue?: string;
  readonly function?: string;
  readonly max: number;
  readonly json?: boolean;
}

export function redriveCommand(): Command {
  return withStack(new Command('redrive'))
    .option('--queue <url>', "the stack's output DeadLetterQueueUrl, in place of a stack")
    .option('--function <name>', "the stack's output IngestFunctionName, in place of a stack")
    .option('--max <n>', 'batches at most', positive, 1000)
    .option('--json', 'one JSON object a line')
    .action(async (options: Options) => {
      process.exitCode = await redrive(options);
    });
}

/** @returns 0 if all succeeded or `--max` was reached, 1 if a batch failed again */
async function redrive({ max, json = false, ...options }: Options): Promise<number> {
  const queue = options.queue ?? (await outputOf('DeadLetterQueueUrl', '--queue URL', options));
  const functionName = options.function ?? (await outputOf('IngestFunctionName', '--function NAME', options));
  // The SDK is loaded only here, so that the other verbs start without it.
  const { createDeadLetters } = await import('../../shared/adapters/aws/dead-letters.js');
  const deadLetters = createDeadLetters(queue, functionName);
  const kept = new Map<string, DeadLetter>();
  let done = 0;
  let failed = 0;
  try {
    while (done + failed < max) {
      const letters = await deadLetters.receive();
      // A message appears again if its processing took too long; when all messages are repeats, the queue is done.
      const fresh = letters.filter(({ id }) => !kept.has(id));
      for (const letter of letters) kept.set(letter.id, letter);
      if (fresh.length === 0) break;
      for (const { id, payload, remove } of fresh.slice(0, max - done - failed)) {
        const error = await deadLetters.retry(payload);
        if (error === null) {
          await remove();
          kept.delete(id);
          done++;
        } else failed++;
        print({ type: 'redriven', id, ok: error === null, error }, json);
      }
    }
    print({ type: 'summary', done, failed }, json);
  } finally {
    // Otherwise they would stay hidden, and a second run soon after would find the queue empty.
    for (const letter of kept.values()) await letter.release();
  }
  return failed === 0 ? 0 : 1;
}

type RedriveLine =
  | { readonly type: 'redriven'; readonly id: string; readonly ok: boolean; readonly error: string | null }
  | { readonly type: 'summary'; readonly done: number; readonly failed: number };

function print(line: RedriveLine, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify(line)}\n`);
  else if (line.type === 'summary') {
    const left = line.failed === 0 ? '' : `; ${line.failed} failed again and stay in the queue`;
    process.stdout.write(`${line.done} batches put through again${left}\n`);
  } else process.stdout.write(`${line.ok ? 'done  ' : 'failed'}  ${line.id}  ${clean(line.error ?? '', 200)}\n`);
}

function positive(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('expected a whole number from 1');
  return n;
}
