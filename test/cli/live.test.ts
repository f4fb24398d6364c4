/** Logs that are searched where they are: slices, pages, what is kept over a kill, and what the options say. */

import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../cli/deployed/settings.js';
import type { InputItem } from '../../cli/inputs/item.js';
import { type FoundLive, liveIn } from '../../cli/inputs/live/find.js';
import { merge } from '../../cli/inputs/live/merge.js';
import { liveOf, rangeOf } from '../../cli/inputs/live/options.js';
import { searchLogs, slicesOf } from '../../cli/inputs/live/search.js';
import { openState } from '../../cli/inputs/live/state.js';
import { replay } from '../../cli/replay/replay.js';
import { commandLimits } from '../../shared/base/command-limits.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import {
  ACCESS_LOG_PATTERN,
  ANY_FORBIDDEN_PATTERN,
  accessLogPattern,
  CONNECTION_LOG_PATTERN,
  EXECUTION_LOG_PATTERN,
} from '../../shared/logs/filter-patterns.js';
import type { FoundAccount, FoundStage } from '../../shared/model/account.js';
import type { LogQuery, LogSearch, SearchedEvent } from '../../shared/ports/log-search.js';
import { ACCESS_FORMATS, refused, rendered } from '../support/access-formats.js';
import { door } from '../support/account.js';
import { ACCESS_GROUP, accessEvent, denialAsOneEvent, EXECUTION_GROUP, type Refusal, T0 } from '../support/logs.js';

const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-live-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newFile = () => join(folder, `state-${files++}`);

const HOUR = 3_600_000;
const refusals: Refusal[] = Array.from({ length: 40 }, (_, n) => ({
  n,
  at: T0 + n * (HOUR / 6) + 7,
  // Readers of lines may take this for the end of one.
  subjectDn: `C=US,O=Acme,CN=client\u2028${n}`,
}));
const events: SearchedEvent[] = refusals.flatMap((refusal) => {
  const [denial, access] = [denialAsOneEvent(refusal), accessEvent(refusal)];
  return [
    { ...denial, timestamp: refusal.at!, logGroup: EXECUTION_GROUP, logStream: 'e' },
    { ...access, timestamp: refusal.at! + 1, logGroup: ACCESS_GROUP, logStream: 'a' },
  ];
});
const RANGE = { from: T0, to: T0 + 7 * HOUR };
const TARGETS = [
  { logGroup: EXECUTION_GROUP, pattern: EXECUTION_LOG_PATTERN },
  { logGroup: ACCESS_GROUP, pattern: ACCESS_LOG_PATTERN },
];

/** CloudWatch Logs with these events, in pages of three, some of them empty. */
function fakeLogs(failAfter = Number.POSITIVE_INFINITY) {
  const asked: LogQuery[] = [];
  const logs: LogSearch = {
    group: async (name) =>
      name === 'none'
        ? null
        : { name, arn: `arn:${name}`, logClass: name === 'cold' ? 'INFREQUENT_ACCESS' : 'STANDARD', storedBytes: 2e9 },
    page: async (query, token) => {
      if (asked.length >= failAfter) throw new MtlsWatchError('logs-unavailable', 'throttled', { retryable: true });
      asked.push(query);
      const found = events.filter(
        (one) => one.logGroup === query.logGroup && one.timestamp >= query.from && one.timestamp < query.to,
      );
      const from = Number(token ?? 0);
      if (from === 0 && token === null) return { events: [], next: '0' };
      return { events: found.slice(from, from + 3), next: from + 3 < found.length ? String(from + 3) : null };
    },
    tail: async function* () {},
  };
  return { logs, asked };
}

const idsOf = (items: readonly InputItem[]) =>
  items.flatMap((item) => (item.kind === 'batch' ? item.batch.events.map(({ id }) => id) : []));

async function all(items: AsyncIterable<InputItem>): Promise<InputItem[]> {
  const found: InputItem[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const found = (logs: LogSearch): FoundLive => ({
  logs,
  groups: [],
  targets: TARGETS,
  domains: {},
  truststores: {},
  accessLogFormats: {},
});

describe('a search', () => {
  it('finds every event once, and says how far it is', async () => {
    const { logs } = fakeLogs();
    const items = await all(searchLogs(TARGETS, RANGE, logs, null));
    expect(idsOf(items).sort()).toEqual(events.map(({ id }) => id).sort());
    const told = items.flatMap((item) => (item.kind === 'searched' ? [item] : []));
    expect(told[0]).toMatchObject({ done: 0 });
    expect(told.at(-1)).toMatchObject({ done: told[0]!.total, total: told[0]!.total });
  });

  it('asks with the patterns of the subscription filters and nothing else', async () => {
    const { logs, asked } = fakeLogs();
    await all(searchLogs(TARGETS, RANGE, logs, null));
    expect(new Set(asked.map(({ pattern }) => pattern))).toEqual(new Set([EXECUTION_LOG_PATTERN, ACCESS_LOG_PATTERN]));
  });

  it('looks at a few records where nothing is found, so that "nothing" rests on something', async () => {
    const success = { ...events[1]!, id: 'ok', message: '{"requestId":"r","status":"200"}' };
    const asked: LogQuery[] = [];
    const page: LogSearch['page'] = async (query, token) => {
      asked.push(query);
      if (query.pattern !== null || query.logGroup !== ACCESS_GROUP) return { events: [], next: null };
      return token === null ? { events: [], next: '1' } : { events: [success], next: '2' };
    };
    const items = await all(searchLogs(TARGETS, RANGE, { page }, null));
    expect(idsOf(items)).toEqual(['ok']);
    expect(asked.filter(({ limit }) => limit !== undefined)).toHaveLength(3);
    const live = { items: searchLogs(TARGETS, RANGE, { page }, null), found: found(fakeLogs().logs) };
    const { summary } = await replay([], await readConfig(undefined), undefined, undefined, live);
    expect(summary).toMatchObject({ failures: 0, accessRecords: true, executionLines: false });
  });

  it('cuts any time into few slices that touch and do not overlap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2e12 }),
        fc.integer({ min: 1, max: 400 * 86_400_000 }),
        fc.integer({ min: 1, max: 20 }),
        (from, length, groups) => {
          const targets = Array.from({ length: groups }, (_, n) => ({ logGroup: `g${n}`, pattern: null }));
          const slices = slicesOf(targets, { from, to: from + length });
          expect(slices.length).toBeLessThanOrEqual(commandLimits.liveSlicesMax + 2 * groups);
          const own = slices.filter(({ logGroup }) => logGroup === 'g0');
          expect(own[0]!.from).toBe(from);
          expect(own.at(-1)!.to).toBe(from + length);
          for (const [index, slice] of own.entries()) {
            expect(slice.from).toBeLessThan(slice.to);
            if (index > 0) expect(slice.from).toBe(own[index - 1]!.to);
          }
        },
      ),
    );
  });

  it('runs a few at once, and no more', async () => {
    let running = 0;
    let most = 0;
    const task = async function* () {
      running++;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      yield 1;
      running--;
    };
    let sum = 0;
    for await (const one of merge(
      Array.from({ length: 20 }, () => task),
      3,
    ))
      sum += one;
    expect([sum, most]).toEqual([20, 3]);
  });
});

describe('with a state', () => {
  const run = async (path: string, failAfter?: number) => {
    const { logs, asked } = fakeLogs(failAfter);
    const live = await liveOf(
      { logGroup: ['x'], from: new Date(RANGE.from).toISOString(), to: new Date(RANGE.to).toISOString(), state: path },
      'refusals',
      () => {},
      { now: () => RANGE.to },
      async () => found(logs),
    );
    return { live: live!, asked };
  };
  const counted = async (path: string, failAfter?: number) => {
    const { live, asked } = await run(path, failAfter);
    return { ...(await replay([], await readConfig(undefined), undefined, undefined, live)), asked };
  };

  it('goes on where it was stopped, wherever that was, and counts once', async () => {
    const whole = (await counted(newFile())).summary;
    expect(whole).toMatchObject({ failures: refusals.length, unattributed: 0, duplicates: 0 });
    const calls = (await counted(newFile())).asked.length;
    for (const failAfter of [0, 1, 5, 20, calls - 1]) {
      const path = newFile();
      await expect(counted(path, failAfter)).rejects.toThrow('throttled; run it again to go on');
      const { summary, asked } = await counted(path);
      expect(summary).toEqual(whole);
      // What was whole is not asked for again: four searches may have been under way.
      expect(asked.length).toBeLessThanOrEqual(calls - failAfter + 4 * 4);
      expect((await counted(path)).asked).toEqual([]);
    }
  });

  it('stands a kill in the middle of a write', async () => {
    const whole = (await counted(newFile())).summary;
    const path = newFile();
    await counted(path);
    const size = statSync(path).size;
    for (const share of [0.01, 0.3, 0.77, 0.999]) {
      writeFileSync(`${path}-cut`, readFileSync(path));
      truncateSync(`${path}-cut`, Math.floor(size * share));
      expect((await counted(`${path}-cut`)).summary).toEqual(whole);
      expect((await counted(`${path}-cut`)).asked).toEqual([]);
    }
  });

  it('takes away what a kill left half written', async () => {
    const path = newFile();
    await (await openState(path, 's', RANGE)).close();
    const whole = readFileSync(path, 'utf8');
    appendFileSync(path, `{"slice":1,"run":1,"events":[${'x'.repeat(999)}`);
    await (await openState(path, 's', RANGE)).close();
    expect(readFileSync(path, 'utf8')).toBe(whole);
  });

  it('keeps to the time of the first run, and to its owner', async () => {
    const path = newFile();
    const first = await openState(path, 's', { from: 1, to: 2 });
    await first.close();
    const second = await openState(path, 's', { from: 3, to: 4 });
    await second.close();
    expect(second.range).toEqual({ from: 1, to: 2 });
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('is of one run at a time, and of the next as soon as that ended, however it ended', async () => {
    const path = newFile();
    const first = await openState(path, 's', RANGE);
    await expect(openState(path, 's', RANGE)).rejects.toThrow(
      `--state got ${path}, which process ${process.pid} is writing; wait until it ends, or name another file`,
    );
    await first.close();
    await (await openState(path, 's', RANGE)).close();
    // What a kill leaves behind is the id of a process that is no more.
    writeFileSync(`${path}.lock`, '4194305');
    await (await openState(path, 's', RANGE)).close();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('refuses the file of another search, and any other file', async () => {
    const path = newFile();
    await (await openState(path, 'one', RANGE)).close();
    await expect(openState(path, 'two', RANGE)).rejects.toMatchObject({ code: 'usage' });
    const other = newFile();
    appendFileSync(other, '{"a":1}\n');
    await expect(openState(other, 'one', RANGE)).rejects.toMatchObject({ code: 'usage' });
    expect(readFileSync(other, 'utf8')).toBe('{"a":1}\n');
    const text = newFile();
    appendFileSync(text, 'my notes\n');
    await expect(openState(text, 'one', RANGE)).rejects.toMatchObject({ code: 'usage' });
    expect(readFileSync(text, 'utf8')).toBe('my notes\n');
    const folder = dirname(text);
    await expect(openState(folder, 'one', RANGE)).rejects.toMatchObject({ code: 'unreadable-input' });
    expect(existsSync(`${folder}.lock`)).toBe(false);
  });
});

describe('what is searched', () => {
  const stage = (changes: Partial<FoundStage>): FoundStage => ({
    apiId: 'a1',
    apiName: 'orders',
    kind: 'REST',
    stage: 'prod',
    isDefaultEndpointDisabled: true,
    executionLog: { kind: 'managed', logGroup: 'API-Gateway-Execution-Logs_a1/prod', level: 'ERROR' },
    accessLog: { destinationArn: 'arn', logGroup: '/access', format: '' },
    ...changes,
  });
  const account: FoundAccount = {
    accountId: '123456789012',
    region: 'eu-west-1',
    gatewayLoggingRoleArn: '',
    doors: [],
    logPolicies: [],
    domains: [
      {
        name: 'partners.bank.example',
        status: 'AVAILABLE',
        statusMessage: null,
        tlsPolicy: 'TLS_1_2',
        endpointType: 'REGIONAL',
        truststore: {
          uri: 's3://bank/truststore.pem',
          versionInUse: null,
          isVersioned: null,
          newestVersion: null,
          warnings: [],
        },
        stages: [
          stage({}),
          stage({
            stage: 'vended',
            executionLog: { kind: 'vended', logGroup: '/vended', destinationArn: 'arn', level: 'ERROR' },
          }),
          stage({
            stage: 'firehose',
            executionLog: { kind: 'off' },
            accessLog: { destinationArn: 'arn', logGroup: null, format: '' },
          }),
        ],
      },
    ],
    logGroups: new Map(),
    unreadable: [],
  };
  const domain = ['partners.bank.example'];
  const { logs } = fakeLogs();

  it('of a domain are the logs of its stages, each with its pattern', async () => {
    const live = await liveIn({ domain }, 'refusals', account, logs);
    expect(live.targets).toEqual([
      { logGroup: '/vended', pattern: EXECUTION_LOG_PATTERN },
      { logGroup: 'API-Gateway-Execution-Logs_a1/prod', pattern: EXECUTION_LOG_PATTERN },
      { logGroup: '/access', pattern: ACCESS_LOG_PATTERN },
    ]);
    expect(live.domains).toMatchObject({ 'a1/prod': 'partners.bank.example' });
    expect(live.truststores).toEqual({ 'partners.bank.example': 's3://bank/truststore.pem' });
  });

  it('for clients, refused or not, are the access logs alone, whole', async () => {
    expect((await liveIn({ domain }, 'clients', account, logs)).targets).toEqual([
      { logGroup: '/access', pattern: null },
    ]);
  });

  it('of other front doors are the connection logs of this Region', async () => {
    const hosts = ['edge.bank.example', 'd1.cloudfront.net'];
    const doors = [
      door('partners', 'eu-west-1:/alb'),
      door('E1', 'us-east-1:/cf', { kind: 'cloudfront', name: 'edge.bank.example', hosts }),
    ];
    const only = { ...account, domains: [], doors };
    const live = await liveIn({ domain: ['partners', 'd1.cloudfront.net'] }, 'refusals', only, logs);
    expect(live.targets).toEqual([{ logGroup: '/alb', pattern: CONNECTION_LOG_PATTERN }]);
    expect(live.domains).toEqual({ 'distribution/E1': 'edge.bank.example' });
    expect((await liveIn({}, 'clients', only, logs)).targets).toEqual([{ logGroup: '/alb', pattern: null }]);
    const named = await liveIn({ logGroup: ['/aws/vendedlogs/cloudfront/E1'] }, 'refusals', null, logs);
    expect(named.targets.map(({ pattern }) => pattern)).toEqual([CONNECTION_LOG_PATTERN]);
  });

  it('of a log group that is named is what its name says, else all', async () => {
    const { targets } = await liveIn({ logGroup: ['API-Gateway-Execution-Logs_b/x', '/any'] }, 'refusals', null, logs);
    expect(targets).toEqual([
      { logGroup: 'API-Gateway-Execution-Logs_b/x', pattern: EXECUTION_LOG_PATTERN },
      { logGroup: '/any', pattern: EXECUTION_LOG_PATTERN },
      { logGroup: '/any', pattern: ANY_FORBIDDEN_PATTERN },
      { logGroup: '/any', pattern: CONNECTION_LOG_PATTERN },
    ]);
  });

  it('of a log group whose format is given is what finds its refusals', async () => {
    const format =
      '$context.identity.sourceIp [$context.requestTime] "$context.httpMethod" $context.status $context.requestId';
    const { targets } = await liveIn({ logGroup: ['/any'], accessLogFormats: { '*': format } }, 'refusals', null, logs);
    expect(targets.map(({ pattern }) => pattern)).toEqual([
      EXECUTION_LOG_PATTERN,
      accessLogPattern([format]),
      CONNECTION_LOG_PATTERN,
    ]);
  });

  it('of a log group of which nobody knows the format finds its refusals in every format', () => {
    const finds = new RegExp(ANY_FORBIDDEN_PATTERN.slice(1, -1));
    for (const { name, template } of ACCESS_FORMATS)
      expect(`${name}: ${finds.test(rendered(template, refused('PEM')))}`).toBe(`${name}: true`);
  });

  it.each([
    [
      'a domain that is none',
      { domain: ['other.example'] },
      'refusals',
      /--domain got other\.example; expected a custom domain, distribution or load balancer/,
    ],
    ['a log group that is none', { logGroup: ['none'] }, 'refusals', /--log-group got none; expected a log group/],
    [
      'a class without searches',
      { logGroup: ['cold'] },
      'refusals',
      /INFREQUENT_ACCESS.*run a query there, and replay its results/,
    ],
    [
      'an execution log for clients',
      { logGroup: ['API-Gateway-Execution-Logs_b/x'] },
      'clients',
      /nothing to search: expected an access or connection log/,
    ],
  ] as const)('is refused where it is %s', async (_, options, purpose, message) => {
    const asked = liveIn(options, purpose, 'domain' in options ? account : null, logs);
    await expect(asked).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(message) });
  });
});

describe('the options', () => {
  const now = Date.UTC(2026, 10, 29, 12);
  it.each([
    [{}, now - 24 * HOUR, now],
    [{ since: '90m' }, now - 1.5 * HOUR, now],
    [{ since: '7d' }, now - 7 * 24 * HOUR, now],
    [{ from: '2026-11-01' }, Date.UTC(2026, 10, 1), now],
    [
      { from: '2026-11-01T10:00:00+02:00', to: '2026-11-01T09:00Z' },
      Date.UTC(2026, 10, 1, 8),
      Date.UTC(2026, 10, 1, 9),
    ],
  ])('%o', (options, from, to) => {
    expect(rangeOf(options, now)).toEqual({ from, to });
  });

  it.each([
    [{ since: '7 days' }, '--since got 7 days'],
    [{ since: '0h' }, '--since got 0h'],
    [{ since: '1d', from: '2026-11-01' }, 'not both'],
    [{ to: '2026-11-01' }, '--to goes with --from'],
    [{ from: 'yesterday' }, '--from got yesterday'],
    [{ from: '2026-11-02', to: '2026-11-01' }, 'expected a time before'],
  ])('refuses %o', (options, words) => {
    expect(() => rangeOf(options, now)).toThrow(words);
  });

  it('are of no use without a place, and say so', async () => {
    await expect(liveOf({ since: '1h' }, 'refusals', () => {})).rejects.toThrow(
      '--since goes with --log-group or --domain',
    );
    expect(await liveOf({}, 'refusals', () => {})).toBeNull();
    for (const name of ['from', 'to'] as const) {
      await expect(liveOf({ [name]: '2026-11-01' }, 'clients', () => {})).rejects.toThrow(
        `--${name} goes with --log-group or --domain`,
      );
      expect(await liveOf({ [name]: '2026-11-01', hasPeriod: true }, 'refusals', () => {})).toBeNull();
    }
  });

  it('say what is searched and what that costs', async () => {
    let said = '';
    const { logs } = fakeLogs();
    const note = (text: string) => {
      said += text;
    };
    await liveOf({ logGroup: ['x'], since: '1h' }, 'refusals', note, { now: () => now }, async () => ({
      ...found(logs),
      groups: [(await logs.group('x'))!],
    }));
    expect(said).toBe(
      'searching 2 log groups from 2026-11-29 11:00 to 2026-11-29 12:00 UTC; 2.0 GB are stored in all. FilterLogEvents scans without a charge by the gigabyte, unlike Logs Insights; what it finds counts as data transfer out of AWS, and its calls share the quota of the account.\n',
    );
  });
});
