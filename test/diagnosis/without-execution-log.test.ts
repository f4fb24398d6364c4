import { expect, it } from 'vitest';
import { isWithoutExecutionLog } from '../../shared/diagnosis/without-execution-log.js';
import { access } from '../contract/examples.js';

const UUID = '4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998';
const NO_API = { apiId: null, stage: null };

it.each([
  ['abc123', ['abc123'], true],
  ['abc123', ['other', 'abc123'], true],
  ['abc123', ['other'], false],
  ['abc123', [], false],
])('an API is known by its id: %s among %j: %s', (apiId, apis, isIt) => {
  // Where the API is named, its requests' ids say nothing.
  for (const requestId of [UUID, 'JKJaXmPLvHcESHA=']) {
    expect(isWithoutExecutionLog(access(1, { api: { apiId, stage: null }, requestId }), apis)).toBe(isIt);
  }
});

it.each([
  ['JKJaXmPLvHcESHA=', true],
  ['123456789012/JKJaXmPLvHcESHA=', true],
  [`${'a'.repeat(11)}=`, true],
  [`${'+/-'.repeat(6)}a=`, true],
  [`${'a'.repeat(10)}=`, false],
  [`${'a'.repeat(20)}=`, false],
  ['JKJaXmPLvHcESHA', false],
  ['JKJaXmPLvHcESHA==', false],
  [' JKJaXmPLvHcESHA=', false],
  ['12345678901/JKJaXmPLvHcESHA=', false],
  ['abcdefghijkl/JKJaXmPLvHcESHA=', false],
  [UUID, false],
  ['', false],
])('a record that names no API is of an HTTP API by its request id: %s, %s', (requestId, isIt) => {
  const record = access(1, { api: NO_API, requestId });
  expect(isWithoutExecutionLog(record, ['abc123'])).toBe(isIt);
  expect(isWithoutExecutionLog(record, [])).toBe(false);
});
