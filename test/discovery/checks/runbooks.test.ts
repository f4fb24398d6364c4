/** What doctor says of the pages that alerts link to, and how it asks for them. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askFor, fetchPages } from '../../../cli/deployed/pages.js';
import { breaking, checksOf } from '../../support/checks.js';
import { type Scene, WIKI } from '../../support/found.js';

const answer = (scene: Scene, path: string, one: object) =>
  scene.expectations.pages!.set(`${WIKI}/${path}`, one as never);

breaking([
  [
    'pages that are not there',
    (scene) => {
      answer(scene, 'en/expired.md', { kind: 'answered', status: 404 });
      answer(scene, 'en/weak-key.md', { kind: 'answered', status: 410 });
    },
    [
      expect.stringMatching(
        /^wrong runbook-pages of https:\/\/wiki\.bank\.example\/runbooks: 2 of \d+ are not there: en\/expired\.md \(404\), en\/weak-key\.md \(410\)$/,
      ),
    ],
  ],
  [
    'a wiki that cannot be reached from here',
    (scene) => answer(scene, 'en/expired.md', { kind: 'unreachable', why: 'could not be reached: timeout' }),
    [`warning runbook-pages of ${WIKI}: en/expired.md: could not be reached: timeout`],
  ],
  [
    'a wiki that asks who one is',
    (scene) => answer(scene, 'en/expired.md', { kind: 'answered', status: 401 }),
    [`warning runbook-pages of ${WIKI}: en/expired.md answers with 401`],
  ],
  [
    "a team's own page that is not there",
    (scene) => {
      const url = 'https://team.bank.example/mtls';
      scene.watch!.coverage!.runbooks!.overrides = [{ reason: 'expired', url }];
      scene.expectations.pages!.set(url, { kind: 'answered', status: 404 });
    },
    [
      'wrong runbook-pages of https://team.bank.example/mtls: 1 of 1 are not there: https://team.bank.example/mtls (404)',
    ],
  ],
]);

it('says nothing of pages that nobody fetched, as in the hourly run', () => {
  const checks = checksOf((scene) => {
    scene.expectations.pages = null;
  });
  expect(checks.filter(({ id }) => id === 'runbook-pages')).toEqual([]);
});

describe('asking', () => {
  const asked: string[] = [];
  let server: Server;
  let base = '';
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`);
      const isGetOnly = request.url === '/get-only' && request.method === 'HEAD';
      response.statusCode = isGetOnly ? 405 : request.url === '/missing' ? 404 : 200;
      response.end('page');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  it('asks each address once, with GET only where there is no HEAD', async () => {
    const urls = [`${base}/there`, `${base}/missing`, `${base}/get-only`, `${base}/there`];
    expect([...(await fetchPages(urls)).values()]).toEqual(
      [200, 404, 200].map((status) => ({ kind: 'answered', status })),
    );
    expect(asked.sort()).toEqual(['GET /get-only ', 'HEAD /get-only ', 'HEAD /missing ', 'HEAD /there ']);
  });

  it.each([
    ['ftp://wiki.bank.example/x', /expected an address with http or https/],
    ['file:///etc/passwd', /expected an address with http or https/],
    ['not an address', /expected an address with http or https/],
    ['https://me:secret@wiki.bank.example/x', /holds credentials/],
    ['http://127.0.0.1:1/x', /could not be reached: /],
  ])('%s is not fetched, and it is said why', async (url, why) => {
    expect(await askFor(url)).toEqual({ kind: 'unreachable', why: expect.stringMatching(why) });
  });
});
