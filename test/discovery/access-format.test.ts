import { describe, expect, it } from 'vitest';
import { formatLacks } from '../../shared/discovery/access-format.js';
import { ACCESS_LOG_FORMAT } from '../../shared/logs/access-log-format.js';

const NOTHING = { isReadable: true, needed: [], dispensable: [] };
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
      isReadable: true,
      needed: [],
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

  it.each([
    '',
    '$context.identity.sourceIp - - [$context.requestTime] "$context.httpMethod" $context.status',
    '<request id="$context.requestId"/>',
    // A message that is put in quotes twice.
    ACCESS_LOG_FORMAT.replace('$context.error.message', '$context.error.messageString'),
    // Text outside of quotes.
    ACCESS_LOG_FORMAT.replace('"$context.stage"', '$context.stage'),
  ])('cannot be read: %s', (format) => {
    expect(formatLacks(format).isReadable).toBe(false);
  });
});
