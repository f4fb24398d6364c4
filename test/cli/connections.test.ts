/** Connection logs of CloudFront and load balancers in `replay`, in every form in which people have them. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { observedOf } from '../../cli/inputs/observe.js';
import { replay } from '../../cli/replay/replay.js';
import { reportCollector } from '../../cli/replay/report.js';
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
import { testConfig } from '../support/world.js';

const folder = mkdtempSync(join(tmpdir(), 'connections-'));
const AT = 1_791_883_200_000;
const numbers = Array.from({ length: 12 }, (_, n) => n);
const cloudFront = numbers.map((n) => cloudFrontRecord(n));
const balancer = numbers.map((n) => loadBalancerRecord(n));
const lines = (records: readonly ConnectionRecord[], write: (record: ConnectionRecord) => string) =>
  records.map(write).join('\n');
const json = (record: ConnectionRecord): string => jsonRecord(record, CLOUDFRONT_FIELDS);
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const eventsOf = (messages: readonly string[]) =>
  messages.map((message, n) => ({
    logStreamName: 's',
    timestamp: AT + n,
    message,
    eventId: `${n}`,
    ingestionTime: AT,
  }));

const SHOP = 'shop.bank.example expired';
const FILES: readonly (readonly [name: string, text: string, group: string])[] = [
  ['JSON a line', lines(cloudFront, json), SHOP],
  [
    'JSON with two fields',
    lines(cloudFront, (one) => jsonRecord(one, ['clientIp', 'connectionStatus'])),
    'distribution/unknown expired',
  ],
  [
    'w3c',
    `#Version: 1.0\n#Fields: ${CLOUDFRONT_FIELDS.join(' ')}\n${lines(cloudFront, (one) => plainLine(one, CLOUDFRONT_FIELDS, '\t'))}`,
    SHOP,
  ],
  [
    'w3c in another order',
    `#Fields: ${CLOUDFRONT_FIELDS.toReversed().join(' ')}\n${lines(cloudFront, (one) => plainLine(one, CLOUDFRONT_FIELDS.toReversed(), '\t'))}`,
    SHOP,
  ],
  ['plain', lines(cloudFront, (one) => plainLine(one, CLOUDFRONT_FIELDS, ' ')), SHOP],
  [
    'plain with three fields',
    lines(cloudFront, (one) => plainLine(one, ['connectionStatus', 'tlsSni', 'clientLeafCertSubject'], ' ')),
    SHOP,
  ],
  ['S3 lines of a load balancer', lines(balancer, s3Line), 'app/partners/50dc6c495c0c9188:443 untrusted'],
  [
    'JSON of a load balancer',
    lines(balancer, (one) => jsonRecord(one, LOAD_BALANCER_FIELDS)),
    'app/partners/50dc6c495c0c9188:443 untrusted',
  ],
  ['aws logs filter-log-events', JSON.stringify({ events: eventsOf(cloudFront.map(json)) }, null, 1), SHOP],
  ['aws logs tail', lines(cloudFront, (one) => `2026-10-13T09:20:00.000Z ${json(one)}`), SHOP],
  [
    'Logs Insights as CSV',
    `@timestamp,@message\n${lines(cloudFront, (one) => `2026-10-13 09:20:00.000,${quoted(json(one))}`)}`,
    SHOP,
  ],
];

describe.each(FILES)('%s', (name, text, group) => {
  it.each(['plain', 'gzipped'])('is counted, %s', async (how) => {
    const file = join(
      folder,
      `${name.replaceAll(' ', '-')}_app.partners.50dc6c495c0c9188_1.log${how === 'gzipped' ? '.gz' : ''}`,
    );
    writeFileSync(file, how === 'gzipped' ? gzipSync(text) : text);
    const { summary } = await replay([file, file], testConfig());
    expect(summary.groups.map(({ scope, reason, failures }) => `${scope} ${reason}: ${failures}`)).toEqual([
      `${group}: 12`,
    ]);
    expect(summary).toMatchObject({ rejected: 0, connectionRecords: true, accessRecords: false });
  });
});

it('gives the clients that connected, refused or not, to the commands that look for them', () => {
  const of = (status: string) =>
    observedOf({ id: '1', timestamp: AT, message: json(cloudFrontRecord(1, { connectionStatus: status })) });
  expect(of('Success')).toMatchObject({ refused: false, scope: 'shop.bank.example', serialNumber: 'B143ED93D2D8F39D' });
  expect(of('Failed:ClientCertExpired')).toMatchObject({ refused: true });
  expect(of('Failed:TcpError')).toBeNull();
});

it.each([
  ['CloudFront only', 0],
  ['a load balancer with the same name', 2],
])('counts what broke off at its door, in the summary and in the report: %s', async (name, atBalancer) => {
  const records = [
    ...numbers.slice(0, 3).map((n) => cloudFrontRecord(n, { connectionStatus: 'Failed:TcpTimeout' })),
    ...numbers.slice(3, 5).map((n) => cloudFrontRecord(n)),
  ].map(json);
  // The same minute, cause and name as those at CloudFront, and five hours later on the same day again.
  const timestamps = ['2026-10-13T09:20:30.514108Z', '2026-10-13T14:20:30.514108Z'];
  const others = numbers
    .slice(0, atBalancer)
    .flatMap((n) =>
      timestamps.map((timestamp, hour) =>
        loadBalancerRecord(n + 50 * hour, { timestamp, tls_verify_status: 'Failed:Internal' }),
      ),
    )
    .map((one) => jsonRecord(one, LOAD_BALANCER_FIELDS));
  const file = join(folder, `${name.replaceAll(' ', '-')}_app.partners.50dc6c495c0c9188_2.log`);
  writeFileSync(file, [...records, ...others].join('\n'));
  const config = { ...testConfig(), domains: { 'app/partners/50dc6c495c0c9188:443': 'shop.bank.example' } };
  const collector = reportCollector();
  const replayed = await replay([file], config, undefined, collector);
  const report = await collector.report(replayed, { language: 'en' });
  const expected = [['cloudfront', 3], ...(atBalancer === 0 ? [] : [['load-balancer', 2 * atBalancer]])];
  expect(replayed.summary.doors.map(({ door, otherForbidden }) => [door, otherForbidden])).toEqual(expected);
  expect(report.doors.map(({ door, otherCauses }) => [door, otherCauses])).toEqual(expected);
});
