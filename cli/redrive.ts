/** `mtls-watch redrive`: puts batches of the dead-letter queue through ingest again. They are counted once. */

import { Command, InvalidArgumentError } from 'commander';
import { clean } from '../shared/text.js';

interface Options {
  readonly queue: string;
  readonly function: string;
  readonly max: number;
  readonly json?: boolean;
}

export function redriveCommand(): Command {
  return new Command('redrive')
    .description('put batches of the dead-letter queue through ingest again; they are counted once')
    .requiredOption('--queue <url>', "the stack's output DeadLetterQueueUrl")
    .requiredOption('--function <name>', "the stack's output IngestFunctionName")
    .option('--max <n>', 'batches at most', positive, 1000)
    .option('--json', 'one JSON object a line')
    .action(async (options: Options) => {
      process.exitCode = await redrive(options);
    });
}

/** @returns 0 when the queue is empty at the end or `--max` was reached, 1 when a batch failed again */
async function redrive({ queue, function: functionName, max, json = false }: Options): Promise<number> {
  // The SDK is loaded only here: every other verb starts without it.
  const { createDeadLetters } = await import('../shared/adapters/aws/dead-letters.js');
  const deadLetters = createDeadLetters(queue, functionName);
  let done = 0;
  let failed = 0;
  while (done + failed < max) {
    const letters = await deadLetters.receive();
    if (letters.length === 0) break;
    for (const { id, payload, remove } of letters.slice(0, max - done - failed)) {
      const error = await deadLetters.retry(payload);
      if (error === null) {
        await remove();
        done++;
      } else failed++;
      print({ type: 'redriven', id, ok: error === null, error }, json);
    }
  }
  print({ type: 'summary', done, failed }, json);
  return failed === 0 ? 0 : 1;
}

type Line =
  | { readonly type: 'redriven'; readonly id: string; readonly ok: boolean; readonly error: string | null }
  | { readonly type: 'summary'; readonly done: number; readonly failed: number };

function print(line: Line, json: boolean): void {
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
