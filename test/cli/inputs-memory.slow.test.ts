/** Reading hundreds of megabytes takes no more memory than reading a few. */

import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createGzip } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readInputs } from '../../cli/inputs/read.js';

const event = {
  timestamp: Date.parse('2026-10-13T09:12:00Z'),
  message: '(5c9ab0e4-39db-11e9-9c2e-5bd7c2de5998) Access denied. Reason: Could not find issuer for certificate\n',
};
const record = {
  logGroup: 'API-Gateway-Execution-Logs_a1b2c3d4e5/prod',
  logStream: '072b030ba126b2f4b2374f342be9ed44',
  id: '4',
  ...event,
};
const asPrinted = { logStreamName: record.logStream, ...event, ingestionTime: event.timestamp + 1000, eventId: '4' };

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
/** From so much on it is looked at without garbage, of which a busy machine leaves more. */
const SUSPECT = 100 * 1024 * 1024;

describe('bounded memory', () => {
  /** The most memory in use above what was in use before, looked at with every chunk that is read and every item that comes. */
  async function peakBytes(
    stdin: Readable,
  ): Promise<{ peak: number; rejects: number; events: number; failure: unknown }> {
    const use = () => {
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    collectGarbage();
    const before = use();
    const seen = { peak: 0, rejects: 0, events: 0, failure: null as unknown };
    const look = () => {
      if (use() - before > SUSPECT) collectGarbage();
      seen.peak = Math.max(seen.peak, use() - before);
    };
    const watched = async function* () {
      for await (const chunk of stdin) {
        look();
        yield chunk;
      }
    };
    try {
      for await (const item of readInputs(['-'], { stdin: Readable.from(watched()) })) {
        look();
        if (item.kind === 'batch') {
          seen.rejects += item.batch.malformed.length;
          seen.events += item.batch.events.length;
        }
      }
    } catch (error) {
      seen.failure = error;
    }
    return seen;
  }

  it('a bomb of text is left before it is inflated', async () => {
    const block = Buffer.alloc(1024 * 1024, 'a');
    const gzip = createGzip();
    const zipped = Readable.from(Array.from({ length: 600 }, () => block)).pipe(gzip);
    const { peak, failure } = await peakBytes(zipped);
    expect(failure).toMatchObject({ code: 'unreadable-input', message: expect.stringContaining('inflates') });
    expect(peak).toBeLessThan(200 * 1024 * 1024);
  });

  it('a list of two hundred megabytes passes through', async () => {
    const element = Buffer.from(`${JSON.stringify(asPrinted, null, 4)},\n`);
    const block = Buffer.concat(Array.from({ length: 1000 }, () => element));
    const blocks = Math.ceil((200 * 1024 * 1024) / block.length);
    const list = function* () {
      yield Buffer.from('{\n    "events": [\n');
      for (let n = 0; n < blocks; n += 1) yield block;
      yield Buffer.from('{}]}');
    };
    const { peak, events, rejects } = await peakBytes(Readable.from(list()));
    expect(events).toBe(blocks * 1000);
    expect(rejects).toBe(1);
    expect(peak).toBeLessThan(150 * 1024 * 1024);
  });

  it('two hundred megabytes of records pass through', async () => {
    const line = Buffer.from(`${JSON.stringify({ ...record, padding: 'x'.repeat(1000) })}\n`);
    const block = Buffer.concat(Array.from({ length: 500 }, () => line));
    const blocks = Math.ceil((200 * 1024 * 1024) / block.length);
    const { peak, events } = await peakBytes(Readable.from(Array.from({ length: blocks }, () => block)));
    expect(events).toBe(blocks * 500);
    expect(peak).toBeLessThan(150 * 1024 * 1024);
  });
});
