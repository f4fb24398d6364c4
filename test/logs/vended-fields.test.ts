/** The fields around the payload of a vended record in plain text: what each looks like, and where one ends. */

import { describe, expect, it } from 'vitest';
import { fieldsIn, isOneRecord, wordsOf } from '../../shared/logs/vended-fields.js';

const ARN = 'arn:aws:apigateway:eu-central-1::/restapis/abc123/stages/prod';
const kindsOf = (text: string, delimiter = ' ') => fieldsIn(text, delimiter)?.map(({ kind }) => kind) ?? null;

const SHAPES = {
  arn: [
    [
      ARN,
      'arn:aws-us-gov:apigateway:us-gov-west-1:123456789012:/restapis/A1/stages/$default',
      'arn:aws:apigateway:::/restapis/a/stages/b',
    ],
    [
      `x${ARN}`,
      `${ARN}.x`,
      'arn:aws:apigateway:x::/restapis//stages/prod',
      'arn:aws:apigateway:x::/restapis/a/stages/',
      'arn:aws:apigateway:x::/apis/a/stages/b',
      'arn:aws:s3:::bucket',
      `arn:aws:apigateway:x:1234567890123:/restapis/a/stages/b`,
      `arn:aws:apigateway:x::/restapis/${'a'.repeat(65)}/stages/b`,
    ],
  ],
  time: [
    [
      '1791883200',
      '1791883200000',
      '2026-10-13T09:20:00Z',
      '2026-10-13T09:20:00.123456789Z',
      '2026-10-13T09:20:00+02:00',
      '2026-10-13T09:20:00-0700',
    ],
    [
      '2026-10-13T09:20:00',
      '2026-10-13T09:20Z',
      '2026-10-13T09:20:00.1234567890Z',
      '2026-10-13T09:20:00.Z',
      '2026-10-13T09:20:00+2:00',

      '02026-10-13T09:20:00Z',
    ],
  ],
  method: [['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'ANY', '-'], []],
  path: [
    ['/', '/v1/orders/{id+}', '/a.b-c_d:e*$', `/${'x'.repeat(1024)}`],
    ['/a?b', '/a%20b', `/${'x'.repeat(1025)}`],
  ],
  word: [
    ['prod', '$default', 'abc-1_2', '1234567890a', 'x'.repeat(128), '12345678901', 'GET1'],
    ['403', '1', '123456789', 'a.b', 'x'.repeat(129), '4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998', '4f3e3b0f-39db-x'],
  ],
} as const;

describe.each(Object.entries(SHAPES))('%s', (kind, [takes, not]) => {
  it.each(takes)('is %s', (text) => expect(kindsOf(text)).toEqual([kind]));
  it.each([...not, '!', ''])('is not %s', (text) => expect(kindsOf(text)).toEqual(text === '' ? [] : null));
});

it('takes each field once, and two words, whatever stands between them', () => {
  for (const delimiter of [' ', ',', '\t', ' | ', ';']) {
    expect(kindsOf([ARN, '1791883200', 'abc123', 'prod', '/orders', 'POST'].join(delimiter), delimiter)).toEqual([
      'arn',
      'time',
      'word',
      'word',
      'path',
      'method',
    ]);
  }
  expect(kindsOf('POST GET')).toEqual(['method', 'word']);
  expect(kindsOf('POST GET PUT')).toEqual(['method', 'word', 'word']);
  for (const text of ['POST GET PUT PATCH', 'a b c', `${ARN} ${ARN}`, '/a /b', 'a  b', ' a', 'a ', 'a b!'])
    expect([text, kindsOf(text)]).toEqual([text, null]);
  expect(kindsOf('/a-b-prod', '-')).toEqual(['path', 'word', 'word']);
});

it('cannot tell the fields apart where nothing stands between them, and tells another log', () => {
  expect(kindsOf('prod/orders$POST', '')).toEqual(['any']);
  for (const text of ['a b', 'a!b', 'prod/403/x', '403', 'x/500', '4f3e3b0f-39db-11e9-x', 'x10.1.2.3', 'HTTP/1.1']) {
    expect([text, kindsOf(text, '')]).toEqual([text, null]);
  }
  for (const text of ['prod1403', 'v1.403.2', 'a603', '600', '4f3e3b0f-39db', 'HTTP/x'])
    expect([text, kindsOf(text, '')]).toEqual([text, ['any']]);
});

it('says whether fields from both sides are of one record, and which are words', () => {
  const of = (...kinds: ('arn' | 'time' | 'method' | 'path' | 'word' | 'any')[]) =>
    kinds.map((kind) => ({ kind, text: kind }));
  expect(isOneRecord(of('arn', 'time', 'method', 'path', 'word', 'word', 'any', 'any'))).toBe(true);
  for (const kind of ['arn', 'time', 'method', 'path'] as const) expect(isOneRecord(of(kind, kind))).toBe(false);
  expect(isOneRecord(of('word', 'word', 'word'))).toBe(false);
  expect(wordsOf(of('arn', 'word', 'path', 'word'))).toEqual(['word', 'word']);
});
