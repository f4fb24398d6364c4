/** Access records that something put into another record, or wrote with raw line breaks. */

import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../shared/model/index.js';
import { ca, leaf } from '../support/certificates.js';
import { accessBatch, accessFieldsOf, denialAsOneEvent, T0 } from '../support/logs.js';
import { parse } from '../support/parse.js';

const read = (message: string): Parsed => parse(accessBatch([{ id: 'e', timestamp: T0, message }]));
const refused = accessFieldsOf({ n: 1 });
const record = JSON.stringify(refused);
const wrap = (inner: unknown) => JSON.stringify({ '@timestamp': T0, '@message': inner });

describe('what a log transformer made', () => {
  it('is read as the access record that it holds', () => {
    const plain = read(record);
    expect(plain.accesses).toHaveLength(1);
    for (const inner of [record, ` \n${record}`, `${record}\n`]) expect(read(wrap(inner))).toEqual(plain);
  });

  it('is passed over where it holds a success, a list, a number, text or nothing', () => {
    const success = JSON.stringify(
      accessFieldsOf({ n: 1 }) && { ...refused, status: '200', 'error.message': '-', 'error.messageString': '-' },
    );
    for (const inner of [success, '[1]', '{', '{"a":', 7, null, {}, 'a text', '']) {
      expect([inner, read(wrap(inner))]).toMatchObject([inner, { accesses: [], denials: [], rejected: [], passed: 1 }]);
    }
  });

  it('is unwrapped once: what is within is a record of a vended log, or none', () => {
    const vended = JSON.stringify({ api_id: 'abc123', stage: 'prod', payload: denialAsOneEvent({ n: 1 }).message });
    expect(read(wrap(vended))).toMatchObject({ accesses: [], rejected: [], denials: [{ api: { apiId: 'abc123' } }] });
    expect(read(wrap(wrap(record)))).toMatchObject({ accesses: [], denials: [], rejected: [] });
  });
});

it('a raw line break within a value is what was meant, and nothing had to be recovered', () => {
  const { pem } = leaf({ subject: 'CN=x', key: 'ec-a', issuer: ca({ subject: 'CN=CA', key: 'ec-b' }) });
  const withPem = { ...refused, 'identity.clientCert.clientCertPem': pem };
  const meant = read(JSON.stringify(withPem));
  const raw = JSON.stringify(withPem).replaceAll('\\n', '\n');
  expect(raw).toContain('\n');
  expect(read(raw)).toEqual(meant);
  expect(read(raw.replaceAll(',"', ',\n  "'))).toEqual(meant);
  expect(meant).toMatchObject({
    recovered: 0,
    accesses: [{ client: { fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/i) } }],
  });
});
