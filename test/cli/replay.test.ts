/** `replay` as its users meet it: the same failures in every rendering, the sample day against its own truth, bad input. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../../cli/deployed/settings.js';
import { printReplay } from '../../cli/replay/output.js';
import { replay } from '../../cli/replay/replay.js';
import { summarySums } from '../../cli/replay/summary.js';
import { messagesIn } from '../../shared/messages/index.js';
import { replayWords } from '../../shared/messages/replay-words.js';
import type { LogEvent } from '../../shared/model/index.js';
import { noticeSchema, type ReplaySummary, summarySchema } from '../../shared/schemas/lines.js';
import { canonicalDn } from '../../shared/x509/dn.js';
import { fact } from '../contract/examples.js';
import {
  ACCESS_GROUP,
  accessBatch,
  accessEvent,
  denialAsLines,
  denialAsOneEvent,
  EXECUTION_GROUP,
  executionBatch,
  type Refusal,
  subscriptionEvent,
  subscriptionPayload,
  T0,
} from '../support/logs.js';
import { testConfig } from '../support/world.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-'));

/** Runs the command line as a user would; the lines are checked against the published schemas. */
function run(args: readonly string[], input?: string) {
  const child = spawnSync(process.execPath, [inject('cli'), ...args], {
    cwd: root,
    encoding: 'utf8',
    input,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status: child.status, stdout: child.stdout, stderr: child.stderr };
}

function lastLine(stdout: string): ReplaySummary {
  const lines = stdout.trimEnd().split('\n');
  const line = z.union([noticeSchema, summarySchema]);
  const parsed = lines.map((text) => line.parse(JSON.parse(text)));
  expect(parsed.slice(0, -1).every(({ type }) => type === 'notice')).toBe(true);
  return summarySchema.parse(parsed.at(-1));
}

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const ndjson = (logGroup: string, events: readonly LogEvent[]): string =>
  events.map((event) => `${JSON.stringify({ logGroup, logStream: 'stream-1', ...event })}\n`).join('');

/** 60 failures of three issuers and three reasons, six of them under one request id. */
const REASONS = ['Could not find issuer for certificate', 'self signed certificate', 'the moon is wrong'];
const refusals: Refusal[] = Array.from({ length: 60 }, (_, n) => ({
  n,
  at: T0 + n * 3_000,
  reason: REASONS[n % 3]!,
  issuerDn: `C=US,O=Acme ${n % 2},CN=Acme CA`,
  ...(n >= 54 ? { requestId: '11111111-1111-4111-8111-111111111111' } : {}),
}));
const accesses = refusals.map((refusal) => accessEvent(refusal));
const separate = refusals.flatMap((refusal) => denialAsLines(refusal));
const single = refusals.map((refusal) => denialAsOneEvent(refusal));

/** Deterministic, and nothing like the order of time. */
const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item, index) => [(index * 7919) % items.length, item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

const payloads = (events: readonly LogEvent[], batchOf: typeof accessBatch, size: number): string =>
  chunks(events, size)
    .map((chunk) => `${JSON.stringify(subscriptionEvent(subscriptionPayload(batchOf(chunk))))}\n`)
    .join('');

const exported = (events: readonly LogEvent[]): string =>
  events.map(({ timestamp, message }) => `${new Date(timestamp).toISOString()} ${message}\n`).join('');

describe('the same failures in every rendering', () => {
  const rendered: Record<string, () => string[]> = {
    'separate events': () => [file('a.ndjson', ndjson(EXECUTION_GROUP, separate) + ndjson(ACCESS_GROUP, accesses))],
    'one event of several lines': () => [
      file('b.ndjson', ndjson(EXECUTION_GROUP, single) + ndjson(ACCESS_GROUP, accesses)),
    ],
    'shuffled, separate events': () => [
      file(
        'c.ndjson',
        shuffled([
          ...ndjson(EXECUTION_GROUP, separate).split(/(?<=\n)/),
          ...ndjson(ACCESS_GROUP, accesses).split(/(?<=\n)/),
        ]).join(''),
      ),
    ],
    'shuffled, single events': () => [
      file(
        'd.ndjson',
        shuffled([
          ...ndjson(EXECUTION_GROUP, single).split(/(?<=\n)/),
          ...ndjson(ACCESS_GROUP, accesses).split(/(?<=\n)/),
        ]).join(''),
      ),
    ],
    'every event twice, in other batches': () => [
      file('e1.jsonl', payloads(single, executionBatch, 7) + payloads(accesses, accessBatch, 5)),
      file('e2.jsonl', payloads(shuffled(accesses), accessBatch, 4) + payloads(shuffled(single), executionBatch, 11)),
    ],
    'subscription payloads, gzipped': () => [
      file('f.gz', gzipSync(payloads(separate, executionBatch, 30) + payloads(accesses, accessBatch, 8))),
    ],
    'gzipped exports': () => [file('g1.gz', gzipSync(exported(single))), file('g2.gz', gzipSync(exported(accesses)))],
  };
  // A bare export does not name its log group, so the scope of every denial comes from its access record or not at all.
  const groupsOf = (summary: ReplaySummary) =>
    summary.groups.map(({ scope, issuerDn, reason, failures, firstSeen }) => ({
      scope,
      issuerDn,
      reason,
      failures,
      firstSeen,
    }));
  let wanted: ReturnType<typeof groupsOf>;

  beforeAll(() => {
    const { stdout, status } = run(['replay', ...rendered['separate events']!(), '--json']);
    expect(status).toBe(0);
    const summary = lastLine(stdout);
    expect(summary.failures).toBe(refusals.length);
    wanted = groupsOf(summary);
    expect(wanted).toHaveLength(6);
  });

  it.each(Object.keys(rendered))('%s', async (name) => {
    const { summary } = await replay(rendered[name]!(), await readConfig(undefined));
    expect(groupsOf(summary)).toEqual(wanted);
    expect(summary).toMatchObject({ failures: refusals.length, unattributed: 0, rejected: 0 });
    expect(summary.duplicates).toBe(name.startsWith('every event twice') ? single.length + accesses.length : 0);
  });
});

describe('one request id for 500 refused requests', () => {
  const requestId = '11111111-1111-4111-8111-111111111111';
  const pinned = Array.from({ length: 500 }, (_, n): Refusal => ({ n, requestId, issuerDn: `CN=issuer ${n % 2}` }));
  const other = { n: 900, issuerDn: 'CN=somebody else', requestId };

  it('counts 500 failures on their own certificates where the extended id ties them', async () => {
    const path = file(
      'pinned.ndjson',
      ndjson(
        EXECUTION_GROUP,
        pinned.map((refusal) => denialAsOneEvent(refusal)),
      ) + ndjson(ACCESS_GROUP, [accessEvent(other), ...pinned.map((refusal) => accessEvent(refusal))]),
    );
    const { summary } = await replay([path], await readConfig(undefined));
    expect(summary.groups.map(({ issuerDn, failures }) => [issuerDn, failures])).toEqual([
      ['CN=issuer 0', 250],
      ['CN=issuer 1', 250],
    ]);
  });

  it('counts 500 failures without an issuer but one where nothing ties them', async () => {
    const denials = pinned.map((refusal) => denialAsLines(refusal)[1]!);
    const path = file(
      'untied.ndjson',
      ndjson(ACCESS_GROUP, [accessEvent(pinned[0]!)]) + ndjson(EXECUTION_GROUP, denials),
    );
    const { summary } = await replay([path], await readConfig(undefined));
    expect(summary).toMatchObject({ failures: 500, unattributed: 499 });
  });
});

describe('the sample day', () => {
  const day = join(root, 'sample', 'day');
  const truth = JSON.parse(readFileSync(join(day, 'expected.json'), 'utf8')) as {
    failures: { scope: string; issuer: [string, string][] | null; reason: string; count: number }[];
    requests: { refused: number };
    events: { delivered: number; redelivered: number };
    malformedLines: number;
    otherForbidden: { cause: string; count: number }[];
    connections: { refused: { scope: string; issuerDn: string; reason: string; count: number }[] };
  };

  it('is counted as its generator knows it', async () => {
    const { summary, problems } = await replay([join(day, 'logs')], await readConfig(join(day, 'mtls-watch.json')));
    const key = (scope: string, issuerDn: string, reason: string) => `${scope} | ${issuerDn} | ${reason}`;
    const wanted = new Map<string, number>();
    for (const { scope, issuer, reason, count } of truth.failures) {
      const issuerDn =
        issuer === null ? 'unknown' : canonicalDn(issuer.map(([name, value]) => `${name}=${escaped(value)}`).join(','));
      wanted.set(key(scope, issuerDn, reason), count + (wanted.get(key(scope, issuerDn, reason)) ?? 0));
    }
    for (const { scope, issuerDn, reason, count } of truth.connections.refused) {
      wanted.set(key(scope, issuerDn, reason), count);
    }
    expect(
      new Map(summary.groups.map((group) => [key(group.scope, group.issuerDn, group.reason), group.failures])),
    ).toEqual(wanted);
    expect(problems).toEqual([]);
    expect(summary).toMatchObject({
      failures: truth.requests.refused + truth.connections.refused.reduce((sum, { count }) => sum + count, 0),
      duplicates: truth.events.redelivered,
      rejected: truth.malformedLines,
      events: truth.events.delivered + truth.malformedLines,
    });
  });

  it('has Japanese headings, labels, states and names for several issuers', () => {
    const { stdout } = run(['replay', join(day, 'logs'), '--config', join(day, 'mtls-watch.json'), '--lang', 'ja']);
    const { alert, incidents, read, next, notRead, totals, steps, ...columns } = replayWords.ja;
    for (const heading of [alert, incidents, read, next, notRead]) expect(stdout).toContain(`${heading}\n`);
    const { report: _, ...shown } = steps;
    for (const label of [...Object.values(totals), ...Object.values(shown)]) expect(stdout).toContain(`  ${label}  `);
    for (const one of ['time', 'what', 'severity', 'issuer', 'refused', 'door', 'firstSeen', 'lastSeen'] as const) {
      expect(stdout).toContain(columns[one]);
    }
    expect(stdout).toContain('  複数の発行者  ');
    expect(stdout).not.toMatch(/\(several|Subject:|Time \(UTC\)| {2}(?:spike|resolved|high|medium|Refused) {2}/);
    for (const label of Object.values(replayWords.en.totals).filter((one) => one.includes(' '))) {
      expect(stdout).not.toContain(`  ${label}  `);
    }
  });

  it('shows a person the alert, the incidents, the groups and where to look next', () => {
    const { status, stdout } = run(['replay', join(day, 'logs'), '--config', join(day, 'mtls-watch.json')]);
    expect(status).toBe(0);
    expect(stdout).toContain('partners.bank.example refuses clients of Acme Logistics Issuing CA: issuer not found');
    expect(stdout).toMatch(/09:1\d\s+spike/);
    expect(stdout).toMatch(/resolved/);
    // Piped, so plain: no colours, and nothing that a client sent moves the cursor.
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe('bad input', () => {
  const good = () => ndjson(EXECUTION_GROUP, single) + ndjson(ACCESS_GROUP, accesses);
  const summaryOf = (...paths: string[]) => {
    const { stdout, status, stderr } = run(['replay', ...paths, '--json']);
    expect(status).toBe(0);
    return { summary: lastLine(stdout), stderr };
  };

  it.each([
    ['a missing file', () => ['replay', join(folder, 'missing')]],
    ['an empty file', () => ['replay', file('empty', '')]],
    ['nothing', () => ['replay']],
    ['an unknown verb', () => ['reply']],
    ['an unknown option', () => ['replay', '--jsn', 'x']],
    [
      'a configuration that is not JSON',
      () => ['replay', file('ok.ndjson', good()), '--config', file('bad.json', '{')],
    ],
    [
      'a configuration with a wrong setting',
      () => ['replay', file('ok.ndjson', good()), '--config', file('wrong.json', '{"graceMinutes":"5"}')],
    ],
    ['a gzip bomb', () => ['replay', file('bomb.gz', gzipSync(Buffer.alloc(256 * 1024 * 1024)))]],
  ])('answers %s with exit code 2 and says what to do', (_, args) => {
    const { status, stdout, stderr } = run(args());
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: .{20,}/);
    expect(stderr).not.toContain('    at ');
  });

  it('counts the good files of a folder with one bad one', () => {
    const mixed = join(folder, 'mixed');
    mkdirSync(mixed);
    for (const [index, part] of chunks(
      [...ndjson(EXECUTION_GROUP, single).split(/(?<=\n)/), ...ndjson(ACCESS_GROUP, accesses).split(/(?<=\n)/)],
      14,
    ).entries()) {
      writeFileSync(join(mixed, `part-${index}`), part.join(''));
    }
    writeFileSync(join(mixed, 'part-bad.gz'), gzipSync('x').subarray(0, 12));
    const { summary, stderr } = summaryOf(mixed);
    expect(summary.failures).toBe(refusals.length);
    expect(stderr).toContain('part-bad.gz');
  });

  it('counts all good records beside overlong lines, invalid UTF-8 and cut JSON', () => {
    const noise = ['{"logGroup":"x","logStr', Buffer.from([0xff, 0xfe, 0x80]), 'x'.repeat(3_000_000)];
    const harmless = ndjson(EXECUTION_GROUP, [{ id: 'harmless', timestamp: T0, message: '(r) Starting execution' }]);
    const lines = noise.flatMap((line) => [Buffer.from(line), Buffer.from(`\n${harmless}`)]);
    const { summary } = summaryOf(file('noise', Buffer.concat([Buffer.from(good()), ...lines])));
    expect(summary.failures).toBe(refusals.length);
    expect(summary.rejected).toBe(noise.length);
    expect(summary.rejectedBy).toEqual({ 'not-a-log-event': 2, 'event-too-large': 1 });
    expect(summary.rejectedExamples).toMatchObject({
      'not-a-log-event': expect.stringMatching(/^broken JSON.*\(noise#1\)$/),
      'event-too-large': expect.stringContaining('more than a log event can have'),
    });
  });

  it('tells a person why records could not be read, with an example', () => {
    const lines = ['no log at all', '{"logGroup":"x","logStr', good()];
    const { stdout } = run(['replay', file('three.ndjson', lines.join('\n'))]);
    expect(stdout).toMatch(
      /2\s+not-a-log-event\s+such as a line that is no log event of API Gateway \(three\.ndjson#1\)/,
    );
  });

  it('keeps what stands before the cut of a truncated gzip', () => {
    const whole = gzipSync(good());
    const { summary, stderr } = summaryOf(file('cut.gz', whole.subarray(0, whole.length - 2_000)));
    expect(summary.failures).toBeGreaterThan(10);
    expect(stderr).toContain('cut.gz');
    expect(summary.unreadableFiles).toBe(1);
  });

  it('reads standard input', () => {
    const { status, stdout } = run(['replay', '-', '--json'], good());
    expect(status).toBe(0);
    expect(lastLine(stdout).failures).toBe(refusals.length);
  });
});

function escaped(value: string): string {
  return value.replace(/[,+"\\<>;=]/g, (char) => `\\${char}`);
}

describe('reasons without a name', () => {
  it('are shown with their words, a few of them, in the summary and in the table', () => {
    const sums = summarySums();
    const of = (reasonText: string, reason: 'other' | 'expired' = 'other') =>
      fact(1, 2, { group: { scope: 'api.bank.example', issuerDn: 'CN=A', reason }, reasonText });
    sums.add(
      [of('The moon is full'), of('Mercury is \u001b[2J retrograde'), of('certificate has expired', 'expired')],
      [],
    );
    sums.add(
      ['a', 'b', 'c'].map((text) => of(text)),
      [],
    );
    const read = {
      accessRecords: true,
      executionLines: true,
      connectionRecords: false,
      events: 0,
      rejected: 0,
      rejectedBy: {},
      unreadableFiles: 0,
    };
    const summary = sums.summary({ ...read, rejectedExamples: {}, recovered: 0, duplicates: 0 }, 0);
    summarySchema.parse(summary);
    expect(summary.groups.map(({ reason, reasonTexts }) => [reason, reasonTexts])).toEqual([
      ['other', ['The moon is full', 'Mercury is \u001b[2J retrograde', 'a']],
      ['expired', undefined],
    ]);
    let text = '';
    const output = { write: (part: string) => (text += part) } as unknown as NodeJS.WritableStream;
    const nothing = { notices: [], problems: [], evidence: null, truststoreErrors: [] };
    printReplay({ ...nothing, summary } as never, messagesIn.en, output, null);
    expect(text).toContain('another reason (several): “The moon is full”, “Mercury is');
    expect(text).toContain('“a” and others');
    expect(text).not.toContain('\u001b[2J');
  });

  it('that got no place are shown together, with a text of each kind although one minute holds them all', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-kinds-'));
    const calls = Array.from({ length: 28 }, (_, n) => ({ n, reason: `policy error ${100 + (n >> 1)}: not today` }));
    const batches = [
      executionBatch(calls.map((call) => denialAsOneEvent(call))),
      accessBatch(calls.map((call) => accessEvent(call))),
    ];
    const lines = batches.flatMap(({ events, logGroup, logStream }) =>
      events.map((event) => JSON.stringify({ ...event, logGroup, logStream })),
    );
    writeFileSync(join(folder, 'kinds.ndjson'), lines.join('\n'));
    const { summary } = await replay([join(folder, 'kinds.ndjson')], testConfig());
    const rest = summary.groups.filter(({ words }) => words === undefined);
    expect(rest).toMatchObject([{ failures: 8, reason: 'other' }]);
    expect(new Set(rest[0]?.reasonTexts).size).toBe(3);
    expect(rest[0]?.hasMoreReasons).toBe(true);
  });
});
