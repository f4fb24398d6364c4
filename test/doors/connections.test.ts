/** Connections of CloudFront and of load balancers: read in every form, counted once each, and nothing lost. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDelivery } from '../../shared/doors/read.js';
import { batchOf } from '../../shared/logs/decode.js';
import type { LogEvent, Parsed } from '../../shared/model/index.js';
import { ingest } from '../../shared/pipeline.js';
import {
  CLOUDFRONT_FIELDS,
  type ConnectionRecord,
  camel,
  cloudFrontRecord,
  jsonRecord,
  LOAD_BALANCER_FIELDS,
  loadBalancerRecord,
  plainLine,
  s3Line,
  snake,
} from '../support/connection-records.js';
import { T0 } from '../support/logs.js';
import { countedIn, testWorld } from '../support/world.js';

const LB_GROUP = '/aws/vendedlogs/app/partners/50dc6c495c0c9188';
/** Load balancers do not log the issuer. */
const OF_ACME = 'O=Acme Logistics Inc.,(issuer not in the log)';
const ACME = 'C=US,O=Acme Logistics Inc.,CN=Acme Logistics Issuing CA';

const batch = (messages: readonly string[], logGroup = 'connections', logStream = 's') =>
  batchOf({
    owner: '',
    logGroup,
    logStream,
    malformed: [],
    events: messages.map((message, index) => ({ id: `${index}`, timestamp: T0, message })),
  });

const read = (messages: readonly string[], formats: Record<string, string> = {}, logGroup?: string): Promise<Parsed> =>
  readDelivery(batch(messages, logGroup), { domains: {}, byAccount: false, formats });

interface Form {
  readonly log: 'cloudfront' | 'load-balancer';
  /** The fields of the record, in their order. */
  readonly fields: readonly string[];
  readonly write: (record: ConnectionRecord) => string;
  readonly formats: Record<string, string>;
  readonly isS3?: true;
}

const cloudFrontFields = fc
  .shuffledSubarray([...CLOUDFRONT_FIELDS])
  .map((fields) => [...fields.filter((field) => field !== 'connectionStatus')])
  .chain((fields) => fc.nat(fields.length).map((at) => fields.toSpliced(at, 0, 'connectionStatus')));

const loadBalancerFields = fc
  .shuffledSubarray([...LOAD_BALANCER_FIELDS])
  .map((fields) => fields.filter((field) => field !== 'tls_verify_status'))
  .chain((fields) => fc.nat(fields.length).map((at) => fields.toSpliced(at, 0, 'tls_verify_status')));

const names = fc.constantFrom(
  (name: string) => name,
  snake,
  camel,
  (name: string) => camel(name).replace(/^./, (letter) => letter.toUpperCase()),
);

/** Subject and issuer have one shape, so without names the subject comes first, as in the documentation. */
function subjectFirst(fields: readonly string[]): readonly string[] {
  const both = ['clientLeafCertSubject', 'clientLeafCertIssuer'];
  const others = fields.filter((field) => !both.includes(field));
  return fields.includes('clientLeafCertIssuer')
    ? others.toSpliced(others.indexOf('connectionStatus'), 0, ...both)
    : fields;
}

const delimiters = fc.constantFrom(' ', '\t', '|', ',', ' | ', ';;', '~');

const forms: fc.Arbitrary<Form> = fc.oneof(
  fc.record({ fields: cloudFrontFields, nameOf: names }).map(
    ({ fields, nameOf }): Form => ({
      log: 'cloudfront',
      fields,
      write: (record) => jsonRecord(record, fields, nameOf),
      formats: {},
    }),
  ),
  fc.record({ fields: loadBalancerFields, nameOf: names }).map(
    ({ fields, nameOf }): Form => ({
      log: 'load-balancer',
      fields,
      write: (record) => jsonRecord(record, fields, nameOf),
      formats: {},
    }),
  ),
  fc
    .record({ all: cloudFrontFields, delimiter: delimiters, isNamed: fc.boolean() })
    .map(({ all, delimiter, isNamed }): Form => {
      const fields = isNamed ? all : subjectFirst(all);
      return {
        log: 'cloudfront',
        fields,
        write: (record) => plainLine(record, fields, delimiter),
        formats: isNamed ? { connections: fields.join(delimiter) } : {},
      };
    }),
  fc.constant<Form>({
    log: 'load-balancer',
    fields: LOAD_BALANCER_FIELDS,
    write: s3Line,
    formats: {},
    isS3: true,
  }),
);

const statuses = fc.constantFrom(
  'Failed:ClientCertExpired',
  'Failed:ClientCertNotYetValid',
  'Failed:ClientCertMaxChainDepthExceeded',
  'Failed:ClientCertOfTomorrow',
  'Failed:UnmappedConnectionError',
  'Success',
);

const REASONS: Readonly<Record<string, string>> = {
  'Failed:ClientCertExpired': 'expired',
  'Failed:ClientCertNotYetValid': 'not-yet-valid',
  'Failed:ClientCertMaxChainDepthExceeded': 'chain-too-long',
  'Failed:ClientCertOfTomorrow': 'other',
};

function groupOf({ log, fields }: Form, status: string): string {
  const has = (field: string): boolean => fields.includes(field);
  const reason = REASONS[status];
  if (log === 'cloudfront') {
    const place = has('distributionId') ? 'distribution/E2DX1SLDPK0123' : 'connections';
    const scope = has('tlsSni') ? 'shop.bank.example' : place;
    const isKnown = has('clientLeafCertSubject') || has('clientLeafCertSerialNumber');
    const unlogged = has('clientLeafCertSubject') ? OF_ACME : isKnown ? '(issuer not in the log)' : 'unknown';
    return `${scope} | ${has('clientLeafCertIssuer') ? ACME : unlogged} | ${reason}`;
  }
  const unlogged = has('leaf_client_cert_serial_number') ? '(issuer not in the log)' : 'unknown';
  const issuer = has('leaf_client_cert_subject') ? OF_ACME : unlogged;
  return `connections${has('listener_port') ? ':443' : ''} | ${issuer} | ${reason}`;
}

describe('any subset and order of fields, in every form, split, duplicated and shuffled', () => {
  it('gives the same counts', async () => {
    await fc.assert(
      fc.asyncProperty(
        forms,
        fc.array(statuses, { minLength: 1, maxLength: 12 }),
        fc.array(fc.record({ of: fc.nat(11), to: fc.nat(3), isOtherEvent: fc.boolean() }), { maxLength: 20 }),
        async (form, wanted, repeats) => {
          const hasId = form.fields.includes('connectionId') || form.fields.includes('conn_trace_id');
          const make = form.log === 'cloudfront' ? cloudFrontRecord : loadBalancerRecord;
          const field = form.log === 'cloudfront' ? 'connectionStatus' : 'tls_verify_status';
          const events = wanted.map(
            (status, n): LogEvent => ({
              id: `e${n}`,
              timestamp: T0 + n,
              message: form.write(make(n, { [field]: status })),
            }),
          );
          const deliveries: LogEvent[][] = [[], [], [], []];
          for (const [n, event] of events.entries()) deliveries[n % 4]?.push(event);
          for (const { of, to, isOtherEvent } of repeats) {
            const event = events[of % events.length];
            if (event === undefined) continue;
            // The same connection as another event is known by its own id only.
            deliveries[to]?.unshift(isOtherEvent && hasId ? { ...event, id: `again ${event.id}` } : event);
          }
          const world = testWorld({ accessLogFormats: form.formats });
          for (const own of [...deliveries, ...deliveries.toReversed()]) {
            const rest = { owner: '', logGroup: 'connections', logStream: 's', malformed: [] };
            const { parsed } = await ingest(batchOf({ ...rest, events: own }), world);
            expect(parsed.rejected).toEqual([]);
          }
          const expected = new Map<string, number>();
          for (const status of wanted) {
            if (REASONS[status] === undefined) continue;
            const group = groupOf(form, status);
            expected.set(group, (expected.get(group) ?? 0) + 1);
          }
          expect(countedIn(world.stores)).toEqual([...expected].map(([group, n]) => `${group}: ${n}`).sort());
          const others = [...world.stores.facts.allForbidden()].reduce((sum, { count }) => sum + count, 0);
          expect(others).toBe(wanted.filter((status) => status === 'Failed:UnmappedConnectionError').length);
        },
      ),
      { numRuns: 300 },
    );
  });
});

it('rejects a record without its status, with a reason, whatever else it holds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), cloudFrontFields, loadBalancerFields, names, async (isCloudFront, a, b, nameOf) => {
      const fields = (isCloudFront ? a : b).filter((one) => !/status/i.test(one));
      // A time alone may be of any log.
      fc.pre(fields.some((one) => one !== 'timestamp'));
      const record = (isCloudFront ? cloudFrontRecord : loadBalancerRecord)(1);
      const good = jsonRecord(cloudFrontRecord(2), CLOUDFRONT_FIELDS);
      const { rejected, connections } = await read([jsonRecord(record, fields, nameOf), good]);
      expect(rejected).toEqual([
        expect.objectContaining({
          eventId: '0',
          code: 'unreadable-connection-record',
          detail: expect.stringContaining('status'),
        }),
      ]);
      expect(connections).toHaveLength(1);
    }),
  );
});

it('reads the client, with names and serial numbers as API Gateway gives them', async () => {
  const { connections } = await read([
    jsonRecord(cloudFrontRecord(1), CLOUDFRONT_FIELDS),
    s3Line(loadBalancerRecord(2, { leaf_client_cert_serial_number: '1234567890123456' })),
  ]);
  const [ofLoadBalancer, ofCloudFront] = connections.map(({ client }) => client);
  expect(ofCloudFront).toEqual({
    subjectDn: 'C=US,ST=WA,L=New Town,O=Acme Logistics Inc.,OU=EDI 24,CN=edi-01.acme-logistics.example',
    issuerDn: ACME,
    serialNumber: 'B143ED93D2D8F39D',
    notBefore: Date.parse('2026-06-05T23:28:21Z'),
    notAfter: Date.parse('2027-05-12T23:28:21Z'),
    fingerprint: null,
    sourceIp: '198.51.100.1',
    userAgent: '',
  });
  // Load balancers write serial numbers in hexadecimal, also those that look like decimals.
  expect(ofLoadBalancer).toMatchObject({
    subjectDn: 'C=US,O=Acme Logistics Inc.,OU=EDI,CN=edi-01.acme-logistics.example',
    serialNumber: '1234567890123456',
    issuerDn: OF_ACME,
  });
});

it('keeps the code of a reason that nobody knows, and of one that is known', async () => {
  const { connections } = await read([
    jsonRecord(cloudFrontRecord(1, { connectionStatus: 'Failed:ClientCertOfTomorrow' }), CLOUDFRONT_FIELDS),
    jsonRecord(cloudFrontRecord(2, { connectionStatus: 'Failed' }), CLOUDFRONT_FIELDS),
  ]);
  expect(connections.map(({ outcome }) => outcome)).toEqual([
    { reason: 'other', reasonText: 'ClientCertOfTomorrow' },
    { reason: 'other', reasonText: 'Failed' },
  ]);
});

describe('what was called', () => {
  const scopeOf = async (message: string, logGroup?: string, domains = {}): Promise<string | undefined> =>
    (await readDelivery(batch([message], logGroup), { domains, byAccount: false, formats: {} })).connections[0]?.scope;
  const json = (changes: Partial<ConnectionRecord>) => jsonRecord(cloudFrontRecord(1, changes), CLOUDFRONT_FIELDS);

  it.each([
    ['Shop.Bank.Example.', 'shop.bank.example'],
    ['111122223333/other.example', 'distribution/E2DX1SLDPK0123'],
    ['a b', 'distribution/E2DX1SLDPK0123'],
    ['\u202Eevil.example', 'distribution/E2DX1SLDPK0123'],
    ['-', 'distribution/E2DX1SLDPK0123'],
  ])('the name %j gives %s', async (tlsSni, scope) => expect(await scopeOf(json({ tlsSni }))).toBe(scope));

  it('a tenant of a distribution, and a load balancer with its listener', async () => {
    const tenant = { tlsSni: '-', distributionId: '-', distributionTenantId: 'dt_2te1Ura9X3R2iCGNjW123' };
    expect(await scopeOf(json(tenant))).toBe('distribution-tenant/dt_2te1Ura9X3R2iCGNjW123');
    const line = s3Line(loadBalancerRecord(1));
    const name = 'app/partners/50dc6c495c0c9188:443';
    expect(await scopeOf(line, LB_GROUP)).toBe(name);
    expect(await scopeOf(line, '1_elasticloadbalancing_eu-west-1_app.partners.50dc6c495c0c9188_2026.log')).toBe(name);
    expect(await scopeOf(line, LB_GROUP, { [name]: 'api.bank.example' })).toBe('api.bank.example');
  });
});

describe('text of somebody else', () => {
  it.each([
    [
      'a client that breaks out of its user agent',
      '{"rid":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","st":"403","ua":"x","connectionStatus":"Failed:ClientCertExpired"}',
    ],
    [
      'the same with the recommended keys',
      '{"requestId":"r","status":"403","userAgent":"x","connectionStatus":"Failed:ClientCertExpired"}',
    ],
    [
      'a body in an execution log',
      '(c6af9ac6-7b61-11e6-9a41-93e8deadbeef) Method request body before transformations: 198.51.100.7 Failed:ClientCertExpired TLSv1.3',
    ],
    ['a text access log', 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef 403 Failed:ClientCertExpired TLSv1.3 198.51.100.7'],
    ['prose', 'The deployment Failed: see 198.51.100.7'],
  ])('%s is no connection', async (_, message) => {
    expect((await read([message])).connections).toEqual([]);
  });

  it('a name cannot change the status of its own record', async () => {
    const subject = 'C=US, O=x Success Failed:TcpError, CN=y';
    const { connections } = await read([
      jsonRecord(cloudFrontRecord(1, { clientLeafCertSubject: subject }), CLOUDFRONT_FIELDS),
      plainLine(cloudFrontRecord(2, { clientLeafCertSubject: subject }), CLOUDFRONT_FIELDS, '\t'),
    ]);
    expect(connections.map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 2 }, () => ({ reason: 'expired', reasonText: 'ClientCertExpired' })),
    );
  });
});

it('reads a file of the form w3c by its header, in any order', async () => {
  const fields = [...CLOUDFRONT_FIELDS].reverse();
  const record = cloudFrontRecord(1);
  const encoded = { ...record, clientLeafCertSubject: encodeURIComponent(record.clientLeafCertSubject ?? '') };
  const { connections, passed } = await read([
    '#Version: 1.0',
    `#Fields: ${fields.join(' ')}`,
    plainLine(encoded, fields, '\t'),
  ]);
  expect(passed).toBe(2);
  expect(connections.map(({ client }) => client?.issuerDn)).toEqual([ACME]);
  expect(connections[0]?.client?.subjectDn).toContain('L=New Town');
});

it('tells connections of two accounts apart, and keeps an address as the settings say', async () => {
  const message = jsonRecord(cloudFrontRecord(1), CLOUDFRONT_FIELDS);
  const world = testWorld({ privacy: { sourceIps: 'drop' } });
  const { parsed } = await ingest(batch([message]), world);
  expect(parsed.connections[0]?.client?.sourceIp).toBe('');
  const of = async (owner: string) =>
    (await readDelivery({ ...batch([message]), owner }, { domains: {}, byAccount: true, formats: {} })).connections[0];
  const [a, b] = [await of('111122223333'), await of('444455556666')];
  expect(a?.scope).toBe('111122223333/shop.bank.example');
  expect(a?.connectionId).not.toBe(b?.connectionId);
});
