/** A door to the local DynamoDB that can be shut for a part of the requests: a store that fails for a while. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FaultyDynamoDb {
  readonly url: string;
  /** Answers every request that holds one of these texts with an error of DynamoDB's own; none lets all through. */
  fail(...texts: readonly string[]): void;
  close(): Promise<void>;
}

export async function faultyDynamoDb(): Promise<FaultyDynamoDb> {
  let failing: readonly string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    if (failing.some((text) => body.includes(text))) {
      response.writeHead(500, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message: 'shut' }));
      return;
    }
    const headers = new Headers();
    for (const name of ['content-type', 'x-amz-target', 'authorization', 'x-amz-date']) {
      const value = request.headers[name];
      if (typeof value === 'string') headers.set(name, value);
    }
    const answer = await fetch(`${process.env.AWS_ENDPOINT_URL}${request.url}`, { method: 'POST', headers, body });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fail: (...texts) => {
      failing = texts;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
