import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InputItem } from '../../cli/inputs/item.js';
import { readInputs } from '../../cli/inputs/read.js';
import { seenEvents } from '../../cli/inputs/seen.js';
import { commandLimits } from '../../shared/base/command-limits.js';
import { limits } from '../../shared/base/limits.js';
import type { LogEvent, Rejected } from '../../shared/model/index.js';
import { anyText } from '../support/any-text.js';

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mtls-watch-inputs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Writes one file in a folder of its own and returns its path. */
async function file(content: string | Buffer, name = 'input'): Promise<string> {
  files += 1;
  const path = join(folder, String(files));
  await mkdir(path);
  await writeFile(join(path, name), content);
  return join(path, name);
}

interface Read {
  readonly items: InputItem[];
  readonly events: (LogEvent & { logGroup: string; logStream: string })[];
  readonly malformed: Rejected[];
  readonly problems: string[];
}

async function read(paths: string[], options: Parameters<typeof readInputs>[1] = {}): Promise<Read> {
  const items: InputItem[] = [];
  for await (const item of readInputs(paths, options)) items.push(item);
  const batches = items.flatMap((item) => (item.kind === 'batch' ? [item.batch] : []));
  return {
    items,
    events: batches.flatMap(({ events, logGroup, logStream }) => events.map((e) => ({ ...e, logGroup, logStream }))),
    malformed: batches.flatMap(({ malformed }) => malformed),
    problems: items.flatMap((item) => (item.kind === 'problem' ? [item.detail] : [])),
  };
}

const at = Date.UTC(2026, 9, 13, 9, 12, 7, 120);
const id = '4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998';
const bare = [
  'Extended Request Id: Vts2FFmArPEFh8g=',
  'Access denied. Reason: Could not find issuer for certificate',
  `ForbiddenException Forbidden: ${id}`,
];
const access = JSON.stringify({
  requestId: id,
  requestTimeEpoch: String(at),
  status: '403',
  'identity.clientCert.clientCertPem': '-----BEGIN CERTIFICATE-----\nMIIB(+/\n-----END CERTIFICATE-----\n',
  'identity.userAgent': 'curl {"x":[ \\" ünï',
});
const group = 'API-Gateway-Execution-Logs_a1b2c3d4e5/prod';
const stream = '072b030ba126b2f4b2374f342be9ed44';
/** The events that every rendering below holds. */
const originals = [...bare.map((line) => `(${id}) ${line}`), `(${id}) ${bare.join('\n')}`, access].map(
  (message, n) => ({ id: `${n}`, timestamp: at + n, message }),
);
const payload = {
  messageType: 'DATA_MESSAGE',
  owner: '123456789012',
  logGroup: group,
  logStream: stream,
  subscriptionFilters: ['f'],
  logEvents: originals,
};
const records = originals.map((event) => ({ logGroup: group, logStream: stream, ...event }));
const cliOutput = {
  events: originals.map(({ id: eventId, timestamp, message }) => ({
    logStreamName: stream,
    timestamp,
    message,
    ingestionTime: timestamp + 1000,
    eventId,
  })),
  searchedLogStreams: [],
};
const iso = (timestamp: number) => new Date(timestamp).toISOString();
const ndjson = records.map((record) => JSON.stringify(record)).join('\n');
const s3Export = originals.map(({ timestamp, message }) => `${iso(timestamp)} ${message}`).join('\n');
const tail = originals
  .map(({ timestamp, message }) => `${iso(timestamp).replace('Z', '000+00:00')} ${stream} ${message}`)
  .join('\n');
const envelope = { awslogs: { data: gzipSync(JSON.stringify(payload)).toString('base64') } };

const renderings: Record<string, string | Buffer> = {
  'one record a line': ndjson,
  'one record a line, ended by CRLF': `${ndjson.replaceAll('\n', '\r\n')}\r\n`,
  'one record a line, with a byte order mark': `\uFEFF${ndjson}`,
  'one record a line, gzipped': gzipSync(ndjson),
  'one record a line, gzipped in two members': Buffer.concat([
    gzipSync(`${ndjson.split('\n').slice(0, 2).join('\n')}\n`),
    gzipSync(ndjson.split('\n').slice(2).join('\n')),
  ]),
  'records pretty-printed': records.map((record) => JSON.stringify(record, null, 4)).join('\n'),
  'records in one list': JSON.stringify(records),
  'records in one list, pretty-printed': JSON.stringify(records, null, 2),
  'a payload on a line': JSON.stringify(payload),
  'a payload pretty-printed': JSON.stringify(payload, null, 2),
  'payloads without a newline between them': originals
    .map((event) => JSON.stringify({ ...payload, logEvents: [event] }))
    .join(''),
  'a subscription event on a line': JSON.stringify(envelope),
  'a subscription event pretty-printed': JSON.stringify(envelope, null, 2),
  'aws logs filter-log-events': JSON.stringify(cliOutput, null, 4),
  'aws logs filter-log-events on one line': JSON.stringify(cliOutput),
  'two pages of aws logs filter-log-events': [originals.slice(0, 2), originals.slice(2)]
    .map((page) =>
      JSON.stringify(
        {
          searchedLogStreams: [],
          events: cliOutput.events.filter((e) => page.some((p) => p.id === e.eventId)),
          nextToken: '{[',
        },
        null,
        4,
      ),
    )
    .join('\n'),
  'an S3 export': s3Export,
  'an S3 export, gzipped': gzipSync(s3Export),
  'aws logs tail': tail,
};

describe('every rendering gives the same events', () => {
  for (const [name, content] of Object.entries(renderings)) {
    it(name, async () => {
      const { events, malformed, problems } = await read([await file(content)]);
      expect(problems).toEqual([]);
      expect(malformed).toEqual([]);
      expect(events.map(({ timestamp, message }) => ({ timestamp, message }))).toEqual(
        originals.map(({ timestamp, message }) => ({ timestamp, message })),
      );
      if (!name.includes('S3')) expect(new Set(events.map((event) => event.logStream))).toEqual(new Set([stream]));
    });
  }

  it('whatever the sizes of the chunks', async () => {
    for (const content of Object.values(renderings)) {
      const whole = (await read([await file(content)])).events.map(({ message }) => message);
      for (const size of [1, 7]) {
        const bytes = Buffer.from(content);
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
          bytes.subarray(n * size, (n + 1) * size),
        );
        const { events } = await read(['-'], { stdin: Readable.from(chunks) });
        expect(events.map(({ message }) => message)).toEqual(whole);
      }
    }
  });
});

describe('two accounts whose log groups and streams have the same names', () => {
  const [one, other] = ['111111111111', '222222222222'];
  const eventsOf = (owner: string, ids: readonly string[]): object[] =>
    ids.map((eventId, n) => ({
      id: eventId,
      timestamp: at + n,
      message: access.replaceAll(id, `${owner}-${eventId}`),
    }));
  const success = (event: object) => ({ ...event, message: JSON.stringify({ requestId: id, status: '200' }) });
  const forms: Record<string, (owner: string, event: object) => object> = {
    'a field of each line': (owner, event) => ({ owner, logGroup: group, logStream: stream, ...event }),
    'the name of the log group': (owner, event) => ({ logGroup: `${owner}:${group}`, logStream: stream, ...event }),
    'the ARN of the log group': (owner, event) => ({
      logGroup: `arn:aws:logs:eu-central-1:${owner}:log-group:${group}`,
      logStream: stream,
      ...event,
    }),
    'a field of the payload': (owner, event) => ({ ...payload, owner, logEvents: [event] }),
  };
  const cases = Object.keys(forms).flatMap((form) =>
    [false, true].flatMap((isSeen) => [false, true].map((isPlain) => ({ form, isSeen, isPlain }))),
  );

  it.each(cases)('are kept apart by $form (without repeats: $isSeen, successes: $isPlain)', async (given) => {
    const lineOf = (owner: string) => (event: object) =>
      `${JSON.stringify(forms[given.form]?.(owner, given.isPlain ? success(event) : event))}\n`;
    // The same ids in both accounts, by turns.
    const [first, second] = [one, other].map((owner) => eventsOf(owner, ['a', 'b', 'c']).map(lineOf(owner)));
    const text = (first ?? []).flatMap((line, n) => [line, second?.[n] ?? '']).join('');
    const { items } = await read([await file(text)], given.isSeen ? { seen: seenEvents() } : {});
    const told = items.flatMap((item) => (item.kind === 'batch' ? [item] : []));
    expect(told.flatMap(({ left }) => left?.repeated ?? 0).reduce((sum, more) => sum + more, 0)).toBe(0);
    const owners = new Map<string, number>();
    for (const { batch, left } of told) {
      expect(batch.logGroup).toBe(group);
      owners.set(batch.owner, (owners.get(batch.owner) ?? 0) + batch.events.length + (left?.passed ?? 0));
    }
    expect([...owners].sort()).toEqual([
      [one, 3],
      [other, 3],
    ]);
  });
});

describe('bare lines', () => {
  it('keeps the lines of one refusal together where nothing else ties them', async () => {
    const { events } = await read([await file([...bare, ...bare, access].join('\n'))]);
    expect(events.map(({ message }) => message)).toEqual([bare.join('\n'), bare.join('\n'), access]);
  });

  it('takes the prefix of the first line for those behind it, and each prefixed line for an event', async () => {
    const once = `(${id}) ${bare.join('\n')}`;
    const each = bare.map((line) => `(${id}) ${line}`);
    const { events } = await read([await file([once, ...each].join('\n'))]);
    expect(events.map(({ message }) => message)).toEqual([once, ...each]);
  });

  it('dates lines without a time by the first request time in the file, else by when it was written', async () => {
    const withTime = await read([await file([...bare, access].join('\n'))]);
    expect(withTime.events.map(({ timestamp }) => timestamp)).toEqual([at, at]);
    const without = await read(['-'], { stdin: Readable.from([bare.join('\n')]), now: 42 });
    expect(without.events.map(({ timestamp }) => timestamp)).toEqual([42]);
  });

  it('reads an access record whose certificate has raw newlines, alone or in an export', async () => {
    const raw = access.replaceAll('\\n', '\n');
    const lines = [raw, access, raw].join('\n');
    expect((await read([await file(lines)])).events.map(({ message }) => message)).toEqual([raw, access, raw]);
    const dated = await read([await file(`${iso(at)} ${raw}\n${iso(at + 1)} ${access}\n`)]);
    expect(dated.events.map(({ message }) => message)).toEqual([raw, access]);
  });

  it('reads the records of vended execution logs', async () => {
    const record = JSON.stringify({ resource_arn: 'arn', event_timestamp: at, payload: `(${id}) ${bare[1]}` });
    const { events } = await read([await file(record)]);
    expect(events).toMatchObject([{ timestamp: at, message: record }]);
  });
});

describe('derived ids', () => {
  it('are the same for the same file, and distinct for equal lines in it', async () => {
    const path = await file([s3Export, s3Export].join('\n'));
    const { events } = await read([path, path]);
    expect(events).toHaveLength(4 * originals.length);
    expect(new Set(events.map((event) => event.id)).size).toBe(2 * originals.length);
  });

  it('are the same in whatever numbered part of an export the line stands', async () => {
    const line = '2026-10-13T09:12:00.000Z (5c9ab0e4-39db-11e9-9c2e-5bd7c2de5998) Access denied. Reason: self-signed\n';
    const other = line.replace('5c9a', '6d0b');
    const idsOf = async (name: string, content: string) =>
      (await read([await file(gzipSync(content), name)])).events.map(({ id }) => id);
    const [first, second] = await idsOf('000000.gz', line + other);
    expect(await idsOf('000001.gz', other)).toEqual([second]);
    expect(await idsOf('000017.gz', line)).toEqual([first]);
    // Of any other name nobody knows whether it is another log.
    expect(await idsOf('gateway-a.gz', line)).not.toEqual(await idsOf('gateway-b.gz', line));
  });

  it('leave the time out where it is a guess', async () => {
    const ids = [];
    for (const now of [1, 2]) {
      ids.push((await read(['-'], { stdin: Readable.from([bare.join('\n')]), now })).events[0]?.id);
    }
    expect(ids[0]).toBe(ids[1]);
  });
});

describe('bad input', () => {
  it('delivers every record that can be inflated before a gzip file ends too early', async () => {
    const lines = Array.from({ length: 3000 }, (_, n) =>
      JSON.stringify({ ...records[4], id: `${n}`, salt: Math.sin(n) }),
    );
    const whole = gzipSync(lines.join('\n'));
    for (const share of [0.02, 0.5, 0.999]) {
      const cut = whole.subarray(0, Math.floor(whole.length * share));
      const inflated = gunzipSync(cut, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
      const { events, problems } = await read([await file(cut)]);
      expect(events.length).toBe(inflated.split('\n').length - 1);
      expect(problems).toEqual([expect.stringContaining('ends too early')]);
    }
  });

  it('delivers what came before damaged gzip data', async () => {
    const lines = Array.from({ length: 3000 }, (_, n) =>
      JSON.stringify({ ...records[0], id: `${n}`, salt: Math.sin(n) }),
    );
    const whole = gzipSync(`${lines.join('\n')}\n`);
    const damaged = Buffer.from(whole);
    const half = Math.floor(whole.length / 2);
    damaged.fill(0xff, half, half + 64);
    const upTo = gunzipSync(whole.subarray(0, half), { finishFlush: constants.Z_SYNC_FLUSH }).toString();
    const { events, problems } = await read([await file(damaged)]);
    expect(events.length).toBeGreaterThanOrEqual(upTo.split('\n').length - 1);
    expect(problems).toEqual([expect.stringContaining('damaged')]);

    const trailed = await read([await file(Buffer.concat([whole, Buffer.from('garbage')]))]);
    expect(trailed.events).toHaveLength(3000);
    expect(trailed.problems).toEqual([expect.stringContaining('damaged')]);
  });

  it.each([
    ['binary', 'holds binary data', Buffer.alloc(100_000)],
    ['empty', 'is empty', ''],
    ['empty, gzipped', 'is empty', gzipSync('')],
    ['UTF-16', 'UTF-16', Buffer.from(`\uFEFF${s3Export}`, 'utf16le')],
    ['a certificate', 'looks like a log', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'],
    ['a configuration', 'looks like a log', JSON.stringify({ runbooks: { baseUrl: 'https://x.example' } }, null, 2)],
    ['gzip without an end', 'ends too early', gzipSync('x'.repeat(99)).subarray(0, 12)],
  ])('says what is wrong with a file that is %s', async (_, words, content) => {
    const bad = await file(content);
    const good = await file(ndjson);
    const { events, malformed, problems } = await read([bad, good]);
    expect(problems).toEqual([expect.stringContaining(words)]);
    expect(events).toHaveLength(originals.length);
    expect(malformed).toEqual([]);
    await expect(read([bad])).rejects.toMatchObject({
      code: 'unreadable-input',
      message: expect.stringMatching(/^[^\n]+$/),
    });
  });

  it('reads the nine good files of a folder with a bad one', async () => {
    const path = join(await file('', '.hidden'), '..');
    await mkdir(join(path, 'deeper'));
    for (let n = 0; n < 9; n += 1) await writeFile(join(path, n % 2 ? 'deeper' : '', `${n}`), ndjson);
    await writeFile(join(path, 'deeper', '5-bad'), gzipSync(ndjson).subarray(0, 60));
    const { events, items } = await read([path]);
    expect(events.length).toBeGreaterThanOrEqual(9 * originals.length);
    expect(items.filter(({ kind }) => kind === 'problem')).toMatchObject([{ file: join(path, 'deeper', '5-bad') }]);
  });

  it('refuses paths that lead nowhere before it reads anything', async () => {
    const empty = join(await file('', '.hidden'), '..');
    for (const path of [join(folder, 'missing'), empty]) {
      await expect(read([await file(ndjson), path])).rejects.toMatchObject({ code: 'unreadable-input' });
    }
    await expect(read([])).rejects.toMatchObject({ code: 'unreadable-input' });
  });

  it('counts broken records and reads their neighbours', async () => {
    const lines = ndjson.split('\n');
    const cutInString = lines[0]?.slice(0, 120);
    const cutOutside = `${lines[1]?.slice(0, lines[1].indexOf('"message"'))}`;
    const broken = [
      cutInString,
      lines[0],
      cutOutside,
      lines[1],
      '{"message":7}',
      '[1]',
      'null',
      '{"awslogs":{"data":"%%"}}',
      lines[2],
    ];
    const { events, malformed } = await read([await file(broken.join('\n'))]);
    expect(events.map((event) => event.id)).toEqual(['0', '1', '2']);
    expect(malformed).toHaveLength(6);
    expect(new Set(malformed.map(({ eventId }) => eventId)).size).toBe(6);
  });

  it('reads lines of 1 MB, and counts an event that is longer than an event can be', async () => {
    const long = { ...records[0], message: `(${id}) ${'é'.repeat(500_000)}` };
    const tooLong = { ...records[0], message: 'x'.repeat(limits.eventCharsMax + 1) };
    const { events, malformed } = await read([
      await file([long, tooLong, records[1]].map((r) => JSON.stringify(r)).join('\n')),
    ]);
    expect(events.map(({ message }) => message)).toEqual([long.message, records[1]?.message]);
    expect(malformed).toMatchObject([{ code: 'event-too-large' }]);
  });

  it('skips an endless line and reads on', async () => {
    const lines = [`(${id}) first`, 'x'.repeat(commandLimits.inputLineBytesMax + 1), `(${id}) last`];
    const { events, malformed } = await read([await file(lines.join('\n'))]);
    expect(events.map(({ message }) => message)).toEqual([lines[0], lines[2]]);
    expect(malformed).toMatchObject([{ code: 'event-too-large' }]);
  });

  it('keeps records with invalid UTF-8', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"timestamp":1,"id":"a","message":"x'),
      Buffer.from([0xff, 0xc3]),
      Buffer.from('"}\n'),
    ]);
    const { events } = await read([await file(Buffer.concat([bytes, Buffer.from(ndjson)]))]);
    expect(events[0]?.message).toBe('x\uFFFD\uFFFD');
    expect(events).toHaveLength(1 + originals.length);
  });

  it('passes on a probe of CloudWatch Logs', async () => {
    const probe = JSON.stringify({ ...payload, messageType: 'CONTROL_MESSAGE' });
    const { items } = await read([await file(probe)]);
    expect(items.map(({ kind }) => kind)).toContain('control');
  });
});

describe('the sizes of batches', () => {
  const lines = (count: number, at: (n: number) => number) =>
    Array.from({ length: count }, (_, n) => JSON.stringify({ ...records[0], id: `${n}`, timestamp: at(n) })).join('\n');
  const sizes = async (content: string) =>
    (await read([await file(content)])).items.flatMap((item) =>
      item.kind === 'batch' ? item.batch.events.length : [],
    );

  it('are bounded, and cut where the time moves on', async () => {
    const most = commandLimits.inputBatchEventsMax;
    // Three events a millisecond: ten thousand is no multiple of three.
    expect(await sizes(lines(most + 100, (n) => Math.floor(n / 3)))).toEqual([most + 2, 98]);
    expect(await sizes(lines(2 * most + 1, () => 7))).toEqual([2 * most, 1]);
  });
});

describe('anything at all', () => {
  const piece = fc.oneof(
    // Gzip has tests of its own: standard input comes once, so that what damage costs depends on the chunks.
    fc.constantFrom(...Object.values(renderings).filter((content) => typeof content === 'string')),
    fc.constantFrom(
      ...bare,
      access,
      '\n',
      '{',
      '}',
      '[',
      ']',
      '{"events":[',
      '"',
      '\\',
      `(${id}) `,
      iso(at),
      ',',
      '\r\n',
      '\uFEFF',
    ),
    anyText(),
  );

  it('is read or refused, and in the same way whatever the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.integer({ min: 1, max: 40 }), async (pieces, size) => {
        const bytes = Buffer.from(pieces.join(''));
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
          bytes.subarray(n * size, (n + 1) * size),
        );
        const results = [];
        for (const stdin of [Readable.from([bytes]), Readable.from(chunks)]) {
          const found = await read(['-'], { stdin, now: 1 }).catch((error: unknown) => error);
          if (found instanceof Error) {
            expect(found).toMatchObject({ code: 'unreadable-input' });
            results.push(found.message);
          } else {
            const { events, malformed, problems } = found as Read;
            results.push({ events, malformed, problems });
          }
        }
        expect(results[1]).toEqual(results[0]);
      }),
      { numRuns: 300 },
    );
  });

  it('costs a good record that starts a line of its own nothing', async () => {
    const good = JSON.stringify({ timestamp: at, id: 'good', message: 'kept' });
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
        // A file that starts with a timestamp is read by lines alone, and one that is binary not at all.
        const before = `{}\n${pieces.join('')}`.replaceAll(/[^\P{Cc}\n]|\uFFFD|[\x80-\xff]/gu, '.');
        const { events } = await read(['-'], { stdin: Readable.from([`${before}\n${good}\n`]), now: 1 });
        expect(events.filter((event) => event.id === 'good')).toHaveLength(1);
      }),
      { numRuns: 300 },
    );
  });
});
