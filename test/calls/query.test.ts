/** What the query counts in records of every format is what the readers of records see in them, or nothing, and never anything else. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CallCount, callCounts, callsQuery } from '../../shared/calls/query.js';
import { ACCESS_LOG_FORMAT } from '../../shared/logs/access-log-format.js';
import { identityOf } from '../../shared/logs/client-identity.js';
import { forbiddenCause } from '../../shared/logs/forbidden.js';
import { fieldsOfRecord } from '../../shared/logs/read-record.js';
import { recordFormat } from '../../shared/logs/record-format.js';
import { canonicalDn } from '../../shared/x509/dn.js';
import { ACCESS_FORMATS, ISSUER, refused, rendered, type Values } from '../support/access-formats.js';
import { answer } from '../support/insights.js';

const ISSUER_DN = 'identity.clientCert.issuerDN';
const COUNTABLE = ACCESS_FORMATS.filter(({ template }) => template.includes(`$context.${ISSUER_DN}`));

/** A request that got through to the API, or was answered by it or by another guard. */
const call = (values: Values): Values => refused('-', { 'error.message': '-', 'error.messageString': '-', ...values });

const CALLS: readonly (readonly [letIn: boolean, values: Values])[] = [
  [false, refused('-')],
  [false, refused('-', { 'error.responseType': '-' })],
  [true, call({ status: '200', 'error.responseType': '-' })],
  [true, call({ status: '404', 'error.responseType': '-' })],
  [true, call({ status: '500', 'error.message': 'Internal server error', 'error.responseType': 'DEFAULT_5XX' })],
];
const OTHER_FORBIDDEN: readonly Values[] = [
  call({ 'error.message': 'User is not authorized to access this resource', 'error.responseType': 'ACCESS_DENIED' }),
  call({ 'error.message': 'Forbidden', 'error.responseType': 'WAF_FILTERED' }),
  call({ 'error.message': 'Missing Authentication Token', 'error.responseType': 'MISSING_AUTHENTICATION_TOKEN' }),
];

function counted(template: string | undefined, records: readonly string[]): CallCount[] | null {
  const query = callsQuery(template);
  return query === null ? null : callCounts(answer(query, records));
}

const sum = (counts: readonly CallCount[], of: 'calls' | 'letIn') => counts.reduce((all, one) => all + one[of], 0);

describe('of a format that is known', () => {
  it.each(COUNTABLE)('$name: all calls and those that were let in', ({ name, template }) => {
    if (name === 'CSV') return expect(callsQuery(template)).toBeNull();
    const counts = counted(
      template,
      CALLS.map(([, values]) => rendered(template, values)),
    );
    expect(counts).not.toBeNull();
    expect([sum(counts ?? [], 'calls'), sum(counts ?? [], 'letIn')]).toEqual([5, 3]);
    expect(new Set(counts?.map(({ issuerDn }) => issuerDn))).toEqual(new Set([canonicalDn(ISSUER)]));
  });

  it.each(ACCESS_FORMATS.filter((format) => !COUNTABLE.includes(format)))('$name: nothing without an issuer', (one) => {
    expect(callsQuery(one.template)).toBeNull();
  });

  it.each(COUNTABLE.map(({ template }) => template).concat(ACCESS_LOG_FORMAT))(
    'counts none without a client: %s',
    (template) => {
      const record = rendered(template, call({ status: '200', [ISSUER_DN]: '-' }));
      expect(sum(counted(template, [record]) ?? [], 'letIn')).toBe(0);
    },
  );

  it.each([undefined, ...COUNTABLE.flatMap(({ template }) => (/^\s*\{.*"\s*:/s.test(template) ? [template] : []))])(
    'takes no refused call for one that was let in, whatever status its client wrote: %s',
    (known) => {
      const agents = ['status', 'statusCode', 'responseStatus'].map((key) => `x","${key}":"200","y":"`);
      const records = [...agents, 'curl'].map((agent) =>
        rendered(known ?? ACCESS_LOG_FORMAT, refused('-', { 'identity.userAgent': agent, 'error.responseType': '-' })),
      );
      expect(sum(counted(known, records) ?? [], 'letIn')).toBe(0);
    },
  );

  it('has short expressions', () => {
    for (const { template } of COUNTABLE) expect(callsQuery(template)?.length ?? 0).toBeLessThan(3_000);
  });
});

describe('of a format that nobody named', () => {
  it('the recommended one is counted, by domain, API and stage', () => {
    const records = [...CALLS.map(([, values]) => values), ...OTHER_FORBIDDEN].map((values) =>
      rendered(ACCESS_LOG_FORMAT, values),
    );
    const counts = counted(undefined, records) ?? [];
    expect([sum(counts, 'calls'), sum(counts, 'letIn')]).toEqual([8, 6]);
    const place = { domainName: 'partners.bank.example', apiId: 'uwe3g5jm54', stage: 'prod' };
    for (const one of counts) expect(one).toMatchObject({ ...place, issuerDn: canonicalDn(ISSUER) });
  });

  it.each(COUNTABLE)('$name: counted right, or not at all', ({ template }) => {
    const records = CALLS.map(([, values]) => rendered(template, values));
    const counts = counted(undefined, records);
    const ofIssuer = (counts ?? []).filter(({ issuerDn }) => issuerDn === canonicalDn(ISSUER));
    if (ofIssuer.length > 0) expect([sum(ofIssuer, 'calls'), sum(ofIssuer, 'letIn')]).toEqual([5, 3]);
  });

  it('is told from one without calls', () => {
    expect(counted(undefined, ['GET /v1 200 who knows'])).toBeNull();
    expect(counted(undefined, [])).toEqual([]);
  });
});

describe('what a record says', () => {
  const dns = fc.constantFrom(
    ISSUER,
    'C=DE,O=Müller\\, Söhne & Co. KG,CN=Kunden-CA',
    'CN=A "quoted" CA,O=Acme',
    'CN=equals=sign,O=a/b',
    'C=US, O=Acme, CN=with blanks',
  );
  const values = fc.record({
    status: fc.constantFrom('200', '201', '403', '429', '502'),
    issuer: dns,
    domain: fc.constantFrom('partners.bank.example', 'Partners.Bank.Example.', 'api.bank.example:443', '-'),
    error: fc.constantFrom(
      ['-', '-'],
      ['Forbidden', 'ACCESS_DENIED'],
      ['Forbidden', 'WAF_FILTERED'],
      ['forbidden', '-'],
      ['Invalid API key', 'INVALID_API_KEY'],
      ['User: arn:aws:iam::111122223333:user/x is not authorized', 'ACCESS_DENIED'],
    ),
    agent: fc.constantFrom('curl/8', 'edi-gateway/3.1 (linux; x64)', '-'),
  });

  it.each([
    ['of the recommended format', ACCESS_LOG_FORMAT, undefined],
    [
      'of a format of its own',
      ACCESS_FORMATS.find(({ name }) => name === 'Common Log Format with the names')?.template ?? '',
      'known',
    ],
  ])('%s is what the reader of records sees', (_, template, isKnown) => {
    fc.assert(
      fc.property(fc.array(values, { maxLength: 20 }), (calls) => {
        const records = calls.map(({ status, issuer, domain, error: [message = '', type = ''], agent }) => {
          const all = call({ status, domainName: domain, 'identity.userAgent': agent, [ISSUER_DN]: issuer });
          const json =
            isKnown === undefined ? (text: string) => JSON.stringify(text).slice(1, -1) : (text: string) => text;
          return rendered(template, {
            ...all,
            'error.message': message,
            'error.responseType': type,
            [ISSUER_DN]: json(issuer),
          });
        });
        const seen = records.flatMap((record) => {
          const fields = fieldsOfRecord(record, isKnown === undefined ? null : recordFormat(template));
          if (fields?.issuerDn === undefined) return [];
          const { status, errorMessage = null, errorResponseType = null } = fields;
          const isRefused = status === '403' && forbiddenCause(errorMessage, errorResponseType) === null;
          return [`${identityOf(fields).issuerDn} ${isRefused ? 'refused' : 'let in'}`];
        });
        const counts = counted(isKnown === undefined ? undefined : template, records) ?? [];
        const told = counts.flatMap(({ issuerDn, calls: all, letIn }) => [
          ...Array.from({ length: letIn }, () => `${issuerDn} let in`),
          ...Array.from({ length: all - letIn }, () => `${issuerDn} refused`),
        ]);
        expect(told.sort()).toEqual(seen.sort());
      }),
    );
  });
});
