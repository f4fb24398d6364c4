/** Text whose format nobody gave: what is taken for an access record, and for one of a refused request. */

import { expect, it } from 'vitest';
import { isAccessRecordText, isForbiddenRecord, labelledFields } from '../../shared/logs/text-record.js';

const ID = '6f1a6b5e-0000-4000-8000-00000000002a';

it.each<[string, boolean, boolean]>([
  // One sign each: a request line, a time in Common Log Format, an id, a method with a path.
  ['"-" HTTP/1.1 403', true, true],
  ['[20/Nov/2026:10:00:00 +0000] 403', true, true],
  [`${ID} 403`, true, true],
  [`${ID.toUpperCase()} 403`, true, true],
  ['GET /orders 403', true, true],
  ['"OPTIONS" "/orders" 403', true, true],
  // Another status.
  ['GET /orders 200', true, false],
  ['GET /orders 599', true, false],
  ['GET /orders 600', false, false],
  ['GET /orders 099', false, false],
  // A status that is a part of something else.
  ['GET /orders/x403', false, false],
  ['GET /orders 4034', false, false],
  ['GET /orders 1403', false, false],
  ['GET /orders status:403', true, true],
  ['GET /orders status=403;', true, true],
  ['GET /orders (403)', true, true],
  ['GET /orders {"status":403}', true, true],
  // No sign of a request.
  ['403', false, false],
  ['exit 403 of the task', false, false],
  ['20/Nov/26:10:00:00 403', false, false],
  ['20/nov/2026:10:00:00 403', false, false],
  [`x${ID.slice(0, 4)}-0000-4000- 403`, false, false],
  [`a${ID} 403`, false, false],
  ['FETCH /orders 403', false, false],
  ['GET     /orders 403', false, false],
  ['HTTP/x 403', false, false],
])('%j is an access record: %s; of a refused request: %s', (text, isRecord, isForbidden) => {
  expect(isAccessRecordText(text)).toBe(isRecord);
  expect(isForbiddenRecord(text)).toBe(isForbidden);
});

it.each<[string, object | null]>([
  [`requestId: ${ID}, status: 403, apiId: abc123`, { requestId: ID, status: '403', apiId: 'abc123' }],
  [`requestId=${ID} status=403 apiId=abc123`, { requestId: ID, status: '403', apiId: 'abc123' }],
  [`"requestId"="${ID}"; "status"="403"; "apiId"="abc123"`, { requestId: ID, status: '403', apiId: 'abc123' }],
  [
    `<requestId>${ID}</requestId><status>403</status><apiId>abc123</apiId>`,
    { requestId: ID, status: '403', apiId: 'abc123' },
  ],
  // Two labels may be chance; without a status or an id there is nothing to join.
  [`requestId: ${ID}, status: 403`, null],
  [`requestId: ${ID}, stage: prod, apiId: abc123`, null],
  ['status: 403, stage: prod, apiId: abc123', null],
  ['nothing of this kind', null],
])('%j has the labels %j', (text, fields) => {
  const found = labelledFields(text);
  if (fields === null) expect(found).toBe(null);
  else expect(found).toMatchObject(fields);
});
