import { describe, expect, it } from 'vitest';
import { ACCESS_LOG_PATTERN, accessLogPattern } from '../../shared/logs/filter-patterns.js';
import { ACCESS_FORMATS, refused, rendered } from '../support/access-formats.js';

/** What CloudWatch Logs does with one regular expression over the text of an event. */
const letsThrough = (pattern: string, line: string): boolean => new RegExp(pattern.slice(1, -1)).test(line);

const PEM = '-----BEGIN CERTIFICATE-----\\nMIIB403\\n-----END CERTIFICATE-----';
const success = refused(PEM, {
  status: '200',
  'error.message': '-',
  'error.messageString': '-',
  'error.responseType': '-',
});

describe.each(ACCESS_FORMATS)('the pattern for $name', ({ template }) => {
  const pattern = accessLogPattern([template]);

  it('is of what CloudWatch Logs documents for regular expressions, and short enough', () => {
    expect(pattern).toMatch(/^%[A-Za-z0-9:_#=@/;,\-^$?[\]{}|\\*+.]+%$/);
    expect([...new Set(pattern.match(/\\./g))]).toEqual(['\\W']);
    expect(pattern.length).toBeLessThanOrEqual(1024);
  });

  it('lets its refusals through', () => {
    expect(letsThrough(pattern, rendered(template, refused(PEM)))).toBe(true);
    expect(letsThrough(pattern, rendered(template, refused('-')))).toBe(true);
  });

  it('keeps its successes back', () => {
    expect(letsThrough(pattern, rendered(template, success))).toBe(false);
    expect(letsThrough(pattern, rendered(template, { ...success, responseLength: '23' }))).toBe(false);
  });
});

describe('the pattern for a log group', () => {
  it('is the usual one where that finds the refusals', () => {
    expect(accessLogPattern([])).toBe(ACCESS_LOG_PATTERN);
    expect(accessLogPattern(['{"status":"$context.status"}', '{"http_status":$context.status}'])).toBe(
      ACCESS_LOG_PATTERN,
    );
  });

  it('finds those of every format that is written there, in one order', () => {
    const formats = ['$context.requestId,$context.status,x', '{"rc":"$context.status"}'];
    const pattern = accessLogPattern(formats);
    expect(pattern).toBe(accessLogPattern([...formats].reverse()));
    for (const format of formats) expect(letsThrough(pattern, rendered(format, refused('-')))).toBe(true);
    expect(letsThrough(pattern, '{"status":"403"}')).toBe(true);
  });

  it('tells the refusals of a format without a status by their error', () => {
    const format = '{"requestId":"$context.requestId","message":$context.error.messageString}';
    expect(letsThrough(accessLogPattern([format]), rendered(format, refused('-')))).toBe(true);
    expect(letsThrough(accessLogPattern([format]), rendered(format, success))).toBe(false);
  });
});
