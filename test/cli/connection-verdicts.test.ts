/** `diagnose` with the record of one connection: what came of it, whose record it is, and how the file wraps it. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, inject, test } from 'vitest';
import { runDiagnose } from '../../cli/commands/diagnose.js';
import { diagnosisSchema } from '../../shared/schemas/lines.js';
import { AT, ca, leaf } from '../support/certificates.js';
import {
  CLOUDFRONT_FIELDS,
  type ConnectionRecord,
  cloudFrontRecord,
  jsonRecord,
  LOAD_BALANCER_FIELDS,
  loadBalancerRecord,
  plainLine,
  s3Line,
} from '../support/connection-records.js';

const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-verdicts-'));
const truststore = join(folder, 'truststore.pem');
writeFileSync(truststore, ca({ subject: 'CN=Root', key: 'ec-a' }).pem);

async function diagnosed(
  content: string | Buffer,
  more: { door?: string; json?: boolean; lang?: string } = {},
  name = 'record',
) {
  const client = join(folder, name);
  writeFileSync(client, content);
  let text = '';
  const write = (part: string): void => {
    text += part;
  };
  const code = await runDiagnose({ client, truststore, ...more }, { write }, { now: () => AT });
  return { code, text };
}

const NOTHING = {
  clientLeafCertSerialNumber: '-',
  clientLeafCertSubject: '-',
  clientLeafCertIssuer: '-',
  clientLeafCertValidity: '-',
  leaf_client_cert_subject: '-',
  leaf_client_cert_validity: '-',
  leaf_client_cert_serial_number: '-',
};
const edge = (status: string, changes: object = {}): ConnectionRecord =>
  cloudFrontRecord(1, { connectionStatus: status, ...changes });
const balancer = (status: string, changes: object = {}): ConnectionRecord =>
  loadBalancerRecord(1, { tls_verify_status: status, ...changes });
const json = (record: ConnectionRecord): string => jsonRecord(record, CLOUDFRONT_FIELDS);

/** The same record in the forms of both doors, with the fewest fields and with all. */
const FORMS: readonly (readonly [string, (status: string, changes?: object) => string])[] = [
  ['CloudFront, JSON', (status, changes) => json(edge(status, changes))],
  ['CloudFront, the status alone', (status) => jsonRecord(edge(status), ['connectionStatus'])],
  ['CloudFront, plain', (status, changes) => plainLine(edge(status, changes), CLOUDFRONT_FIELDS, ' ')],
  ['load balancer, S3', (status, changes) => s3Line(balancer(status, changes))],
  ['load balancer, JSON', (status, changes) => jsonRecord(balancer(status, changes), LOAD_BALANCER_FIELDS)],
  ['load balancer, two fields', (status) => jsonRecord(balancer(status), ['client_ip', 'tls_verify_status'])],
];

describe.each(FORMS)('%s', (_name, record) => {
  test('without a certificate the client is refused for that, with its runbook, and there is no path', async () => {
    const { code, text } = await diagnosed(record('Failed:ClientCertMissing', NOTHING));
    expect(code).toBe(1);
    expect(text).toMatch(/^REFUSED {2}.* \(no-client-certificate\) {2}/);
    expect(text).toContain('- the client sent no certificate');
    expect(text.replace(/\s+/g, ' ')).toContain('mtls-watch runbook no-client-certificate');
    expect(text).not.toContain('Path');
    const line = (await diagnosed(record('Failed:ClientCertMissing', NOTHING), { json: true })).text;
    expect(diagnosisSchema.parse(JSON.parse(line))).toMatchObject({
      verdict: 'refused',
      reason: 'no-client-certificate',
      path: [],
    });
  });

  test('an accepted connection gets no verdict about its certificate', async () => {
    for (const changes of [{}, NOTHING]) {
      const { code, text } = await diagnosed(record('Success', changes));
      expect(code).toBe(0);
      expect(text).toMatch(/^ACCEPTED /);
      expect(text).toContain('this connection was accepted: nothing was refused');
    }
    const line = (await diagnosed(record('Success'), { json: true })).text;
    expect(diagnosisSchema.parse(JSON.parse(line))).toMatchObject({
      verdict: 'undecided',
      reason: null,
      findings: [{ code: 'connection-accepted', severity: 'info' }],
    });
  });

  test('a failure that is not about the certificate is told as one', async () => {
    const { code, text } = await diagnosed(record('Failed:UnmappedConnectionError', NOTHING));
    expect(code).toBe(2);
    expect(text).toMatch(/^UNDECIDED {2}\S/);
    expect(text).toContain('does not blame the certificate');
  });

  test('a refusal of a client without a name has no empty path', async () => {
    const { code, text } = await diagnosed(record('Failed:ClientCertInvalid', NOTHING));
    expect(code).toBe(2);
    expect(text).not.toContain('Path');
    expect(text).not.toContain('not documented');
  });
});

const MISSING = json(edge('Failed:ClientCertMissing', NOTHING));
const event = { id: '1', timestamp: AT, message: MISSING };
const owner = { messageType: 'DATA_MESSAGE', owner: '123456789012', subscriptionFilters: [] };
const WRAPPED: readonly (readonly [string, string | Buffer])[] = [
  ['an event with its log group', JSON.stringify({ logGroup: 'edge', logStream: 's', ...event })],
  ['an event over several lines', JSON.stringify({ logGroup: 'edge', ...event }, null, 2)],
  ['the record over several lines', JSON.stringify(JSON.parse(MISSING), null, 2)],
  ['aws logs filter-log-events', JSON.stringify({ events: [{ logStreamName: 's', eventId: '1', ...event }] }, null, 1)],
  ['a subscription', JSON.stringify({ ...owner, logGroup: 'edge', logStream: 's', logEvents: [event] })],
  ['aws logs tail', `2026-10-13T09:20:00.000Z ${MISSING}`],
  ['w3c', `#Fields: ${CLOUDFRONT_FIELDS.join(' ')}\n${plainLine(JSON.parse(MISSING), CLOUDFRONT_FIELDS, '\t')}`],
];

test.each(WRAPPED)('a record is found in %s', async (_name, content) => {
  const { code, text } = await diagnosed(content);
  expect(text).toContain('no-client-certificate');
  expect(code).toBe(1);
});

test('several records are not one', async () => {
  const several = diagnosed(`${MISSING}\n${json(edge('Success'))}\n`);
  await expect(several).rejects.toMatchObject({ code: 'unreadable-input' });
  await expect(several).rejects.toThrow(/holds several connection records; expected one/);
});

test.each([
  ['cloudfront', s3Line(balancer('Failed:ClientCertExpired')), 'of a load balancer; expected --door alb, or no --door'],
  ['apigateway', s3Line(balancer('Success')), 'of a load balancer; expected --door alb'],
  ['alb', json(edge('Failed:ClientCertExpired')), 'of CloudFront; expected --door cloudfront'],
  ['apigateway', jsonRecord(edge('Success'), ['connectionStatus']), 'of CloudFront; expected --door cloudfront'],
])('--door %s is not the door of the record', async (door, record, words) => {
  const wrong = diagnosed(record, { door });
  await expect(wrong).rejects.toMatchObject({ code: 'usage' });
  await expect(wrong).rejects.toThrow(`got --door ${door} with a connection record ${words}`);
});

test('--door says whose a record is that does not show it', async () => {
  const fields = ['tls_verify_status', 'client_ip', 'tls_protocol'];
  const { text } = await diagnosed(plainLine(balancer('Success'), fields, ' '), { door: 'alb' });
  expect(text).toContain('of the load balancer');
  expect((await diagnosed(s3Line(balancer('Success')), { door: 'alb' })).code).toBe(0);
});

describe('in Japanese', () => {
  const pem = leaf({ subject: 'CN=client', key: 'ec-b', issuer: ca({ subject: 'CN=Root', key: 'ec-a' }) }).pem;

  test.each([
    ['a certificate', pem, 'alb'],
    ['a record of a refused connection', s3Line(balancer('Failed:ClientCertExpired')), undefined],
    ['a record of an accepted connection', s3Line(balancer('Success')), undefined],
    ['a record without a certificate', s3Line(balancer('Failed:ClientCertMissing', NOTHING)), undefined],
    ['a record of a failed connection', s3Line(balancer('Failed:UnmappedConnectionError', NOTHING)), undefined],
  ])('%s is of the door by its Japanese name', async (_, content, door) => {
    const { text } = await diagnosed(content, { lang: 'ja', ...(door !== undefined && { door }) });
    expect(text.split('\n')[0]).toMatch(/、ロードバランサーの(?:ルールによる|記録)$/);
    expect(text.split('\n')[0]).not.toContain('load balancer');
  });

  test('standard input has its Japanese name, and the sentence no space before it', () => {
    const args = [inject('cli'), 'diagnose', '--client', '-', '--truststore', truststore, '--lang', 'ja'];
    const { stdout } = spawnSync(process.execPath, args, {
      input: pem,
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
    });
    expect(stdout.split('\n')[0]).toContain(`標準入力を ${truststore} で検証、`);
  });
});

test('a packed file is unpacked under its own name', async () => {
  const packed = gzipSync(MISSING);
  await expect(diagnosed(packed, {}, 'edge.ndjson.gz')).rejects.toThrow(
    /gunzip -c \S+edge\.ndjson\.gz > edge\.ndjson$/,
  );
  await expect(diagnosed(packed, {}, "it's.json.GZ")).rejects.toThrow(/ > 'it'\\''s\.json'$/);
  await expect(diagnosed(packed, {}, 'edge')).rejects.toThrow(/edge > client\.pem$/);
});
