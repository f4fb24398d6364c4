/** What is told by a look at the text is what reading it as JSON tells: with a space in front of its first key a record is always read. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { observe } from '../../cli/inputs/observe.js';
import { merged, readDelivery } from '../../shared/doors/read.js';
import { isVendedLine } from '../../shared/logs/vended-line.js';
import { executionBatch, T0 } from '../support/logs.js';

const ID = '4b199930-bd51-4a4c-bb62-55e641c42736';
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  resource_arn: ['arn:aws:apigateway:eu-central-1::/restapis/s4n5d6b7x8/stages/v1', 'C=DE,O=Example', '403', ''],
  event_timestamp: [T0, String(T0), 403],
  api_id: ['s4n5d6b7x8', '403', ''],
  stage: ['v1', '403', '$default'],
  resource_path: ['/payments', '/a"b', '403', '/","status":"403'],
  http_method: ['GET', '', ID],
};
const WORDS = [
  ...['Starting execution', 'Method completed with status: 403', 'Extended Request Id: 3OgZRgKoW7YqYdS='],
  ...['Access denied. Reason: Could not find issuer for certificate', '\nAccess denied. Reason: revoked', 'é\u2028'],
  ...['{"status":"403","requestId":"x"}', '"', '","status":"403","x":"', '\\', '\t', '-----BEGIN CERTIFICATE-----\n'],
  ...[
    '"connectionStatus":"Success"',
    'ForbiddenException Forbidden: ',
    `(${ID}) `,
    'User-Agent=x", "clientIp":"1.2.3.4',
  ],
];
const fields = fc
  .shuffledSubarray(Object.keys(VALUES))
  .chain((names) =>
    fc.tuple(...names.map((name) => fc.constantFrom(...(VALUES[name] ?? [])).map((value) => [name, value] as const))),
  );
const payload = fc
  .tuple(fc.constantFrom(`(${ID}) `, '(a) ', '', '(', ID), fc.array(fc.constantFrom(...WORDS), { maxLength: 4 }))
  .map(([before, words]) => before + words.join(''));
/** Some with keys that no execution log has, as when somebody breaks out of a value, and with letters as escapes. */
const others = fc.constantFrom(
  {},
  {},
  {},
  { status: '403' },
  { clientIp: '192.0.2.1' },
  { connectionStatus: 'Success' },
);
const record = fc
  .tuple(fields, payload, others, fc.boolean())
  .map(([some, text, more, isEscaped]) =>
    JSON.stringify({ ...Object.fromEntries(some), ...more, payload: text }).replace(
      isEscaped ? 'Access' : /$^/,
      '\\u0041ccess',
    ),
  );

const settings = { domains: {}, byAccount: false, formats: {} };
const read = async (message: string) =>
  merged([await readDelivery(executionBatch([{ id: 'e', timestamp: T0, message }], '/vended'), settings)]);

it('gives what the readers of JSON give', async () => {
  await fc.assert(
    fc.asyncProperty(record, async (message) => {
      const slowly = message.replace('{', '{ ');
      expect(isVendedLine(slowly)).toBe(false);
      expect(await read(message)).toEqual(await read(slowly));
      const event = { id: 'e', timestamp: T0 };
      expect(observe({ ...event, message })).toEqual(observe({ ...event, message: slowly }));
    }),
    { numRuns: 2_000 },
  );
});

it('tells what AWS writes, in any order of the other fields', () => {
  const text = (some: object, said: string) => JSON.stringify({ ...some, payload: said });
  const whole = Object.fromEntries(Object.entries(VALUES).map(([name, [value]]) => [name, value]));
  const turned = Object.fromEntries(Object.entries(whole).reverse());
  for (const some of [whole, turned, { stage: 'v1' }]) {
    expect(isVendedLine(text(some, `(${ID}) Method request body: {"a":"b\\n"}`))).toBe(true);
  }
  expect(isVendedLine(text({ ...whole, status: '403' }, `(${ID}) Starting`))).toBe(false);
  expect(isVendedLine(`${text(whole, `(${ID}) Starting`)}x`)).toBe(false);
  expect(isVendedLine(text(whole, 'Starting'))).toBe(false);
});
