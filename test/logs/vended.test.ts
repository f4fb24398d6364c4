import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../shared/model/index.js';
import { REQUEST_ID } from '../support/access-formats.js';
import { executionBatch, T0 } from '../support/logs.js';
import { parse } from '../support/parse.js';
import {
  PAYLOADS,
  VENDED_FIELDS,
  type VendedField,
  vendedJsonRecord,
  vendedPlainRecord,
} from '../support/vended-forms.js';

const DOMAINS = { 'uwe3g5jm54/prod': 'partners.bank.example', uwe3g5jm54: 'partners.bank.example' };
const GROUP = '/aws/vendedlogs/partners';

const read = (message: string, more: { sourceLog?: string } = {}, group = GROUP): Parsed =>
  parse(executionBatch([{ id: 'e', timestamp: T0, message, ...more }], group), DOMAINS);

/** @param fields those of the record, which say whether its API is known */
function expectOneDenial(parsed: Parsed, fields: readonly VendedField[], payload: string): void {
  expect(parsed).toMatchObject({ rejected: [], passed: 0, accesses: [] });
  expect(parsed.denials).toHaveLength(1);
  const [denial] = parsed.denials;
  expect(denial).toMatchObject({ reason: 'issuer-not-found', reasonText: 'Could not find issuer for certificate' });
  expect(denial?.requestId).toBe(payload.includes(REQUEST_ID) ? REQUEST_ID : '');
  if (fields.includes('resource_arn') || fields.includes('api_id')) expect(denial?.scope).toBe('partners.bank.example');
}

/** The payload and any others, in any order. */
const fields = fc.shuffledSubarray([...VENDED_FIELDS]).filter((some) => some.includes('payload'));
const payload = fc.constantFrom(...Object.values(PAYLOADS));
const delimiter = fc.constantFrom(
  ' ',
  '\t',
  '|',
  ',',
  ';',
  ' | ',
  '::',
  ' - ',
  '~',
  '", "',
  '  ',
  '#####',
  '->',
  '/',
  '-',
  ':',
  '_',
  '',
);

describe('every choice of fields gives the same failure', () => {
  it('as JSON', () => {
    fc.assert(
      fc.property(fields, payload, fc.boolean(), (some, text, timeAsNumber) => {
        expectOneDenial(read(vendedJsonRecord(some, text, timeAsNumber)), some, text);
      }),
      { numRuns: 1_000 },
    );
  });

  it('as plain text, with whatever stands between them', () => {
    fc.assert(
      fc.property(fields, payload, delimiter, (some, text, between) => {
        expectOneDenial(read(vendedPlainRecord(some, text, between)), some, text);
      }),
      { numRuns: 5_000 },
    );
  });

  it('wrapped by a transformer', () => {
    fc.assert(
      fc.property(fields, payload, fc.boolean(), (some, text, isJson) => {
        const inner = isJson ? vendedJsonRecord(some, text) : vendedPlainRecord(some, text, ' ');
        const message = JSON.stringify({ '@timestamp': T0, '@message': inner });
        expectOneDenial(read(message), some, text);
      }),
      { numRuns: 500 },
    );
  });
});
