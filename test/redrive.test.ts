/** `mtls-watch redrive` on a queue and a function that this test plays: what goes through, what stays, and for whom. */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

interface Message {
  readonly MessageId: string;
  readonly Body: string;
  hidden: boolean;
}

let queue: Message[];
/** False: the time for which a message stays hidden is over before the run is. */
let hides: boolean;
const server = createServer((request, response) => void answer(request, response));

beforeEach(async () => {
  hides = true;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const reply = (status: number, value: unknown, headers: Record<string, string> = {}) =>
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...headers }).end(JSON.stringify(value));
  const target = request.headers['x-amz-target'];
  if (target === undefined) return void invoke(body, reply);
  const { ReceiptHandle } = JSON.parse(body) as { ReceiptHandle?: string };
  const message = queue.find(({ MessageId }) => MessageId === ReceiptHandle);
  if (target === 'AmazonSQS.ReceiveMessage') reply(200, { Messages: receive() });
  else if (message === undefined) reply(400, { __type: 'com.amazonaws.sqs#ReceiptHandleIsInvalid' });
  else if (target === 'AmazonSQS.DeleteMessage') {
    queue = queue.filter((other) => other !== message);
    reply(200, {});
  } else if (message.hidden) {
    message.hidden = false;
    reply(200, {});
  } else reply(400, { __type: 'com.amazonaws.sqs#MessageNotInflight', message: 'not in flight' });
}

function receive() {
  const given = queue.filter(({ hidden }) => !hidden).slice(0, 10);
  for (const message of given) message.hidden = hides;
  return given.map(({ MessageId, Body }) => {
    const MD5OfBody = createHash('md5').update(Body).digest('hex');
    return { MessageId, ReceiptHandle: MessageId, Body, MD5OfBody };
  });
}

/** The function takes `{"good":true}`; Lambda takes JSON. */
function invoke(
  payload: string,
  reply: (status: number, value: unknown, headers?: Record<string, string>) => void,
): void {
  if (payload === '{"good":true}') reply(200, null);
  else if (payload.startsWith('{')) reply(200, { errorMessage: 'it is bad' }, { 'x-amz-function-error': 'Unhandled' });
  else reply(400, { message: 'Could not parse it' }, { 'x-amzn-errortype': 'InvalidRequestContentException' });
}

function letters(...bodies: readonly string[]): Message[] {
  return bodies.map((Body, index) => ({ MessageId: `m${index}`, Body, hidden: false }));
}

function redrive(...more: readonly string[]): Promise<{ status: number; lines: unknown[]; stderr: string }> {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const target = ['--queue', `${endpoint}/000000000000/letters`, '--function', 'ingest', '--json'];
  const env = {
    PATH: process.env.PATH,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  return new Promise((resolve) => {
    const args = ['--import', 'tsx', 'cli/main.ts', 'redrive', ...target, ...more];
    execFile(process.execPath, args, { env }, (error, stdout, stderr) => {
      const lines = stdout.split('\n').filter((line) => line !== '');
      resolve({ status: Number(error?.code ?? 0), lines: lines.map((line): unknown => JSON.parse(line)), stderr });
    });
  });
}

describe('redrive', () => {
  it('puts through what it can, and gives back the rest so that the next run sees it', async () => {
    queue = letters('not JSON', '{"bad":true}', '{"requestPayload":{"good":true}}', '{"good":true}');
    const { status, lines, stderr } = await redrive();
    expect(stderr).toBe('');
    expect(lines).toEqual([
      { type: 'redriven', id: 'm0', ok: false, error: 'Could not parse it' },
      { type: 'redriven', id: 'm1', ok: false, error: 'it is bad' },
      { type: 'redriven', id: 'm2', ok: true, error: null },
      { type: 'redriven', id: 'm3', ok: true, error: null },
      { type: 'summary', done: 2, failed: 2 },
    ]);
    expect(status).toBe(1);
    expect(queue.map(({ MessageId, hidden }) => [MessageId, hidden])).toEqual([
      ['m0', false],
      ['m1', false],
    ]);
  });

  it('ends when only those come round that it has tried', async () => {
    hides = false;
    queue = letters('{"bad":true}', '{"good":true}');
    const { status, lines } = await redrive();
    expect(lines.at(-1)).toEqual({ type: 'summary', done: 1, failed: 1 });
    expect(status).toBe(1);
  });

  it('stops at --max and gives back what it did not try', async () => {
    queue = letters('{"good":true}', '{"good":true}');
    const { status, lines } = await redrive('--max', '1');
    expect(lines.at(-1)).toEqual({ type: 'summary', done: 1, failed: 0 });
    expect(status).toBe(0);
    expect(queue.map(({ hidden }) => hidden)).toEqual([false]);
  });
});
