/**
 * No all-clear without evidence: every way in which nothing, or not everything, was judged. What an answer does not rest on is said
 * beside it, and nobody who reads only the exit code is told that all is well.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, test } from 'vitest';
import { runExpiry } from '../../cli/commands/expiry.js';
import { runPreflight } from '../../cli/commands/preflight.js';
import { observeClients } from '../../cli/inputs/clients.js';
import type { Observed } from '../../cli/inputs/observe.js';
import { printReplay, wasJudged } from '../../cli/replay/output.js';
import { replay } from '../../cli/replay/replay.js';
import { parseConfig } from '../../shared/config/settings.js';
import { messagesIn } from '../../shared/messages/index.js';
import type { LogEvent } from '../../shared/model/index.js';
import { expiryLineSchema, preflightLineSchema } from '../../shared/schemas/lines.js';
import { AT, ca, days, leaf } from '../support/certificates.js';
import { cloudFrontRecord, loadBalancerRecord, s3Line } from '../support/connection-records.js';
import { accessEvent, denialAsLines } from '../support/logs.js';

const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-evidence-'));
let files = 0;
function file(content: string): string {
  const path = join(folder, `${++files}.ndjson`);
  writeFileSync(path, content);
  return path;
}

const root = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'ec-a' });
const other = ca({ subject: 'C=US,O=Zeta,CN=Zeta Root CA', key: 'ec-b' });
const client = leaf({ subject: 'C=US,O=Partner,CN=client', key: 'ec-c', issuer: root });
const clock = { now: () => AT };
const sound = file(root.pem);

const SUCCESS = { status: '200', 'error.message': '-', 'error.responseType': '-' };
const NONE = {
  'identity.clientCert.clientCertPem': '-',
  'identity.clientCert.subjectDN': '-',
  'identity.clientCert.issuerDN': '-',
  'identity.clientCert.serialNumber': '-',
  'identity.clientCert.validity.notBefore': '-',
  'identity.clientCert.validity.notAfter': '-',
};
const pem = { 'identity.clientCert.clientCertPem': client.pem };

const logOf = (events: readonly LogEvent[]): string =>
  events.length === 0
    ? file('{"events":[]}\n')
    : file(events.map((event) => `${JSON.stringify({ logGroup: 'access', logStream: 's', ...event })}\n`).join(''));
const text = (n: number, message: string): LogEvent => ({ id: `text-${n}`, timestamp: AT, message });

const letIn = accessEvent({ n: 1 }, { ...SUCCESS, ...pem });
const refused = accessEvent({ n: 2 }, pem);
const withoutCertificate = accessEvent({ n: 3 }, { ...SUCCESS, ...NONE });
const namesOnly = accessEvent(
  { n: 4 },
  { ...SUCCESS, ...NONE, 'identity.clientCert.subjectDN': 'CN=x', 'identity.clientCert.issuerDN': 'CN=y' },
);
const datesOnly = accessEvent({ n: 5 }, { ...SUCCESS, 'identity.clientCert.clientCertPem': '-' });
const clf = text(6, '203.0.113.10 - - [13/Oct/2026:09:20:00 +0000] "POST /v1/orders HTTP/1.1" 200 23 4f3e3b0f');
const broken = text(7, '{ "requestId": "x", "status": ');
const execution = denialAsLines({ n: 8 });

/** Two connections of one client at each of the doors whose logs hold no certificate. */
const CONNECTIONS: Readonly<Record<string, readonly LogEvent[]>> = {
  CloudFront: [
    text(20, JSON.stringify(cloudFrontRecord(1, { connectionStatus: 'Success' }))),
    text(21, JSON.stringify(cloudFrontRecord(2, { connectionStatus: 'Success' }))),
  ],
  'a load balancer': [
    text(22, s3Line(loadBalancerRecord(1, { tls_verify_status: 'Success' }))),
    text(23, s3Line(loadBalancerRecord(2, { tls_verify_status: 'Success' }))),
  ],
};

const NO_CERTIFICATE = {
  clientLeafCertSerialNumber: '-',
  clientLeafCertSubject: '-',
  clientLeafCertIssuer: '-',
  clientLeafCertValidity: '-',
};
/** Records of connections in which nobody presented a certificate. */
const NOBODY = [30, 31].map((n) =>
  text(n, JSON.stringify(cloudFrontRecord(n, { connectionStatus: 'Failed:ClientCertMissing', ...NO_CERTIFICATE }))),
);

interface Run {
  readonly code: number;
  readonly said: string;
  readonly summary: Record<string, unknown>;
}

/** Both what a person and what a program gets. */
async function both(verb: (output: { write: (part: string) => void }, json: boolean) => Promise<number>): Promise<Run> {
  let said = '';
  let lines = '';
  const code = await verb({ write: (part) => (said += part) }, false);
  expect(await verb({ write: (part) => (lines += part) }, true)).toBe(code);
  return { code, said: said.replace(/\s+/g, ' '), summary: JSON.parse(lines.trimEnd().split('\n').at(-1) ?? '') };
}

/** As a search of log groups that finds nothing. */
async function* nothing(): AsyncGenerator<Observed> {}

const preflight = (log: string | null, truststore = sound, current?: string) =>
  both((output, json) => {
    const options = { truststore, json, ...(current === undefined ? {} : { current }) };
    return runPreflight(log === null ? nothing() : observeClients([log]), options, output, clock);
  });
const expiry = (log: string | null, truststore?: string) =>
  both((output, json) => {
    const options = { within: '30', json, ...(truststore === undefined ? {} : { truststore }) };
    return runExpiry(log === null ? nothing() : observeClients([log]), options, output, clock);
  });

describe('preflight', () => {
  test('says nobody where everybody was judged', async () => {
    const { code, said, summary } = await preflight(logOf([letIn, ...execution]));
    expect(code).toBe(0);
    expect(said).toMatch(/^nobody would newly be refused /);
    expect(said).not.toContain('not judged');
    expect(preflightLineSchema.parse(summary)).toMatchObject({ requestsWithoutCertificate: 0, recordsUnreadable: 0 });
  });

  test.each<[string, readonly LogEvent[], 1 | 2, RegExp]>([
    ['an execution log alone', execution, 2, /no access record was read/],
    [
      'a format without certificates',
      [withoutCertificate],
      2,
      /no client certificate was seen in 1 record.*clientCertPem/,
    ],
    [
      'names alone',
      [namesOnly],
      2,
      /no readable certificate was seen.*1 client with 1 request had no readable certificate.*clientCertPem/,
    ],
    ['Common Log Format', [clf], 2, /no client certificate was seen in 1 record.*1 record could not be read/],
    ['broken JSON', [broken], 2, /no client certificate was seen in 1 record/],
    ['connections without a certificate', NOBODY, 2, /no certificate was presented in 2 connections/],
    ['refused clients alone', [refused], 1, /no client was seen that is let in today/],
  ])('of %s says that nothing can be said', async (_, events, expected, words) => {
    const { code, said } = await preflight(logOf(events));
    expect(code).toBe(expected);
    expect(said).toMatch(/^nothing can be said of who would/);
    expect(said).toMatch(words);
    expect(said).not.toMatch(/nobody/);
    expect(said).not.toMatch(/Clients\b.*Requests.*100% {2}have no/s);
  });

  test('of nothing says so', async () => {
    const { code, said } = await preflight(null);
    expect(code).toBe(2);
    expect(said).toMatch(/^nothing can be said of who would be refused: no access record was read/);
  });

  test('prints the share that it did not judge', async () => {
    const log = logOf([letIn, withoutCertificate, { ...withoutCertificate, id: 'again' }, clf, namesOnly]);
    const { code, said, summary } = await preflight(log);
    expect(code).toBe(0);
    expect(said).toMatch(/^nobody of those judged would newly be refused /);
    expect(said).toContain('2 of 4 requests had no certificate in the log: not judged.');
    expect(said).toContain('1 record could not be read as access records: not judged.');
    expect(said).toContain('1 client with 1 request had no readable certificate in the log: not judged.');
    expect(summary).toMatchObject({ requestsWithoutCertificate: 2, recordsUnreadable: 1 });
  });

  test.each(Object.keys(CONNECTIONS))(
    'of connections at %s asks for the certificate, not for a log format',
    async (door) => {
      const { code, said } = await preflight(logOf(CONNECTIONS[door]!));
      expect(code).toBe(2);
      expect(said).toMatch(/1 client with 2 connections had no readable certificate in the log: not judged\./);
      expect(said).toContain('CloudFront and load balancers log no certificate: ask the client for it');
      expect(said).not.toContain('clientCertPem');
      expect(said).not.toContain('access-log format');
    },
  );

  test('tells what to do about each kind of log', async () => {
    const { said } = await preflight(logOf([letIn, namesOnly, ...CONNECTIONS.CloudFront!]));
    expect(said).toMatch(/1 client with 1 request had no readable certificate in the log: not judged\. Add \$context/);
    expect(said).toMatch(/1 client with 2 connections had no readable certificate in the log: not judged\. CloudFront/);
  });

  test.each([
    ['apigateway', ''],
    ['alb', ' --door alb'],
    ['cloudfront', ' --door cloudfront'],
  ])('of %s prints the whole command for a truststore with errors', async (door, option) => {
    const damaged = file(root.pem + other.pem.slice(1));
    const { said } = await both((output, json) =>
      runPreflight(observeClients([logOf([letIn])]), { truststore: damaged, json, door }, output, clock),
    );
    expect(said).toContain(`may not read it; mtls-watch audit ${damaged}${option} says what to do.`);
  });

  test('is not sure where a truststore is not read as a whole', async () => {
    const damaged = file(root.pem + other.pem.slice(1));
    for (const run of [await preflight(logOf([letIn]), damaged), await preflight(logOf([letIn]), sound, damaged)]) {
      expect(run.code).toBe(1);
      expect(run.said).toMatch(/^it is not sure who would be refused: a truststore has errors/);
      expect(run.said).toMatch(/line 13: the BEGIN line has 4 hyphens/);
      expect(run.summary).toMatchObject({ truststoreErrors: 1 });
    }
    const none = runPreflight(observeClients([logOf([letIn])]), { truststore: file('') }, { write: () => {} }, clock);
    await expect(none).rejects.toMatchObject({ code: 'unreadable-input' });
  });
});

describe('expiry', () => {
  test('says that nothing expires where ends were seen', async () => {
    for (const events of [[letIn], [datesOnly]]) {
      const { code, said, summary } = await expiry(logOf(events));
      expect(code).toBe(0);
      expect(said).toMatch(/^nothing expires within 30 days 1 client seen calling $/);
      expect(expiryLineSchema.parse(summary)).toMatchObject({ clientsWithoutValidity: 0 });
    }
  });

  test.each<[string, readonly LogEvent[], 1 | 2, RegExp]>([
    ['an execution log alone', execution, 2, /no access record was read/],
    [
      'a format without certificates',
      [withoutCertificate],
      2,
      /no client certificate was seen in 1 record.*clientCertPem/,
    ],
    ['names alone', [namesOnly], 2, /no end of validity was seen.*1 client with 1 request.*clientCertPem/],
    ['Common Log Format', [clf], 2, /no client certificate was seen in 1 record/],
    ['broken JSON', [broken], 2, /no client certificate was seen in 1 record/],
    ['refused clients alone', [refused], 1, /no client was seen that is let in/],
  ])('of %s says that nothing can be said', async (_, events, expected, words) => {
    const { code, said } = await expiry(logOf(events));
    expect(code).toBe(expected);
    expect(said).toMatch(/^nothing can be said of what expires: /);
    expect(said).toMatch(words);
  });

  test('of nothing says so', async () => {
    const { code, said } = await expiry(null);
    expect(code).toBe(2);
    expect(said).toMatch(/^nothing can be said of what expires: no access record was read/);
  });

  test('prints the share that it did not judge, and what of the truststore is not read', async () => {
    const log = logOf([letIn, withoutCertificate, clf, namesOnly]);
    const judged = await expiry(log);
    expect(judged.code).toBe(0);
    expect(judged.said).toMatch(/^nothing of what was judged expires within 30 days/);
    const { code, said, summary } = await expiry(log, file(root.pem + other.pem.slice(1)));
    expect(code).toBe(1);
    expect(said).toMatch(/^it is not sure what expires: the truststore has errors/);
    expect(said).toContain('1 of 3 requests had no certificate in the log: not judged.');
    expect(said).toContain('1 client with 1 request had no readable certificate and no end of validity');
    expect(said).toMatch(/line 13: the BEGIN line has 4 hyphens/);
    expect(summary).toMatchObject({ requestsWithoutCertificate: 1, recordsUnreadable: 1, clientsWithoutValidity: 1 });
  });

  test('tells of CAs that expire, whoever was seen', async () => {
    const soon = ca({ subject: 'CN=Soon', key: 'ec-a', notAfter: AT + days(3) });
    const { code, said } = await expiry(logOf([withoutCertificate]), file(soon.pem));
    expect(code).toBe(1);
    expect(said).toMatch(
      /^1 certificate without a successor expiring within 30 days.*1 of 1 request had no certificate/,
    );
  });
});

describe('replay', () => {
  const completed = text(9, '(00000000-0000-4000-8000-000000000009) Method completed with status: 200');
  const vended = text(10, '{"payload":"(00000000-0000-4000-8000-00000000000a) Method completed with status: 200"}');
  const success = accessEvent({ n: 11 }, { ...SUCCESS, ...pem });
  const anonymous = accessEvent({ n: 8 }, NONE);
  const lambda = text(12, 'START RequestId: 00000000-0000-4000-8000-00000000000c Version: $LATEST');
  const elsewhere = text(13, '{"level":"INFO","status":"done","message":"all well"}');

  async function replayed(events: readonly LogEvent[], settings: object = {}) {
    const config = parseConfig({ runbooks: { baseUrl: 'https://runbooks.invalid' }, ...settings }, 'test');
    const result = await replay([logOf(events)], config);
    let printed = '';
    const out = { write: (part: string) => (printed += part) } as unknown as NodeJS.WritableStream;
    printReplay(result, messagesIn.en, out, null);
    return { isJudged: wasJudged(result.summary), printed: printed.replace(/\s+/g, ' ') };
  }

  test.each<[string, readonly LogEvent[]]>([
    ['Common Log Format', [clf]],
    ['the log of something else', [lambda]],
    ['JSON of something else', [elsewhere]],
  ])('of %s says that nothing could be judged', async (_, events) => {
    const { isJudged, printed } = await replayed(events);
    expect(isJudged).toBe(false);
    expect(printed).toMatch(/Nothing could be judged.*Among 1 log events was no line of an execution log/);
    expect(printed).not.toMatch(/No incidents|refused requests in 0 groups/);
  });

  test.each<[string, readonly LogEvent[], RegExp | null, object?]>([
    ['successes', [success], null],
    ['lines of an execution log', [completed], /No access record that can be read was among the log events/],
    ['vended lines', [vended], /No access record that can be read was among the log events/],
    [
      'a refusal without its certificate',
      [...execution, anonymous],
      /Of 1 of 1 refused requests no certificate was in the log.*clientCertPem/,
    ],
    ['a record that is broken', [success, broken], /1 of 2 log events could not be read: not judged/],
    [
      'text whose format is known',
      [clf],
      null,
      {
        accessLogFormats: {
          '*': '$context.identity.sourceIp - - [$context.requestTime] "$context.httpMethod $context.path $context.protocol" $context.status $context.responseLength $context.requestId',
        },
      },
    ],
  ])('of %s is an answer, with what it does not rest on', async (_, events, words, settings) => {
    const { isJudged, printed } = await replayed(events, settings);
    expect(isJudged).toBe(true);
    expect(printed).not.toContain('Nothing could be judged');
    if (words === null) expect(printed).not.toMatch(/not judged|not known\./);
    else expect(printed).toMatch(words);
  });

  test('names preflight where certificates are logged, and only there', async () => {
    const { printed } = await replayed([letIn, ...CONNECTIONS.CloudFront!]);
    expect(printed).toContain('preflight --truststore truststore.pem');
    for (const events of [...Object.values(CONNECTIONS), execution]) {
      const { isJudged, printed } = await replayed(events);
      expect(isJudged).toBe(true);
      expect(printed).toContain('which certificates expire next');
      expect(printed).not.toContain('preflight');
    }
  });

  test('says what of the truststore is not read, and takes none without a certificate', async () => {
    const config = parseConfig({ runbooks: { baseUrl: 'https://runbooks.invalid' } }, 'test');
    const damaged = file(root.pem + other.pem.slice(1));
    const { truststoreErrors } = await replay([logOf([success])], config, damaged);
    expect(truststoreErrors).toEqual([expect.stringMatching(/line 13: the BEGIN line has 4 hyphens/)]);
    await expect(replay([logOf([success])], config, file(root.pem.slice(1)))).rejects.toMatchObject({
      code: 'unreadable-input',
      message: expect.stringMatching(/holds no readable certificate.*line 1: the BEGIN line has 4 hyphens/),
    });
  });

  test('and a report exit with 2 and 1 where nothing was judged', () => {
    const main = (...args: string[]) =>
      spawnSync(process.execPath, [inject('cli'), ...args], {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
        encoding: 'utf8',
      });
    expect(main('replay', logOf([clf]), '--json').status).toBe(2);
    expect(main('replay', logOf([success]), '--json').status).toBe(0);
    const out = join(folder, 'report');
    const { status, stderr } = main('report', logOf([success]), '--out', out, '--week', '2020-W01');
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/nothing was judged/) });
    expect(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')).gaps).toMatchObject([{ id: 'nothing-judged' }]);
    expect(main('report', logOf([success]), '--out', out).status).toBe(0);
  });
});
