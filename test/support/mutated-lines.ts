/** Compares the quick and the careful reading of lines, of which many were damaged. */

import { expect } from 'vitest';
import type { InputSource } from '../../cli/inputs/files.js';
import type { InputItem } from '../../cli/inputs/item.js';
import { isPlainMessage } from '../../cli/inputs/plain-message.js';
import { fileReader } from '../../cli/inputs/reader.js';
import { seenEvents } from '../../cli/inputs/seen.js';
import { evidence } from '../../cli/replay/evidence.js';
import { readDelivery } from '../../shared/doors/read.js';
import type { LogEvent } from '../../shared/model/index.js';
import { ACCESS_GROUP, accessEvent, denialAsOneEvent, EXECUTION_GROUP, T0 } from './logs.js';
import { type Random, randomOf } from './random.js';

/** `json`: a line is an event with its log group, stream and id. `export`: as CloudWatch Logs exports to S3. */
export type LogForm = 'json' | 'export';

const LOGGED_PEM = `-----BEGIN CERTIFICATE-----\\n${'MIIDmDCCAoCgAwIBAgIISgAAAAAAAAEwDQYJKoZIhvcNAQELBQAwRTELMAkGA1UE\\n'.repeat(20)}-----END CERTIFICATE-----\\n`;
const SETTINGS = { domains: {}, byAccount: false, formats: {} };

export interface ReadAll {
  /** What a replay makes of it, batch by batch. */
  readonly said: readonly unknown[];
  /** Events that were left out because nothing would be made of them. */
  readonly passed: number;
}

export async function readAll(bytes: Buffer, chunkBytes: number, way: 'careful' | 'read' | 'unread'): Promise<ReadAll> {
  const items: InputItem[] = [];
  const source: InputSource = { name: 'x', base: 'x', bytes: null, writtenAt: 0, open: () => readNothing() };
  // There are thousands of short files, each of which is read anew.
  const seen = seenEvents(1_000);
  const reader = fileReader(
    source,
    null,
    (item) => items.push(item),
    way === 'unread' ? seen : null,
    way === 'careful',
  );
  const said: unknown[] = [];
  let passed = 0;
  try {
    for (let at = 0; at < bytes.length; at += chunkBytes) await reader.push(bytes.subarray(at, at + chunkBytes));
    await reader.end();
  } catch (error) {
    said.push(String(error));
  }
  for (const item of wholeStreams(items)) {
    if (item.kind !== 'batch') {
      said.push(item);
      continue;
    }
    // Where the reader did not leave out what was there before, a replay does.
    const { left, batch } = item;
    const events = left === undefined ? batch.events.filter(({ id }) => seen.isNew(batch, id)) : batch.events;
    const repeated = left?.repeated ?? batch.events.length - events.length;
    passed += left?.passed ?? 0;
    const { certificates, ...parsed } = await readDelivery({ ...batch, events }, SETTINGS);
    const found = evidence([]);
    found.add(events, { ...parsed, certificates });
    const all = { events: events.length + (left?.passed ?? 0), passed: parsed.passed + (left?.passed ?? 0) };
    said.push(batch.logGroup, batch.logStream, batch.malformed, repeated, [...certificates], found.read());
    said.push({ ...parsed, ...all });
    // Of the records of successes nobody asks for the id.
    const asked = events.filter(({ message, isPlainSuccess }) => !isPlainSuccess && !isPlainMessage(message));
    said.push(asked.map(({ id, timestamp, message }) => `${id} ${timestamp} ${message}`));
  }
  return { said, passed };
}

/** Of one part of a file, the events of a stream that were handed on one after the other, together. */
function wholeStreams(items: readonly InputItem[]): InputItem[] {
  const whole: InputItem[] = [];
  let part = new Map<string, Extract<InputItem, { kind: 'batch' }>>();
  for (const item of items) {
    if (item.kind !== 'batch') {
      whole.push(item);
      continue;
    }
    const { owner, logGroup, logStream, events } = item.batch;
    const key = JSON.stringify([owner, logGroup, logStream]);
    const before = part.get(key)?.batch.events ?? [];
    // In the order of the last ones: there each stream is told of.
    part.delete(key);
    part.set(key, { ...item, batch: { ...item.batch, events: [...before, ...events] } });
    if (item.more) continue;
    whole.push(...part.values());
    part = new Map();
  }
  return whole;
}

async function* readNothing(): AsyncGenerator<Buffer> {}

/** What turns a line into something else, or nearly. */
const PIECES = [
  ...['403', '\\u0034\\u0030\\u0033', '{', '}', '[', ']', '"', '\\"', '\\', '\\\\', ',', ':', ' '],
  ...['\n', '\r', '\t', '\u001b[31m', '\u0000', 'é', '\u2028', '\ufffd', '\n\n', '\r\n', '{"a":1}', '\n{', '\n('],
  ...['\\"status\\":\\"403\\"', '\\"status\\":200,', '"status":"200",', '"status": 403,', '"Status":"-",'],
  ...['"events":[', '"events":[],', '"message":"x",', '"id":"7",', '"timestamp":0,', '"awslogs":{},'],
  ...['"payload":"(x) y"', '\\"payload\\":\\"(x) Access denied. Reason: a\\"', 'Access denied. Reason: Forbidden'],
  ...['2026-10-12T00:00:00.000Z ', '2026-13-12T00:00:00.000Z ', '2026-10-12 00:00:00 ', '(id) ', 'x'.repeat(70_000)],
  ...['a403', '403a', '-403-', '\\n403', '\\\\n403', '\\\\u0020403', ' denied', 'payload', '/{id}', '/{', '\\/{', 'yl'],
  ...['\\\\\\"', '\\\\\\\\', '\\t', '\\u', '\\x', '\\"requestId\\":', '\\"integration_status\\":200,', 'x'.repeat(15)],
  ...['arn:aws:logs:x', '123456789012:', '"@message":"{}"', '"requestId"', '"apiId":"a"', '"tlsProtocol":"TLSv1.3"'],
];

function mutated(line: Buffer, random: Random, others: readonly Buffer[]): Buffer {
  const pick = <T>(from: readonly T[]): T => from[random.integer(0, from.length - 1)] as T;
  const at = random.integer(0, random.uniform() < 0.5 ? Math.min(line.length, 260) : line.length);
  const to = at + random.integer(0, random.uniform() < 0.7 ? 3 : 60);
  const [before, after] = [line.subarray(0, at), line.subarray(at)];
  switch (random.integer(0, 7)) {
    case 0:
      return before;
    case 1:
      return after;
    case 2:
      return Buffer.concat([before, line.subarray(to)]);
    case 3:
      return Buffer.concat([before, Buffer.of(random.integer(0, 255)), line.subarray(at + 1)]);
    case 4:
      return Buffer.concat([line, pick(others)]);
    case 5:
      return Buffer.concat([before, Buffer.from(pick(PIECES)), line.subarray(to)]);
    default:
      return Buffer.concat([before, Buffer.from(pick(PIECES)), after]);
  }
}

/** Lines of an hour, one request in ten refused, of two domains and two spellings of the status. */
export function linesOf(form: LogForm): Buffer[] {
  return Array.from({ length: 400 }, (_, n) => {
    const refusal = { n, at: T0 + n * 9_000 };
    const success = {
      'error.message': '-',
      'error.responseType': '-',
      status: n % 3 === 0 ? 200 : '200',
      // Digits of a refusal that belong to something else, and the name of a parameter in a path.
      ...(n % 5 === 0 && { responseLatency: 1_403, resourcePath: '/orders/{id}' }),
      ...(n % 7 === 0 && { domainName: 'other.bank.example' }),
      ...(n % 4 === 0 && { 'identity.clientCert.clientCertPem': LOGGED_PEM }),
    };
    const groups: [string, LogEvent][] =
      n % 10 === 0
        ? [
            [EXECUTION_GROUP, denialAsOneEvent(refusal)],
            [ACCESS_GROUP, accessEvent(refusal)],
          ]
        : [[ACCESS_GROUP, accessEvent(refusal, success)]];
    return groups.map(([logGroup, { id, timestamp, message }]) => {
      const event = { logGroup, logStream: 's', id, timestamp, message };
      return Buffer.from(form === 'json' ? JSON.stringify(event) : `${new Date(timestamp).toISOString()} ${message}`);
    });
  }).flat();
}

const LINES_PER_FILE = 40;

/** Reads so many lines, forty to a file, in every way, and compares what comes of it. */
export async function compareReadings(form: LogForm, lineCount: number, seed: number): Promise<void> {
  const random = randomOf(seed);
  const lines = linesOf(form);
  let passed = 0;
  for (let round = 0; round * LINES_PER_FILE < lineCount; round++) {
    const share = random.uniform() * 0.5;
    const from = random.integer(0, lines.length - 1);
    const picked = Array.from({ length: LINES_PER_FILE }, (_, n) => {
      // Some lines are there twice.
      const line = lines[(from + n - (random.uniform() < 0.1 ? random.integer(0, n) : 0)) % lines.length] as Buffer;
      return random.uniform() < share ? mutated(line, random, lines) : line;
    });
    const ends = picked.map(() => (random.uniform() < 0.03 ? '\r\n' : random.uniform() < 0.01 ? '' : '\n'));
    const bytes = Buffer.concat(picked.flatMap((line, n) => [line, Buffer.from(ends[n] ?? '')]));
    const chunkBytes = random.uniform() < 0.5 ? 200_000 : random.integer(500, 12_000);
    const careful = await readAll(bytes, chunkBytes, 'careful');
    for (const way of ['read', 'unread'] as const) {
      const quick = await readAll(bytes, chunkBytes, way);
      passed += quick.passed;
      expect(quick.said, `${form}, ${way}, round ${round} of seed ${seed}`).toEqual(careful.said);
    }
    expect(careful.passed, 'a careful reader reads all').toBe(0);
  }
  // The comparison says nothing where no line takes the short way.
  expect(passed / lineCount).toBeGreaterThan(0.2);
}
