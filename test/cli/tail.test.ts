/** Refusals as they happen: with Live Tail, without it, and with the access record late or missing. */

import { describe, expect, it } from 'vitest';
import { runTail, type TailWorld } from '../../cli/commands/tail.js';
import { readConfig } from '../../cli/deployed/settings.js';
import { createFileTruststores } from '../../cli/inputs/file-truststores.js';
import { tailBounds } from '../../cli/tail/bounds.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { ACCESS_LOG_PATTERN, EXECUTION_LOG_PATTERN } from '../../shared/logs/filter-patterns.js';
import type { LogSearch, SearchableGroup, SearchedEvent } from '../../shared/ports/log-search.js';
import { ca, type Issued, leaf } from '../support/certificates.js';
import { cloudFrontRecord } from '../support/connection-records.js';
import { ACCESS_GROUP, accessEvent, denialAsOneEvent, EXECUTION_GROUP, T0 } from '../support/logs.js';

const group = (name: string): SearchableGroup => ({
  name,
  arn: `arn:${name}`,
  logClass: 'STANDARD',
  storedBytes: null,
});
const found = {
  groups: [group(EXECUTION_GROUP), group(ACCESS_GROUP)],
  targets: [
    { logGroup: EXECUTION_GROUP, pattern: EXECUTION_LOG_PATTERN },
    { logGroup: ACCESS_GROUP, pattern: ACCESS_LOG_PATTERN },
  ],
  domains: { 'abc123/prod': 'api.bank.example' },
  truststores: {},
  accessLogFormats: {},
};

const denied = (n: number, at: number): SearchedEvent => ({
  ...denialAsOneEvent({ n, at }),
  logGroup: EXECUTION_GROUP,
  logStream: 'e',
});
const access = (n: number, at: number): SearchedEvent => ({
  ...accessEvent({ n, at, subjectDn: `CN=client-${n}\u001B[2J` }),
  logGroup: ACCESS_GROUP,
  logStream: 'a',
});

/** Virtual time: each sleep moves it on; the tail is stopped at the end of it. */
function tailOn(logs: Pick<LogSearch, 'page' | 'tail'>, minutes: number, pollOnly = false) {
  const time = { now: T0 };
  const stop = new AbortController();
  const said = { output: '', notes: '' };
  const world: TailWorld = {
    logs,
    clock: { now: () => time.now },
    sleep: async (ms) => {
      await new Promise((resolve) => setImmediate(resolve));
      time.now += ms;
      if (time.now > T0 + minutes * 60_000) stop.abort();
    },
    note: (text) => {
      said.notes += text;
    },
    stop: stop.signal,
    pollOnly,
    output: {
      write: (text) => {
        said.output += text;
      },
    },
    truststores: createFileTruststores(),
  };
  return { world, time, said, stop };
}

/** CloudWatch Logs of which each event is found from a time on. */
const searchable =
  (events: readonly (SearchedEvent & { readonly visibleAt: number })[], time: { now: number }): LogSearch['page'] =>
  async ({ logGroup, from, to }) => ({
    events: events.filter(
      (one) => one.visibleAt <= time.now && one.logGroup === logGroup && one.timestamp >= from && one.timestamp < to,
    ),
    next: null,
  });

const noLiveTail: LogSearch['tail'] = () => {
  throw new MtlsWatchError('logs-unavailable', 'Live Tail: AccessDenied');
};

const settings = await readConfig(undefined);
const lines = (json: string) =>
  json
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { client: { subjectDn: string } | null; reason: string; scope: string });

describe('without Live Tail', () => {
  it('says so, and shows each refusal once, with its client, however late it comes', async () => {
    const time = { now: T0 };
    const events = [
      { ...denied(1, T0 + 1_000), visibleAt: T0 + 2_000 },
      { ...access(1, T0 + 1_000), visibleAt: T0 + 12_000 },
      // Written before the first, found long after it.
      { ...denied(2, T0 + 500), visibleAt: T0 + 60_000 },
      { ...access(2, T0 + 500), visibleAt: T0 + 65_000 },
    ];
    const tail = tailOn({ page: (...asked) => searchable(events, tail.time)(...asked), tail: noLiveTail }, 5);
    time.now = tail.time.now;
    await runTail(found, { json: true }, settings, tail.world);
    expect(tail.said.notes).toContain('Live Tail is not to be had (Live Tail: AccessDenied); looking every 5 seconds');
    expect(
      lines(tail.said.output).map(({ client, reason, scope }) => [client?.subjectDn.slice(0, 11), reason, scope]),
    ).toEqual([
      ['CN=client-1', 'issuer-not-found', 'api.bank.example'],
      ['CN=client-2', 'issuer-not-found', 'api.bank.example'],
    ]);
  });

  it('shows a refusal without its client when the access record does not come', async () => {
    const events = [{ ...denied(1, T0 + 1_000), visibleAt: T0 + 2_000 }];
    const tail = tailOn({ page: (...asked) => searchable(events, tail.time)(...asked), tail: noLiveTail }, 2, true);
    await runTail(found, { json: true }, settings, tail.world);
    expect(tail.said.notes).toBe('');
    expect(lines(tail.said.output)).toMatchObject([{ client: null, scope: 'api.bank.example' }]);
  });

  it('explains a refusal at another door by the fields of its record, once', async () => {
    const ended = 'NotBefore=2024-01-01T00:00:00Z;NotAfter=2025-01-01T00:00:00Z';
    const edge = (n: number) => ({
      ...denied(n, T0 + 1_000),
      id: `edge-${n}`,
      message: JSON.stringify(cloudFrontRecord(n, { clientLeafCertValidity: ended })),
      visibleAt: T0 + 2_000,
    });
    const tail = tailOn(
      { page: (...asked) => searchable([edge(1), edge(2)], tail.time)(...asked), tail: noLiveTail },
      4,
      true,
    );
    await runTail(found, {}, settings, tail.world);
    expect(tail.said.output.match(/shop\.bank\.example/g)).toHaveLength(2);
    expect(tail.said.output.match(/Renew the client certificate/g)).toHaveLength(1);
  });

  it('marks a client that only uses the name of a CA', async () => {
    const issuerDn = 'C=US,O=Acme,CN=Acme CA';
    const acme = ca({ subject: issuerDn, key: 'ec-a' });
    const mimic = ca({ subject: issuerDn, key: 'ec-b' });
    const both = (n: number, issuer: Issued) => {
      const { pem } = leaf({ subject: `CN=client-${n}`, key: 'ec-c', issuer });
      const at = T0 + n;
      const record = accessEvent({ n, at, issuerDn }, { 'identity.clientCert.clientCertPem': pem });
      return [denied(n, at), { ...access(n, at), ...record }].map((event) => ({ ...event, visibleAt: T0 }));
    };
    const events = [...both(1, acme), ...both(2, mimic)];
    const truststores: TailWorld['truststores'] = {
      read: async () => ({ text: acme.pem, version: 'tailed', versionId: 'v1', modifiedAt: 0 }),
      earlier: async () => [],
    };
    const shown = async (json: boolean): Promise<string[]> => {
      const tail = tailOn({ page: (...asked) => searchable(events, tail.time)(...asked), tail: noLiveTail }, 2, true);
      await runTail(found, { json, truststore: 'all.pem' }, settings, { ...tail.world, truststores });
      return tail.said.output.split('\n').filter((line) => line.includes(issuerDn));
    };
    const [verified = '', claimed = ''] = await shown(false);
    expect(verified).toMatch(/CN=client-1 .*issuer C=US,O=Acme,CN=Acme CA$/);
    expect(claimed).toMatch(/CN=client-2 .*issuer C=US,O=Acme,CN=Acme CA \(unverified\)$/);
    expect(lines((await shown(true)).join('\n')).map((line) => 'isUnverified' in line)).toEqual([false, true]);
  });

  it('shows nothing from before it began', async () => {
    const events = [{ ...denied(1, T0 - 1), visibleAt: 0 }];
    const tail = tailOn({ page: (...asked) => searchable(events, tail.time)(...asked), tail: noLiveTail }, 2, true);
    await runTail(found, { json: true }, settings, tail.world);
    expect(tail.said.output).toBe('');
  });

  it('ends with what is wrong where nothing can be searched', async () => {
    const page = async () => {
      throw new MtlsWatchError('logs-unavailable', 'the log group x: AccessDenied');
    };
    const tail = tailOn({ page, tail: noLiveTail }, 2);
    await expect(runTail(found, {}, settings, tail.world)).rejects.toThrow('the log group x: AccessDenied');
  });
});

describe('with Live Tail', () => {
  it('shows refusals as text, and goes on after a session ended', async () => {
    let sessions = 0;
    const patterns: string[] = [];
    const liveTail: LogSearch['tail'] = async function* (groups, pattern, stop) {
      patterns.push(pattern);
      sessions += 1;
      const n = sessions;
      yield [];
      for (let step = 0; step < 3; step++) await new Promise((resolve) => setImmediate(resolve));
      if (n <= 4) {
        const isExecution = groups.some(({ name }) => name === EXECUTION_GROUP);
        yield [{ ...(isExecution ? denied : access)(Math.ceil(n / 2), T0 + n), id: null }];
      }
      if (stop.aborted) throw new Error('aborted');
      if (n % 3 === 0) throw new MtlsWatchError('logs-unavailable', 'the session timed out');
    };
    const page: LogSearch['page'] = async () => {
      throw new Error('not asked');
    };
    const tail = tailOn({ page, tail: liveTail }, 2);
    await runTail(found, {}, settings, tail.world);
    expect(new Set(patterns)).toEqual(new Set([EXECUTION_LOG_PATTERN, ACCESS_LOG_PATTERN]));
    expect(sessions).toBeGreaterThan(4);
    const shown = tail.said.output.trimEnd().split('\n');
    expect(shown).toHaveLength(2);
    expect(shown[0]).toMatch(/^09:00:00 {2}api\.bank\.example {2}issuer-not-found {2}CN=client-1/);
    // What a client sent moves no cursor.
    expect(tail.said.output).not.toContain('\u001B[2J');
  });

  it('asks for ten log groups a session at most', async () => {
    const sizes: number[] = [];
    const liveTail: LogSearch['tail'] = async function* (groups) {
      sizes.push(groups.length);
      yield [];
    };
    const groups = Array.from({ length: 23 }, (_, n) => group(`/g/${n}`));
    const targets = groups.map(({ name }) => ({ logGroup: name, pattern: EXECUTION_LOG_PATTERN }));
    const tail = tailOn({ page: async () => ({ events: [], next: null }), tail: liveTail }, 0.05);
    await runTail({ ...found, groups, targets }, {}, settings, tail.world);
    expect(Math.max(...sizes)).toBe(tailBounds.groupsPerSessionMax);
    expect(sizes.slice(0, 3).reduce((a, b) => a + b)).toBe(23);
  });
});
