import { describe, expect, it } from 'vitest';
import { formatLacks, isFormatNeeded } from '../../shared/discovery/access-format.js';
import { ACCESS_LOG_FORMAT } from '../../shared/logs/access-log-format.js';

const NOTHING = { isReadable: true, isJson: true, needed: [], dispensable: [], breaks: [] };
const keys = Object.keys(JSON.parse(ACCESS_LOG_FORMAT) as object);

describe('a format', () => {
  it.each([
    ['the one that is documented', ACCESS_LOG_FORMAT],
    ['underscores for dots', ACCESS_LOG_FORMAT.replace(/"([\w.]+)":/g, (key) => key.replaceAll('.', '_'))],
    [
      'no quotes around what is a number',
      ACCESS_LOG_FORMAT.replace(/"(\$context\.(?:status|requestTimeEpoch))"/g, '$1'),
    ],
    [
      'the message with its own quotes',
      ACCESS_LOG_FORMAT.replace('"$context.error.message"', '$context.error.messageString'),
    ],
    [
      'more than is needed',
      ACCESS_LOG_FORMAT.replace('{', '{"protocol":"$context.protocol","bytes":$context.responseLength,'),
    ],
    [
      'nested objects',
      ACCESS_LOG_FORMAT.replace(/"identity\.clientCert\.validity\.notBefore":"[^"]+",/, '').replace(
        '{',
        '{"identity":{"clientCert":{"validity":{"notBefore":"$context.identity.clientCert.validity.notBefore"}}},',
      ),
    ],
  ])('lacks nothing: %s', (_, format) => {
    expect(formatLacks(format)).toEqual(NOTHING);
  });

  const read = ['accountId', 'httpMethod', 'path', 'requestTimeEpoch'];
  it.each(keys.filter((key) => !read.includes(key)))('lacks %s where it is left out', (key) => {
    const { [key]: variable, ...rest } = JSON.parse(ACCESS_LOG_FORMAT) as Record<string, string>;
    const { isReadable, needed, dispensable } = formatLacks(JSON.stringify(rest));
    expect(isReadable).toBe(true);
    expect([...needed, ...dispensable]).toEqual([variable]);
  });

  it('may do without who called from where, and without what the certificate says itself', () => {
    const lean = { ...(JSON.parse(ACCESS_LOG_FORMAT) as object), 'identity.sourceIp': '-', 'identity.userAgent': '' };
    expect(formatLacks(JSON.stringify(lean))).toEqual({
      ...NOTHING,
      dispensable: ['$context.identity.sourceIp', '$context.identity.userAgent'],
    });
  });

  it('lacks a field that is filled from another variable', () => {
    expect(formatLacks(ACCESS_LOG_FORMAT.replace('$context.status', '$context.integration.status')).needed).toEqual([
      '$context.status',
    ]);
    expect(formatLacks(ACCESS_LOG_FORMAT.replace('$context.status', '$context.statusCode')).needed).toEqual([
      '$context.status',
    ]);
  });

  it.each(['', 'no variable', '{"status":"403"}'])('cannot be read: %s', (format) => {
    expect(formatLacks(format).isReadable).toBe(false);
  });

  it.each([
    '$context.identity.sourceIp - - [$context.requestTime] "$context.httpMethod" $context.status',
    '<request id="$context.requestId"/>',
  ])('is no JSON: %s', (format) => {
    expect(formatLacks(format)).toMatchObject({ isReadable: true, isJson: false, breaks: [] });
  });

  const quoted = '$context.error.messageString brings its own quotes: take those around it away';
  const unquoted = (name: string) => `$context.${name} is not in quotes: put it in quotes`;
  const broken = ['a comma, a colon, a quote or a brace is missing or too many in the format itself'];
  it.each([
    [
      'a message that is put in quotes twice',
      ACCESS_LOG_FORMAT.replace('error.message"', 'error.messageString"').replace(
        '"$context.error.message"',
        '"$context.error.messageString"',
      ),
      [quoted],
    ],
    ['text outside of quotes', ACCESS_LOG_FORMAT.replace('"$context.stage"', '$context.stage'), [unquoted('stage')]],
    [
      'what is a number for a success and missing for a refusal',
      ACCESS_LOG_FORMAT.replace('{', '{"a":$context.integration.latency,"b":$context.integration.status,'),
      [unquoted('integration.latency'), unquoted('integration.status')],
    ],
    ['a colon forgotten', ACCESS_LOG_FORMAT.replace('":"', '""'), broken],
    ['a comma too many', ACCESS_LOG_FORMAT.replace('}', ',}'), broken],
  ])('is no valid JSON for a refusal, and it is said why: %s', (_, format, expected) => {
    expect(formatLacks(format)).toMatchObject({ isReadable: true, breaks: expected });
  });

  it('is needed to read its records where they are no JSON, or the keys mislead', () => {
    expect(isFormatNeeded(ACCESS_LOG_FORMAT)).toBe(false);
    expect(isFormatNeeded('$context.requestId $context.status')).toBe(true);
    expect(isFormatNeeded('{"status":"$context.integration.status","code":"$context.status"}')).toBe(true);
    expect(isFormatNeeded('{"id":"$context.requestId","code":"$context.status"}')).toBe(false);
    expect(isFormatNeeded('{"s":"$context.identity.clientCert.subjectDN","status":"$context.status"}')).toBe(true);
  });
});
