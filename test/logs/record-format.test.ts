/** A record by the format of its log group: by its keys where it is an object, else by the texts between the values. */

import { describe, expect, it } from 'vitest';
import { recordFormat } from '../../shared/logs/record-format.js';

const ID = '6f1a6b5e-0000-4000-8000-00000000002a';

function read(template: string, text: string) {
  let json: Record<string, unknown> | null = null;
  try {
    json = JSON.parse(text);
  } catch {}
  return recordFormat(template)?.read(text, json) ?? null;
}

const JSON_FORMAT = '{"id":"$context.requestId","s":"$context.status","at":{"a":"$context.apiId"}}';

it('reads an object by its keys, in whatever order, with others between them', () => {
  const fields = { requestId: ID, status: '403', apiId: 'abc123' };
  const text = `{"s":"403","other":1,"at":{"more":[1],"a":"abc123"},"id":"${ID}"}`;
  expect(recordFormat(JSON_FORMAT)?.isJson).toBe(true);
  expect(read(JSON_FORMAT, text)).toMatchObject({ fields, isRecovered: false });
  // Cut off, or with a raw line break: what is whole is read all the same.
  expect(read(JSON_FORMAT, text.replace('"other":1', '"other":"a\nb"'))).toMatchObject({ fields, isRecovered: true });
  expect(read(JSON_FORMAT, '{"x":"403","y":{"a":1}}')).toBe(null);
});

it.each<[string, string, object | null]>([
  ['$context.requestId $context.status', `${ID} 403`, { requestId: ID, status: '403' }],
  ['$context.status [$context.requestId]', `403 [${ID}]`, { requestId: ID, status: '403' }],
  ['$context.requestId $context.status', `  ${ID} 403\n`, { requestId: ID, status: '403' }],
  ['$context.requestId $context.status end', `${ID} 403 other`, null],
  ['$context.requestId $context.status', 'a sentence of more words than that', null],
  ['$context.stage $context.apiId', 'prod abc123', null],
])('by %j reads %j as %j', (template, text, fields) => {
  const found = read(template, text);
  if (fields === null) expect(found).toBe(null);
  else expect(found).toMatchObject({ fields, isRecovered: false });
});

it('is no format without variables', () => {
  expect(recordFormat('a text')).toBe(null);
  expect(recordFormat('')).toBe(null);
  expect(recordFormat('{"a":"b"}')).toBe(null);
});

describe('in a text without keys, a variable takes only what looks like one of its values', () => {
  const TIMES = [
    'Oct  7 13:00:00 2026 GMT',
    'Oct 17 13:00:00 2026 GMT',
    '2026-10-07T13:00:00Z',
    '2026-10-07T13:00:00.123+02:00',
    '2026-10-07T13:00:00-0700',
  ];
  const NUMBERS = ['0', '23', '0.017', '-'];
  const SHAPES: Readonly<Record<string, readonly [takes: readonly string[], not: readonly string[]]>> = {
    extendedRequestId: [
      ['Vts2FFmArPEFh8g=', 'a+b/c-d_e=', 'x'.repeat(128), '-'],
      ['a b', 'a:b', 'x'.repeat(129)],
    ],
    'integration.requestId': [
      [ID, 'x', '-'],
      ['a b', 'a:b'],
    ],
    domainName: [
      ['partners.bank.example', '$x-1', '-'],
      ['a b', 'a/b', 'x'.repeat(256)],
    ],
    domainPrefix: [
      ['partners', '-'],
      ['a b', 'a/b'],
    ],
    apiId: [
      ['abc123', 'A1', '-'],
      ['a-b', 'x'.repeat(65), ''],
    ],
    stage: [
      ['prod', '$default', 'a-b_c', '-'],
      ['a.b', 'a b', 'x'.repeat(129)],
    ],
    accountId: [
      ['123456789012', '-'],
      ['12345678901', '1234567890123', 'x'],
    ],
    httpMethod: [
      ['GET', 'Propfind', '-'],
      ['G1', 'GET POST', 'x'.repeat(21)],
    ],
    protocol: [
      ['HTTP/1.1', 'HTTP/2', '-'],
      ['HTTPS/1', 'HTTP/1.1.1', 'http/1.1', 'HTTP/x'],
    ],
    requestTime: [['13/Oct/2026:09:20:00 +0000', '3/Oct/2026:09:20:00 -0700', '-'], []],
    requestTimeEpoch: [
      ['1791883200', '1791883200000', '-'],
      ['179188320', '17918832000000000', 'x'],
    ],
    responseLength: [NUMBERS, ['x', '1.2.3', '1,5']],
    responseLatency: [NUMBERS, ['x', '1.2.3', '1,5']],
    integrationLatency: [NUMBERS, ['x', '1.2.3', '1,5']],
    'integration.latency': [NUMBERS, ['x', '1.2.3', '1,5']],
    integrationStatus: [
      ['200', '-'],
      ['20', '2000', 'x'],
    ],
    'integration.status': [
      ['200', '-'],
      ['20', '2000', 'x'],
    ],
    'identity.sourceIp': [
      ['203.0.113.10', '2001:db8::1', '-'],
      ['host', '203.0.113.10/24', 'f'.repeat(46)],
    ],
    'identity.clientCert.serialNumber': [['0c:0C:5a', '12', '-'], []],
    'identity.clientCert.validity.notBefore': [[...TIMES, '-'], []],
    'identity.clientCert.validity.notAfter': [[...TIMES, '-'], []],
    'error.responseType': [
      ['ACCESS_DENIED', 'DEFAULT_4XX', '-'],
      ['access_denied', 'A', 'A-B', '_AB'],
    ],
  };

  it.each(Object.entries(SHAPES))('%s', (name, [takes, not]) => {
    const template = `$context.${name} $context.requestId $context.status`;
    const line = (value: string) => `${value} ${ID} 403`;
    expect(takes.map((value) => [value, read(template, line(value))?.fields.requestId])).toEqual(
      takes.map((value) => [value, ID]),
    );
    expect(not.filter((value) => read(template, line(value)) !== null)).toEqual([]);
  });

  it('a free text ends where the rest of the line fits', () => {
    const template = '$context.identity.userAgent $context.path $context.requestId $context.status';
    expect(read(template, `edi gateway (x; y) /a b/c ${ID} 403`)?.fields).toMatchObject({
      requestId: ID,
      status: '403',
    });
  });

  it.each([
    ['C=US,O=Acme,CN=x', 'C=US,O=Acme,CN=CA'],
    ['CN=x,O=Acme,C=US', 'CN=CA,O=Acme,C=US'],
    ['C=US, O=Acme, Inc., CN=x', 'C=DE, ST=Berlin, L=Berlin, O=Acme, OU=PKI, CN=CA'],
    ['/C=US/O=Acme/CN=x', '/C=US/O=Acme/CN=CA'],
    ['CN=x', 'CN=CA'],
  ])('two names follow one another, with what also stands within them: %s and %s', (subjectDn, issuerDn) => {
    for (const between of [',', ', ', ' ', '/', ';']) {
      const template = `$context.requestId${between}$context.identity.clientCert.subjectDN${between}$context.identity.clientCert.issuerDN${between}$context.status`;
      const found = read(template, [ID, subjectDn, issuerDn, '403'].join(between));
      expect([between, found?.fields.subjectDn, found?.fields.issuerDn]).toEqual([between, subjectDn, issuerDn]);
    }
  });
});
