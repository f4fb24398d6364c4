import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoize } from '../../shared/base/memoize.js';
import { isPlainSuccess, readJsonObject } from '../../shared/logs/parse-access.js';
import { accessFields } from '../../shared/logs/read-record.js';
import type { LogEvent, Parsed } from '../../shared/model/index.js';
import { type ForbiddenCause, reasonIdOf } from '../../shared/model/reasons.js';
import { anyText } from '../support/any-text.js';
import { ca, leaf } from '../support/certificates.js';
import {
  accessBatch,
  accessEvent,
  accessFieldsOf,
  denialAsLines,
  denialAsOneEvent,
  executionBatch,
  T0,
  uuid,
} from '../support/logs.js';
import { parse } from '../support/parse.js';

const event = (message: string, n = 1): LogEvent => ({ id: `e${n}`, timestamp: T0 + n, message });
const texts = (...messages: string[]): Parsed => parse(executionBatch(messages.map((message, n) => event(message, n))));
const access = (fields: Record<string, unknown>): Parsed => parse(accessBatch([event(JSON.stringify(fields))]));

const issued = leaf({
  subject: 'C=US,O=Real,CN=the real client',
  key: 'ec-a',
  serial: 'a1b2c3',
  issuer: ca({ subject: 'C=US,O=Real,CN=Real CA', key: 'ec-b' }),
});
const [leafPem, leafSerial] = [issued.pem, issued.certificate.serialNumber];
const [leafIssuerDn, leafSubjectDn] = ['C=US,O=Real,CN=Real CA', 'C=US,O=Real,CN=the real client'];

describe('the failure line', () => {
  const wanted = {
    requestId: uuid(1),
    extendedRequestId: 'Ext1FEwPEFhg=',
    reason: 'issuer-not-found',
    reasonText: 'Could not find issuer for certificate',
    api: { apiId: 'abc123', stage: 'prod' },
  };

  it.each([
    ['three events', denialAsLines({ n: 1 })],
    ['three events in disorder', denialAsLines({ n: 1 }).reverse()],
    ['one event, prefix on the first line', [denialAsOneEvent({ n: 1 })]],
    ['one event, prefix on each line', [denialAsOneEvent({ n: 1 }, { prefix: 'each' })]],
    ['one event without a prefix', [denialAsOneEvent({ n: 1 }, { prefix: 'none' })]],
    ['one event with CRLF', [denialAsOneEvent({ n: 1 }, { eol: '\r\n', prefix: 'each' })]],
    [
      'a vended record as JSON',
      [
        event(
          JSON.stringify({
            resource_arn: 'arn:aws:apigateway:eu-central-1::/restapis/abc123/stages/prod',
            event_timestamp: '1700000000000',
            api_id: 'abc123',
            stage: 'prod',
            resource_path: '/orders',
            http_method: 'POST',
            payload: denialAsOneEvent({ n: 1 }).message,
          }),
        ),
      ],
    ],
    [
      'a vended record as text',
      [
        event(
          `arn:aws:apigateway:eu-central-1::/restapis/abc123/stages/prod 1700000000000 abc123 prod /orders POST ${denialAsOneEvent({ n: 1 }).message}`,
        ),
      ],
    ],
  ])('is read as %s', (_, events) => {
    const { denials, rejected } = parse(executionBatch(events));
    expect(denials).toHaveLength(1);
    expect(denials[0]).toMatchObject(wanted);
    expect(rejected).toEqual([]);
  });

  it('keeps two interleaved requests apart', () => {
    const [a, b] = [
      denialAsLines({ n: 1, at: T0 }),
      denialAsLines({ n: 2, at: T0, reason: 'certificate has expired' }),
    ];
    const { denials } = parse(executionBatch(a.flatMap((line, index) => [line, b[index]!])));
    expect(denials.map((denial) => [denial.requestId, denial.extendedRequestId, denial.reason]).sort()).toEqual([
      [uuid(1), 'Ext1FEwPEFhg=', 'issuer-not-found'],
      [uuid(2), 'Ext2FEwPEFhg=', 'expired'],
    ]);
  });

  it('uses each extended id for one denial only', () => {
    const lines = [
      '(x) Extended Request Id: first=',
      '(x) Access denied. Reason: self signed certificate',
      '(x) Access denied. Reason: self signed certificate',
    ];
    expect(texts(...lines).denials.map((denial) => denial.extendedRequestId)).toEqual(['first=', null]);
  });

  it('takes the request id of a bare denial from the line after it, and counts one that has none', () => {
    const bare = [
      'Extended Request Id: e1=',
      'Access denied. Reason: self signed certificate',
      'ForbiddenException Forbidden: r1',
    ];
    expect(texts(...bare).denials).toMatchObject([{ requestId: 'r1', extendedRequestId: 'e1=' }]);
    expect(texts('Access denied. Reason: self signed certificate').denials).toMatchObject([{ requestId: '' }]);
  });

  it('is not forged by a request body or a header', () => {
    const { denials, passed } = texts(
      '(r1) Method request body before transformations: {"a":\nAccess denied. Reason: self signed certificate\n}',
      '(r2) Method request headers: {User-Agent=Access denied. Reason: self signed certificate}',
    );
    expect(denials).toEqual([]);
    expect(passed).toBe(2);
  });

  it('passes the other lines of a request over', () => {
    expect(texts('(r1) Starting execution for request: r1', '(r1) Method completed with status: 200', '').passed).toBe(
      3,
    );
  });
});

describe('reasons', () => {
  it.each([
    ['Could not find issuer for certificate', 'issuer-not-found'],
    ['Client cert using an insecure Signature Algorithm', 'insecure-signature-algorithm'],
    ['self signed certificate', 'self-signed'],
    ['self-signed certificate', 'self-signed'],
    ['self-signed certificate in certificate chain', 'self-signed-in-chain'],
    ['certificate has expired', 'expired'],
    ['the moon is in the wrong house', 'other'],
  ])('%s is %s', (text, id) => expect(reasonIdOf(text)).toBe(id));

  it('keeps an unknown reason, cleaned and cut', () => {
    const [denial] = texts(`(r1) Access denied. Reason: strange\u202e\u0007 ${'x'.repeat(999)}`).denials;
    expect(denial).toMatchObject({ reason: 'other', reasonText: expect.stringMatching(/^strange\ufffd\ufffd x+…$/) });
    expect(denial?.reasonText).toHaveLength(200);
  });
});

describe('the access record', () => {
  const fields = accessFieldsOf({ n: 1 });
  const wanted = {
    requestId: uuid(1),
    extendedRequestId: 'Ext1FEwPEFhg=',
    scope: 'api.bank.example',
    client: {
      issuerDn: 'C=US,O=Acme,CN=Acme CA',
      subjectDn: 'C=US,O=Acme,CN=client-1',
      serialNumber: '01',
      notAfter: Date.UTC(2120, 7, 5, 0, 28, 21),
      sourceIp: '203.0.113.7',
    },
  };
  const nested = {
    requestId: fields.requestId,
    extendedRequestId: fields.extendedRequestId,
    domainName: fields.domainName,
    status: 403,
    error: { message: 'Forbidden' },
    identity: {
      sourceIp: '203.0.113.7',
      clientCert: {
        issuerDN: 'CN=Acme CA, O=Acme, C=US',
        subjectDN: '/C=US/O=Acme/CN=client-1',
        serialNumber: '01:',
        validity: { notAfter: 'Aug  5 00:28:21 2120 GMT' },
      },
    },
  };

  it.each([
    ['dotted keys', fields],
    [
      'underscores',
      Object.fromEntries(Object.entries(fields).map(([key, value]) => [key.replaceAll('.', '_'), value])),
    ],
    ['a bare status', { ...fields, status: 403 }],
    ['nested objects', nested],
  ])('is read with %s', (_, record) => {
    expect(access(record).accesses).toMatchObject([wanted]);
  });

  it('prefers the certificate to the fields beside it', () => {
    const { accesses, certificates } = access({ ...fields, 'identity.clientCert.clientCertPem': leafPem });
    expect(accesses[0]?.client).toMatchObject({
      issuerDn: leafIssuerDn,
      subjectDn: leafSubjectDn,
      serialNumber: leafSerial,
    });
    expect([...certificates.keys()]).toEqual([accesses[0]?.client?.fingerprint]);
  });

  it.each([
    ['escaped line breaks', JSON.stringify(leafPem.replaceAll('\n', '\\n'))],
    ['raw line breaks, which break strict JSON', `"${leafPem}"`],
    ['spaces for line breaks', JSON.stringify(leafPem.replaceAll('\n', ' '))],
    ['no line breaks', JSON.stringify(leafPem.replaceAll('\n', ''))],
  ])('reads a PEM with %s', (_, pem) => {
    const text = JSON.stringify(fields).replace(
      '"identity.clientCert.clientCertPem":"-"',
      `"identity.clientCert.clientCertPem":${pem}`,
    );
    const { accesses, rejected } = parse(accessBatch([event(text)]));
    expect(rejected).toEqual([]);
    expect(accesses[0]?.client).toMatchObject({ serialNumber: leafSerial, issuerDn: leafIssuerDn });
  });

  it('falls back to the fields when the PEM is broken, and takes a missing value for missing', () => {
    const broken = { ...fields, 'identity.clientCert.clientCertPem': '-----BEGIN CERTIFICATE-----\nnope' };
    expect(access(broken).accesses).toMatchObject([wanted]);
    const none = Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [key, key.includes('clientCert') ? '-' : value]),
    );
    expect(access(none).accesses).toMatchObject([{ client: null }]);
  });

  it('passes successes over and rejects what is broken, without costing the neighbours', () => {
    const good = accessEvent({ n: 3 });
    const batch = accessBatch([
      event('{"requestId":', 1),
      event(JSON.stringify({ ...fields, status: '200' }), 2),
      event(JSON.stringify({ ...fields, requestId: '-', extendedRequestId: '-' }), 4),
      good,
    ]);
    const parsed = parse(batch);
    expect(parsed.accesses.map((record) => record.requestId)).toEqual([uuid(3)]);
    expect(parsed.rejected.map((reject) => reject.code)).toEqual([
      'broken-access-record',
      'access-record-without-request-id',
    ]);
    expect(parsed.passed).toBe(1);
  });

  it.each<[ForbiddenCause, string, string]>([
    ['authorizer-denied', 'User is not authorized to access this resource with an explicit deny', 'ACCESS_DENIED'],
    [
      'iam-denied',
      'User: arn:aws:iam::1:user/x is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api',
      'ACCESS_DENIED',
    ],
    [
      'resource-policy-denied',
      'User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn',
      'ACCESS_DENIED',
    ],
    ['invalid-security-token', 'The security token included in the request is invalid.', '-'],
    ['missing-authentication-token', 'Missing Authentication Token', 'MISSING_AUTHENTICATION_TOKEN'],
    ['signature-expired', 'Signature expired: 20261120T000000Z', 'INVALID_SIGNATURE'],
    [
      'signature-mismatch',
      'The request signature we calculated does not match the signature you provided.',
      'INVALID_SIGNATURE',
    ],
    ['incomplete-signature', "Authorization header requires 'Credential' parameter.", '-'],
    ['invalid-api-key', 'Invalid API Key identifier specified', 'INVALID_API_KEY'],
    ['waf', 'Forbidden', 'WAF_FILTERED'],
    ['expired-token', '-', 'EXPIRED_TOKEN'],
    ['other', 'a message of nobody knows whom', '-'],
  ])('tells %s apart', (cause, message, responseType) => {
    const parsed = access({ ...fields, 'error.message': message, 'error.responseType': responseType });
    expect(parsed.otherForbidden).toMatchObject([{ cause, scope: 'api.bank.example' }]);
    expect(parsed.accesses).toEqual([]);
  });
});

describe('a success told without reading it', () => {
  it('is one in full as well: it has a status of its own, and not 403', () => {
    const value = fc.oneof(
      fc.constantFrom(
        '200',
        '403',
        '-',
        200,
        403,
        502,
        '"status":"200"',
        '"status": 403,',
        'x/403',
        'a403',
        '4031',
        1403,
        '\n403',
        ' 403 ',
        '/{id}',
        '{"status":"200"}',
      ),
      fc.string(),
    );
    const key = fc.constantFrom(
      'status',
      'Status',
      'integration',
      'error.message',
      'path',
      'identity.userAgent',
      'payload',
    );
    const others = fc.dictionary(key, fc.oneof(value, fc.dictionary(key, value, { maxKeys: 2 })), { maxKeys: 3 });
    const status = fc.constantFrom('200', 200, '502', '403', '-', undefined);
    const written = fc
      .tuple(others, status, others, fc.constantFrom(undefined, 1))
      .map(([before, own, after, indent]) => JSON.stringify({ ...before, status: own, ...after }, null, indent));
    let told = 0;
    fc.assert(
      fc.property(written, (text) => {
        if (!isPlainSuccess(text)) return;
        told++;
        const { status } = accessFields(readJsonObject(text) ?? {});
        expect(status).toBeDefined();
        expect(status).not.toBe('403');
      }),
      { numRuns: 5_000 },
    );
    expect(told).toBeGreaterThan(100);
  });

  it.each([
    ['quoted', { ...accessFieldsOf({ n: 1 }), status: '200' }, true],
    ['a number', { ...accessFieldsOf({ n: 1 }), status: 502 }, true],
    ['refused', accessFieldsOf({ n: 1 }), false],
    ['beside an id', { ...accessFieldsOf({ n: 1 }), requestId: '403a-0403', path: '/a/{id}', status: '200' }, true],
    ['beside another', { ...accessFieldsOf({ n: 1 }), statusCode: '403', status: '200' }, false],
    ['beside another behind a space', { ...accessFieldsOf({ n: 1 }), statusCode: '\n403', status: '200' }, false],
    ['under another key', { ...accessFieldsOf({ n: 1 }), status: undefined, responseStatus: '200' }, false],
    ["the integration's", { 'error.message': 'Forbidden', integration: { status: '200' } }, false],
  ])('where the status is %s: %j', (_, record, expected) => {
    expect(isPlainSuccess(JSON.stringify(record))).toBe(expected);
  });

  it.each([undefined, true] as const)('is none where the format has its status within other text: %s', (told) => {
    const format = '{"requestId":"$context.requestId","result":"HTTP$context.status","status":"$context.waf.status"}';
    const events = [200, 403, 403].map((status, n): LogEvent => {
      const message = JSON.stringify({ requestId: `r-${n}`, result: `HTTP${status}`, status: '200' });
      return { ...event(message, n), ...(told && { isPlainSuccess: told }) };
    });
    const { accesses, passed } = parse({ ...accessBatch(events), logGroup: 'own' }, {}, false, { own: format });
    expect(accesses.map(({ requestId }) => requestId)).toEqual(['r-1', 'r-2']);
    expect(passed).toBe(1);
  });
});

describe('what is remembered', () => {
  it('keeps inputs with one ending apart', () => {
    const worked: string[] = [];
    const work = memoize(
      { entriesMax: 10, keyCharsMax: 1_000 },
      (text: string) => text,
      (text) => {
        worked.push(text);
        return text[0];
      },
    );
    const [a, b] = [`a${'x'.repeat(500)}`, `b${'x'.repeat(500)}`];
    expect([a, a, b, b, a].map(work)).toEqual(['a', 'a', 'b', 'b', 'a']);
    expect(worked).toEqual([a, b, a]);
  });
});

describe('parse', () => {
  it('tells the kind by the content, not by the name of the log group', () => {
    expect(parse(accessBatch(denialAsLines({ n: 1 }))).denials).toHaveLength(1);
    expect(parse(executionBatch([accessEvent({ n: 1 })])).accesses).toHaveLength(1);
  });

  it('names the scope of a denial by the configuration, the API or the log group', () => {
    const batch = executionBatch(denialAsLines({ n: 1 }));
    expect(parse(batch, { 'abc123/prod': 'api.bank.example' }).denials[0]?.scope).toBe('api.bank.example');
    expect(parse(batch).denials[0]?.scope).toBe('abc123/prod');
    expect(parse(executionBatch(denialAsLines({ n: 1 }), '/vended/execution')).denials[0]?.scope).toBe(
      '/vended/execution',
    );
  });

  it('knows the API of a vended record, JSON or text, wherever it is delivered', () => {
    const arn = 'arn:aws:apigateway:eu-central-1::/restapis/abc123/stages/prod';
    const { message } = denialAsOneEvent({ n: 1 });
    const records = [
      JSON.stringify({ resource_arn: arn, api_id: 'abc123', stage: 'prod', payload: message }),
      `${arn} 1700000000000 abc123 prod /orders POST ${message}`,
    ];
    for (const record of records) {
      const [denial] = parse(executionBatch([{ id: '1', timestamp: T0, message: record }], '/vended')).denials;
      expect(denial).toMatchObject({ api: { apiId: 'abc123', stage: 'prod' }, scope: 'abc123/prod' });
    }
  });

  it('takes no API from what a client may have written after the line’s beginning', () => {
    const arn = 'arn:aws:apigateway:eu-central-1::/restapis/victim/stages/prod';
    const forged = `(${uuid(1)}) Access denied. Reason: ${arn} `;
    const [denial] = parse(executionBatch([{ id: '1', timestamp: T0, message: forged }])).denials;
    expect(denial?.api).toEqual({ apiId: 'abc123', stage: 'prod' });
  });

  it('never throws, and accounts for every event', () => {
    const hostile = fc.oneof(
      anyText(),
      fc.json(),
      fc
        .object({
          key: fc.constantFrom('requestId', 'status', 'error.message', 'identity', 'clientCert', 'payload', 'x'),
        })
        .map((o) => JSON.stringify(o)),
      fc
        .tuple(
          fc.constantFrom('(r) ', ''),
          fc.constantFrom('Access denied. Reason: ', 'Extended Request Id: ', '{"status":403,'),
          fc.string(),
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 8 }), (messages) => {
        const batch = executionBatch(messages.map((message, n) => event(message, n)));
        const { denials, accesses, otherForbidden, rejected, passed } = parse(batch);
        const linesAround = messages.filter((message) =>
          /^\s*(\(r\) )?(Extended|ForbiddenException)/.test(message),
        ).length;
        const accounted = denials.length + accesses.length + otherForbidden.length + rejected.length + passed;
        expect(accounted).toBeGreaterThanOrEqual(messages.length - linesAround);
        expect(accounted).toBeLessThanOrEqual(messages.length);
      }),
      { numRuns: 500 },
    );
  });
});

it('tells clients apart that are logged with the same unreadable certificate', () => {
  const pem = { 'identity.clientCert.clientCertPem': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----' };
  const issuers = ['C=US,O=First,CN=CA', 'C=US,O=Second,CN=CA'];
  const events = issuers.map((issuerDn, n) => accessEvent({ n, issuerDn }, pem));
  expect(parse(accessBatch(events)).accesses.map(({ client }) => client?.issuerDn)).toEqual(issuers);
});
