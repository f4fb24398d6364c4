/** Which keys of an access record stand for which field, and which values are believed under a key that is only similar. */

import { describe, expect, it } from 'vitest';
import { type AccessField, noFields } from '../../shared/logs/access-fields.js';
import { spellingOf } from '../../shared/logs/access-keys.js';
import { PATH } from '../../shared/logs/json-pairs.js';
import { takeLikely } from '../../shared/logs/likely-keys.js';

/** AWS's own names of the variables, with or without what stands before them, and what is written for them in short. */
const SURE: Readonly<Record<AccessField, readonly string[]>> = {
  requestId: ['requestId', 'context.requestId', 'REQUEST_ID'],
  extendedRequestId: ['extendedRequestId', 'context.extendedRequestId'],
  status: ['status', 'context.status', 'statusCode', 'status-code'],
  domainName: ['domainName', 'context.domainName', 'domain_name'],
  apiId: ['apiId', 'context.apiId'],
  stage: ['stage', 'context.stage'],
  errorMessage: ['error.message', 'context.error.message', 'errorMessageString', 'error.messageString'],
  errorResponseType: ['error.responseType', 'context.error.responseType', 'responseType'],
  sourceIp: ['identity.sourceIp', 'context.identity.sourceIp', 'sourceIp', 'ip'],
  userAgent: ['identity.userAgent', 'context.identity.userAgent', 'user-agent'],
  pem: ['identity.clientCert.clientCertPem', 'context.identity.clientCert.clientCertPem', 'clientCertPem'],
  subjectDn: ['identity.clientCert.subjectDN', 'clientCert.subjectDN', 'subject_dn'],
  issuerDn: ['identity.clientCert.issuerDN', 'clientCert.issuerDN', 'issuer_dn'],
  serialNumber: ['identity.clientCert.serialNumber', 'clientCert.serialNumber', 'serial_number'],
  notBefore: [
    'identity.clientCert.validity.notBefore',
    'clientCert.validity.notBefore',
    'validity.notBefore',
    'notBefore',
  ],
  notAfter: ['identity.clientCert.validity.notAfter', 'clientCert.validity.notAfter', 'validity.notAfter', 'notAfter'],
};

/** Ends of keys of teams' own choosing. Each stands behind a word that says nothing. */
const LIKELY: Readonly<Record<AccessField, readonly string[]>> = {
  requestId: ['RequestId', 'ReqId'],
  extendedRequestId: ['ExtendedRequestId', 'ExtRequestId', 'ExtendedId'],
  status: ['Status', 'StatusCode', 'ResponseCode', 'HttpCode'],
  domainName: ['DomainName', 'Domain', 'HostName', 'Host'],
  apiId: ['ApiId'],
  stage: ['StageName', 'Stage'],
  errorMessage: ['ErrorMessage', 'ErrorMessageString', 'ErrorMsg'],
  errorResponseType: ['ResponseType', 'ErrorType'],
  sourceIp: ['SourceIp', 'ClientIp', 'RemoteIp', 'IpAddress', 'RemoteAddr'],
  userAgent: ['UserAgent'],
  pem: ['Pem', 'Certificate', 'Cert', 'Crt'],
  subjectDn: ['SubjectDn', 'SubjectName', 'Subject', 'ClientDn', 'Sdn', 'Client'],
  issuerDn: ['IssuerDn', 'IssuerName', 'Issuer', 'IssuedBy', 'Idn'],
  serialNumber: ['SerialNumber', 'SerialNo', 'Serial'],
  notBefore: ['NotBefore', 'ValidFrom'],
  notAfter: ['NotAfter', 'ValidTo', 'ValidUntil', 'Expires', 'Expiry', 'Expiration'],
};

const rows = (table: Readonly<Record<AccessField, readonly string[]>>) =>
  Object.entries(table).flatMap(([field, keys]) => keys.map((key) => [key, field as AccessField] as const));

it.each(rows(SURE))('%s is the %s', (key, field) => {
  expect(spellingOf(key)).toEqual({ field, isSure: true });
});

it.each(rows(LIKELY))('a key that ends in %s may be the %s', (ending, field) => {
  expect(spellingOf(`their${ending}`)).toEqual({ field, isSure: false });
  expect(spellingOf(`their.${ending.replace(/(?<=.)(?=[A-Z])/g, '_').toLowerCase()}`)).toEqual({
    field,
    isSure: false,
  });
});

it.each([
  'integration',
  'authorizer',
  'authenticate',
  'waf',
  'webacl',
  'lambda',
  'backend',
  'upstream',
  'endpoint',
  'cognito',
  'claims',
  'principal',
  'caller',
  'sts',
  'xray',
])('a status, a request id or a subject of the %s belongs to another party', (party) => {
  expect([`${party}.their_status`, `${party}TheirSubject`, `my_${party}_reqId`].map(spellingOf)).toEqual([
    null,
    null,
    null,
  ]);
});

it.each(['latency', 'path', 'statusText', 'contextual.length', 'x', ''])('%j stands for no field', (key) => {
  expect(spellingOf(key)).toBeNull();
});

it('reads the first 128 letters of a key for its name, and 256 characters for its end', () => {
  expect(spellingOf(`${'.'.repeat(248)}status`)).toEqual({ field: 'status', isSure: true });
  expect(spellingOf(`${'.'.repeat(251)}status`)).toBeNull();
});

const taken = (pairs: Readonly<Record<string, string>>) => {
  const into = noFields();
  takeLikely(
    Object.entries(pairs).map(([key, value]) => [key.replaceAll('.', PATH), value] as const),
    into,
  );
  return into;
};

const ID = '4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998';
const DN = 'C=US,O=Acme Logistics Inc.,CN=Acme Logistics Issuing CA';

describe('under a key that is only similar, a value must look like one of the field', () => {
  const LOOKS: readonly (readonly [AccessField, key: string, takes: readonly string[], not: readonly string[]])[] = [
    [
      'requestId',
      'ourReqId',
      [ID, 'a+b/c-d=', 'x'.repeat(128)],
      ['a b c d e f', 'short-7', 'x'.repeat(129), `${ID} `.repeat(2), `<${ID}`],
    ],
    [
      'extendedRequestId',
      'ourExtendedId',
      ['Vts2FFmArPEFh8g=', 'x'.repeat(128)],
      ['Vts2 FFmArPEFh8', 'x'.repeat(7), '<Vts2FFmArPE', 'Vts2FFmArPE>'],
    ],
    ['status', 'ourStatus', ['403', '100', '599'], ['600', '099', '4030', '40', '4O3', 'x403']],
    [
      'domainName',
      'ourHost',
      ['partners.bank.example', 'a.bc', 'a-b.c_d.ex'],
      [
        'localhost',
        'a.b',
        'partners.bank.example/',
        '/partners.bank.example',
        `${'x'.repeat(64)}.example`,
        'a.'.repeat(9).concat('example'),
      ],
    ],
    [
      'apiId',
      'ourApiId',
      ['uwe3g5jm54', 'abcdef', 'a'.repeat(64)],
      ['UWE3G5JM54', 'abcde', 'a'.repeat(65), 'uwe3g5jm54/', '-uwe3g5jm54'],
    ],
    [
      'stage',
      'ourStage',
      ['prod', '$default', 'v-1', 'x'.repeat(128)],
      ['two words', 'prod/', '/prod', 'x'.repeat(129)],
    ],
    ['errorMessage', 'ourErrorMsg', ['Forbidden', 'f'], []],
    [
      'errorResponseType',
      'ourErrorType',
      ['ACCESS_DENIED', 'DEFAULT_4XX', 'AB'],
      ['access_denied', 'A', '_DENIED', 'ACCESS DENIED', 'DEFAULT_4XX: no', `A${'B'.repeat(64)}`],
    ],
    [
      'sourceIp',
      'ourClientIp',
      ['203.0.113.10', '2001:db8::1', '::1', 'f'.repeat(45)],
      ['host.example', '::', '203.0.113.10/24', '[203.0.113.10', 'f'.repeat(46)],
    ],
    ['userAgent', 'ourUserAgent', ['edi-gateway/3.1 (linux; x64)', 'x'], []],
    [
      'pem',
      'ourCert',
      ['-----BEGIN CERTIFICATE-----\nMII', '        -----BEGIN X'],
      ['MIIB', 'x -----BEGIN CERTIFICATE', '----BEGIN CERTIFICATE', '-----BEGINCERTIFICATE'],
    ],
    [
      'subjectDn',
      'ourSubject',
      [DN, '/C=US/O=Acme', 'OID.2.5.4.3=x', 'x=y'],
      ['Acme', ',CN=x', '2.5.4.3=x', '//C=US', `a${'b'.repeat(41)}=x`, 'C N=x'],
    ],
    [
      'issuerDn',
      'ourIssuer',
      [DN, '/C=US/O=Acme', 'OID.2.5.4.3=x'],
      ['Acme', ',CN=x', '2.5.4.3=x', '//C=US', `a${'b'.repeat(41)}=x`, 'C N=x'],
    ],
    [
      'serialNumber',
      'ourSerial',
      ['0c:0c:5a', 'AB12', '7', `a${':'.repeat(79)}`],
      ['serial 7', ':0c', 'xyz', `a${'b'.repeat(80)}`, '7-8'],
    ],
    [
      'notBefore',
      'ourValidFrom',
      ['Oct  7 13:00:00 2026 GMT', '2026-10-07T13:00:00Z'],
      ['October 7', '7 Oct 2026', '2026/10/07', 'on Oct  7', '12026-10-07', 'oct 7', '202-10-07'],
    ],
    [
      'notAfter',
      'ourExpiry',
      ['Aug  5 00:28:21 2027 GMT', '2027-08-05'],
      ['August 5', '5 Aug 2027', '2027/08/05', 'on Aug  5', '12027-08-05', 'aug 5', '202-08-05'],
    ],
  ];

  it.each(LOOKS)('%s', (field, key, takes, not) => {
    expect(takes.map((value) => taken({ [key]: value }))).toEqual(takes.map((value) => ({ [field]: value.trim() })));
    expect(not.filter((value) => taken({ [key]: value })[field] !== undefined)).toEqual([]);
  });
});

it('takes nothing under a similar key that two different values compete for, and the same value twice', () => {
  expect(taken({ ourStatus: '403', theirStatus: '200' })).toEqual({});
  expect(taken({ ourStatus: '403', theirStatus: '403' })).toEqual({ status: '403' });
  expect(taken({ ourStatus: '-', theirStatus: ' 403 ', a: '' })).toEqual({ status: '403' });
});

it('leaves keys that decide the field alone: whoever reads those has read them before', () => {
  expect(taken({ status: '403', requestId: ID })).toEqual({});
});

describe('under a key that says nothing, only what shows by itself what it is', () => {
  const TELLS: readonly (readonly [AccessField, takes: readonly string[], not: readonly string[]])[] = [
    ['requestId', [ID, ID.toUpperCase()], [`${ID}0`, `0${ID}`, ID.replaceAll('-', ''), ID.replace('4f', '4g')]],
    [
      'extendedRequestId',
      ['Vts2FFmArPEFh8g=', `${'a'.repeat(11)}=`, `${'/'.repeat(19)}=`],
      [`${'a'.repeat(10)}=`, `${'a'.repeat(20)}=`, 'Vts2FFmArPEFh8g', 'Vts2FFmArPEFh8g==', ':Vts2FFmArPEFh8g='],
    ],
    [
      'pem',
      [
        '-----BEGIN CERTIFICATE-----\nMII',
        '-----BEGIN X509 CERTIFICATE-----\\nMII',
        '-----BEGIN CERTIFICATE-----\r\nMII',
        '-----BEGIN CERTIFICATE-----\\rMII',
      ],
      [
        '-----BEGIN CERTIFICATE-----MII',
        '-----BEGIN CERTIFICATE----- MII',
        'x-----BEGIN CERTIFICATE-----\nMII',
        '-----BEGIN PUBLIC KEY-----\nMII',
      ],
    ],
    ['status', ['403', '100', '599'], ['600', '4030', '1403', '40', '40x']],
  ];

  it.each(TELLS)('%s', (field, takes, not) => {
    expect(takes.map((value) => taken({ a: value }))).toEqual(takes.map((value) => ({ [field]: value })));
    expect(takes.map((value) => taken({ a: value, b: value }))).toEqual(takes.map(() => ({})));
    expect(not.filter((value) => taken({ a: value })[field] !== undefined)).toEqual([]);
  });

  it.each(['agent', 'userAgents', 'path', 'uri', 'url', 'query', 'route', 'header.x', 'referer', 'ua', 'x_ua', 'x.UA'])(
    'nothing under %s, which a client writes',
    (key) => expect(taken({ [key]: ID })).toEqual({}),
  );

  it.each(['aqua', 'x_uab'])('%s is no key that a client writes', (key) => {
    expect(taken({ [key]: ID })).toEqual({ requestId: ID });
  });

  it.each(['length', 'Latency', 'bytesSent', 'size', 'port', 'requestTime', 'duration'])(
    'no number under %s, which is a measure, and no other text for that reason',
    (key) => {
      expect(taken({ [key]: '403' })).toEqual({});
      expect(taken({ [key]: '403', code: '500' })).toEqual({ status: '500' });
      expect(taken({ [key]: ID })).toEqual({ requestId: ID });
    },
  );

  it.each(['C', 'CN', 'O', 'OU', 'DC', 'ST', 'L'])('a name that begins with %s= is the one that is missing', (type) => {
    for (const name of [`${type}=x`, `/${type}=x`]) {
      expect(taken({ ourSubject: DN, a: name })).toEqual({ subjectDn: DN, issuerDn: name });
      expect(taken({ ourIssuer: DN, a: name })).toEqual({ issuerDn: DN, subjectDn: name });
      expect(taken({ a: name })).toEqual({});
      expect(taken({ ourSubject: DN, a: name, b: `${name}y` })).toEqual({ subjectDn: DN });
      expect(taken({ ourSubject: DN, ourIssuer: DN, a: name })).toEqual({ subjectDn: DN, issuerDn: DN });
    }
    for (const other of [`x${type}=x`, `//${type}=x`, `${type}x`]) {
      expect(taken({ ourSubject: DN, a: other })).toEqual({ subjectDn: DN });
    }
  });
});
