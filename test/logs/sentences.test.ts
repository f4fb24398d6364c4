/** A sentence without a name is counted whole and in its own kind, whatever it holds and in whatever form its line arrives. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REQUEST_ID } from '../support/access-formats.js';
import { EXECUTION_GROUP, executionBatch, T0 } from '../support/logs.js';
import { parse } from '../support/parse.js';
import { vendedJsonRecord, vendedPlainRecord } from '../support/vended-forms.js';

const GROUP = '/bank/exec';
const DOMAINS = { 'uwe3g5jm54/prod': 'partners.bank.example', uwe3g5jm54: 'partners.bank.example' };

const SENTENCES = [
  'blocked',
  'blocked by policy',
  'blocked from 203.0.113.1',
  'blocked from 203.0.113.1:443 by rule 120',
  'client 2001:db8::1 is not on the list of 203.0.113.0/24',
  'blocked since 2026-10-01T00:00:00Z',
  'certificate 04A3B2C1 was revoked at 2026-10-01T00:00:00Z',
  'certificate 04a3b2c1d5 revoked',
  'certificate serial 1791883200000',
  'certificate has expired at 2026-10-01T00:00:00Z',
  'certificate has expired: 2026-10-01T00:00:00Z',
  'certificate has expired yesterday evening',
  'certificate has expired internally',
  'self signed certificate from 203.0.113.1',
  'certificate expired 365 days ago',
  'not allowed for GET /orders',
  'not allowed to POST /v1/orders today',
  'policy 7f0c2a10-1111-4222-8333-444455556666 refuses it',
  'algorithms sha1,md5',
  'algorithms sha1;md5;2026-10-01T00:00:00Z',
  'CN=partner-7,O=Partner,C=DE is revoked',
  'host mtls.partner.example answered 503',
  'see https://bank.example/help?id=403',
  'blocked in prod',
  'blocked by uwe3g5jm54',
  'certificate has expired in prod',
];

const denialsIn = (messages: readonly string[], group = GROUP) =>
  parse(
    executionBatch(
      messages.map((message, at) => ({ id: `e${String(at)}`, timestamp: T0 + at, message })),
      group,
    ),
    DOMAINS,
  );

describe.each(SENTENCES)('%s', (sentence) => {
  const line = `(${REQUEST_ID}) Access denied. Reason: ${sentence}`;
  const before = `(${REQUEST_ID}) Extended Request Id: Vts2FFmArPEFh8g=`;
  const after = `(${REQUEST_ID}) ForbiddenException Forbidden: ${REQUEST_ID}`;
  // Between spaces, a path and the API's own names cannot be told from the fields of a record that stand beside them.
  const isTold = !/ \/| prod$| uwe3g5jm54$/.test(sentence);
  const forms = [
    ['a line', [line]],
    ['a line without the id', [`Access denied. Reason: ${sentence}`]],
    ['two lines', [before, line]],
    ['three lines', [before, line, after]],
    ['two lines in one event', [`${before}\n${line}`]],
    ['three lines in one event', [`${before}\n${line}\n${after}`]],
    ['a payload', [vendedJsonRecord(['payload', 'http_method'], line)]],
    ['a transformed line', [JSON.stringify({ '@message': line })]],
  ] as const;

  it.each(forms)('%s', (_, messages) => {
    const managed = denialsIn([line], EXECUTION_GROUP).denials[0];
    const { denials, rejected } = denialsIn(messages);
    expect(rejected).toEqual([]);
    expect(denials).toHaveLength(1);
    expect(denials[0]).toMatchObject({ reason: managed?.reason, reasonText: sentence, scope: GROUP });
  });

  it.each([' ', '\t', '|', ' | '])('a record of a delivery with %j between its fields', (delimiter) => {
    const fields = ['resource_arn', 'event_timestamp', 'payload'] as const;
    const { denials, rejected } = denialsIn([vendedPlainRecord(fields, line, delimiter)]);
    expect(rejected).toEqual([]);
    expect(denials).toMatchObject([{ scope: 'partners.bank.example' }]);
    if (delimiter !== ' ' || isTold) expect(denials[0]?.reasonText).toBe(sentence);
  });

  it('a record of a delivery that has its fields behind the sentence', () => {
    const fields = ['payload', 'resource_arn', 'event_timestamp', 'http_method'] as const;
    const { denials, rejected } = denialsIn([vendedPlainRecord(fields, line, ' ')]);
    expect(rejected).toEqual([]);
    expect(denials).toMatchObject([{ scope: 'partners.bank.example' }]);
    if (isTold) expect(denials[0]?.reasonText).toBe(sentence);
  });
});

const word = fc.oneof(
  fc.constantFrom(
    'at',
    'prod',
    'certificate',
    'revoked',
    'internally',
    '-',
    'POST',
    '/v1/orders',
    '403',
    '1791883200',
    'a=b',
    'x|y',
  ),
  fc.ipV4(),
  fc.ipV6(),
  fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
  fc.stringMatching(/^[a-z0-9]{10}$/),
  fc.stringMatching(/^[0-9A-F]{8}$/),
);

it('a sentence of any words, addresses, numbers and times', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), fc.constantFrom(' ', ', ', ',', ';', ': '), (words, between) => {
      const sentence = ['refused', ...words].join(between);
      const line = `(${REQUEST_ID}) Access denied. Reason: ${sentence}`;
      const { denials, rejected } = denialsIn([line]);
      // A long one is cut in the managed log group too.
      const reasonText = denialsIn([line], EXECUTION_GROUP).denials[0]?.reasonText;
      expect(rejected).toEqual([]);
      expect(denials).toMatchObject([{ reason: 'other', reasonText, scope: GROUP }]);
    }),
    { numRuns: 2_000 },
  );
});
