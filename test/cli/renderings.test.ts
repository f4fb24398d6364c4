/** The same events in every form that tools write them in: each must give the same messages, times, groups and streams. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readInputs } from '../../cli/inputs/read.js';
import { limits } from '../../shared/base/limits.js';
import type { LogEvent, Rejected } from '../../shared/model/index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mtls-watch-renderings-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Seen = LogEvent & { readonly logGroup: string; readonly logStream: string };

async function read(
  content: string | Buffer,
  now = 5,
): Promise<{ events: Seen[]; malformed: Rejected[]; problems: string[] }> {
  const events: Seen[] = [];
  const malformed: Rejected[] = [];
  const problems: string[] = [];
  for await (const item of readInputs(['-'], { stdin: Readable.from([Buffer.from(content)]), now })) {
    if (item.kind === 'problem') problems.push(item.detail);
    if (item.kind !== 'batch') continue;
    const { logGroup, logStream } = item.batch;
    events.push(...item.batch.events.map((event) => ({ ...event, logGroup, logStream })));
    malformed.push(...item.batch.malformed);
  }
  return { events, malformed, problems };
}

const T0 = Date.UTC(2026, 9, 13, 9, 20, 0, 0);
const ID = '4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998';
const OWNER = '123456789012';
const EXECUTION = { group: 'API-Gateway-Execution-Logs_uwe3g5jm54/Prod', stream: '072b030ba126b2f4b2374f342be9ed44' };
const ACCESS = { group: '/aws/apigateway/partners', stream: 's1' };

interface Original {
  readonly group: string;
  readonly stream: string;
  readonly at: number;
  readonly id: string;
  readonly message: string;
}

const access = (n: number) =>
  JSON.stringify({
    requestId: ID,
    requestTimeEpoch: String(T0 + n),
    status: '403',
    message: 'Forbidden',
    'identity.clientCert.clientCertPem': '-----BEGIN CERTIFICATE-----\nMIIB(+/\n-----END CERTIFICATE-----\n',
    'identity.clientCert.subjectDN': 'C=US,O=Acme | Sons; Ltd,CN=edi "one"',
    'identity.userAgent': 'curl, 8 | x\t; ünï',
  });

/** In one order of time, from two groups. */
const originals: readonly Original[] = [0, 4].flatMap((n) =>
  [
    { ...EXECUTION, message: `(${ID}) Extended Request Id: Vts2FFmArPEFh8g=` },
    { ...EXECUTION, message: `(${ID}) Access denied. Reason: Could not find issuer for certificate` },
    { ...EXECUTION, message: `(${ID}) ForbiddenException Forbidden: ${ID}` },
    { ...ACCESS, message: access(n + 3) },
  ].map((one, m) => ({
    ...one,
    at: T0 + n + m,
    id: `345928037828027739869545142364204941378215918784559185${90 + n + m}`,
  })),
);

const iso = (at: number, digits = 3, zone = 'Z') =>
  new Date(at)
    .toISOString()
    .replace(/\.(\d{3})Z$/, (_, ms: string) => `${digits === 0 ? '' : `.${ms.padEnd(digits, '0')}`}${zone}`);
const spaced = (at: number) => iso(at).replace('T', ' ').replace('Z', '');

const lines = (render: (one: Original) => string, eol = '\n') => originals.map((one) => render(one) + eol).join('');
const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
const quotedIfNeeded = (cell: string) => (/[",;\t\n\r]/.test(cell) ? quoted(cell) : cell);
const csv = (
  columns: Readonly<Record<string, (one: Original) => string>>,
  { quote = quotedIfNeeded, delimiter = ',', eol = '\r\n', header = Object.keys(columns) } = {},
) =>
  header.join(delimiter) +
  eol +
  lines(
    (one) =>
      Object.values(columns)
        .map((cell) => quote(cell(one)))
        .join(delimiter),
    eol,
  );

const log = (one: Original) => `${OWNER}:${one.group}`;
const insights = {
  '@timestamp': (one: Original) => spaced(one.at),
  '@message': (one: Original) => one.message,
  '@logStream': (one: Original) => one.stream,
  '@log': log,
};
const rowOf = (one: Original) => Object.fromEntries(Object.entries(insights).map(([name, cell]) => [name, cell(one)]));
const fieldsOf = (one: Original) => Object.entries(rowOf(one)).map(([field, value]) => ({ field, value }));
const results = {
  results: originals.map((one) => [...fieldsOf(one), { field: '@ptr', value: 'CmEK' }]),
  statistics: { recordsMatched: 8 },
  status: 'Complete',
};
const parsedMessage = (message: string) => (message.startsWith('{') ? JSON.parse(message) : message);

const markdown = (separator: string, cells: readonly ((one: Original) => string)[], header: readonly string[]) =>
  [
    `| ${header.join(' | ')} |`,
    `|${header.map(() => separator).join('|')}|`,
    ...originals.map((one) => `| ${cells.map((cell) => cell(one).replaceAll('|', '\\|')).join(' | ')} |`),
  ].join('\n');

const payloadsOf = (chosen: readonly Original[]) =>
  [EXECUTION, ACCESS].map(({ group, stream }) => ({
    messageType: 'DATA_MESSAGE',
    owner: OWNER,
    logGroup: group,
    logStream: stream,
    subscriptionFilters: ['f'],
    logEvents: chosen
      .filter((one) => one.group === group)
      .map(({ id, at: timestamp, message }) => ({ id, timestamp, message })),
  }));
const zipped = (value: unknown) => gzipSync(typeof value === 'string' ? value : JSON.stringify(value));
const kinesis = (data: readonly string[]) => ({
  Records: data.map((one) => ({
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: 'x',
      sequenceNumber: '4954',
      data: one,
      approximateArrivalTimestamp: 1791883200.1,
    },
    eventSource: 'aws:kinesis',
    eventID: 'shardId-000000000006:4954',
  })),
});
const firehose = (data: readonly string[]) => ({
  invocationId: 'i',
  deliveryStreamArn: `arn:aws:firehose:eu-west-1:${OWNER}:deliverystream/s`,
  region: 'eu-west-1',
  records: data.map((one, n) => ({ recordId: `${n}`, approximateArrivalTimestamp: T0, data: one })),
});
const base64 = (bytes: Buffer) => bytes.toString('base64');
const zippedPayloads = payloadsOf(originals).map((payload) => base64(zipped(payload)));
const update = (chosen: readonly Original[]) => ({
  sessionUpdate: {
    sessionMetadata: { sampled: false },
    sessionResults: chosen.map((one) => ({
      logStreamName: one.stream,
      logGroupIdentifier: log(one),
      message: one.message,
      timestamp: one.at,
      ingestionTime: one.at + 700,
    })),
  },
});
const cli = originals.map((one) => ({
  logStreamName: one.stream,
  timestamp: one.at,
  message: one.message,
  ingestionTime: one.at + 500,
  eventId: one.id,
}));
const events = (one: Original) => `EVENTS\t${one.id}\t${one.at + 500}\t${one.stream}\t${one.message}\t${one.at}`;
const coloured = (code: number, text: string) => `\u001B[${code}m${text}\u001B[0m`;

/** What a rendering keeps of an event besides its message. */
interface Kept {
  readonly time?: boolean;
  readonly group?: boolean;
  readonly stream?: boolean;
  readonly of?: readonly Original[];
  /** JSON messages come as objects, so that only what they say is the same. */
  readonly reprinted?: boolean;
}
const ALL: Kept = { time: true, group: true, stream: true };

const renderings: Readonly<Record<string, readonly [content: string | Buffer, kept: Kept]>> = {
  'Insights, CSV': [csv(insights), ALL],
  'Insights, CSV, all quoted, LF, byte order mark': [`\uFEFF${csv(insights, { quote: quoted, eol: '\n' })}`, ALL],
  'Insights, CSV, other columns in another order': [
    csv({
      '@ptr': () => 'CmEK',
      '@message': insights['@message'],
      requestId: () => ID,
      '@log': log,
      '@ingestionTime': (one) => spaced(one.at + 900),
      '@logStream': insights['@logStream'],
      '@timestamp': insights['@timestamp'],
      '@entity': () => '',
    }),
    ALL,
  ],
  'Insights, CSV, gzipped twice': [gzipSync(gzipSync(csv(insights))), ALL],
  'Insights, CSV, the message alone': [csv({ '@message': insights['@message'] }), {}],
  'Insights, CSV, saved by a spreadsheet with semicolons': [`sep=;\r\n${csv(insights, { delimiter: ';' })}`, ALL],
  'Insights, tabs, as copied from the table': [
    csv({ '#': () => '1', ...insights }, { delimiter: '\t', eol: '\n' }),
    ALL,
  ],
  'CSV with quotes inside a cell that has none around it': [
    csv({ Timestamp: (one) => iso(one.at), Message: (one) => one.message }, { quote: (cell) => cell }),
    { time: true },
  ],
  'CSV under names of somebody’s own': [
    csv(
      {
        'Event Time (UTC)': (one) => iso(one.at),
        'Log Group': (one) => one.group,
        log_stream_name: (one) => one.stream,
        line: (one) => one.message,
      },
      { header: ['Time (UTC)', 'Log Group', 'log_stream_name', 'Message'] },
    ),
    ALL,
  ],
  'console, CSV': [csv({ timestamp: (one) => String(one.at), message: (one) => one.message }), { time: true }],
  'console, CSV, with the stream, seconds, quoted header': [
    csv(
      {
        timestamp: (one) => (one.at / 1000).toFixed(3),
        logStreamName: (one) => one.stream,
        message: (one) => one.message,
      },
      { header: ['"timestamp"', '"logStreamName"', '"message"'] },
    ),
    { time: true, stream: true },
  ],
  'console, CSV, local time with its offset': [
    csv({ timestamp: (one) => iso(one.at + 2 * 3_600_000, 3, '+02:00'), message: (one) => one.message }),
    { time: true },
  ],
  'Insights, JSON': [JSON.stringify(originals.map(rowOf)), ALL],
  'Insights, JSON, messages as objects, pretty-printed': [
    JSON.stringify(
      originals.map((one) => ({ ...rowOf(one), '@message': parsedMessage(one.message) })),
      null,
      4,
    ),
    { ...ALL, reprinted: true },
  ],
  'get-query-results': [JSON.stringify(results, null, 4), ALL],
  'get-query-results on one line, CRLF': [`${JSON.stringify(results)}\r\n`, ALL],
  'get-query-results, its results alone': [JSON.stringify(results.results, null, 2), ALL],
  'get-query-results --output text': [
    `SQL\tComplete\n${lines((one) => [...fieldsOf(one), { field: '@ptr', value: 'CmEK' }].map(({ field, value }) => `RESULTS\t${field}\t${value}`).join('\n'))}STATISTICS\t1\t2\t3\n`,
    ALL,
  ],
  'get-log-record': [lines((one) => JSON.stringify({ logRecord: rowOf(one) }, null, 4)), ALL],
  'Insights, Markdown': [markdown(' --- ', Object.values(insights), Object.keys(insights)), ALL],
  'Insights, Markdown, with a title, columns in another order': [
    `## refused\r\n\r\n---\r\n${markdown(':--', [insights['@message'], log, insights['@timestamp'], insights['@logStream']], ['@message', '@log', '@timestamp', '@logStream']).replaceAll('\n', '\r\n')}\r\n---\r\n`,
    ALL,
  ],
  'Insights, Markdown, bars in messages not escaped': [
    markdown(' --- ', Object.values(insights), Object.keys(insights)).replaceAll('\\|', '|'),
    ALL,
  ],
  'filter-log-events --output table': [
    [
      '-'.repeat(40),
      '|      FilterLogEvents      |',
      `+${'-'.repeat(30)}+`,
      '||          events          ||',
      '|+---------+--------------+|',
      '||  eventId  | ingestionTime | logStreamName |  message  | timestamp  ||',
      '|+---------+--------------+|',
      ...originals.map(
        (one) => `||  ${one.id}  |  ${one.at + 500}  |  ${one.stream}  |  ${one.message}  |  ${one.at}  ||`,
      ),
      '|+---------+--------------+|',
    ].join('\n'),
    { time: true, stream: true },
  ],
  'awslogs get': [
    lines((one) => `${one.group} ${one.stream.padEnd(32)} ${one.message}`),
    { group: true, stream: true },
  ],
  'awslogs get, in colour': [
    lines((one) => `${coloured(32, one.group)} ${coloured(36, one.stream.padEnd(32))} ${one.message}`),
    { group: true, stream: true },
  ],
  'awslogs get --timestamp --ingestion-time': [
    lines((one) => `${one.group} ${one.stream} ${iso(one.at)} ${iso(one.at + 900)} ${one.message}`),
    ALL,
  ],
  'awslogs get --no-group': [lines((one) => `${one.stream} ${one.message}`), { stream: true }],
  'awslogs get from groups of any name': [
    lines((one) => `${one.group.replace(/^.*\//, 'my-')} ${one.stream.slice(0, 12)} ${one.message}`),
    {},
  ],
  'awslogs get --no-group --no-stream --timestamp': [lines((one) => `${iso(one.at)} ${one.message}`), { time: true }],
  'sam logs': [lines((one) => `${one.stream} ${iso(one.at, 6, '')} ${one.message}`), { time: true, stream: true }],
  'sam logs, in colour, behind its own words, CRLF': [
    `You can now use 'sam logs' without --name parameter\r\n${lines((one) => `${coloured(36, one.stream)} ${coloured(33, iso(one.at, 6, ''))} ${one.message}`, '\r\n')}`,
    { time: true, stream: true },
  ],
  'sam logs, messages printed over lines': [
    lines((one) =>
      `${one.stream} ${iso(one.at, 6, '')} ${JSON.stringify(parsedMessage(one.message), null, 2)}`.replace(
        / "(\(.*)"$/,
        ' $1',
      ),
    ),
    { time: true, stream: true, reprinted: true },
  ],
  'sam logs --output json': [
    lines((one) => JSON.stringify({ ...cli.find(({ eventId }) => eventId === one.id), logStreamName: one.stream })),
    { time: true, stream: true },
  ],
  'aws logs tail': [
    lines((one) => `${iso(one.at, 6, '+00:00')} ${one.stream} ${one.message}`),
    { time: true, stream: true },
  ],
  'aws logs tail --format short': [lines((one) => `${iso(one.at, 0, '')} ${one.message}`), {}],
  'a shell’s prompt above aws logs tail': [
    `$ aws logs tail ${ACCESS.group}\n${lines((one) => `${iso(one.at, 6, '+00:00')} ${one.stream} ${one.message}`)}`,
    { time: true, stream: true },
  ],
  'filter-log-events --output text': [`${lines(events)}SEARCHEDLOGSTREAMS\ts1\tTrue\n`, { time: true, stream: true }],
  'filter-log-events --output text, CRLF': [lines(events, '\r\n'), { time: true, stream: true }],
  'filter-log-events --output text without the name of the list': [
    lines((one) => events(one).slice('EVENTS\t'.length)),
    { time: true, stream: true },
  ],
  'get-log-events --output text': [
    `b/34592803782802773986954514236420494137821591878455918592/s\tf/34592803782802773986954514236420494137821591878455918592/s\n${lines((one) => `EVENTS\t${one.at + 500}\t${one.message}\t${one.at}`)}`,
    { time: true },
  ],
  'a query for time, stream and message --output text': [
    lines((one) => [one.at, one.stream, one.message].join('\t')),
    { time: true, stream: true },
  ],
  'a query for message and time --output text': [lines((one) => [one.message, one.at].join('\t')), { time: true }],
  'a query for messages --output text': [`${originals.map(({ message }) => message).join('\t')}\n`, {}],
  'Live Tail updates': [
    [
      { sessionStart: { requestId: ID, sessionId: 's', logGroupIdentifiers: [] } },
      update([]),
      update(originals.slice(0, 5)),
      update(originals.slice(5)),
    ]
      .map((one) => JSON.stringify(one))
      .join('\n'),
    ALL,
  ],
  'Live Tail updates, pretty-printed in a list': [JSON.stringify([update(originals)], null, 2), ALL],
  'Live Tail, the results of an update': [JSON.stringify(update(originals).sessionUpdate, null, 2), ALL],
  'a Kinesis event for Lambda': [JSON.stringify(kinesis(zippedPayloads), null, 2), ALL],
  'a Kinesis record of several payloads': [
    JSON.stringify(
      kinesis([
        base64(
          zipped(
            payloadsOf(originals)
              .map((one) => JSON.stringify(one))
              .join(''),
          ),
        ),
      ]),
    ),
    ALL,
  ],
  'kinesis get-records': [
    JSON.stringify(
      {
        Records: zippedPayloads.map((Data, n) => ({ SequenceNumber: `${n}`, Data, PartitionKey: 'p' })),
        MillisBehindLatest: 0,
      },
      null,
      4,
    ),
    ALL,
  ],
  'a Firehose event for Lambda': [JSON.stringify(firehose(zippedPayloads)), ALL],
  'a Firehose event, gzip in gzip': [
    JSON.stringify(firehose(payloadsOf(originals).map((one) => base64(gzipSync(zipped(one))))), null, 2),
    ALL,
  ],
  'a Firehose event with plain payloads': [
    JSON.stringify(
      firehose(payloadsOf(originals).map((one) => base64(Buffer.from(`${JSON.stringify(one, null, 2)}\n`)))),
    ),
    ALL,
  ],
  'a Firehose event with lines': [JSON.stringify(firehose([base64(Buffer.from(lines((one) => one.message)))])), {}],
  'Firehose to S3, compressed once more': [gzipSync(Buffer.concat(payloadsOf(originals).map(zipped))), ALL],
  'gzip in gzip in gzip': [gzipSync(gzipSync(gzipSync(JSON.stringify(payloadsOf(originals))))), ALL],
  'payloads without a message type': [
    lines.call(null, () => '') +
      payloadsOf(originals)
        .map(({ messageType: _, ...one }) => JSON.stringify(one))
        .join('\n'),
    ALL,
  ],
  'the data of subscription events, a line each': [zippedPayloads.join('\n'), ALL],
  'messages of a queue': [
    JSON.stringify(
      { Messages: zippedPayloads.map((data) => ({ MessageId: 'm', Body: JSON.stringify({ awslogs: { data } }) })) },
      null,
      2,
    ),
    ALL,
  ],
  'what Lambda sends to a destination': [
    lines.call(null, () => '') +
      zippedPayloads
        .map((data) =>
          JSON.stringify({ version: '1.0', requestContext: { requestId: ID }, requestPayload: { awslogs: { data } } }),
        )
        .join('\n'),
    ALL,
  ],
  'records under names of a forwarder': [
    lines((one) =>
      JSON.stringify({ '@timestamp': iso(one.at), log_group: one.group, log_stream: one.stream, msg: one.message }),
    ),
    ALL,
  ],
};

describe('every rendering gives the same events', () => {
  it.each(Object.keys(renderings))('%s', async (name) => {
    const [content, { time = false, group = false, stream = false, of = originals, reprinted = false }] =
      renderings[name]!;
    const { events: seen, malformed, problems } = await read(content);
    expect(problems).toEqual([]);
    // A title or a prompt is a line that is no event, and counted as one.
    expect(malformed.length).toBeLessThanOrEqual(/words|prompt|Markdown, with/.test(name) ? 2 : 0);
    const told = (message: string) => (reprinted ? JSON.stringify(parsedMessage(message)) : message);
    const wanted = of.map((one) => ({
      message: told(one.message),
      ...(time && { at: one.at }),
      ...(group && { group: one.group }),
      ...(stream && { stream: one.stream }),
    }));
    const got = seen.map((one) => ({
      message: told(one.message),
      ...(time && { at: one.timestamp }),
      ...(group && { group: one.logGroup }),
      ...(stream && { stream: one.logStream }),
    }));
    const ordered = (list: object[]) => list.map((one) => JSON.stringify(one)).sort();
    expect(ordered(got)).toEqual(ordered(wanted));
  });

  it('whatever the sizes of the chunks', async () => {
    for (const [content] of Object.values(renderings)) {
      const whole = (await read(content)).events;
      const bytes = Buffer.from(content);
      const chunks = Array.from({ length: Math.ceil(bytes.length / 13) }, (_, n) =>
        bytes.subarray(n * 13, n * 13 + 13),
      );
      const seen: LogEvent[] = [];
      for await (const item of readInputs(['-'], { stdin: Readable.from(chunks), now: 5 })) {
        if (item.kind === 'batch') seen.push(...item.batch.events);
      }
      expect(seen.map(({ message, timestamp }) => [timestamp, message])).toEqual(
        whole.map(({ message, timestamp }) => [timestamp, message]),
      );
    }
  });
});

describe('columns', () => {
  const names = ['@timestamp', '@message', '@logStream', '@log', '@ptr', 'requestId', 'x'] as const;
  const cells: Readonly<Record<(typeof names)[number], (one: Original) => string>> = {
    ...insights,
    '@ptr': () => 'CmEK',
    requestId: () => ID,
    x: () => 'a "quoted" cell, with\na line break',
  };

  it('may stand in any order and number, between any delimiter', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...names]).filter((some) => some.includes('@message')),
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        async (some, delimiter, eol, always) => {
          const columns = Object.fromEntries(some.map((name) => [name, cells[name]]));
          const { events: seen, malformed } = await read(
            csv(columns, { delimiter, eol, quote: always ? quoted : quotedIfNeeded }),
          );
          expect(malformed).toEqual([]);
          expect(seen.map(({ message }) => message).sort()).toEqual(originals.map(({ message }) => message).sort());
          if (some.includes('@timestamp'))
            expect(seen.map(({ timestamp }) => timestamp).sort()).toEqual(originals.map(({ at }) => at));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('of an access record make the record where there is no message', async () => {
    const columns = {
      '@timestamp': insights['@timestamp'],
      requestId: () => ID,
      status: () => '403',
      'identity.clientCert.issuerDN': () => 'C=US,CN=x',
    };
    const { events: seen } = await read(csv(columns));
    expect(seen).toHaveLength(originals.length);
    expect(seen[0]!.timestamp).toBe(T0);
    expect(JSON.parse(seen[0]!.message)).toMatchObject({
      requestId: ID,
      status: '403',
      'identity.clientCert.issuerDN': 'C=US,CN=x',
    });
  });
});

describe('what looks like something else', () => {
  it('an access record with a message and a time of its own stays whole', async () => {
    const record = JSON.stringify({
      time: '13/Oct/2026:09:20:00 +0000',
      timestamp: T0,
      message: 'Forbidden',
      requestId: ID,
      status: 403,
    });
    const { events: seen } = await read(record);
    expect(seen).toMatchObject([{ message: record }]);
  });

  it('fields of a vended record in front of its sentence are no stream', async () => {
    const records = [
      `a1b2c3d4e5 prod ${T0} (${ID}) Access denied. Reason: x`,
      `a1b2c3d4e5 prod (${ID}) Access denied. Reason: x`,
    ];
    for (const record of records)
      expect((await read(record)).events).toMatchObject([{ message: record, logGroup: '' }]);
  });

  it('a sentence in the body of a request begins no event where the file has another form', async () => {
    const body = `(${ID}) Method request body before transformations: hello\nx y (${ID}) Access denied. Reason: planted`;
    const text = `${lines((one) => `${iso(one.at)} ${one.message}`)}${iso(T0 + 9)} ${body}\n`;
    const { events: seen } = await read(text);
    expect(seen).toHaveLength(originals.length + 1);
    expect(seen.at(-1)!.message).toBe(body);
  });
});

describe('bad rows cost their neighbours nothing, and say why', () => {
  it('in CSV', async () => {
    const good = csv(insights).split('\r\n');
    const text = [
      good[0],
      'only one cell',
      ...good.slice(1, 5),
      '2026-10-13 09:20:00.000,no such log,s,g',
      ...good.slice(5),
    ].join('\r\n');
    const { events: seen, malformed } = await read(text);
    expect(seen.filter(({ message }) => message !== 'no such log')).toHaveLength(originals.length);
    expect(malformed).toMatchObject([{ code: 'not-a-log-event', detail: 'a row of 1 cells under a header of 4' }]);
  });

  it('a quote that is never closed', async () => {
    const { events: seen, malformed } = await read(`${csv(insights)}2026-10-13 09:20:00.000,"open`);
    expect(seen).toHaveLength(originals.length);
    expect(malformed).toMatchObject([{ detail: 'a CSV record whose quote is never closed' }]);
  });

  it('data that is no gzip, and a payload that is none', async () => {
    const event = firehose([
      zippedPayloads[0]!,
      base64(Buffer.from([0x1f, 0x8b, 8, 0, 1, 2])),
      base64(Buffer.alloc(90, 7)),
      '%%%%',
      zippedPayloads[1]!,
    ]);
    const { events: seen, malformed } = await read(JSON.stringify(event));
    expect(seen).toHaveLength(originals.length);
    expect(malformed.map(({ detail }) => detail)).toEqual([
      expect.stringContaining('not whole gzip'),
      'the data of a record is neither gzip nor text',
      'the payload is not base64',
    ]);
  });

  it('a row of more than an event can have', async () => {
    const huge = { ...originals[0]!, message: `(${ID}) ${'x'.repeat(limits.eventCharsMax)}` };
    const { events: seen, malformed } = await read(
      `${csv(insights)}${Object.values(insights)
        .map((cell) => quoted(cell(huge)))
        .join(',')}\r\n`,
    );
    expect(seen).toHaveLength(originals.length);
    expect(malformed).toMatchObject([{ code: 'event-too-large' }]);
  });

  it('a container in a container in a container …', async () => {
    let data = base64(zipped(payloadsOf(originals)[0]));
    for (let n = 0; n < 12; n++) data = base64(zipped(firehose([data])));
    const { events: seen, malformed } = await read(JSON.stringify(firehose([data, zippedPayloads[1]!]))).catch(() => ({
      events: [],
      malformed: [],
    }));
    expect(seen).toHaveLength(2);
    expect(malformed).toMatchObject([{ detail: 'data nested deeper than a log is' }]);
  });

  it('says what to do with an archive', async () => {
    await writeFile(join(folder, 'x.zip'), 'PK\u0003\u0004 and so on');
    const reading = async () => {
      for await (const _ of readInputs([join(folder, 'x.zip')]));
    };
    await expect(reading()).rejects.toThrow('is a zip archive, or a spreadsheet; unpack it');
  });
});
