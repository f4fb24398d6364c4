/** The fields of both connection logs by the names of the documentation, and the places that records name. */

import { describe, expect, it } from 'vitest';
import { cloudFrontLog } from '../../shared/doors/cloudfront/log.js';
import { type ConnectionField, fieldsOfJson, plainName } from '../../shared/doors/connection-fields.js';
import { observeConnection } from '../../shared/doors/connection-reader.js';
import { namedFields } from '../../shared/doors/connection-text.js';
import { loadBalancerLog } from '../../shared/doors/load-balancer/log.js';
import { CLOUDFRONT_FIELDS, LOAD_BALANCER_FIELDS } from '../support/connection-records.js';

const READ: Readonly<Record<string, ConnectionField>> = {
  connectionId: 'connectionId',
  connectionStatus: 'status',
  clientIp: 'clientIp',
  distributionId: 'distribution',
  distributionTenantId: 'tenant',
  tlsSni: 'sni',
  clientLeafCertSerialNumber: 'serial',
  clientLeafCertSubject: 'subject',
  clientLeafCertIssuer: 'issuer',
  clientLeafCertValidity: 'validity',
  client_ip: 'clientIp',
  listener_port: 'listenerPort',
  leaf_client_cert_subject: 'subject',
  leaf_client_cert_issuer: 'issuer',
  leaf_client_cert_validity: 'validity',
  leaf_client_cert_serial_number: 'serial',
  tls_verify_status: 'status',
  conn_trace_id: 'connectionId',
  connection_trace_id: 'connectionId',
  tls_sni: 'sni',
  elb: 'loadBalancer',
  load_balancer: 'loadBalancer',
  load_balancer_arn: 'loadBalancer',
  resource_arn: 'loadBalancer',
};

/** Names that are not in the documentation of the files, and that deliveries or tools write. */
const OTHER_NAMES = {
  cloudfront: ['timestamp', 'time'],
  'load-balancer': [
    'time',
    'event_timestamp',
    'leaf_client_cert_issuer',
    'connection_trace_id',
    'tls_sni',
    'elb',
    'load_balancer',
    'load_balancer_arn',
    'resource_arn',
  ],
};

/** Names that requests have, too: by one of these alone nobody knows which log it is. */
const SHARED = new Set([
  ...[
    'timestamp',
    'time',
    'eventTimestamp',
    'event_timestamp',
    'connectionId',
    'clientIp',
    'client_ip',
    'clientPort',
    'client_port',
    'serverIp',
    'tlsProtocol',
    'tls_protocol',
    'tlsCipher',
    'tls_cipher',
  ],
  ...['tls_sni', 'elb', 'load_balancer', 'load_balancer_arn', 'resource_arn'],
]);

describe.each([
  [cloudFrontLog, CLOUDFRONT_FIELDS, OTHER_NAMES.cloudfront],
  [loadBalancerLog, LOAD_BALANCER_FIELDS, OTHER_NAMES['load-balancer']],
] as const)('$door', (log, documented, others) => {
  const known = [...documented, ...others].map((name) => [name, READ[name] ?? 'unread'] as const);

  it('has its fields in the order of the documentation', () => {
    expect(log.order).toEqual(documented.map((name) => READ[name] ?? 'unread'));
  });

  it.each(known)('knows %s, as %s', (name, field) => {
    for (const spelled of [name, name.toUpperCase(), plainName(name), name.replaceAll('_', '-')]) {
      expect(namedFields(`#Fields: ${spelled}`, log.names)).toEqual([field]);
      expect(fieldsOfJson({ [spelled]: 'x' }, log.names, log.own)).toEqual({ [field]: 'x' });
    }
  });

  it.each(known)('is told by %s beside other keys, unless requests have it, too', (name, field) => {
    const read = fieldsOfJson({ [name]: 7, level: 'info' }, log.names, log.own);
    expect(read).toEqual(SHARED.has(name) ? null : { [field]: '7' });
    expect(fieldsOfJson({ [name]: 'x', level: 'info', requestId: 'r' }, log.names, log.own)).toBeNull();
    expect(fieldsOfJson({ [name]: 'x', level: 'info', status: '403' }, log.names, log.own)).toBeNull();
  });

  it('takes a missing value for the empty text, and no object for a value', () => {
    const [status = ''] = documented.filter((name) => READ[name] === 'status');
    const read = (value: unknown) => fieldsOfJson({ [status]: value }, log.names, log.own);
    expect([null, '-', '', 'x', 0].map(read)).toEqual(['', '', '', 'x', '0'].map((text) => ({ status: text })));
    expect([{}, [], true].map(read)).toEqual([null, null, null]);
    expect(fieldsOfJson({}, log.names, log.own)).toBeNull();
  });
});

describe('a place has the name', () => {
  const arn = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/partners-lb/0123456789abcdef';
  it.each([
    [{ loadBalancer: arn, listenerPort: '443' }, 'g', 's', 'app/partners-lb/0123456789abcdef:443'],
    [{ loadBalancer: 'app/x/0123456789abcdef' }, 'g', 's', 'app/x/0123456789abcdef'],
    [
      {},
      'g',
      '123456789012_elasticloadbalancing_eu-central-1_app.y-1.0123456789abcdef_2026',
      'app/y-1/0123456789abcdef',
    ],
    [{}, '/aws/app/z/0123456789abcdef', 's', 'app/z/0123456789abcdef'],
    [{ loadBalancer: 'net/x/0123456789abcdef' }, 'group', 's', 'group'],
    [{ loadBalancer: 'app/x/0123456789abcde' }, 'group', 's', 'group'],
    [{ loadBalancer: 'app/x/0123456789abcdef0' }, 'group', 's', 'group'],
    [{ loadBalancer: 'myapp/x/0123456789abcdef' }, 'group', 's', 'group'],
    [{ loadBalancer: `app/${'x'.repeat(33)}/0123456789abcdef` }, 'group', 's', 'group'],
    [{ listenerPort: '443' }, '', '', 'load-balancer/unknown:443'],
    [{ listenerPort: 'x443' }, 'group', '', 'group'],
    [{ listenerPort: '443x' }, 'group', '', 'group'],
    [{ listenerPort: '123456' }, 'group', '', 'group'],
  ])('at a load balancer: %j in %s, %s is %s', (fields, logGroup, logStream, place) => {
    expect(loadBalancerLog.placeOf(fields, logGroup, logStream)).toBe(place);
  });

  it.each([
    [{ distribution: 'E2DX1SLDPK0123', tenant: 'dt_1' }, 'group', 'distribution/E2DX1SLDPK0123'],
    [{ distribution: '', tenant: 'dt_1' }, 'group', 'distribution-tenant/dt_1'],
    [{ tenant: '' }, 'group', 'group'],
    [{}, '', 'distribution/unknown'],
  ])('at CloudFront: %j in %s is %s', (fields, logGroup, place) => {
    expect(cloudFrontLog.placeOf(fields, logGroup, '')).toBe(place);
  });
});

it.each([
  [{ connectionId: 'TID_0' }, true],
  [{ connectionId: 'x', listenerPort: '443' }, false],
  [{ loadBalancer: 'app/x/y' }, true],
  [{ listenerPort: '443', serial: '0A' }, true],
  [{ listenerPort: '443', serial: '0a:0b' }, false],
  [{ listenerPort: '443', distribution: 'E' }, false],
  [{ listenerPort: '443', tenant: 't' }, false],
  [{ listenerPort: '443', sni: 's' }, false],
  [{ listenerPort: '443', issuer: 'CN=x' }, false],
  [{ status: 'Failed' }, false],
])('a text with %j is of a load balancer: %s', (fields, isIt) => {
  expect(loadBalancerLog.isOwnText(fields)).toBe(isIt);
  expect(cloudFrontLog.isOwnText(fields)).toBe(true);
});

describe('one record tells', () => {
  const observe = (changes: Readonly<Record<string, string>>) =>
    observeConnection(
      JSON.stringify({ connectionStatus: 'Failed:ClientCertExpired', distributionId: 'E1', ...changes }),
      [cloudFrontLog],
    );

  it.each([
    ['Success', 'accepted', null],
    ['success', 'accepted', null],
    ['-', 'accepted', null],
    ['Failed:ClientCertExpired', 'refused', 'expired'],
    ['failed: ClientCertExpired ', 'refused', 'expired'],
    ['Failed', 'refused', 'other'],
    ['Failed:', 'refused', 'other'],
    ['Failed:Unheard', 'refused', 'other'],
    ['Failed:constructor', 'refused', 'other'],
    ['Failed:TcpError', 'failed', null],
  ])('by the status %j: %s, %s', (connectionStatus, outcome, reason) => {
    expect(observe({ connectionStatus })).toMatchObject({
      outcome,
      reason,
      door: 'cloudfront',
      scope: 'distribution/E1',
    });
  });

  it.each(['Succeeded', 'Success!', 'NotFailed', 'Failed-x', 'Failedx', 'x'])(
    'nothing by the status %j',
    (connectionStatus) => {
      expect(observe({ connectionStatus })).toBeNull();
    },
  );

  it.each([
    ['Shop.Bank.Example.', 'shop.bank.example'],
    [' a_b-c.d ', 'a_b-c.d'],
    ['*.bank.example', '*.bank.example'],
    ['localhost', 'localhost'],
  ])('the host %j as %s', (tlsSni, scope) => expect(observe({ tlsSni })?.scope).toBe(scope));

  it.each(['', 'a b', 'a..b', '.a', 'a/b', `${'a'.repeat(64)}.b`, 'a.*.b', `${'abcdefg.'.repeat(32)}x`])(
    'not the host %j, which is none',
    (tlsSni) => expect(observe({ tlsSni })?.scope).toBe('distribution/E1'),
  );

  it('the client as far as it is there', () => {
    expect(observe({})?.client).toBeNull();
    expect(
      observe({
        clientLeafCertSubject: 'CN=edi,O=Acme',
        clientLeafCertIssuer: 'CN=CA',
        clientLeafCertSerialNumber: '00:b1',
        clientLeafCertValidity: 'NotBefore=2026-06-05T23:28:21Z; NotAfter=2027-05-12T23:28:21Z',
        clientIp: ' 203.0.113.7 ',
      })?.client,
    ).toEqual({
      subjectDn: 'O=Acme,CN=edi',
      issuerDn: 'CN=CA',
      serialNumber: 'B1',
      notBefore: Date.UTC(2026, 5, 5, 23, 28, 21),
      notAfter: Date.UTC(2027, 4, 12, 23, 28, 21),
      fingerprint: null,
      sourceIp: '203.0.113.7',
      userAgent: '',
    });
    const none = { subjectDn: '', issuerDn: '', serialNumber: '', notBefore: null, notAfter: null };
    expect(observe({ clientIp: '203.0.113.7' })?.client).toMatchObject(none);
    expect(observe({ clientLeafCertValidity: 'NotAfter=x' })?.client).toMatchObject(none);
    expect(observe({ clientLeafCertSubject: 'CN=edi,O=Acme' })?.client).toMatchObject({
      issuerDn: 'O=Acme,(issuer not in the log)',
    });
    expect(observe({ clientLeafCertSubject: 'CN=edi' })?.client?.issuerDn).toMatch(/\(issuer not in the log\)$/);
    expect(observe({ clientLeafCertSerialNumber: '0A' })?.client).toMatchObject({
      issuerDn: '(issuer not in the log)',
      serialNumber: '0A',
    });
  });
});
