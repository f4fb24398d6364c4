/** A door to the local S3 through which every request goes as it is, but for objects whose first reader is told of before. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface S3Door {
  readonly url: string;
  close(): Promise<void>;
}

/** @param onFirst called once for each of these ends of keys, when the object is read; the request is not answered */
export async function s3Door(ends: readonly string[], onFirst: (end: string) => void): Promise<S3Door> {
  const left = new Set(ends);
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://s3').pathname);
    const end = request.method === 'GET' ? [...left].find((one) => path.endsWith(one)) : undefined;
    if (end !== undefined) {
      left.delete(end);
      onFirst(end);
      response.destroy();
      return;
    }
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) {
      const isHop = ['host', 'connection', 'content-length', 'expect', 'transfer-encoding'].includes(name);
      if (typeof value === 'string' && !isHop) headers.set(name, value);
    }
    const body = request.method === 'GET' || request.method === 'HEAD' ? null : Buffer.concat(chunks);
    const answer = await fetch(`${process.env.AWS_ENDPOINT_URL}${request.url}`, {
      method: request.method ?? 'GET',
      headers,
      body,
    });
    response.writeHead(answer.status, {
      'content-type': answer.headers.get('content-type') ?? 'application/xml',
      ...(answer.headers.has('etag') && { etag: answer.headers.get('etag') ?? '' }),
    });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
