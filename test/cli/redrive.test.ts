/** `mtls-watch redrive` on a queue, a function and a stream that this test plays: what goes through, what stays, and for whom. */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { KinesisStreamEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';

interface Message {
  readonly MessageId: string;
  readonly Body: string;
  hidden: boolean;
}

let queue: Message[];
/** False: the time for which a message stays hidden is over before the run is. */
let hides: boolean;
const server = createServer((request, response) => void answer(request, response));
/** What the stream still has: of each record its sequence number and, in place of a log's payload, one word. */
let stream: { readonly sequenceNumber: bigint; readonly word: string }[];
let invoked: string[];
// The SDK speaks HTTP/2 with Kinesis.
const kinesis = createHttp2Server((request, response) => void answerStream(request, response));

beforeEach(async () => {
  hides = true;
  stream = [];
  invoked = [];
  for (const one of [server, kinesis]) await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const one of [server, kinesis]) await new Promise((resolve) => one.close(resolve));
});

const FIRST = 49601189658422359378836298521827638475320189012309704722n;

/** Two records a page, and an empty page before the first, as Kinesis may answer. An iterator is an index, `e` before it. */
async function answerStream(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const reply = (status: number, value: unknown) =>
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(value));
  const asked = JSON.parse(body) as { StartingSequenceNumber: string; ShardIterator: string; ShardId: string };
  if (request.headers['x-amz-target'] === 'Kinesis_20131202.GetShardIterator') {
    if (asked.ShardId === 'shardId-gone') return void reply(400, { __type: 'ResourceNotFoundException' });
    const from = stream.findIndex(({ sequenceNumber }) => sequenceNumber >= BigInt(asked.StartingSequenceNumber));
    return void reply(200, { ShardIterator: `e${from < 0 ? stream.length : from}` });
  }
  const from = Number(asked.ShardIterator.replace('e', ''));
  const isEmpty = asked.ShardIterator.startsWith('e') && stream.length > 0;
  const page = isEmpty ? [] : stream.slice(from, from + 2);
  reply(200, {
    Records: page.map(({ sequenceNumber, word }) => ({
      SequenceNumber: String(sequenceNumber),
      Data: Buffer.from(word).toString('base64'),
      PartitionKey: 'p',
    })),
    NextShardIterator: String(from + page.length),
    MillisBehindLatest: from + page.length < stream.length ? 1000 : 0,
  });
}

/** The message as Lambda writes it (developer guide, "Retain discarded batch records for a Kinesis Data Streams …"). */
function streamLetter(from: number, to: number, shardId = 'shardId-000000000001'): string {
  return JSON.stringify({
    requestContext: {
      requestId: 'c9b8fa9f-5a7f-xmpl-af9c-0c604cde93a5',
      functionArn: 'arn:aws:lambda:us-east-2:123456789012:function:myfunction',
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 1,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: '2019-11-14T00:38:06.021Z',
    KinesisBatchInfo: {
      shardId,
      startSequenceNumber: String(FIRST + BigInt(from)),
      endSequenceNumber: String(FIRST + BigInt(to)),
      approximateArrivalOfFirstRecord: '2019-11-14T00:38:04.835Z',
      approximateArrivalOfLastRecord: '2019-11-14T00:38:05.580Z',
      batchSize: to - from + 1,
      streamArn: 'arn:aws:kinesis:us-east-2:123456789012:stream/mystream',
    },
  });
}

function streamOf(...words: readonly string[]): typeof stream {
  return words.map((word, index) => ({ sequenceNumber: FIRST + BigInt(index), word }));
}

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
  const records = (JSON.parse(payload.startsWith('{') ? payload : '{}') as KinesisStreamEvent).Records ?? [];
  const words = records.map(({ kinesis: { data } }) => Buffer.from(data, 'base64').toString());
  invoked.push(...words);
  if (words.length > 0 && !words.includes('bad')) reply(200, { batchItemFailures: [] });
  else if (payload === '{"good":true}') reply(200, null);
  else if (payload === '{"old":true}') reply(200, { tooOld: 12 });
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
    AWS_ENDPOINT_URL_KINESIS: `http://127.0.0.1:${(kinesis.address() as AddressInfo).port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  return new Promise((resolve) => {
    const args = [inject('cli'), 'redrive', ...target, ...more];
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

  it('says of a batch that is too old that it was refused, and leaves it', async () => {
    queue = letters('{"old":true}', '{"good":true}');
    const { status, lines } = await redrive();
    const error = expect.stringMatching(
      /^12 records are older than 30 days: .* refused; .* replay, then delete the message$/,
    );
    expect(lines[0]).toEqual({ type: 'redriven', id: 'm0', ok: false, error });
    expect(status).toBe(1);
    expect(queue.map(({ MessageId }) => MessageId)).toEqual(['m0']);
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

  it('reads the records of a stream that a message names, no more and no fewer, and puts each through', async () => {
    stream = streamOf('before', 'a', 'b', 'c', 'after', 'later');
    queue = letters(streamLetter(1, 3));
    const { status, lines, stderr } = await redrive();
    expect(stderr).toBe('');
    expect(lines[0]).toEqual({ type: 'redriven', id: 'm0', ok: true, error: null });
    expect(status).toBe(0);
    expect(invoked).toEqual(['a', 'b', 'c']);
    expect(queue).toEqual([]);
  });

  it('keeps the message of a record that fails again, and puts its neighbours through', async () => {
    stream = streamOf('a', 'bad', 'c');
    queue = letters(streamLetter(0, 2));
    const { status, lines } = await redrive();
    const error = '1 of 3 records failed again, the first with: it is bad';
    expect(lines[0]).toEqual({ type: 'redriven', id: 'm0', ok: false, error });
    expect(status).toBe(1);
    expect(invoked).toEqual(['a', 'bad', 'c']);
    expect(queue.map(({ hidden }) => hidden)).toEqual([false]);
  });

  it('says how many records are older than the stream keeps them, after it put the others through', async () => {
    stream = streamOf('a', 'b', 'c').slice(1);
    queue = letters(streamLetter(0, 2), streamLetter(0, 2, 'shardId-gone'));
    const { status, lines } = await redrive();
    expect(lines).toMatchObject([
      { ok: false, error: expect.stringContaining('1 of 3 records are no longer in shardId-000000000001') },
      { ok: false, error: expect.stringContaining('3 of 3 records are no longer in shardId-gone') },
      { done: 0, failed: 2 },
    ]);
    expect(status).toBe(1);
    expect(invoked).toEqual(['b', 'c']);
  });
});
