/** Lines that are told by their bytes, and lines that are read carefully, give the same: ids, times, rejects, and all that the parser finds. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { compareReadings, linesOf, readAll } from '../support/mutated-lines.js';

const SEED = Number(process.env.FC_SEED ?? 1);

test.each(['json', 'export'] as const)('of mutated lines: %s', async (form) => {
  await compareReadings(form, 10_000, SEED);
});

/** Records that are no plain successes although they hold a status that is one, and some whose status is not the only one. */
const UNUSUAL = [
  { requestId: 'r-1', errorMessage: 'Forbidden', integration: { status: 200, latency: 1 } },
  { requestId: 'r-2', payload: '(r-2) Method completed with status: 200', status: '200' },
  { requestId: 'r-3', status: 200, userAgent: 'Access denied. Reason: none' },
  { requestId: 'r-4', status: '2000', errorMessage: 'Forbidden' },
  { requestId: 'r-5', statusCode: '-', status: '200', domainName: 'a.bank.example' },
  { requestId: 'r-6', status: '200', status_code: '502', domainName: 'a.bank.example' },
  { status: '200', tls_protocol: 'TLSv1.3', connection_status: 'Success' },
  { status: '200', connectionStatus: 'Failed:ClientCertUntrusted', requestId: 'r-7' },
];

test.each(UNUSUAL)('of an unusual record: $requestId', async (record) => {
  const [message, usual] = [record, { requestId: 'u-1', status: '200', apiId: 'a' }].map((one) => JSON.stringify(one));
  const lines = [usual, message, message, usual, usual].flatMap((text, n) => {
    const event = { logGroup: 'g', logStream: 's', id: `id-${n}`, timestamp: 1_791_763_200_100, message: text };
    return [[JSON.stringify(event)], [`2026-10-12T00:00:00.000Z ${text}`]];
  });
  for (const form of [0, 1]) {
    const bytes = Buffer.from(
      lines
        .filter((_, n) => n % 2 === form)
        .map((line) => `${line}\n`)
        .join(''),
    );
    const careful = await readAll(bytes, 70_000, 'careful');
    expect((await readAll(bytes, 70_000, 'unread')).said).toEqual(careful.said);
    expect((await readAll(bytes, 70_000, 'read')).said).toEqual(careful.said);
  }
});

test.each(['json', 'export'] as const)(
  'of a piece that is longer than what is looked at together: %s',
  async (form) => {
    const lines = linesOf(form).filter((line) => !line.includes('Forbidden'));
    const overlong = Buffer.from(`{"path":"${'x'.repeat(1.2 * 1024 * 1024)}"}`);
    const bytes = Buffer.concat(
      [...lines, ...lines, overlong, ...lines, ...lines].flatMap((line) => [line, Buffer.from('\n')]),
    );
    const careful = await readAll(bytes, bytes.length, 'careful');
    const quick = await readAll(bytes, bytes.length, 'unread');
    expect(quick.said).toEqual(careful.said);
    expect(quick.passed).toBeGreaterThan(lines.length / 2);
  },
);

test('of the sample day', async () => {
  const folder = 'sample/day/logs';
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const raw = readFileSync(join(entry.parentPath, entry.name));
    const bytes = raw[0] === 0x1f ? gunzipSync(raw) : raw;
    const careful = await readAll(bytes, 64 * 1024, 'careful');
    expect((await readAll(bytes, 64 * 1024, 'unread')).said, entry.name).toEqual(careful.said);
    expect((await readAll(bytes, 64 * 1024, 'read')).said, entry.name).toEqual(careful.said);
  }
});

const RECORD = (n: number) => JSON.stringify({ requestId: `r-${n}`, status: '200', apiId: 'a', path: '/a "b" \\ c/' });
const EVENT = (n: number) => ({ at: 1_791_763_200_000 + n, id: `3800${n}`, message: RECORD(n) });

/** What tools write around the message of an event, in their order of keys. */
const FORMS: [string, (n: number) => object][] = [
  [
    'filter-log-events',
    (n) => {
      const { at, id, message } = EVENT(n);
      return { logStreamName: `s-${n % 3}`, timestamp: at, message, ingestionTime: at + 5, eventId: id };
    },
  ],
  [
    'without a stream',
    (n) => {
      const { at, id, message } = EVENT(n);
      return { id, timestamp: at, message };
    },
  ],
  [
    'in seconds',
    (n) => {
      const { at, id, message } = EVENT(n);
      return { message, logGroup: 'g', timestamp: Math.floor(at / 1000), id };
    },
  ],
];

test.each(FORMS)('of events in the form of %s', async (_, formOf) => {
  const lines = Array.from({ length: 60 }, (__, n) => `${JSON.stringify(formOf(n % 50))}\n`);
  const bytes = Buffer.from(lines.join(''));
  const careful = await readAll(bytes, 70_000, 'careful');
  const quick = await readAll(bytes, 70_000, 'unread');
  expect(quick.said).toEqual(careful.said);
  expect(quick.passed).toBeGreaterThan(40);
});
