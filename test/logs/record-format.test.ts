/** A record by the format of its log group: by its keys where it is an object, else by the texts between the values. */

import { expect, it } from 'vitest';
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
