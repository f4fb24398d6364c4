import { describe, expect, it } from 'vitest';
import { ACCESS_LOG_PATTERN, EXECUTION_LOG_PATTERN } from '../../shared/logs/filter-patterns.js';

const id = '(4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998)';

/** What CloudWatch Logs does with a single quoted phrase, and with a single regular expression over text. */
const letsThrough = {
  execution: (line: string) => line.includes(EXECUTION_LOG_PATTERN.slice(1, -1)),
  access: (line: string) => new RegExp(ACCESS_LOG_PATTERN.slice(1, -1)).test(line),
};

describe('the execution log', () => {
  it('is one quoted phrase, without anything that the grammar would read otherwise', () => {
    expect(EXECUTION_LOG_PATTERN).toMatch(/^"[A-Za-z .:]+"$/);
  });

  it.each([
    ['a line of its own', `${id} Access denied. Reason: Could not find issuer for certificate`],
    ['no request id in front', 'Access denied. Reason: self signed certificate'],
    ['a reason nobody has seen', `${id} Access denied. Reason: the moon was full`],
    [
      'three lines in one event',
      `${id} Extended Request Id: Vts2\r\n${id} Access denied. Reason: x\r\n${id} Forbidden`,
    ],
    ['vended', JSON.stringify({ api_id: 'a1', payload: `${id} Access denied. Reason: certificate has expired` })],
  ])('lets a denial through: %s', (_shape, line) => {
    expect(letsThrough.execution(line)).toBe(true);
  });

  it.each([
    `${id} Extended Request Id: Vts2FFmArPEFh8g=`,
    `${id} ForbiddenException Forbidden: 4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998`,
    `${id} Successfully completed execution`,
    `${id} Method completed with status: 200`,
    `${id} Method completed with status: 403`,
    `${id} Key throttle limit exceeded for Usage Plan ID 1, RestApi 2, Stage 3, Resource 4, HttpMethod GET`,
  ])('keeps back %s', (line) => {
    expect(letsThrough.execution(line)).toBe(false);
  });
});

describe('the access log', () => {
  it('is one regular expression of what CloudWatch Logs documents, within the length of a pattern', () => {
    expect(ACCESS_LOG_PATTERN).toMatch(/^%[A-Za-z0-9:_#=@/;,\-^$?[\]{}|\\*+.]+%$/);
    expect(ACCESS_LOG_PATTERN.match(/\\./g)).toEqual(['\\W']);
    expect(ACCESS_LOG_PATTERN.length).toBeLessThanOrEqual(1024);
  });

  const pem = '-----BEGIN CERTIFICATE-----\nMIIB403\n-----END CERTIFICATE-----';
  it.each([
    ['quoted', '{ "path":"/", "status":"403" }'],
    ['bare', '{"status":403,"path":"/"}'],
    ['spaced', '{"status" : "403"}'],
    ['nested and with line breaks', JSON.stringify({ response: { status: 403 } }, null, 2)],
    ['another key', '{"http_status":403}'],
    ['capitals', '{"statusCode": "403"}'],
    ['dotted', '{"response.status":"403"}'],
    ['raw line breaks in the certificate', `{"identity.clientCert.clientCertPem":"${pem}","status":"403"}`],
    ['a quote that breaks the JSON', '{"identity.userAgent":"a"b","status":"403"}'],
    ['JSON inside JSON', JSON.stringify({ payload: '{"status":"403"}' })],
    ['key and value', 'requestId=1 status=403 path=/'],
  ])('lets a 403 through: %s', (_shape, line) => {
    expect(letsThrough.access(line)).toBe(true);
  });

  it.each([
    ['a success', '{ "requestId":"403", "path":"/403", "responseLength":"403", "status":"200" }'],
    ['a success with a certificate', JSON.stringify({ pem, status: '200', responseLatency: '403' })],
    ['a success whose next value is 403', '{"status":"200","responseLength":403}'],
    ['another error', '{"status":"401"}'],
    ['no status', '{"status":"-","responseLength":"403"}'],
  ])('keeps back %s', (_shape, line) => {
    expect(letsThrough.access(line)).toBe(false);
  });
});
